// SPDX-License-Identifier: BSL-1.0
// expect: loom: an index is used as a number; say so with number
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<(x * number(argmax(x, C))).mean()>;
#else
constexpr auto f = loom::loss<(x * argmax(x, C)).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
