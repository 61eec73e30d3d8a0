// SPDX-License-Identifier: BSL-1.0
// expect: loom: the gradient of named<> sums over the rows
// lines: <= 10
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto f = loom::loss<sum(log_softmax(x, -1) * w, -1).mean()>;

float call(const float* p, const float* q, [[maybe_unused]] float* g) {
#ifdef LOOM_FIXED
  return f(x = loom::view(p, 2, 3), w = loom::view(q, 3), d(x) = loom::view(g, 2, 3));
#else
  return f(x = loom::view(p, 2, 3), w = loom::view(q, 3), d(w) = loom::view(g, 3));
#endif
}
