// SPDX-License-Identifier: BSL-1.0
// A user's global variables have any names: nothing within Loom is said to hide one.
#include "loom/loom.hpp"

// NOLINTBEGIN: names as they come
int b, c, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, u, v, w, y, z, at, of, from, to, name, value, scale, entry,
    count, step, rows, columns;
// NOLINTEND
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;
constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto others = loom::tensor<"b[M,D]">;
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto row = loom::loss<-gather(log_softmax(x, C), t).mean(N)>;
constexpr auto tile = loom::loss<-gather(log_softmax(sum(a* others, D), M), t, M).mean()>;
constexpr auto running = loom::loss<square(cumsum(x, C)).mean() + square(x(C = order(x, C)) - x(C = C - 1)).mean()>;

float all_of(float* data, const int* labels, loom::strided_view<double, 1> memory) {
  const auto matrix = [&](int extent) { return loom::view(data, extent, 4); };
  const auto label = loom::view(labels, 3);
  return row(x = matrix(3), t = label, d(x) = matrix(3)) +
         tile(a = matrix(3), others = matrix(5), t = label, d(a) = matrix(3), loom::workspace = memory) +
         running(x = matrix(3), d(x) = matrix(3), loom::workspace = memory);
}
