// SPDX-License-Identifier: BSL-1.0
// expect: loom: a value of this formula has got<> axes, named<>; limit_is<> are allowed
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[A,B,C,D,E]">;
constexpr auto y = loom::tensor<"y[F]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<x.mean()>;
#else
constexpr auto f = loom::loss<(x * y).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 1, 2, 3, 4, 5)); }
