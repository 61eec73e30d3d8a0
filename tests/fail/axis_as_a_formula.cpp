// SPDX-License-Identifier: BSL-1.0
// expect: loom: an axis is written axis<"C">, or as a negative number
// lines: <= 23
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::tensor<"C[C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x, loom::axis<"C">).mean()>;
#else
constexpr auto f = loom::loss<sum(x, C).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
