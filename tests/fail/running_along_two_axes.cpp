// SPDX-License-Identifier: BSL-1.0
// expect: loom: a running value goes along one axis, and what follows the axis is reverse, exclusive or both
// lines: <= 16
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,T]">;
constexpr auto N = loom::axis<"N">;
constexpr auto T = loom::axis<"T">;
#ifdef LOOM_FIXED
constexpr auto f = cumsum(cumsum(x, N), T, loom::reverse);
#else
constexpr auto f = cumsum(x, N, T);
#endif
