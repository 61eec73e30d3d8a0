// SPDX-License-Identifier: BSL-1.0
// expect: (got<-3>, .*limit_is<2>.*loom: a negative axis counts|loom: a negative axis counts.*got<-3>, .*limit_is<2>)
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x, -2).mean()>;
#else
constexpr auto f = loom::loss<sum(x, -3).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
