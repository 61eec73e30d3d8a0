// SPDX-License-Identifier: BSL-1.0
// expect: loom: onehot.index, axis.: the first argument must be an index
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto C = loom::axis<"C">;
constexpr auto y = loom::tensor<"y[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<(x * onehot(t, C)).mean()>;
#else
constexpr auto f = loom::loss<(x * onehot(y, C)).mean()>;
#endif

float call(const float* p, const int* pt) { return f(x = loom::view(p, 2, 3), t = loom::view(pt, 2)); }
