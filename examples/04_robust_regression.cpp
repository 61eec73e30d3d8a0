// SPDX-License-Identifier: BSL-1.0
// examples/04_robust_regression.cpp — an elementwise loss with branches, fitted by gradient descent in spite of outliers.
#include <loom/loom.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

// [formula]
constexpr auto prediction = loom::tensor<"prediction[N]">;
constexpr auto observed = loom::tensor<"observed[N]">;
constexpr auto delta = loom::scalar<"delta">;

constexpr auto r = prediction - observed;
constexpr auto huber = loom::loss<where(abs(r) <= delta, 0.5 * square(r), (abs(r) - 0.5 * delta) * delta).mean()>;
// [/formula]

int main() {
  constexpr std::size_t n = 200;
  std::mt19937 random(1);
  std::normal_distribution<float> noise(0, 0.1f);
  std::vector<float> at(n), y(n), fit(n), gradient(n);
  for (std::size_t i = 0; i < n; ++i) {
    at[i] = static_cast<float>(i) / static_cast<float>(n);
    y[i] = 2 * at[i] + 1 + noise(random) + (i % 10 == 0 ? 30.0F : 0.0F);  // every tenth point is far off
  }
  float slope = 0, offset = 0;
  for (int step = 0; step < 4000; ++step) {
    for (std::size_t i = 0; i < n; ++i) fit[i] = slope * at[i] + offset;
    huber(prediction = fit, observed = y, delta = 0.2, d(prediction) = gradient);
    for (std::size_t i = 0; i < n; ++i) {
      slope -= gradient[i] * at[i];
      offset -= gradient[i];
    }
  }
  std::printf("fitted %.2f x + %.2f, true 2 x + 1\n", static_cast<double>(slope), static_cast<double>(offset));
  return std::fabs(slope - 2) < 0.2f && std::fabs(offset - 1) < 0.2f ? EXIT_SUCCESS : EXIT_FAILURE;
}
