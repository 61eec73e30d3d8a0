// SPDX-License-Identifier: BSL-1.0
// expect: loom: named<> is bound, but the formula has no such input
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto both = loom::loss<loom::results(x.sum(), square(x).sum())>;

float call(const float* p, float& squares) {
#ifdef LOOM_FIXED
  return both(x = loom::view(p, 3), loom::result<1> = squares);
#else
  return both(x = loom::view(p, 3), loom::result<2> = squares);
#endif
}
