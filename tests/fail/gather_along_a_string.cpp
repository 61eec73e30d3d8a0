// SPDX-License-Identifier: BSL-1.0
// expect: loom: an axis is written axis<"C">, or as a negative number
// lines: <= 19
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<gather(x, t, loom::axis<"C">).mean()>;
#else
constexpr auto f = loom::loss<gather(x, t, "C").mean()>;
#endif

float call(const float* p, const int* q) { return f(x = loom::view(p, 2, 3), t = loom::view(q, 2)); }
