// SPDX-License-Identifier: BSL-1.0
// expect: loom: entries are sorted along one axis
// lines: <= 16
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
#ifdef LOOM_FIXED
constexpr auto f = order(x, C);
#else
constexpr auto f = order(x);
#endif
