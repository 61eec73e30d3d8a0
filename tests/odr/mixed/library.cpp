// SPDX-License-Identifier: BSL-1.0
// odr/mixed/library.cpp — two losses with their gradients, by a function of the name ENTRY: compiled more than once, in
// different ways, for one process, with a FACTOR each. The results go to `to`; without it, a wrong label is bound and the error leaves the library.
#include <cmath>
#include <cstddef>
#include <vector>

#include "loom/loom.hpp"

namespace {

constexpr std::size_t n = 13, c = 21;

double size(const std::vector<float>& gradient) {
  double total = 0;
  for (const float g : gradient) total += static_cast<double>(std::abs(g));
  return total;
}

}  // namespace

inline constexpr auto x = loom::tensor<"x[N,C]">;
inline constexpr auto t = loom::index<"t[N]">;
inline constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

inline constexpr auto z = loom::tensor<"z[N]">;
inline constexpr auto y = loom::tensor<"y[N]">;
inline constexpr auto binary_cross_entropy = loom::loss<(-y * log(sigmoid(z)) - (1 - y) * log(1 - sigmoid(z))).mean()>;

// A loss that no other copy has: its templates call functions that the copies share.
inline constexpr auto own = loom::loss<(square(z) * FACTOR).mean()>;

extern "C" void ENTRY(double* to) {
  std::vector<float> scores(n * c), gradient(n * c), targets(n * c);
  std::vector<int> labels(n);
  for (std::size_t i = 0; i < n * c; ++i) {
    scores[i] = static_cast<float>(i * 37 % 101) / 8 - 6;
    targets[i] = static_cast<float>(i % 2);
  }
  for (std::size_t i = 0; i < n; ++i) labels[i] = static_cast<int>(i * 5 % c);
  if (to == nullptr) labels[3] = -1;
  const float rows =
      cross_entropy(x = loom::view(scores.data(), n, c), t = labels, d(x) = loom::view(gradient.data(), n, c));
  to[0] = static_cast<double>(rows);
  to[1] = size(gradient);
  to[2] = static_cast<double>(binary_cross_entropy(z = scores, y = targets, d(z) = gradient));
  to[3] = size(gradient);
  to[4] = static_cast<double>(own(z = scores)) / FACTOR;
}
