// SPDX-License-Identifier: BSL-1.0
// expect: loom: this formula, with the derivatives asked for, needs got<> named<>; limit_is<> are allowed; compute it as two losses
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto v = loom::tensor<"v[N]">;
// Nine sets of logits, normalised along both axes: two arrays of columns each.
template <int K> constexpr auto both_ways = logsumexp(x * (v + K), -1).mean() + logsumexp(x * (v + K), -2).mean();
constexpr auto f = loom::loss<both_ways<0>>;
constexpr auto h = loom::loss<both_ways<0> + both_ways<1> + both_ways<2> + both_ways<3> + both_ways<4> + both_ways<5> +
                              both_ways<6> + both_ways<7> + both_ways<8>>;

float call(const float* p, const float* q, double* w) {
#ifdef LOOM_FIXED
  return f(x = loom::view(p, 2, 3), v = loom::view(q, 2), loom::workspace = loom::view(w, 6));
#else
  return h(x = loom::view(p, 2, 3), v = loom::view(q, 2), loom::workspace = loom::view(w, 54));
#endif
}
