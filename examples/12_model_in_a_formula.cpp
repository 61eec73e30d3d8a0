// SPDX-License-Identifier: BSL-1.0
// examples/12_model_in_a_formula.cpp — softmax regression whole: the product of matrices in the formula, gradients of the weights out of it.
#include <loom/loom.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

// [formula]
constexpr auto x = loom::tensor<"x[N,D]">;  // N rows of D features
constexpr auto w = loom::tensor<"w[C,D]">;  // the weights of C classes
constexpr auto bias = loom::tensor<"bias[C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;

constexpr auto logits = sum(x * w, D) + bias;  // N x C: x times the transpose of w
constexpr auto regression = loom::loss<-gather(log(exp(logits) / sum(exp(logits), C)), t, C).mean()>;
// [/formula]

int main() {
  constexpr std::size_t n = 300, classes = 3, features = 2;
  std::mt19937 random(2);
  std::normal_distribution<float> noise(0, 0.4f);
  std::vector<float> rows(n * features);
  std::vector<int> labels(n);
  const float centres[classes][features] = {{0, 1}, {-1, -1}, {1, -1}};
  for (std::size_t i = 0; i < n; ++i) {
    labels[i] = static_cast<int>(i % classes);
    for (std::size_t k = 0; k < features; ++k) rows[i * features + k] = centres[i % classes][k] + noise(random);
  }

  // [train]
  float weights[classes][features] = {}, offsets[classes] = {}, d_weights[classes][features], d_offsets[classes];
  const auto data = loom::view(rows.data(), n, features);

  // The gradients of what all rows share are added up over the rows, in memory of yours: Loom allocates nothing.
  const auto numbers = regression.workspace_size(x = data, w = weights, bias = offsets, t = labels, d(w) = d_weights,
                                                 d(bias) = d_offsets);
  std::vector<double> memory(static_cast<std::size_t>(numbers));
  float first = 0, last = 0;
  for (int step = 0; step < 100; ++step) {
    last = regression(x = data, w = weights, bias = offsets, t = labels, d(w) = d_weights, d(bias) = d_offsets,
                      loom::workspace = memory);
    if (step == 0) first = last;
    for (std::size_t j = 0; j < classes; ++j) {
      offsets[j] -= d_offsets[j];
      for (std::size_t k = 0; k < features; ++k) weights[j][k] -= d_weights[j][k];
    }
  }
  // [/train]

  std::printf("loss %.4f before (ln 3 = %.4f), %.4f after\n", static_cast<double>(first), std::log(3.0),
              static_cast<double>(last));
  return std::fabs(first - std::log(3.0f)) < 1e-5f && last < 0.15f ? EXIT_SUCCESS : EXIT_FAILURE;
}
