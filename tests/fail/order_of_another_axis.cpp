// SPDX-License-Identifier: BSL-1.0
// expect: loom: the operand does not have the axis named<>
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto v = loom::tensor<"v[N]">;
constexpr auto N = loom::axis<"N">;
constexpr auto C = loom::axis<"C">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(square(x(N = order(v, N))))>;
#else
constexpr auto f = loom::loss<sum(square(x(C = order(v, C))))>;
#endif

float call(const float* p, const float* q, double* room) {
  return f(x = loom::view(p, 2, 3), v = loom::view(q, 2), loom::workspace = loom::view(room, 99));
}
