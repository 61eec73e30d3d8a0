// SPDX-License-Identifier: BSL-1.0
// lang/layout.cpp — results in the layout that the declarations determine, or that a binding states; while running and in
// constant expressions. Square buffers: a wrong layout would fit them as well.
#include <array>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

using loom::out;
using loom::view;

namespace {

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[M,D]">;
constexpr auto v = loom::tensor<"v[M]">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;

using matrix = std::array<std::array<double, 2>, 2>;
constexpr matrix numbers{{{1, 2}, {3, 4}}};
constexpr std::array<double, 2> weights{1, 10};
constexpr std::array<std::array<double, 1>, 2> rows{{{1}, {2}}}, columns{{{10}, {30}}};

constexpr auto weighted = loom::loss<w * x>;
constexpr auto pairs = loom::loss<v * sum(a* b, D)>;
constexpr auto both = loom::loss<loom::results(w* x, sum(a* b, D))>;

constexpr matrix weighted_by_default() {
  matrix r{};
  weighted(x = numbers, w = weights, out = r);
  return r;
}
constexpr matrix weighted_transposed() {
  matrix r{};
  weighted(x = numbers, w = weights, out(C, N) = r);
  return r;
}
constexpr matrix of_pairs_by_rows() {
  matrix r{};
  pairs(a = rows, b = columns, v = weights, out(N, M) = r);
  return r;
}
constexpr matrix of_pairs_by_columns() {
  matrix r{};
  pairs(a = rows, b = columns, v = weights, out(M, N) = r);
  return r;
}

}  // namespace

TEST_CASE("the layout of a result is that of the declarations, not of the text") {
  LOOM_CHECK(weighted_by_default() == matrix{{{1, 20}, {3, 40}}});
  matrix r{};
  weighted(x = numbers, w = weights, out = r);
  CHECK(r == weighted_by_default());
}

TEST_CASE("a stated layout is honoured, also where another one is the default") {
  LOOM_CHECK(weighted_transposed() == matrix{{{1, 3}, {20, 40}}});
  matrix r{};
  weighted(x = numbers, w = weights, out(C, N) = r);
  CHECK(r == weighted_transposed());
}

TEST_CASE("a layout that no declaration says is stated") {
  LOOM_CHECK(of_pairs_by_rows() == matrix{{{10, 300}, {20, 600}}});
  LOOM_CHECK(of_pairs_by_columns() == matrix{{{10, 20}, {300, 600}}});
  matrix r{};
  std::vector<double> memory(
      static_cast<std::size_t>(pairs.workspace_size(a = rows, b = columns, v = weights, out(N, M) = r)));
  pairs(a = rows, b = columns, v = weights, out(N, M) = r, loom::workspace = memory);
  CHECK(r == of_pairs_by_rows());
  pairs(a = rows, b = columns, v = weights, out(M, N) = r, loom::workspace = memory);
  CHECK(r == of_pairs_by_columns());
}

TEST_CASE("a rectangular result may be strided as well") {
  const std::vector<float> three{1, 2, 3}, two{10, 30};
  std::vector<float> r(12, -1.0F);
  constexpr auto products = loom::loss<sum(a * b, D)>;
  products(a = view(three.data(), 3, 1), b = view(two.data(), 2, 1), out(M, N) = view(r.data(), {2, 3}, {6, 2}));
  CHECK(r == std::vector<float>{10, -1, 20, -1, 30, -1, 30, -1, 60, -1, 90, -1});
}

TEST_CASE("further results state their layouts by themselves") {
  matrix first{}, second{};
  both(x = numbers, w = weights, a = rows, b = columns, out(C, N) = first, loom::result<1>(M, N) = second);
  CHECK(first == weighted_transposed());
  CHECK(second == matrix{{{10, 20}, {30, 60}}});
}

TEST_CASE("a seed has the layout of its result, or its own") {
  // The seed picks one pair: row 1, column 0. Its gradient with respect to row 1 is what column 0 holds.
  constexpr matrix by_rows{{{0, 0}, {1, 0}}}, by_columns{{{0, 1}, {0, 0}}};
  const auto gradient = [&](const auto&... bindings) {
    std::array<std::array<double, 1>, 2> g{};
    std::vector<double> memory(
        static_cast<std::size_t>(pairs.workspace_size(a = rows, b = columns, v = weights, d(a) = g, bindings...)));
    pairs(a = rows, b = columns, v = weights, d(a) = g, loom::workspace = memory, bindings...);
    return g;
  };
  const std::array<std::array<double, 1>, 2> expected{{{0}, {10}}};
  matrix r{};
  CHECK(gradient(loom::seed(N, M) = by_rows) == expected);
  CHECK(gradient(loom::seed(M, N) = by_columns) == expected);
  CHECK(gradient(out(N, M) = r, loom::seed = by_rows) == expected);
  CHECK(r == of_pairs_by_rows());
  CHECK(gradient(out(M, N) = r, loom::seed = by_columns) == expected);
  CHECK(r == of_pairs_by_columns());
  CHECK(gradient(out(M, N) = r, loom::seed(N, M) = by_rows) == expected);
}
