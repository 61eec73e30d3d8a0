// SPDX-License-Identifier: BSL-1.0
// expect: loom: custom.value, slope.u. = s, \.\.\.. has two slopes by the same u
// lines: <= 14
#include <loom/loom.hpp>

using loom::slope;

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto y = loom::tensor<"y[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<custom(x* y, slope(x) = y, slope(y) = x).mean()>;
#else
constexpr auto f = loom::loss<custom(x* y, slope(x) = y, slope(x) = x).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2), y = loom::view(p, 2)); }
