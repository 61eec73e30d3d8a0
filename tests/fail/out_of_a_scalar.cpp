// SPDX-License-Identifier: BSL-1.0
// expect: loom: the formula is a scalar; it is returned
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto f = loom::loss<-gather(x, t).mean()>;

float call(const float* p, const int* q, [[maybe_unused]] float* r) {
#ifdef LOOM_FIXED
  return f(x = loom::view(p, 2, 3), t = loom::view(q, 2));
#else
  return f(x = loom::view(p, 2, 3), t = loom::view(q, 2), loom::out = loom::view(r, 2));
#endif
}
