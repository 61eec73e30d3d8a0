// SPDX-License-Identifier: BSL-1.0
// expect: loom: the operand does not have the axis
// lines: <= 24
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x, loom::axis<"C">).mean()>;
#else
constexpr auto f = loom::loss<sum(x, loom::axis<"K">).mean()>;
#endif

constexpr int sweeps() { return f.plan(d(x)).sweeps; }
static_assert(sweeps() == 1);
