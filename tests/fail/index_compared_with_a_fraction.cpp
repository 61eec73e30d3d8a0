// SPDX-License-Identifier: BSL-1.0
// expect: loom: an index is compared with a number that is not an integer
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<where(t < 1.0, x, 0).mean()>;
#else
constexpr auto f = loom::loss<where(t < 0.5, x, 0).mean()>;
#endif

float call(const float* p, const int* pt) { return f(x = loom::view(p, 2, 3), t = loom::view(pt, 2)); }
