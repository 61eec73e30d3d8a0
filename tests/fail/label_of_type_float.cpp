// SPDX-License-Identifier: BSL-1.0
// expect: loom: the data bound to named<> has the wrong element type
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto f = loom::loss<-gather(x, t).mean()>;

float call(const float* p, const int* q) {
#ifdef LOOM_FIXED
  return f(x = loom::view(p, 2, 3), t = loom::view(q, 2));
#else
  return f(x = loom::view(p, 2, 3), t = loom::view(p, 2));
#endif
}
