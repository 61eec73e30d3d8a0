// SPDX-License-Identifier: BSL-1.0
// expect: loom: the data bound to named<> has got<> axes, its declaration limit_is<>
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::loss<square(sum(x, -1))>;

void call(const float* p, const float* cotangent, float* g) {
#ifdef LOOM_FIXED
  f(x = loom::view(p, 2, 3), loom::seed = loom::view(cotangent, 2), d(x) = loom::view(g, 2, 3));
#else
  f(x = loom::view(p, 2, 3), loom::seed = loom::view(cotangent, 2, 3), d(x) = loom::view(g, 2, 3));
#endif
}
