// SPDX-License-Identifier: BSL-1.0
// expect: loom: this formula has got<> inputs, with its seed, its directions and each place at which an input is read; limit_is<> are allowed
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto a0 = loom::tensor<"a0[N]">;
constexpr auto a1 = loom::tensor<"a1[N]">;
constexpr auto a2 = loom::tensor<"a2[N]">;
constexpr auto a3 = loom::tensor<"a3[N]">;
constexpr auto a4 = loom::tensor<"a4[N]">;
constexpr auto a5 = loom::tensor<"a5[N]">;
constexpr auto a6 = loom::tensor<"a6[N]">;
constexpr auto a7 = loom::tensor<"a7[N]">;
constexpr auto a8 = loom::tensor<"a8[N]">;
constexpr auto a9 = loom::tensor<"a9[N]">;
constexpr auto a10 = loom::tensor<"a10[N]">;
constexpr auto a11 = loom::tensor<"a11[N]">;
constexpr auto a12 = loom::tensor<"a12[N]">;
constexpr auto a13 = loom::tensor<"a13[N]">;
constexpr auto a14 = loom::tensor<"a14[N]">;
constexpr auto a15 = loom::tensor<"a15[N]">;
constexpr auto a16 = loom::tensor<"a16[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<x.mean()>;
#else
constexpr auto f =
    loom::loss<(x + a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11 + a12 + a13 + a14 + a15 + a16).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
