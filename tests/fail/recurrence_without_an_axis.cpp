// SPDX-License-Identifier: BSL-1.0
// expect: loom: a recurrence goes along one axis
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,T]">;
constexpr auto N = loom::axis<"N">;
constexpr auto T = loom::axis<"T">;
#ifdef LOOM_FIXED
constexpr auto f = recurrence(x, 0.5, T);
#else
constexpr auto f = recurrence(x, 0.5);
#endif
