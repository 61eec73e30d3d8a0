// SPDX-License-Identifier: BSL-1.0
// loops/shifts.cpp — numbers, labels and masks that are read further on, or back, along the entries of a row, along rows, and along both, in
// every layout that loops have a shape for; beyond the ends they are 0.
#include <cstdint>
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
constexpr auto m = loom::mask<"m[N,C]">;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;

template <int Rows, int Columns, class E>
constexpr auto moved(const E& e) {
  if constexpr (Rows == 0) return e(C = C + Columns);
  else if constexpr (Columns == 0) return e(N = N + Rows);
  else return e(N = N + Rows, C = C + Columns);
}
/// A product of neighbours, a sum over rows that keeps them apart, a mask and labels elsewhere.
template <int R, int K>
constexpr auto formula =
    sum(w * x * moved<R, K>(x)) + sum(where(moved<R, K>(m), x, 0)) + sum(w * sum(number(moved<R, K>(u)) * x, C));

template <int R, int K, class T, class I>
void agrees(ptrdiff_t n, ptrdiff_t c, order o) {
  constexpr auto f = loom::loss<formula<R, K>>;
  matrix<T> values(n, c, o), slopes(n, c, o);
  matrix<I> labels(n, c, o);
  matrix<unsigned char> mask(n, c, o);
  std::vector<T> weights(static_cast<size_t>(n));
  for (ptrdiff_t i = 0; i < n; ++i) {
    weights[static_cast<size_t>(i)] = static_cast<T>(i % 3 - 1);
    for (ptrdiff_t j = 0; j < c; ++j) {
      values.at(i, j) = static_cast<T>((i * 3 + j * 5) % 7 - 3);
      labels.at(i, j) = static_cast<I>((i + 2 * j) % 6);
      mask.at(i, j) = (i * 5 + j * 3) % 4 != 0;
    }
  }
  const auto weight = [&](ptrdiff_t i) { return i < 0 || i >= n ? T(0) : weights[static_cast<size_t>(i)]; };
  const auto got = static_cast<double>(
      f(x = values.view(), w = weights, u = labels.view(), m = mask.as_mask(), d(x) = slopes.view()));
  double expected = 0;
  bool right = true;
  for (ptrdiff_t i = 0; i < n; ++i)
    for (ptrdiff_t j = 0; j < c; ++j) {
      const T v = values(i, j), of_label = weight(i) * static_cast<T>(labels(i + R, j + K)),
              of_mask = mask(i + R, j + K);
      expected += static_cast<double>(v * (weight(i) * values(i + R, j + K) + of_mask + of_label));
      right = right && slopes.at(i, j) ==
                           weight(i) * values(i + R, j + K) + weight(i - R) * values(i - R, j - K) + of_mask + of_label;
    }
  INFO(n << " x " << c << ", order " << static_cast<int>(o) << ", by " << R << " and " << K);
  CHECK(got == expected);
  CHECK(right);
}
template <int R, int K, class I>
void agrees() {
  for (loom::target most : trial::targets()) {
    const loom::limit_target limit(most);
    for (const order o : {order::contiguous, order::apart, order::transposed})
      for (const ptrdiff_t rows : {1, 2, 5, 40, 131})
        for (const ptrdiff_t columns : {1, 2, 10, 17, 40, 400}) {
          agrees<R, K, float, I>(rows, columns, o);
          agrees<R, K, double, I>(rows, columns, o);
        }
  }
}

}  // namespace

TEST_CASE("entries of the same row") {
  agrees<0, -1, int>();
  agrees<0, 2, std::int64_t>();
}
TEST_CASE("entries of other rows") {
  agrees<-1, 0, std::uint8_t>();
  agrees<3, 0, std::int64_t>();
}
TEST_CASE("entries of other rows, further on") { agrees<-1, 1, int>(); }
TEST_CASE("more than a row or a matrix has") { agrees<-100, 20, short>(); }
