// SPDX-License-Identifier: BSL-1.0
// expect: loom: the formula is not a scalar, it has the axes
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[K]">;  // was meant to be w[C]
// clang-format off
constexpr auto f = loom::loss<sum(w * x, loom::axis<"C">).mean(loom::axis<"N">)>;
// clang-format on

float call(const float* p, [[maybe_unused]] float* r) {
#ifdef LOOM_FIXED
  f(x = loom::view(p, 2, 3), w = loom::view(p, 3), loom::out = loom::view(r, 3));
  return *r;
#else
  return f(x = loom::view(p, 2, 3), w = loom::view(p, 3));
#endif
}
