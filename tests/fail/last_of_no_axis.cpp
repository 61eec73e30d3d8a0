// SPDX-License-Identifier: BSL-1.0
// expect: loom: loom::last is the last entry of the axis that it is given for, x\(C = last\), or whose positions it is compared with, C == last
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x(C = loom::last - 1))>;
#else
constexpr auto f = loom::loss<sum(x(C = loom::last + 1))>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
