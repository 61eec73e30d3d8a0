// SPDX-License-Identifier: BSL-1.0
// expect: loom: an index must not have the axis it picks from, named<>
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[N,K=5]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto N = loom::axis<"N">;
constexpr auto M = loom::axis<"M">;
constexpr auto C = loom::axis<"C">;
constexpr auto K = loom::axis<"K">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x(N = M)(M = t)) + 0 * sum(x) + 0 * sum(w) + 0 * count(t == 0)>;
#else
constexpr auto f = loom::loss<sum(x(N = t)) + 0 * sum(x) + 0 * sum(w) + 0 * count(t == 0)>;
#endif

float call(const float* p, const float* q, const int* r) {
  return f(x = loom::view(p, 2, 3), w = loom::view(q, 2, 5), t = loom::view(r, 2));
}
