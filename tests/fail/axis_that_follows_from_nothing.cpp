// SPDX-License-Identifier: BSL-1.0
// expect: loom: no input has the axis named<>, so its extent is unknown
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[C]">;
#ifdef LOOM_FIXED
constexpr auto K = loom::axis<"K = C - 1">;
#else
constexpr auto K = loom::axis<"K = D - 1">;
#endif
constexpr auto C = loom::axis<"C">;
constexpr auto f = loom::loss<sum(x(C = K + 1))>;

float call(const float* p) { return f(x = loom::view(p, 3)); }
