// SPDX-License-Identifier: BSL-1.0
// examples/13_training.cpp — a perceptron with a hidden layer, trained by plain loops: Loom's gradient is where backpropagation begins.
#include <loom/loom.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

// [formula]
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;
// [/formula]

namespace {

constexpr std::size_t rows = 300, features = 2, hidden = 16, classes = 3;

/// Linear(in, out): `of` has in numbers a row, the result out.
struct linear {
  std::size_t in, out;
  std::vector<float> weights, offsets;

  linear(std::size_t from, std::size_t to, std::mt19937& random) : in(from), out(to), weights(from * to), offsets(to) {
    std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(from)));
    for (float& w : weights) w = normal(random);
  }

  std::vector<float> forward(const std::vector<float>& of) const {
    std::vector<float> result(rows * out);
    for (std::size_t n = 0; n < rows; ++n)
      for (std::size_t j = 0; j < out; ++j) {
        float sum = offsets[j];
        for (std::size_t i = 0; i < in; ++i) sum += of[n * in + i] * weights[i * out + j];
        result[n * out + j] = sum;
      }
    return result;
  }

  /// From the gradient of the result: that of what came in is returned, the weights take a step down theirs.
  std::vector<float> backward(const std::vector<float>& of, const std::vector<float>& gradient, float rate) {
    std::vector<float> result(rows * in);
    for (std::size_t n = 0; n < rows; ++n)
      for (std::size_t i = 0; i < in; ++i)
        for (std::size_t j = 0; j < out; ++j) result[n * in + i] += gradient[n * out + j] * weights[i * out + j];
    for (std::size_t n = 0; n < rows; ++n)
      for (std::size_t j = 0; j < out; ++j) {
        offsets[j] -= rate * gradient[n * out + j];
        for (std::size_t i = 0; i < in; ++i) weights[i * out + j] -= rate * of[n * in + i] * gradient[n * out + j];
      }
    return result;
  }
};

}  // namespace

int main() {
  // Three arms of a spiral, which no straight lines part.
  std::mt19937 random(4);
  std::normal_distribution<float> noise(0, 0.05f);
  std::vector<float> points(rows * features);
  std::vector<int> arms(rows);
  for (std::size_t n = 0; n < rows; ++n) {
    arms[n] = static_cast<int>(n % classes);
    const float along = static_cast<float>(n) / rows, turn = 2.1f * static_cast<float>(arms[n]) + 3 * along;
    points[n * features] = along * std::cos(turn) + noise(random);
    points[n * features + 1] = along * std::sin(turn) + noise(random);
  }

  // [train]
  linear first(features, hidden, random), second(hidden, classes, random);
  std::vector<float> gradient(rows * classes);
  float before = 0, loss = 0;
  std::vector<float> logits;
  for (int step = 0; step <= 1500; ++step) {
    std::vector<float> inside = first.forward(points);
    for (float& h : inside) h = h > 0 ? h : 0;
    logits = second.forward(inside);

    loss = cross_entropy(x = loom::view(logits.data(), rows, classes), t = arms,
                         d(x) = loom::view(gradient.data(), rows, classes));
    if (step == 0) before = loss;
    if (step % 300 == 0) std::printf("step %4d  loss %.4f\n", step, static_cast<double>(loss));

    std::vector<float> d_inside = second.backward(inside, gradient, 1.0f);
    for (std::size_t k = 0; k < d_inside.size(); ++k)
      if (inside[k] == 0) d_inside[k] = 0;
    first.backward(points, d_inside, 1.0f);
  }
  // [/train]

  std::size_t right = 0;
  for (std::size_t n = 0; n < rows; ++n) {
    const float* row = &logits[n * classes];
    std::size_t best = 0;
    for (std::size_t j = 1; j < classes; ++j)
      if (row[j] > row[best]) best = j;
    right += best == static_cast<std::size_t>(arms[n]);
  }
  std::printf("%zu of %zu points right\n", right, rows);
  return loss < before / 4 && right > rows * 9 / 10 ? EXIT_SUCCESS : EXIT_FAILURE;
}
