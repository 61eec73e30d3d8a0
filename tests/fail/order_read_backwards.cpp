// SPDX-License-Identifier: BSL-1.0
// expect: loom: what is read at another place along (named<>|T) has a running value
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,T]">;
constexpr auto T = loom::axis<"T">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x* x(T = loom::last - T))>;
#else
constexpr auto f = loom::loss<sum(x* x(T = order(x, T))(T = loom::last - T))>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
