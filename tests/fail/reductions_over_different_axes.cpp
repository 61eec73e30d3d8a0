// SPDX-License-Identifier: BSL-1.0
// expect: loom: this formula reduces over different sets of axes
// lines: <= 10
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::loss<(x - logsumexp(x, -1)).mean()>;
constexpr auto h = loom::loss<(logsumexp(x, -1) + logsumexp(x, -2)).mean()>;

float call(const float* p) {
#ifdef LOOM_FIXED
  return f(x = loom::view(p, 2, 3));
#else
  return h(x = loom::view(p, 2, 3));
#endif
}
