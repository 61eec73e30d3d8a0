// SPDX-License-Identifier: BSL-1.0
// Axes whose extents follow from others, through the loops: slices, concatenations and interleavings. Each loss is held against
// a plain one, and its gradients against differences of that.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using std::size_t;

constexpr auto a = loom::tensor<"a[B,N]">;
constexpr auto b = loom::tensor<"b[B,M]">;
constexpr auto c = loom::tensor<"c[B,L]">;
constexpr auto x = loom::tensor<"x[B,C]">;
constexpr auto u = loom::tensor<"u[N,D]">;
constexpr auto v = loom::tensor<"v[M,D]">;
constexpr auto y = loom::tensor<"y[S]">;
constexpr auto of_u = loom::tensor<"of_u[U]">;
constexpr auto on = loom::mask<"on[B,N]">;
constexpr auto t = loom::index<"t[B]">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto L = loom::axis<"L">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;
constexpr auto S = loom::axis<"S">;
constexpr auto Q = loom::axis<"Q = N + M">;
constexpr auto P = loom::axis<"P = Q">;
constexpr auto R = loom::axis<"R = N + M + L">;
constexpr auto K = loom::axis<"K = C - 1">;
constexpr auto J = loom::axis<"J = C - 3">;
constexpr auto U = loom::axis<"U = 2 * S + 1">;
using loom::last;

// ---- the losses ----------------------------------------------------------------------------------------------------------

constexpr auto joined = where(Q < extent(N), a(N = Q), b(M = Q - extent(N)));
constexpr auto entropy = loom::loss<-log(exp(joined(Q = t)) / sum(exp(joined), Q)).mean()>;
constexpr auto three = where(R < extent(N), a(N = R),
                             where(R < extent(N) + extent(M), b(M = R - extent(N)), c(L = R - extent(N) - extent(M))));
constexpr auto three_parts = loom::loss<sum(square(three) * number(R + 1))>;
constexpr auto steps = loom::loss<sum(square(joined - joined(Q = Q - 1)) * number(Q + 1))>;

constexpr auto sliced = loom::loss<-log(exp(x(C = K + 1)) / sum(exp(x(C = K + 1)), K)).sum()>;
constexpr auto middle = loom::loss<sum(square(x(C = J + 1)) * number(J + 1))>;
constexpr auto differences = loom::loss<sum(log(1 + square(x(C = K + 1) - x(C = K))))>;

constexpr auto rows = where(Q < extent(N), u(N = Q), v(M = Q - extent(N)));
constexpr auto of_rows = loom::loss<sum(logsumexp(rows, D) * number(Q + 1))>;
constexpr auto down_columns = loom::loss<sum(logsumexp(rows, Q))>;
constexpr auto pairs = loom::loss<sum(where(Q != P, logaddexp(sum(rows* rows(Q = P), D), 0.0), 0.0))>;

constexpr auto blanks = sum(where(U == 2 * S + 1, y, 0), S);
constexpr auto interleaved = loom::loss<sum(square(blanks - of_u))>;

constexpr auto ends = loom::loss<sum(square(joined(Q = 0)) + joined(Q = last) * joined(Q = 1))>;
constexpr auto some = loom::loss<sum(where(on(N = Q), square(joined), joined))>;

// ---- plain ---------------------------------------------------------------------------------------------------------------

using numbers = std::vector<double>;
double seeded(size_t k) { return std::sin(static_cast<double>(k * k) * 1.3 + 0.7 * static_cast<double>(k) + 0.3); }
numbers some_numbers(size_t n, size_t seed) {
  numbers r(n);
  for (size_t k = 0; k < n; ++k) r[k] = seeded(k + 31 * seed);
  return r;
}
using reads = std::vector<numbers>;

/// The gradient of a plain loss by each of its arrays is what a call has found.
void check_gradients(const std::function<double(const reads&)>& plain, reads at, const reads& found) {
  for (size_t k = 0; k < at.size(); ++k)
    for (size_t i = 0; i < at[k].size(); ++i) {
      const double here = at[k][i], h = 1e-5;
      at[k][i] = here + h;
      const double above = plain(at);
      at[k][i] = here - h;
      const double below = plain(at);
      at[k][i] = here;
      REQUIRE(found[k][i] == Approx((above - below) / (2 * h)).margin(2e-7).epsilon(1e-6));
    }
}

auto square_of(double e) { return e * e; }
double logsumexp_of(const numbers& row) {
  double r = 0;
  for (const double e : row) r += std::exp(e);
  return std::log(r);
}
/// Row r of several arrays side by side.
numbers row_of(const reads& from, const std::vector<size_t>& extents, size_t row) {
  numbers all;
  for (size_t k = 0; k < extents.size(); ++k)
    for (size_t i = 0; i < extents[k]; ++i) all.push_back(from[k][row * extents[k] + i]);
  return all;
}
/// Arrays of rows one below the other.
numbers stacked(const reads& from) {
  numbers all;
  for (const numbers& part : from) all.insert(all.end(), part.begin(), part.end());
  return all;
}
reads cleared(const reads& like) {
  reads r = like;
  for (numbers& one : r) std::fill(one.begin(), one.end(), 77.0);
  return r;
}
const size_t extents_tried[][2] = {{1, 1}, {0, 3}, {4, 0}, {1, 5}, {2, 7}, {9, 16}, {33, 18}, {40, 3}};

}  // namespace

TEST_CASE("a softmax over two arrays side by side has the gradients of both") {
  for (const auto& tried : extents_tried)
    for (const size_t batch : {size_t{1}, size_t{3}, size_t{20}}) {
      const size_t n = tried[0], m = tried[1];
      const reads at{some_numbers(batch * n, 1), some_numbers(batch * m, 2)};
      std::vector<int> labels(batch);
      for (size_t i = 0; i < batch; ++i) labels[i] = static_cast<int>((i * 7 + 1) % (n + m));
      const auto plain = [&](const reads& r) {
        double total = 0;
        for (size_t i = 0; i < batch; ++i) {
          const numbers row = row_of(r, {n, m}, i);
          total += logsumexp_of(row) - row[static_cast<size_t>(labels[i])];
        }
        return total / static_cast<double>(batch);
      };
      reads g = cleared(at);
      const double value =
          entropy(a = loom::view(at[0].data(), batch, n), b = loom::view(at[1].data(), batch, m), t = labels,
                  d(a) = loom::view(g[0].data(), batch, n), d(b) = loom::view(g[1].data(), batch, m));
      CHECK(value == Approx(plain(at)));
      check_gradients(plain, at, g);
    }
}

TEST_CASE("a step back along two arrays side by side") {
  for (const auto& tried : extents_tried) {
    const size_t n = tried[0], m = tried[1];
    const size_t batch = 2;
    const reads at{some_numbers(batch * n, 1), some_numbers(batch * m, 2)};
    const auto plain = [&](const reads& r) {
      double total = 0;
      for (size_t i = 0; i < batch; ++i) {
        const numbers row = row_of(r, {n, m}, i);
        for (size_t k = 0; k < row.size(); ++k)
          total += square_of(row[k] - (k == 0 ? 0 : row[k - 1])) * static_cast<double>(k + 1);
      }
      return total;
    };
    reads g = cleared(at);
    const double value = steps(a = loom::view(at[0].data(), batch, n), b = loom::view(at[1].data(), batch, m),
                               d(a) = loom::view(g[0].data(), batch, n), d(b) = loom::view(g[1].data(), batch, m));
    CHECK(value == Approx(plain(at)).margin(1e-12));
    check_gradients(plain, at, g);
  }
}

TEST_CASE("three arrays side by side") {
  for (const auto& tried : extents_tried)
    for (const size_t l : {size_t{0}, size_t{1}, size_t{6}}) {
      const size_t n = tried[0], m = tried[1];
      const size_t batch = 2;
      const reads at{some_numbers(batch * n, 1), some_numbers(batch * m, 2), some_numbers(batch * l, 3)};
      const auto plain = [&](const reads& r) {
        double total = 0;
        for (size_t i = 0; i < batch; ++i) {
          const numbers row = row_of(r, {n, m, l}, i);
          for (size_t k = 0; k < row.size(); ++k) total += square_of(row[k]) * static_cast<double>(k + 1);
        }
        return total;
      };
      reads g = cleared(at);
      const double value =
          three_parts(a = loom::view(at[0].data(), batch, n), b = loom::view(at[1].data(), batch, m),
                      c = loom::view(at[2].data(), batch, l), d(a) = loom::view(g[0].data(), batch, n),
                      d(b) = loom::view(g[1].data(), batch, m), d(c) = loom::view(g[2].data(), batch, l));
      CHECK(value == Approx(plain(at)).margin(1e-12));
      check_gradients(plain, at, g);
    }
}

TEST_CASE("a slice is the loss of what is left, and its gradient is 0 outside of it") {
  for (const size_t classes : std::initializer_list<size_t>{1, 2, 3, 9, 17, 40})
    for (const size_t batch : {size_t{1}, size_t{4}, size_t{19}}) {
      const reads at{some_numbers(batch * classes, 1)};
      const auto entry = [&](const reads& r, size_t i, size_t k) { return r[0][i * classes + k]; };
      const auto plain = [&](const reads& r) {
        double total = 0;
        for (size_t i = 0; i < batch; ++i) {
          double sum = 0;
          for (size_t k = 1; k < classes; ++k) sum += std::exp(entry(r, i, k));
          for (size_t k = 1; k < classes; ++k) total += std::log(sum) - entry(r, i, k);
        }
        return total;
      };
      const auto plain_differences = [&](const reads& r) {
        double total = 0;
        for (size_t i = 0; i < batch; ++i)
          for (size_t k = 0; k + 1 < classes; ++k)
            total += std::log(1 + square_of(entry(r, i, k + 1) - entry(r, i, k)));
        return total;
      };
      reads g = cleared(at), h = g;
      const auto data = loom::view(at[0].data(), batch, classes);
      CHECK(sliced(x = data, d(x) = loom::view(g[0].data(), batch, classes)) == Approx(plain(at)).margin(1e-12));
      check_gradients(plain, at, g);
      CHECK(differences(x = data, d(x) = loom::view(h[0].data(), batch, classes)) ==
            Approx(plain_differences(at)).margin(1e-12));
      check_gradients(plain_differences, at, h);
      if (classes < 3) continue;
      const auto plain_middle = [&](const reads& r) {
        double total = 0;
        for (size_t i = 0; i < batch; ++i)
          for (size_t k = 0; k + 3 < classes; ++k) total += square_of(entry(r, i, k + 1)) * static_cast<double>(k + 1);
        return total;
      };
      CHECK(middle(x = data, d(x) = loom::view(g[0].data(), batch, classes)) == Approx(plain_middle(at)).margin(1e-12));
      check_gradients(plain_middle, at, g);
    }
}

TEST_CASE("rows of two arrays one below the other, along their columns and down them") {
  for (const auto& tried : extents_tried)
    for (const size_t features : {size_t{1}, size_t{3}, size_t{17}}) {
      const size_t n = tried[0], m = tried[1];
      const size_t all = n + m;
      const reads at{some_numbers(n * features, 1), some_numbers(m * features, 2)};
      const auto along = [&](const reads& r) {
        const numbers e = stacked(r);
        double total = 0;
        for (size_t q = 0; q < all; ++q)
          total += logsumexp_of({e.data() + q * features, e.data() + (q + 1) * features}) * static_cast<double>(q + 1);
        return total;
      };
      const auto down = [&](const reads& r) {
        const numbers e = stacked(r);
        double total = 0;
        for (size_t k = 0; k < features; ++k) {
          numbers column;
          for (size_t q = 0; q < all; ++q) column.push_back(e[q * features + k]);
          total += logsumexp_of(column);
        }
        return total;
      };
      const auto of_pairs = [&](const reads& r) {
        const numbers e = stacked(r);
        double total = 0;
        for (size_t q = 0; q < all; ++q)
          for (size_t p = 0; p < all; ++p) {
            double s = 0;
            for (size_t k = 0; k < features; ++k) s += e[q * features + k] * e[p * features + k];
            if (p != q) total += std::log1p(std::exp(s));
          }
        return total;
      };
      reads g = cleared(at);
      const auto of = [&](const auto& loss) {
        const auto below = loom::view(at[0].data(), n, features), above = loom::view(at[1].data(), m, features);
        const auto to_below = loom::view(g[0].data(), n, features), to_above = loom::view(g[1].data(), m, features);
        std::vector<double> room(
            static_cast<size_t>(loss.workspace_size(u = below, v = above, d(u) = to_below, d(v) = to_above)));
        return loss(u = below, v = above, d(u) = to_below, d(v) = to_above, loom::workspace = room);
      };
      CHECK(of(of_rows) == Approx(along(at)).margin(1e-12));
      check_gradients(along, at, g);
      CHECK(of(down_columns) == Approx(down(at)).margin(1e-12));
      check_gradients(down, at, g);
      CHECK(of(pairs) == Approx(of_pairs(at)).margin(1e-12));
      check_gradients(of_pairs, at, g);
    }
}

TEST_CASE("labels between blanks") {
  for (const size_t labels : std::initializer_list<size_t>{0, 1, 2, 11, 30}) {
    const reads at{some_numbers(labels, 1), some_numbers(2 * labels + 1, 2)};
    const auto plain = [&](const reads& r) {
      double total = 0;
      for (size_t k = 0; k < r[1].size(); ++k) total += square_of((k % 2 == 0 ? 0 : r[0][k / 2]) - r[1][k]);
      return total;
    };
    reads g = cleared(at);
    numbers room(static_cast<size_t>(interleaved.workspace_size(y = at[0], of_u = at[1], d(y) = g[0], d(of_u) = g[1])));
    CHECK(interleaved(y = at[0], of_u = at[1], d(y) = g[0], d(of_u) = g[1], loom::workspace = room) ==
          Approx(plain(at)).margin(1e-12));
    check_gradients(plain, at, g);
  }
}

TEST_CASE("entries and masks of what is side by side") {
  for (const auto& tried : extents_tried) {
    const size_t n = tried[0], m = tried[1];
    const size_t batch = 5;
    const reads at{some_numbers(batch * n, 1), some_numbers(batch * m, 2)};
    std::vector<std::uint8_t> chosen(batch * n);
    for (size_t k = 0; k < chosen.size(); ++k) chosen[k] = k % 3 != 0;
    const bool* const truth = reinterpret_cast<const bool*>(chosen.data());
    const auto plain_ends = [&](const reads& r) {
      double total = 0;
      for (size_t i = 0; i < batch; ++i) {
        const numbers row = row_of(r, {n, m}, i);
        total += square_of(row.front()) + row.back() * row[1];
      }
      return total;
    };
    const auto plain_some = [&](const reads& r) {
      double total = 0;
      for (size_t i = 0; i < batch; ++i) {
        const numbers row = row_of(r, {n, m}, i);
        for (size_t q = 0; q < row.size(); ++q) total += q < n && truth[i * n + q] ? square_of(row[q]) : row[q];
      }
      return total;
    };
    reads g = cleared(at);
    const auto left = loom::view(at[0].data(), batch, n), right = loom::view(at[1].data(), batch, m);
    const auto of_left = loom::view(g[0].data(), batch, n), of_right = loom::view(g[1].data(), batch, m);
    CHECK(ends(a = left, b = right, d(a) = of_left, d(b) = of_right) == Approx(plain_ends(at)).margin(1e-12));
    check_gradients(plain_ends, at, g);
    CHECK(some(a = left, b = right, on = loom::view(truth, batch, n), d(a) = of_left, d(b) = of_right) ==
          Approx(plain_some(at)).margin(1e-12));
    check_gradients(plain_some, at, g);
  }
}

TEST_CASE("data that has the axis has the extent that follows, which is not negative") {
  const auto message = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const loom::error& e) { return e.what(); }
    return {};
  };
  const numbers few(3), many(8);
  numbers room(64);
  CHECK(message([&] { interleaved(y = few, of_u = many, loom::workspace = room); }) ==
        "axis U has 8 entries in the data of this call, but by the extents that it follows from it has 7");
  CHECK(message([&] { interleaved(y = few, of_u = loom::view(many.data(), 7), loom::workspace = room); }).empty());
  CHECK(message([&] { middle(x = loom::view(few.data(), 1, 2)); }) ==
        "axis J would have -1 entries, by the extents that it follows from");
}

namespace {
constexpr double in_a_constant() {
  const double first[2][3] = {{1, 2, 3}, {0, 1, 0}}, second[2][1] = {{4}, {5}};
  double to_first[2][3]{}, to_second[2][1]{};
  const double value = loom::loss<sum(square(joined) * number(Q + 1))>(a = first, b = second, loom::d(a) = to_first,
                                                                       loom::d(b) = to_second);
  return value + to_first[0][2] + to_second[1][0];
}
static_assert(in_a_constant() == (1 + 8 + 27 + 64) + (2 + 100) + 18 + 40);
}  // namespace
