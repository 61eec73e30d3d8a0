// SPDX-License-Identifier: BSL-1.0
// expect: loom: gather\(values, index\) picks along the last axis of values, and the declarations do not say which
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[C,N]">;
constexpr auto t = loom::index<"t[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<gather(x + y, t, loom::axis<"C">).mean()>;
#else
constexpr auto f = loom::loss<gather(x + y, t).mean()>;
#endif

float call(const float* p, const int* q) {
  return f(x = loom::view(p, 2, 3), y = loom::view(p, 3, 2), t = loom::view(q, 2));
}
