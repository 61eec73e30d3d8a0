// SPDX-License-Identifier: BSL-1.0
// expect: loom: the declarations do not say which of the axes N and C is at position -2 of the operand
// lines: <= 10
// flags: -std=c++26
// compiler: Clang
#include <loom/loom.hpp>

constexpr auto f_ = loom::tensor<"f[N,D]">;
constexpr auto g = loom::tensor<"g[C,D]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<logsumexp(f_* g, loom::axis<"D">).mean()>;
#else
constexpr auto f = loom::loss<logsumexp(f_* g, -2).mean()>;
#endif

float call(const float* p) { return f(f_ = loom::view(p, 2, 3), g = loom::view(p, 2, 3)); }
