// SPDX-License-Identifier: BSL-1.0
// expect: loom: the operand does not have the axis
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x, loom::axis<"C">).mean()>;
#else
constexpr auto f = loom::loss<sum(x, loom::axis<"K">).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
