// SPDX-License-Identifier: BSL-1.0
// expect: loom: loom::in_place puts a derivative over its input: d\(x\) = loom::in_place beside x = data
// lines: <= 18
#include <loom/loom.hpp>

#include <vector>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto energy = loom::loss<exp(x).sum()>;

float call(std::vector<float>& data) {
#ifdef LOOM_FIXED
  return energy(x = data, d(x) = loom::in_place);
#else
  return energy(d(x) = loom::in_place);
#endif
}
