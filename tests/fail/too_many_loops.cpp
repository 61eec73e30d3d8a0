// SPDX-License-Identifier: BSL-1.0
// expect: loom: this formula, with the derivatives asked for, needs got<> named<>; limit_is<> are allowed; compute it as two losses
// lines: <= 14
#include <loom/loom.hpp>
#include <utility>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto v = loom::tensor<"v[N]">;
// Sets of logits, normalised along both axes: two arrays of columns each.
template <int... K>
constexpr auto both_ways(std::integer_sequence<int, K...>) {
  return ((logsumexp(x * (v + K), -1).mean() + logsumexp(x * (v + K), -2).mean()) + ...);
}
#ifdef LOOM_FIXED
constexpr int sets = 1;
#else
constexpr int sets = 17;
#endif
constexpr auto f = loom::loss<both_ways(std::make_integer_sequence<int, sets>())>;

float call(const float* p, const float* q, double* w) {
  return f(x = loom::view(p, 2, 3), v = loom::view(q, 2), loom::workspace = loom::view(w, 6 * sets));
}
