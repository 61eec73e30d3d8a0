// SPDX-License-Identifier: BSL-1.0
// expect: loom: max.a, -1. and min.a, -1. could mean an axis or a number
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<max(x, -1.0).mean()>;
#else
constexpr auto f = loom::loss<max(x, -1).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
