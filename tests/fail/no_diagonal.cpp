// SPDX-License-Identifier: BSL-1.0
// expect: loom: d2\(named<>\), gn\(named<>\): this diagonal takes a product of matrices
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto standardised = (x - x.mean(-2)) / sqrt(x.var(-2));
constexpr auto f = loom::loss<square(softmax(standardised, -1)).sum()>;

float call(const float* p, float* h, double* w) {
#ifdef LOOM_FIXED
  return f(x = loom::view(p, 4, 3), d(x) = loom::view(h, 4, 3), loom::workspace = loom::view(w, 100));
#else
  return f(x = loom::view(p, 4, 3), d2(x) = loom::view(h, 4, 3), loom::workspace = loom::view(w, 100));
#endif
}
