// SPDX-License-Identifier: BSL-1.0
// expect: loom: slope.u. = s is the derivative by u, an input or what is computed from inputs; this u is a number
// lines: <= 14
#include <loom/loom.hpp>

using loom::slope;

constexpr auto x = loom::tensor<"x[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<custom(round(x), slope(x) = 1).mean()>;
#else
constexpr auto f = loom::loss<custom(round(x), slope(1) = x).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2)); }
