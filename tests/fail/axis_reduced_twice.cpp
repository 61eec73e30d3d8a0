// SPDX-License-Identifier: BSL-1.0
// expect: loom: the axis named<> is listed twice in one reduction
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x, -2, -1).mean()>;
#else
constexpr auto f = loom::loss<sum(x, C, -1).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
