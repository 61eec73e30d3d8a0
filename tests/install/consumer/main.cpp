// SPDX-License-Identifier: BSL-1.0
// tests/install/consumer/main.cpp — a user's first program: the loss of two rows of scores, and its gradient.
#include <loom/loom.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

int main() {
  constexpr std::size_t n = 2, c = 5;
  const std::array<float, n * c> logits{2.44f, 3.92f, 2.50f, -1.27f, 3.23f,  //
                                        1e4f,  1e4f,  1e4f,  1e4f,   1e4f};
  const std::array<int, n> labels{1, 4};
  std::array<float, n * c> grad{};

  const float value =
      cross_entropy(x = loom::view(logits.data(), n, c), t = labels, d(x) = loom::view(grad.data(), n, c));

  const double expected = (0.6813 + std::log(5.0)) / 2;
  double total = 0;  // the gradient of each row adds up to nothing
  for (float g : grad) total += static_cast<double>(g);
  std::printf("loss %.4f, expected %.4f; its gradient adds up to %.1e\n", static_cast<double>(value), expected, total);
  return std::abs(static_cast<double>(value) - expected) < 1e-3 && std::abs(total) < 1e-6 && grad[1] < 0 ? 0 : 1;
}
