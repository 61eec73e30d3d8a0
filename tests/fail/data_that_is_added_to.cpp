// SPDX-License-Identifier: BSL-1.0
// expect: loom: only what a call computes is added to a buffer: d\(x\) \+= buffer, out \+= buffer; write = for data that it reads
// lines: <= 14
#include <loom/loom.hpp>

#include <vector>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto energy = loom::loss<exp(x).sum()>;

float call(const std::vector<float>& data, std::vector<float>& gradient) {
#ifdef LOOM_FIXED
  return energy(x = data, d(x) += gradient);
#else
  return energy(x += data, d(x) += gradient);
#endif
}
