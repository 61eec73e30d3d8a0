// SPDX-License-Identifier: BSL-1.0
// expect: loom: the data bound to named<> has the wrong element type: .* a mask is bool
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto m = loom::mask<"m[N]">;
constexpr auto f = loom::loss<sum(where(m, x, 0))>;

float call(const float* p, const bool* keep, const int* q) {
#ifdef LOOM_FIXED
  return f(x = loom::view(p, 2), m = loom::view(keep, 2)) + static_cast<float>(q[0]);
#else
  return f(x = loom::view(p, 2), m = loom::view(q, 2)) + static_cast<float>(keep[0]);
#endif
}
