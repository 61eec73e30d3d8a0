// SPDX-License-Identifier: BSL-1.0
// expect: loom: the buffer bound to d\(named<>\), or to out, is constant
// lines: <= 18
#include <loom/loom.hpp>

#include <vector>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto energy = loom::loss<exp(x).sum()>;

#ifdef LOOM_FIXED
float call(std::vector<float>& data) {
#else
float call(const std::vector<float>& data) {
#endif
  return energy(x = data, d(x) = loom::in_place);
}
