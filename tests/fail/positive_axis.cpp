// SPDX-License-Identifier: BSL-1.0
// expect: loom: a negative axis counts from the last axis of its operand
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x, -1).mean()>;
#else
constexpr auto f = loom::loss<sum(x, 1).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
