// SPDX-License-Identifier: BSL-1.0
// expect: loom: a formula is used as a condition, as in if or \?:
// lines: <= 11
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[C]">;

#ifdef LOOM_FIXED
constexpr auto f = where(x == w, 1, 0);
#else
int f() {
  if (x == w) return 1;
  return 0;
}
#endif
