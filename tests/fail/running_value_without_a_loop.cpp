// SPDX-License-Identifier: BSL-1.0
// expect: loom: this formula, or a derivative of it, has a running value
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,T]">;
constexpr auto T = loom::axis<"T">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<x.mean()>;
#else
constexpr auto f = loom::loss<cumsum(x, T).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
