// SPDX-License-Identifier: BSL-1.0
// expect: loom: the text of an input is like
// lines: <= 10
#include <loom/loom.hpp>

#ifdef LOOM_FIXED
constexpr auto x = loom::tensor<"x[N,C]">;
#else
constexpr auto x = loom::tensor<"x[N,">;
#endif

constexpr auto f = loom::loss<x.mean()>;
