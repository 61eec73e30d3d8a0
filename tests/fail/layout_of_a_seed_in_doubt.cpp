// SPDX-License-Identifier: BSL-1.0
// expect: loom: the declarations do not say in which order the axes named<> of this result lie in memory
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto a = loom::tensor<"a[N,D]">;
constexpr auto b = loom::tensor<"b[M,D]">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
// clang-format off
constexpr auto f = loom::loss<sum(a * b, loom::axis<"D">)>;
// clang-format on

void call(const float* p, float* r) {
#ifdef LOOM_FIXED
  f(a = loom::view(p, 2, 3), b = loom::view(p, 4, 3), loom::seed(N, M) = loom::view(p, 2, 4),
    d(a) = loom::view(r, 2, 3));
#else
  f(a = loom::view(p, 2, 3), b = loom::view(p, 4, 3), loom::seed = loom::view(p, 2, 4), d(a) = loom::view(r, 2, 3));
#endif
}
