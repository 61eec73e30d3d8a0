// SPDX-License-Identifier: BSL-1.0
// expect: loom: gather.values, index.: the second argument must be an index
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto y = loom::tensor<"y[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<gather(x, t).mean()>;
#else
constexpr auto f = loom::loss<gather(x, y).mean()>;
#endif

float call(const float* p, const int* pt) { return f(x = loom::view(p, 2, 3), t = loom::view(pt, 2)); }
