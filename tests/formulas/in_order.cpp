// SPDX-License-Identifier: BSL-1.0
// Sums over the entries whose key is larger, or smaller, which run in the order of the key: against plain loops over all pairs, with equal
// keys, both zeros, infinities and NaN among them; by position; masked; and what stays as it is.
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using std::ptrdiff_t, std::size_t;
using numbers = std::vector<double>;
constexpr double inf = std::numeric_limits<double>::infinity(), unknown = std::numeric_limits<double>::quiet_NaN();

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto k = loom::tensor<"k[N]">;
constexpr auto w = loom::tensor<"w[N]">;
constexpr auto m = loom::mask<"m[N]">;
constexpr auto r = loom::index<"r[N]">;
constexpr auto v = loom::scalar<"v">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto s = loom::tensor<"s[B,I]">;
constexpr auto y = loom::tensor<"y[B,I]">;
constexpr auto I = loom::axis<"I">;
constexpr auto J = loom::axis<"J">;

constexpr auto there = x(N = M);
template <auto Mask> constexpr auto logarithm = sum(w * softplus(logsumexp(where(Mask, there, -INFINITY), M)));
template <auto Mask> constexpr auto squares = sum(w * square(sum(where(Mask, there, 0), M)));

/// In how many running values a formula is done with a gradient of its first input.
template <auto Formula, auto Input>
constexpr int running_values() {
  int count = 0;
  for (const loom::ir::node& n : decltype(loom::loss<Formula>)::template program_of<decltype(d(Input))>::simple.nodes)
    count += loom::ir::is_running(n.code);
  return count;
}

struct data {
  numbers x, k, w, g;
  std::vector<unsigned char> m;
};
data random_data(size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  data all{numbers(n), numbers(n), numbers(n), numbers(n), std::vector<unsigned char>(n)};
  for (size_t i = 0; i < n; ++i) {
    all.x[i] = 3 * normal(random);
    all.w[i] = normal(random);
    const auto kind = random() % 16;
    all.k[i] = kind == 0   ? unknown
               : kind == 1 ? inf
               : kind == 2 ? -inf
               : kind == 3 ? -0.0
                           : std::floor(4 * normal(random));
    all.m[i] = random() % 4 != 0;
  }
  return all;
}

/// A loss of all pairs that `included(i, j)` chooses, and its gradient.
template <class Included>
double by_pairs(const data& all, bool logarithm, const Included& included, numbers& g) {
  const size_t n = all.x.size();
  g.assign(n, 0);
  long double loss = 0;
  for (size_t i = 0; i < n; ++i) {
    long double sum = 0;
    for (size_t j = 0; j < n; ++j)
      if (included(i, j)) sum += logarithm ? std::exp(static_cast<long double>(all.x[j])) : all.x[j];
    loss += all.w[i] * (logarithm ? std::log1p(sum) : sum * sum);
    for (size_t j = 0; j < n; ++j)
      if (included(i, j))
        g[j] += static_cast<double>(all.w[i] *
                                    (logarithm ? std::exp(static_cast<long double>(all.x[j])) / (1 + sum) : 2 * sum));
  }
  return static_cast<double>(loss);
}

/// `with(all, f, bindings...)` calls f with what a formula needs beside x and w.
template <auto Formula, class Included, class With>
void agrees(bool logarithm, const Included& included, const With& with) {
  constexpr auto f = loom::loss<Formula>;
  static_assert(running_values<Formula, x>() > 0);
  for (const size_t n : {size_t{1}, size_t{2}, size_t{3}, size_t{17}, size_t{64}, size_t{131}}) {
    data all = random_data(n, static_cast<unsigned>(n));
    numbers expected;
    const double loss = by_pairs(all, logarithm, [&](size_t i, size_t j) { return included(all, i, j); }, expected);
    const auto size = [&](const auto&... bindings) { return f.workspace_size(bindings...); };
    numbers memory(static_cast<size_t>(with(all, size, x = all.x, w = all.w, d(x) = all.g)));
    const double got = with(all, f, x = all.x, w = all.w, d(x) = all.g, loom::workspace = memory);
    INFO(n << " entries");
    CHECK(got == Approx(loss).epsilon(1e-11).margin(1e-11));
    for (size_t j = 0; j < n; ++j) CHECK(all.g[j] == Approx(expected[j]).epsilon(1e-11).margin(1e-11));
  }
}
template <auto Mask, class Included, class With>
void both_agree(const Included& included, const With& with) {
  agrees<logarithm<Mask>>(true, included, with);
  agrees<squares<Mask>>(false, included, with);
}

const auto with_keys = [](const data& all, const auto& f, const auto&... more) { return f(k = all.k, more...); };
const auto without = [](const data&, const auto& f, const auto&... more) { return f(more...); };

}  // namespace

TEST_CASE("sums over larger and smaller keys") {
  both_agree<(k(N = M) >= k)>([](const data& a, size_t i, size_t j) { return a.k[j] >= a.k[i]; }, with_keys);
  both_agree<(k(N = M) > k)>([](const data& a, size_t i, size_t j) { return a.k[j] > a.k[i]; }, with_keys);
  both_agree<(k > k(N = M))>([](const data& a, size_t i, size_t j) { return a.k[j] < a.k[i]; }, with_keys);
  both_agree<(k >= k(N = M))>([](const data& a, size_t i, size_t j) { return a.k[j] <= a.k[i]; }, with_keys);
}
TEST_CASE("labels are keys, all of whose bits count") {
  const auto by = [](std::int64_t step) {
    return [step](const data& all, const auto& f, const auto&... more) {
      std::vector<std::int64_t> labels(all.k.size());
      for (size_t i = 0; i < labels.size(); ++i)
        labels[i] = INT64_MIN + step + step * static_cast<std::int64_t>(i * 7 % 5);
      return f(r = labels, more...);
    };
  };
  const auto label = [](size_t i) { return i * 7 % 5; };
  for (const std::int64_t step : {std::int64_t{1}, std::int64_t{1} << 60}) {
    both_agree<(r(N = M) >= r)>([&](const data&, size_t i, size_t j) { return label(j) >= label(i); }, by(step));
    both_agree<(r > r(N = M))>([&](const data&, size_t i, size_t j) { return label(j) < label(i); }, by(step));
  }
}
TEST_CASE("sums over what is before or after") {
  both_agree<(M >= N)>([](const data&, size_t i, size_t j) { return j >= i; }, without);
  both_agree<(M > N)>([](const data&, size_t i, size_t j) { return j > i; }, without);
  both_agree<(N > M)>([](const data&, size_t i, size_t j) { return j < i; }, without);
  both_agree<(M <= N)>([](const data&, size_t i, size_t j) { return j <= i; }, without);
}
TEST_CASE("masks of either side") {
  const auto with = [](const data& all, const auto& f, const auto&... more) {
    const auto mask = loom::view(reinterpret_cast<const bool*>(all.m.data()), static_cast<ptrdiff_t>(all.m.size()));
    return f(k = all.k, m = mask, more...);
  };
  agrees<logarithm<(k(N = M) >= k && m(N = M))>>(
      true, [](const data& a, size_t i, size_t j) { return a.k[j] >= a.k[i] && a.m[j] != 0; }, with);
  agrees<squares<(m && k(N = M) < k && m(N = M))>>(
      false, [](const data& a, size_t i, size_t j) { return a.m[i] != 0 && a.k[j] < a.k[i] && a.m[j] != 0; }, with);
}

TEST_CASE("values that have more axes than the key") {
  constexpr ptrdiff_t n = 9, lines = 3;
  constexpr auto z = loom::tensor<"z[N,D]">;
  constexpr auto f = loom::loss<sum(square(logsumexp(where(k(N = M) >= k, z(N = M), -INFINITY), M)))>;
  static_assert(running_values<sum(square(logsumexp(where(k(N = M) >= k, z(N = M), -INFINITY), M))), z>() > 0);
  numbers values(n * lines), keys(n), g(values.size()), expected(values.size()), memory(10000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = std::sin(1.3 * static_cast<double>(i));
  for (size_t i = 0; i < keys.size(); ++i) keys[i] = static_cast<double>(i * 5 % 4);
  const double got = f(z = loom::view(values.data(), n, lines), k = keys, d(z) = loom::view(g.data(), n, lines),
                       loom::workspace = memory);
  double loss = 0;
  for (size_t c = 0; c < lines; ++c)
    for (size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (size_t j = 0; j < n; ++j)
        if (keys[j] >= keys[i]) sum += std::exp(values[j * lines + c]);
      loss += std::log(sum) * std::log(sum);
      for (size_t j = 0; j < n; ++j)
        if (keys[j] >= keys[i]) expected[j * lines + c] += 2 * std::log(sum) * std::exp(values[j * lines + c]) / sum;
    }
  CHECK(got == Approx(loss).epsilon(1e-13));
  for (size_t i = 0; i < g.size(); ++i) CHECK(g[i] == Approx(expected[i]).epsilon(1e-13).margin(1e-14));
}

TEST_CASE("what is not in a sum does not reach it, whatever it is") {
  constexpr auto f = loom::loss<logarithm<(k(N = M) > k)>>;
  const numbers values{-inf, 1, unknown, 2}, keys{0, 2, unknown, 1}, weights{1, 1, 1, 0};
  numbers g(4), memory(1000);
  CHECK(f(x = values, k = keys, w = weights, d(x) = g, loom::workspace = memory) ==
        Approx(std::log1p(std::exp(1.0) + std::exp(2.0))));
  CHECK(g[0] == 0);
  CHECK(g[2] == 0);
}

TEST_CASE(
    "what does not run in order: no gradient, second derivatives, lines of entries, a gradient over its input, other "
    "keys") {
  constexpr auto f = loom::loss<logarithm<(k(N = M) >= k)>>;
  STATIC_REQUIRE(f.plan().problem == loom::schedule::unplanned::none);
  STATIC_REQUIRE(f.plan(d2(x)).problem == loom::schedule::unplanned::none);
  STATIC_REQUIRE(f.plan(d(x)).problem == loom::schedule::unplanned::running);
  using lines = decltype(loom::loss<logsumexp(where(y(I = J) >= y, s(I = J), -INFINITY), J).mean()>);
  STATIC_REQUIRE(lines::plan(d(s)).problem == loom::schedule::unplanned::none);
  // Positions need no order: lines run, too.
  using triangle = decltype(loom::loss<logsumexp(where(J >= I, s(I = J), -INFINITY), J).mean()>);
  STATIC_REQUIRE(triangle::plan(d(s)).problem == loom::schedule::unplanned::running);
  using other = decltype(loom::loss<logarithm<(k(N = M) >= w)>>);
  STATIC_REQUIRE(other::plan(d(x)).problem == loom::schedule::unplanned::none);
  using of_both = decltype(loom::loss<sum(w * square(sum(where(k(N = M) >= k, x(N = M) * x, 0), M)))>);
  STATIC_REQUIRE(of_both::plan(d(x)).problem == loom::schedule::unplanned::none);
  // A derivative that takes no memory for the pairs.
  using of_number = decltype(loom::loss<sum(square(v * sum(where(k(N = M) >= k, there, 0), M)))>);
  STATIC_REQUIRE(of_number::plan(d(v)).problem == loom::schedule::unplanned::none);
  using kept = decltype(loom::loss<as_written(logarithm<(k(N = M) >= k)>)>);
  STATIC_REQUIRE(kept::plan(d(x)).problem == loom::schedule::unplanned::none);
}
