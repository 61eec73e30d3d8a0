// SPDX-License-Identifier: BSL-1.0
// tests/docs/scores.cpp — the first program of docs/tutorial.md: softmax of five scores, and its logarithm.
// [program]
#include <loom/loom.hpp>

#include <cstdio>

constexpr auto x = loom::tensor<"x[C]">;  // one score for each of C categories

constexpr auto probabilities = loom::loss<exp(x) / sum(exp(x), -1)>;
constexpr auto log_probabilities = loom::loss<log(exp(x) / sum(exp(x), -1))>;

int main() {
  const float scores[5] = {2.44f, 3.92f, 2.50f, -1.27f, 3.23f};  // cat, dog, plane, fish, building
  float p[5], log_p[5];
  probabilities(x = scores, loom::out = p);
  log_probabilities(x = scores, loom::out = log_p);
  for (int j = 0; j < 5; ++j) std::printf("%7.4f %8.4f\n", p[j], log_p[j]);
}
// [/program]
