// SPDX-License-Identifier: BSL-1.0
// expect: loom: the gradient needs the derivative of named<>, which Loom does not have
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto a = loom::tensor<"a[N]">;
constexpr auto f = loom::loss<digamma(a).sum()>;

float call(const float* p, float* r) {
#ifdef LOOM_FIXED
  return f(a = loom::view(p, 4), d(a) = loom::view(r, 4));
#else
  return f(a = loom::view(p, 4), d2(a) = loom::view(r, 4));
#endif
}
