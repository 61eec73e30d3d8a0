// SPDX-License-Identifier: BSL-1.0
// expect: loom: a value of this formula has more than 4 axes
// lines: <= 10
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[A,B,C,D]">;
constexpr auto y = loom::tensor<"y[D,E]">;

#ifdef LOOM_FIXED
constexpr auto f = loom::loss<x.mean() * y.mean()>;
#else
constexpr auto f = loom::loss<(x * y).mean()>;
#endif
