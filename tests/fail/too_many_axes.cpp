// SPDX-License-Identifier: BSL-1.0
// expect: loom: this formula has got<> axes of different names; limit_is<> are allowed
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[A,B,C,D]">;
constexpr auto y = loom::tensor<"y[E,F,G,H]">;
constexpr auto z = loom::tensor<"z[I]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<x.mean()>;
#else
constexpr auto f = loom::loss<x.mean() * y.mean() * z.mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 1, 2, 3, 4)); }
