// SPDX-License-Identifier: BSL-1.0
// expect: loom: the declaration of named<> says what its numbers are, but it is an index or a mask
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto t = loom::index<"t[N]">;
#else
constexpr auto t = loom::index<"t[N] in [0,9]">;
#endif
constexpr auto picked = loom::loss<gather(x, t).mean()>;

float f(const float* data, const int* labels) { return picked(x = loom::view(data, 2, 10), t = loom::view(labels, 2)); }
