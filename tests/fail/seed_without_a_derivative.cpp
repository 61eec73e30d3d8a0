// SPDX-License-Identifier: BSL-1.0
// expect: loom: a seed is bound, but no derivative that it would scale
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto rows = loom::loss<square(x)>;

void call(const float* p, const float* cotangent, float* r) {
#ifdef LOOM_FIXED
  rows(x = loom::view(p, 3), loom::seed = loom::view(cotangent, 3), d(x) = loom::view(r, 3));
#else
  rows(x = loom::view(p, 3), loom::seed = loom::view(cotangent, 3), loom::out = loom::view(r, 3));
#endif
}
