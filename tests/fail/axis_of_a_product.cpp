// SPDX-License-Identifier: BSL-1.0
// expect: loom: the extent of the axis named<> is a product of other extents; it may be sums and whole multiples of them
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,M]">;
#ifdef LOOM_FIXED
constexpr auto Q = loom::axis<"Q = N + M">;
#else
constexpr auto Q = loom::axis<"Q = N * M">;
#endif
constexpr auto f = loom::loss<sum(x* number(Q))>;

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
