// SPDX-License-Identifier: BSL-1.0
// expect: loom: d.named<>.: only a tensor or a scalar has a gradient
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto f = loom::loss<-gather(x, t).mean()>;

float call(const float* p, const int* q, float* g) {
#ifdef LOOM_FIXED
  return f(x = loom::view(p, 2, 3), t = loom::view(q, 2), d(x) = loom::view(g, 2, 3));
#else
  return f(x = loom::view(p, 2, 3), t = loom::view(q, 2), d(t) = loom::view(g, 2));
#endif
}
