// SPDX-License-Identifier: BSL-1.0
// expect: loom: the formula is not a scalar, it has the axes named<>: reduce it with .mean..
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::loss<sum(x, -1)>;

void call(const float* p, float* r, [[maybe_unused]] float* g) {
#ifdef LOOM_FIXED
  f(x = loom::view(p, 2, 3), loom::out = loom::view(r, 2));
#else
  f(x = loom::view(p, 2, 3), loom::out = loom::view(r, 2), d(x) = loom::view(g, 2, 3));
#endif
}
