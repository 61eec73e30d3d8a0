// SPDX-License-Identifier: BSL-1.0
// expect: loom: the gradient needs the derivative of named<>
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::loss<trigamma(x).mean()>;
constexpr auto h = loom::loss<digamma(x).mean()>;

float call(const float* p, float* g) {
#ifdef LOOM_FIXED
  return h(x = loom::view(p, 2, 3), d(x) = loom::view(g, 2, 3));
#else
  return f(x = loom::view(p, 2, 3), d(x) = loom::view(g, 2, 3));
#endif
}
