// SPDX-License-Identifier: BSL-1.0
// expect: loom: the operand does not have the axis
// lines: <= 10
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[K]">;

#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x, loom::axis<"C">).mean() * w.mean()>;
#else
constexpr auto f = loom::loss<sum(x, loom::axis<"K">).mean() * w.mean()>;
#endif
