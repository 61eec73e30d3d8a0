// SPDX-License-Identifier: BSL-1.0
// expect: loom: a formula is used as a condition, as in if or \?:
// lines: <= 24
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<where(x > 0, x, 0).mean()>;
#else
constexpr auto f = loom::loss<(x > 0 ? x : 0).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
