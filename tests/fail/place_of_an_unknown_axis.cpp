// SPDX-License-Identifier: BSL-1.0
// expect: loom: the operand does not have the axis named<>
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
constexpr auto K = loom::axis<"K">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x(C = 1))>;
#else
constexpr auto f = loom::loss<sum(x(K = 1))>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
