// SPDX-License-Identifier: BSL-1.0
// expect: loom: a derivative is not added to its input; write d\(x\) = loom::in_place
// lines: <= 18
#include <loom/loom.hpp>

#include <vector>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto energy = loom::loss<exp(x).sum()>;

float call(std::vector<float>& data) {
#ifdef LOOM_FIXED
  return energy(x = data, d(x) = loom::in_place);
#else
  return energy(x = data, d(x) += loom::in_place);
#endif
}
