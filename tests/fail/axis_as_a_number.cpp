// SPDX-License-Identifier: BSL-1.0
// expect: loom: an index is used as a number
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto N = loom::axis<"N">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x + extent(N))>;
#else
constexpr auto f = loom::loss<sum(x + N)>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
