// SPDX-License-Identifier: BSL-1.0
// expect: loom: an index is used as a number
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<gather(x, t).mean()>;
#else
constexpr auto f = loom::loss<(x + t).mean()>;
#endif

float call(const float* p, const int* pt) { return f(x = loom::view(p, 2, 3), t = loom::view(pt, 2)); }
