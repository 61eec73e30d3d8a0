// SPDX-License-Identifier: BSL-1.0
// expect: loom: a formula cannot be changed; give the next one a name of its own
// lines: <= 18
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto twice() {
  auto e = x * 2;
#ifdef LOOM_FIXED
  auto both = e + x;
  return both;
#else
  e += x;
  return e;
#endif
}
constexpr auto f = loom::loss<twice().mean()>;

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
