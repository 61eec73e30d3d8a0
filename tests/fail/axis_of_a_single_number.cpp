// SPDX-License-Identifier: BSL-1.0
// expect: loom: a number without axes has no axis got<>
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<x.sum().mean()>;
#else
constexpr auto f = loom::loss<x.sum().mean(-1)>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
