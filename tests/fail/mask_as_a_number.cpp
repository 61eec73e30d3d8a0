// SPDX-License-Identifier: BSL-1.0
// expect: loom: a mask is used where a number is needed
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto m = loom::mask<"m[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<where(m, x, 0).mean()>;
#else
constexpr auto f = loom::loss<(x * m).mean()>;
#endif

float call(const float* p, const bool* pm) { return f(x = loom::view(p, 2, 3), m = loom::view(pm, 2)); }
