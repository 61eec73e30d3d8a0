// SPDX-License-Identifier: BSL-1.0
// expect: loom: a formula is used as a condition, as in if or \?:
// lines: <= 11
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<where(x > 0, x, -x).mean()>;
#else
constexpr auto f = loom::loss<(x > 0 ? x : x).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
