// SPDX-License-Identifier: BSL-1.0
// expect: loom: the extent of the axis named<> follows from itself
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[C]">;
#ifdef LOOM_FIXED
constexpr auto Q = loom::axis<"Q = C + 1">;
#else
constexpr auto Q = loom::axis<"Q = Q + 1">;
#endif
constexpr auto C = loom::axis<"C">;
constexpr auto f = loom::loss<sum(where(Q == C, x, 0))>;

float call(const float* p) { return f(x = loom::view(p, 3)); }
