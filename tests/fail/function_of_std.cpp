// SPDX-License-Identifier: BSL-1.0
// expect: loom: a formula is used as a number; functions of formulas are Loom.s: write exp\(x\), not std::exp\(x\)
// lines: <= 20
#include <loom/loom.hpp>

#include <cmath>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<exp(x).mean()>;
#else
constexpr auto f = loom::loss<(x * std::exp(x)).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
