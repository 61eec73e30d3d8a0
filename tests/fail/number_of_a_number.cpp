// SPDX-License-Identifier: BSL-1.0
// expect: loom: number\(t\) is labels, the positions along an axis or a mask as numbers; what it is given here is a number
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<(x * number(t)).mean()>;
#else
constexpr auto f = loom::loss<(number(x) * number(t)).mean()>;
#endif

float call(const float* p, const int* pt) { return f(x = loom::view(p, 2, 3), t = loom::view(pt, 2)); }
