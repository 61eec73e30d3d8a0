// SPDX-License-Identifier: BSL-1.0
// expect: loom: outside = says what lies beyond the ends of an axis, but no axis is read further on or back
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,T]">;
constexpr auto T = loom::axis<"T">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<x(T = T + 1, loom::outside = 1).sum()>;
#else
constexpr auto f = loom::loss<x(T = 1, loom::outside = 1).sum()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
