// SPDX-License-Identifier: BSL-1.0
// expect: loom: order\(e, C\) sorts along one axis, and what follows the axis is reverse or nothing
// lines: <= 16
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
#ifdef LOOM_FIXED
constexpr auto f = order(x, C, loom::reverse);
#else
constexpr auto f = order(x, C, loom::exclusive);
#endif
