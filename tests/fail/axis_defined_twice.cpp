// SPDX-License-Identifier: BSL-1.0
// expect: loom: the axis named<> is defined twice, by different extents
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[C]">;
constexpr auto K = loom::axis<"K = C - 1">;
#ifdef LOOM_FIXED
constexpr auto J = loom::axis<"J = C - 2">;
#else
constexpr auto J = loom::axis<"K = C - 2">;
#endif
constexpr auto C = loom::axis<"C">;
constexpr auto f = loom::loss<sum(x(C = K + 1)) + sum(x(C = J + 2))>;

float call(const float* p) { return f(x = loom::view(p, 3)); }
