// SPDX-License-Identifier: BSL-1.0
// expect: loom: the function named<> is about the entries along one axis, and takes one; here there are got<>
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<number(argmax(x, -1)).mean()>;
#else
constexpr auto f = loom::loss<number(argmax(x)).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
