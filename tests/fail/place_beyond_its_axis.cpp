// SPDX-License-Identifier: BSL-1.0
// expect: loom: entry got<> of the axis named<> is read, which has limit_is<> entries
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,K=5]">;
constexpr auto K = loom::axis<"K">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x(K = 4))>;
#else
constexpr auto f = loom::loss<sum(x(K = 7))>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 5)); }
