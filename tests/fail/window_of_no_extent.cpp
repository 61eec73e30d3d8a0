// SPDX-License-Identifier: BSL-1.0
// expect: loom: no input has the axis named<>
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,T]">;
constexpr auto T = loom::axis<"T">;
#ifdef LOOM_FIXED
constexpr auto K = loom::axis<"K = 3">;
#else
constexpr auto K = loom::axis<"K">;  // how wide is it?
#endif
constexpr auto f = loom::loss<sum(max(x(T = T + K - 1), K))>;

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
