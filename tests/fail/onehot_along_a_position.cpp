// SPDX-License-Identifier: BSL-1.0
// expect: loom: onehot\(index, axis<"C">\) takes the axis by name
// lines: <= 10
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<(x * onehot(t, loom::axis<"C">)).mean()>;
#else
constexpr auto f = loom::loss<(x * onehot(t, -1)).mean()>;
#endif

float call(const float* p, const int* q) { return f(x = loom::view(p, 2, 3), t = loom::view(q, 2)); }
