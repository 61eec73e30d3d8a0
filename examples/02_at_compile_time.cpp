// SPDX-License-Identifier: BSL-1.0
// examples/02_at_compile_time.cpp — the same call on constant arrays is a constant: tests that only have to compile.
#include <loom/loom.hpp>

#include <array>

constexpr auto v = loom::tensor<"v[C]">;
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;

constexpr auto log_softmax_of = loom::loss<log(exp(v) / sum(exp(v), -1))>;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

constexpr bool near(float a, double b) { return a - b < 1e-4 && b - a < 1e-4; }

// [constants]
constexpr float scores[1][5] = {{2.44f, 3.92f, 2.50f, -1.27f, 3.23f}};  // cat, dog, plane, fish, building
constexpr int dog[1] = {1};

static_assert(near(cross_entropy(x = scores, t = dog), 0.6813));
// [/constants]

// [result]
constexpr std::array<float, 5> log_probabilities() {
  std::array<float, 5> result{};
  log_softmax_of(v = scores[0], loom::out = result);
  return result;
}
static_assert(near(log_probabilities()[0], -2.1613) && near(log_probabilities()[3], -5.8713));
// [/result]

// [gradient]
constexpr float gradient_of_the_dog() {
  float gradient[1][5] = {};
  cross_entropy(x = scores, t = dog, d(x) = gradient);
  return gradient[0][1];  // softmax - 1
}
static_assert(near(gradient_of_the_dog(), 0.50596 - 1));
// [/gradient]

int main() {}
