// SPDX-License-Identifier: BSL-1.0
// expect: loom: the text of an axis is its name, .* by sums and whole multiples of the extents of other axes
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[P]">;
#ifdef LOOM_FIXED
constexpr auto T = loom::axis<"T = 2 * P">;
#else
constexpr auto T = loom::axis<"T = P / 2">;
#endif
constexpr auto f = loom::loss<sum(x* number(T))>;

float call(const float* p) { return f(x = loom::view(p, 3)); }
