// SPDX-License-Identifier: BSL-1.0
// expect: loom: \^ is no power; write square\(x\), or pow\(x, 3.0\)
// lines: <= 10
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<square(x).mean()>;
#else
constexpr auto f = loom::loss<(x ^ 2).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
