// SPDX-License-Identifier: BSL-1.0
// expect: loom: the formula is not a scalar, it has the axes named<>: reduce them, or bind its result with loom::out = data
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::loss<sum(x, -1)>;

void call(const float* p, [[maybe_unused]] float* r) {
#ifdef LOOM_FIXED
  f(x = loom::view(p, 2, 3), loom::out = loom::view(r, 2));
#else
  f(x = loom::view(p, 2, 3));
#endif
}
