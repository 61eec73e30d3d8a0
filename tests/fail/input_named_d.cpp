// SPDX-License-Identifier: BSL-1.0
// expect: loom: an input is called like a function; if its variable hides loom::d, write loom::d\(x\)
// lines: <= 11
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto d = loom::tensor<"d[N]">;
constexpr auto f = loom::loss<(d * x).mean()>;

float call(const float* p, const float* q, float* r) {
#ifdef LOOM_FIXED
  return f(x = loom::view(p, 2, 3), d = loom::view(q, 2), loom::d(x) = loom::view(r, 2, 3));
#else
  return f(x = loom::view(p, 2, 3), d = loom::view(q, 2), d(x) = loom::view(r, 2, 3));
#endif
}
