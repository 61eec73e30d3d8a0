// SPDX-License-Identifier: BSL-1.0
// expect: loom: a number has no memory for d\(x\) = loom::in_place
// lines: <= 18
#include <loom/loom.hpp>

#include <vector>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto rate = loom::scalar<"rate">;
constexpr auto energy = loom::loss<exp(rate* x).sum()>;

float call(std::vector<float>& data) {
#ifdef LOOM_FIXED
  return energy(x = data, rate = 2, d(x) = loom::in_place);
#else
  return energy(x = data, rate = 2, d(rate) = loom::in_place);
#endif
}
