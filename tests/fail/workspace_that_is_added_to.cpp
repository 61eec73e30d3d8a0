// SPDX-License-Identifier: BSL-1.0
// expect: loom: only what a call computes is added to a buffer: d\(x\) \+= buffer, out \+= buffer; write = for data that it reads
// lines: <= 14
#include <loom/loom.hpp>

#include <vector>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto energy = loom::loss<exp(sum(x* w, -1)).sum()>;

float call(const float* data, const float* weights, float* gradient, std::vector<double>& memory) {
#ifdef LOOM_FIXED
  return energy(x = loom::view(data, 3, 4), w = loom::view(weights, 4), d(w) += loom::view(gradient, 4),
                loom::workspace = memory);
#else
  return energy(x = loom::view(data, 3, 4), w = loom::view(weights, 4), d(w) += loom::view(gradient, 4),
                loom::workspace += memory);
#endif
}
