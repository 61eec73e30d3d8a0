// SPDX-License-Identifier: BSL-1.0
// loops/labels.cpp — labels and masks of entries, of rows and of columns, of every type and in every layout that loops have a shape for:
// they are loaded as vectors where they lie side by side, through tiles where rows do, and one by one elsewhere.
#include <cstdint>
#include <utility>
#include <vector>

#include "loom/loom.hpp"
#include "support/matrix.hpp"
#include "support/targets.hpp"

namespace {

using std::ptrdiff_t, std::size_t;
using trial::matrix, trial::order;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[N]">;
constexpr auto u = loom::index<"u[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto q = loom::index<"q[C]">;
constexpr auto m = loom::mask<"m[N,C]">;
constexpr auto k = loom::mask<"k[C]">;
constexpr auto C = loom::axis<"C">;
constexpr auto N = loom::axis<"N">;

/// All numbers are small and whole, so every order of a sum has the same one.
constexpr auto chosen = (m && u == q) || (k && u != 3) || u < t;
constexpr auto by_row = loom::loss<sum(w* sum(where(chosen, square(x), x), C))>;
constexpr auto by_column = loom::loss<sum(square(sum(w* where(chosen, x, number(u)), N)))>;

template <class T, class I>
void agrees(ptrdiff_t n, ptrdiff_t c, order o) {
  matrix<T> values(n, c, o), slopes(n, c, o);
  matrix<I> labels(n, c, o);
  matrix<unsigned char> mask(n, c, o);
  std::vector<T> weights(static_cast<size_t>(n));
  std::vector<I> of_rows(weights.size()), of_columns(static_cast<size_t>(c));
  std::vector<unsigned char> columns(of_columns.size());
  for (ptrdiff_t i = 0; i < n; ++i) {
    weights[static_cast<size_t>(i)] = static_cast<T>(i % 3 - 1);
    of_rows[static_cast<size_t>(i)] = static_cast<I>(i % 5);
    for (ptrdiff_t j = 0; j < c; ++j) {
      values.at(i, j) = static_cast<T>((i * 3 + j * 5) % 7 - 3);
      labels.at(i, j) = static_cast<I>((i + 2 * j) % 6);
      mask.at(i, j) = (i * 5 + j * 3) % 4 != 0;
    }
  }
  for (ptrdiff_t j = 0; j < c; ++j) {
    of_columns[static_cast<size_t>(j)] = static_cast<I>(j % 4);
    columns[static_cast<size_t>(j)] = j % 3 == 0;
  }
  const auto is_chosen = [&](ptrdiff_t i, ptrdiff_t j) {
    const I label = labels.at(i, j);
    return (mask.at(i, j) != 0 && label == of_columns[static_cast<size_t>(j)]) ||
           (columns[static_cast<size_t>(j)] != 0 && label != 3) || label < of_rows[static_cast<size_t>(i)];
  };
  const auto call = [&](const auto& f) {
    return f(x = values.view(), w = weights, u = labels.view(), t = of_rows, q = of_columns, m = mask.as_mask(),
             k = loom::view(reinterpret_cast<const bool*>(columns.data()), c), d(x) = slopes.view());
  };
  INFO(n << " x " << c << ", layout " << static_cast<int>(o));
  double expected = 0;
  bool right = true;
  const double rows = static_cast<double>(call(by_row));
  for (ptrdiff_t i = 0; i < n; ++i)
    for (ptrdiff_t j = 0; j < c; ++j) {
      const T v = values.at(i, j), weight = weights[static_cast<size_t>(i)];
      expected += static_cast<double>(weight * (is_chosen(i, j) ? v * v : v));
      right = right && slopes.at(i, j) == weight * (is_chosen(i, j) ? 2 * v : 1);
    }
  CHECK(rows == expected);
  CHECK(right);

  const double sums = static_cast<double>(call(by_column));
  expected = 0;
  for (ptrdiff_t j = 0; j < c; ++j) {
    T sum = 0;
    for (ptrdiff_t i = 0; i < n; ++i)
      sum += weights[static_cast<size_t>(i)] * (is_chosen(i, j) ? values.at(i, j) : static_cast<T>(labels.at(i, j)));
    expected += static_cast<double>(sum * sum);
    for (ptrdiff_t i = 0; i < n; ++i)
      right = right && slopes.at(i, j) == (is_chosen(i, j) ? 2 * sum * weights[static_cast<size_t>(i)] : T(0));
  }
  CHECK(sums == expected);
  CHECK(right);
}

}  // namespace

TEMPLATE_TEST_CASE("labels and masks of any type, wherever they lie", "", std::int8_t, std::uint8_t, std::int16_t,
                   std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t) {
  for (loom::target most : trial::targets()) {
    const loom::limit_target limit(most);
    for (const order o : {order::contiguous, order::apart, order::transposed})
      for (const ptrdiff_t rows : {1, 5, 40, 131})
        for (const ptrdiff_t columns : {1, 3, 10, 40, 400}) {
          agrees<float, TestType>(rows, columns, o);
          agrees<double, TestType>(rows, columns, o);
        }
  }
}
