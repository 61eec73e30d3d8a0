// SPDX-License-Identifier: BSL-1.0
// expect: (got<5>.*loom: the text of an input|loom: the text of an input.*got<5>)
// lines: <= 14
#include <loom/loom.hpp>

#ifdef LOOM_FIXED
constexpr auto x = loom::tensor<"x[N,C]">;
#else
constexpr auto x = loom::tensor<"x[N,">;
#endif

constexpr auto f = loom::loss<x.mean()>;

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
