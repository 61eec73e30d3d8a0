// SPDX-License-Identifier: BSL-1.0
// expect: loom: the data bound to named<> has the extent got<> where limit_is<> was declared
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C=3]">;
constexpr auto f = loom::loss<sum(x, -1).mean()>;

float call(const float (&p)[2][3], const float (&wide)[2][4]) {
#ifdef LOOM_FIXED
  return f(x = p);
#else
  return f(x = wide);
#endif
}
