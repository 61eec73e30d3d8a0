// SPDX-License-Identifier: BSL-1.0
// expect: loom: hvp\(input\) = buffer and direction\(input\) = data go together
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto energy = loom::loss<exp(x).sum()>;

float call(const float* p, [[maybe_unused]] const float* v, float* r) {
#ifdef LOOM_FIXED
  return energy(x = loom::view(p, 3), direction(x) = loom::view(v, 3), hvp(x) = loom::view(r, 3));
#else
  return energy(x = loom::view(p, 3), hvp(x) = loom::view(r, 3));
#endif
}
