// SPDX-License-Identifier: BSL-1.0
// expect: loom: this formula has got<> results; limit_is<> are allowed
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<loom::results(x.mean(), x.sum())>;
#else
constexpr auto f =
    loom::loss<loom::results(x.mean(), x.mean(), x.mean(), x.mean(), x.mean(), x.mean(), x.mean(), x.mean(), x.mean())>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
