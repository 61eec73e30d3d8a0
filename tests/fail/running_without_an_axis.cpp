// SPDX-License-Identifier: BSL-1.0
// expect: loom: a running value goes along one axis
// lines: <= 16
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,T]">;
constexpr auto N = loom::axis<"N">;
constexpr auto T = loom::axis<"T">;
#ifdef LOOM_FIXED
constexpr auto f = cumprod(x, T);
#else
constexpr auto f = cumprod(x);
#endif
