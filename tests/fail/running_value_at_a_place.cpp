// SPDX-License-Identifier: BSL-1.0
// expect: loom: what is read at another place along (named<>|T) has a running value
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,T]">;
constexpr auto N = loom::axis<"N">;
constexpr auto T = loom::axis<"T">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x(T = T + extent(N)))>;
#else
constexpr auto f = loom::loss<sum(cumsum(x, T)(T = T + extent(N)))>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
