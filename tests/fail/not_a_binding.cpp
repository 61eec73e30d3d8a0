// SPDX-License-Identifier: BSL-1.0
// expect: loom: an argument of this call is not a binding
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto f = loom::loss<-gather(x, t).mean()>;

float call(const float* p, const int* q) {
#ifdef LOOM_FIXED
  return f(x = loom::view(p, 2, 3), t = loom::view(q, 2));
#else
  return f(loom::view(p, 2, 3), loom::view(q, 2));
#endif
}
