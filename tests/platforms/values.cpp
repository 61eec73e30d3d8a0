// SPDX-License-Identifier: BSL-1.0
// tests/platforms/values.cpp — losses, gradients and special values as text, the same on every machine and under every flag
// that Loom accepts. Digits are printed as far as no rounding of a platform reaches; values.txt has what must come out.
#include "loom/loom.hpp"

#include <cstddef>
#include <cstdio>
#include <limits>
#include <vector>

namespace {

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

constexpr auto z = loom::tensor<"z[N]">;
constexpr auto y = loom::tensor<"y[N]">;
constexpr auto binary_cross_entropy = loom::loss<(-y * log(sigmoid(z)) - (1 - y) * log(1 - sigmoid(z))).mean()>;
constexpr auto waves = loom::loss<(tanh(z) * sin(y * 40) + pow(abs(z), 1.5)).sum()>;

constexpr float logits[2][3]{{1, 2, 3}, {4, 5, 6}};
constexpr int labels[2]{0, 2};
constexpr double constant = cross_entropy(x = logits, t = labels);

/// Numbers between -8 and 8 that every machine agrees on.
template <class T>
std::vector<T> numbers(std::size_t count, unsigned seed) {
  std::vector<T> v;
  v.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    seed = seed * 1664525u + 1013904223u;
    v.push_back(static_cast<T>(static_cast<int>(seed >> 20 & 0xFFFu) - 2048) / 256);
  }
  return v;
}

template <class T>
void print(const char* name, double value, const std::vector<T>& gradient, int digits) {
  double size = 0;
  for (const T g : gradient) size += static_cast<double>(g < 0 ? -g : g);
  std::printf("%-24s %.*g  gradient %.*g %.*g\n", name, digits, value, digits, size, digits,
              static_cast<double>(gradient[7]));
}

/// A NaN has a sign in text, and platforms differ in it.
const char* kind(float v) {
  const float infinity = std::numeric_limits<float>::infinity();
  return v != v ? "nan" : v == infinity ? "inf" : v == -infinity ? "-inf" : "finite";
}

void rows(const char* name, std::size_t n, std::size_t c) {
  auto scores = numbers<float>(n * c, 1);
  std::vector<float> gradient(n * c);
  std::vector<int> classes;
  classes.reserve(n);
  for (std::size_t i = 0; i < n; ++i) classes.push_back(static_cast<int>(i * 7 % c));
  const auto call = [&] {
    return cross_entropy(x = loom::view(scores.data(), n, c), t = classes, d(x) = loom::view(gradient.data(), n, c));
  };
  print(name, static_cast<double>(call()), gradient, 5);
  scores[1] = -std::numeric_limits<float>::infinity();
  print("  one class masked", static_cast<double>(call()), gradient, 5);
  scores[1] = std::numeric_limits<float>::quiet_NaN();
  const float value = call();
  std::printf("  a NaN                  %s  gradient %s %s\n", kind(value), kind(gradient[0]), kind(gradient[c]));
}

template <class T>
void entries(const char* name, int digits) {
  const auto scores = numbers<T>(301, 2);
  auto targets = numbers<T>(301, 3);
  for (T& v : targets) v = (v + 8) / 16;
  std::vector<T> gradient(301);
  print(name, static_cast<double>(binary_cross_entropy(z = scores, y = targets, d(z) = gradient)), gradient, digits);
  print("  tanh, sin, pow", static_cast<double>(waves(z = scores, y = targets, d(z) = gradient)), gradient, digits);
}

/// Equal scores but one: an argument reduction that is not rounded gives 2.27667856 and 0.000433.
void equal_scores() {
  std::vector<float> scores(40, 1.5F), gradient(40);
  const std::vector<int> classes(4, 3);
  scores[7] = -3;
  print("equal scores",
        static_cast<double>(cross_entropy(x = loom::view(scores.data(), 4, 10), t = classes,
                                          d(x) = loom::view(gradient.data(), 4, 10))),
        gradient, 5);
}

}  // namespace

int main() {
  std::printf("constant                 %.5f\n", constant);
  equal_scores();
  rows("cross entropy 33 x 10", 33, 10);
  rows("cross entropy 5 x 700", 5, 700);
  entries<float>("binary, float", 5);
  entries<double>("binary, double", 11);
}
