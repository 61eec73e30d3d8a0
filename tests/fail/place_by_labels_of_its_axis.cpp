// SPDX-License-Identifier: BSL-1.0
// expect: loom: an index must not have the axis it picks from, named<>
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x(N = M)(M = t))>;
#else
constexpr auto f = loom::loss<sum(x(N = t))>;
#endif

float call(const float* p, const int* q) { return f(x = loom::view(p, 2, 3), t = loom::view(q, 2)); }
