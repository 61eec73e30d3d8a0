// SPDX-License-Identifier: BSL-1.0
// tests/loops/row_ends.cpp — what comes after the last pass over a row is done for many long rows at once: as if each were alone, for every
// number of them.
#include "loom/schedule/row_ends.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"

namespace {

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[N]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;

constexpr auto size = log1p(square(logsumexp(x, C)));  // of a row
constexpr auto kept = loom::loss<sum(where(t != -100, w* size, 0))>;
constexpr auto largest = loom::loss<max(size, N)>;

constexpr auto y = loom::tensor<"y[B,N,C]">;
constexpr auto v = loom::tensor<"v[B]">;
constexpr auto in_groups = loom::loss<sum(v* log1p(square(logsumexp(y, C))))>;

constexpr auto B = loom::axis<"B">;
constexpr auto placed = loom::loss<sum(log1p(square(logsumexp(y, C)) * (number(N) + 10 * number(B))))>;

template <class Loss>
constexpr bool waits(const Loss& loss, bool products = true) {
  return puts_off_row_ends(loss.plan(), loss.plan().loops[0], products);
}
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), C)), t).mean()>;
static_assert(waits(kept) && waits(largest) && waits(in_groups) && waits(placed));
static_assert(!waits(loom::loss<sum(x, C).mean()>));
static_assert(!waits(cross_entropy), "a factor of a product");
static_assert(waits(cross_entropy, false), "a logarithm of each row");

template <class T>
struct data {
  std::ptrdiff_t rows, columns = 161;
  std::vector<T> x, w;
  std::vector<int> t;

  explicit data(std::ptrdiff_t n) : rows(n) {
    std::mt19937 random(7);
    std::normal_distribution<T> normal(0, 2);
    for (std::ptrdiff_t i = 0; i < n * columns; ++i) x.push_back(normal(random));
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      w.push_back(normal(random));
      t.push_back(i % 3 == 1 ? -100 : 0);
    }
  }
  double size(std::ptrdiff_t row) const {
    double sum = 0;
    for (std::ptrdiff_t j = 0; j < columns; ++j)
      sum += std::exp(double{x[static_cast<std::size_t>(row * columns + j)]});
    return std::log1p(std::log(sum) * std::log(sum));
  }
  auto matrix() const { return loom::view(x.data(), rows, columns); }
};

template <class T, class Body>
void for_every_count(const Body& body) {
  for (const loom::target each : trial::targets())
    for (std::ptrdiff_t n = 1; n <= 35; ++n) {
      const loom::limit_target limit(each);
      INFO("target " << loom::name(loom::current_target()) << ", " << n << " rows");
      body(data<T>(n), sizeof(T) == 4 ? 1e-5 : 1e-13);
    }
}

template <class T>
void check_kept() {
  for_every_count<T>([](const data<T>& a, double error) {
    std::vector<T> dw(a.w.size(), T(-1));
    const double value = kept(x = a.matrix(), w = loom::view(a.w.data(), a.rows), t = loom::view(a.t.data(), a.rows),
                              d(w) = loom::view(dw.data(), a.rows));
    double expected = 0, terms = 0;
    for (std::size_t i = 0; i < dw.size(); ++i) {
      const double of_row = a.t[i] == -100 ? 0 : a.size(static_cast<std::ptrdiff_t>(i));
      CHECK(dw[i] == Approx(of_row).epsilon(error));
      expected += of_row * a.w[i];
      terms += std::abs(of_row * a.w[i]);
    }
    CHECK(std::abs(value - expected) <= error * terms);
  });
}
template <class T>
void check_largest() {
  for_every_count<T>([](const data<T>& a, double error) {
    double expected = 0;
    for (std::ptrdiff_t i = 0; i < a.rows; ++i) expected = std::fmax(expected, a.size(i));
    CHECK(largest(x = a.matrix()) == Approx(expected).epsilon(error));
  });
}

}  // namespace

TEST_CASE("rows that wait for each other are added up, masked and stored as if each were alone") {
  check_kept<float>();
  check_kept<double>();
}
TEST_CASE("the largest of rows that wait for each other is that of all") {
  check_largest<float>();
  check_largest<double>();
}

TEST_CASE("rows that wait for each other know where they are") {
  for (const auto& [groups, rows] : {std::pair<std::ptrdiff_t, std::ptrdiff_t>{1, 33}, {7, 5}, {2, 16}, {3, 1}})
    for (const loom::target each : trial::targets()) {
      const loom::limit_target limit(each);
      const data<float> a(groups * rows);
      double expected = 0;
      for (std::ptrdiff_t i = 0; i < a.rows; ++i)
        expected += std::log1p(std::expm1(a.size(i)) * static_cast<double>(i % rows + 10 * (i / rows)));
      CHECK(placed(y = loom::view(a.x.data(), groups, rows, a.columns)) == Approx(expected).epsilon(1e-5));
    }
}

TEST_CASE("no row depends on the rows it waits for") {
  const data<float> a(35);
  const auto labels = loom::view(a.t.data(), a.rows);
  const auto weights = loom::view(a.w.data(), a.rows);
  std::vector<float> together(a.w.size()), alone(a.w.size());
  kept(x = a.matrix(), w = weights, t = labels, d(w) = loom::view(together.data(), a.rows));
  for (std::ptrdiff_t i = 0; i < a.rows; ++i)
    kept(x = loom::view(a.x.data() + i * a.columns, 1, a.columns), w = loom::view(a.w.data() + i, 1),
         t = loom::view(a.t.data() + i, 1), d(w) = loom::view(alone.data() + i, 1));
  CHECK(together == alone);
}

TEST_CASE("rows that wait for each other are added to the entries of their groups") {
  for (const std::ptrdiff_t groups : {1, 3, 9}) {
    const data<float> a(groups * 5);
    const std::vector<float> weights(static_cast<std::size_t>(groups), 1.5f);
    std::vector<float> dv(weights.size());
    std::vector<double> room(weights.size());
    const float value =
        in_groups(y = loom::view(a.x.data(), groups, 5, a.columns), v = loom::view(weights.data(), groups),
                  d(v) = loom::view(dv.data(), groups), loom::workspace = loom::view(room.data(), groups));
    double all = 0;
    for (std::ptrdiff_t g = 0; g < groups; ++g) {
      double expected = 0;
      for (std::ptrdiff_t i = 0; i < 5; ++i) expected += a.size(g * 5 + i);
      CHECK(dv[static_cast<std::size_t>(g)] == Approx(expected).epsilon(1e-5));
      all += 1.5 * expected;
    }
    CHECK(value == Approx(all).epsilon(1e-5));
  }
}
