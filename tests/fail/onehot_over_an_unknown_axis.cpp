// SPDX-License-Identifier: BSL-1.0
// expect: loom: no input has the axis
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<onehot(t, loom::axis<"C">).sum() + x.mean()>;
#else
constexpr auto f = loom::loss<onehot(t, loom::axis<"K">).sum() + x.mean()>;
#endif

float call(const float* p, const int* pt) { return f(x = loom::view(p, 2, 3), t = loom::view(pt, 2)); }
