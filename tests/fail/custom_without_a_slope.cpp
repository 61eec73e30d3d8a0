// SPDX-License-Identifier: BSL-1.0
// expect: loom: custom.value, slope.u. = s. takes a value and the derivative to use for each u it depends on
// lines: <= 14
#include <loom/loom.hpp>

using loom::slope;

constexpr auto x = loom::tensor<"x[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<custom(round(x), slope(x) = 1).mean()>;
#else
constexpr auto f = loom::loss<custom(round(x), slope(x)).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2)); }
