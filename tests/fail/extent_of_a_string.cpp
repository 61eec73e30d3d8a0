// SPDX-License-Identifier: BSL-1.0
// expect: loom: extent\(axis<"C">\) takes the axis by name
// lines: <= 10
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<x.sum() / extent(loom::axis<"C">)>;
#else
constexpr auto f = loom::loss<x.sum() / loom::extent("C")>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
