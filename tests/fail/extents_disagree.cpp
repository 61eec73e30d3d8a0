// SPDX-License-Identifier: BSL-1.0
// expect: loom: the axis named<> has two different extents
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C=10]">;
constexpr auto w = loom::tensor<"w[C=11]">;
constexpr auto v = loom::tensor<"v[C=10]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<(x * v).mean()>;
#else
constexpr auto f = loom::loss<(x * w).mean()>;
#endif

float call(const float* p, const float* pv) { return f(x = loom::view(p, 2, 10), v = loom::view(pv, 10)); }
