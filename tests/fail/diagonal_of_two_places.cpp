// SPDX-License-Identifier: BSL-1.0
// expect: loom: d2.named<>., gn.named<>.: this diagonal takes a product of matrices
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto z = loom::tensor<"z[N,D]">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto D = loom::axis<"D">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(square(z))>;
#else
constexpr auto f = loom::loss<sum(square(sum(z* z(N = M), D)))>;
#endif

float call(const float* p, float* q, double* room) {
  return f(z = loom::view(p, 2, 3), loom::d2(z) = loom::view(q, 2, 3), loom::workspace = loom::view(room, 100));
}
