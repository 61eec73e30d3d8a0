// SPDX-License-Identifier: BSL-1.0
// expect: loom: what is read at another place along (named<>|T) has a running value
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,T]">;
constexpr auto w = loom::tensor<"w[K]">;
constexpr auto T = loom::axis<"T">;
constexpr auto K = loom::axis<"K">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(w* x(T = T + K))>;
#else
constexpr auto f = loom::loss<sum(w* cumsum(x, T)(T = T + K))>;
#endif

float call(const float* p, const float* q) { return f(x = loom::view(p, 2, 3), w = loom::view(q, 2)); }
