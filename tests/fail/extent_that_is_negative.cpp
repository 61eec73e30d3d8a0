// SPDX-License-Identifier: BSL-1.0
// expect: loom: the axis named<> would have got<> entries, by the extents that it follows from
// lines: <= 14
#include <loom/loom.hpp>

#ifdef LOOM_FIXED
constexpr auto x = loom::tensor<"x[C=10]">;
#else
constexpr auto x = loom::tensor<"x[C=2]">;
#endif
constexpr auto C = loom::axis<"C">;
constexpr auto K = loom::axis<"K = C - 3">;
constexpr auto f = loom::loss<sum(x(C = K + 1))>;

float call(const float* p) { return f(x = loom::view(p, 10)); }
