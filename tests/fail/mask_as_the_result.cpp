// SPDX-License-Identifier: BSL-1.0
// expect: loom: a mask is used where a number is needed
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<count(x > 0)>;
#else
constexpr auto f = loom::loss<any(x > 0)>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
