// SPDX-License-Identifier: BSL-1.0
// expect: loom: a value of this formula has 6 axes, E, N, C, D, H and W; 5 are allowed
// lines: <= 10
// flags: -std=c++26
// compiler: Clang
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C,D,H,W]">;
constexpr auto y = loom::tensor<"y[E]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<x.mean() * y.mean()>;
#else
constexpr auto f = loom::loss<(y * x).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 1, 2, 3, 4, 5), y = loom::view(p, 2)); }
