// SPDX-License-Identifier: BSL-1.0
// expect: loom: got<> is no entry of the axis named<>; entries are counted from 0
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x(C = loom::last))>;
#else
constexpr auto f = loom::loss<sum(x(C = -1))>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
