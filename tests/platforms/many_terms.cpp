// SPDX-License-Identifier: BSL-1.0
// tests/platforms/many_terms.cpp — 24 elementwise terms are 301 steps of one list: more arguments than clang folds at once.
#define LOOM_TARGETS 0  // every target's loops are the same template
#include "loom/loom.hpp"

#include <cmath>
#include <cstdio>
#include <vector>

namespace {

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto many = loom::loss<(exp(x * 0.25) + log1p(square(x * 1.25)) + tanh(x * 2.25) + softplus(x * 3.25)  //
                                  + sin(x * 4.25) + sigmoid(x * 5.25) + exp(x * 6.25) + log1p(square(x * 7.25))  //
                                  + tanh(x * 8.25) + softplus(x * 9.25) + sin(x * 10.25) + sigmoid(x * 11.25)  //
                                  + exp(x * 12.25) + log1p(square(x * 13.25)) + tanh(x * 14.25)  //
                                  + softplus(x * 15.25) + sin(x * 16.25) + sigmoid(x * 17.25) + exp(x * 18.25)  //
                                  + log1p(square(x * 19.25)) + tanh(x * 20.25) + softplus(x * 21.25)  //
                                  + sin(x * 22.25) + sigmoid(x * 23.25))
                                     .mean()>;

double term(int k, double v) {
  const double u = v * (k + 0.25);
  switch (k % 6) {
    case 0: return std::exp(u);
    case 1: return std::log1p(u * u);
    case 2: return std::tanh(u);
    case 3: return std::log1p(std::exp(u));
    case 4: return std::sin(u);
    default: return 1 / (1 + std::exp(-u));
  }
}
double sum_of_terms(double v) {
  double total = 0;
  for (int k = 0; k < 24; ++k) total += term(k, v);
  return total;
}

}  // namespace

int main() {
  const std::vector<double> data{0.5, -0.25, 0.125, 0.75, -1};
  std::vector<double> gradient(data.size());
  const double value = many(x = data, d(x) = gradient);
  double expected = 0;
  bool right = true;
  for (std::size_t i = 0; i < data.size(); ++i) {
    expected += sum_of_terms(data[i]) / 5;
    const double slope = (sum_of_terms(data[i] + 1e-6) - sum_of_terms(data[i] - 1e-6)) / 2e-6 / 5;
    right = right && std::abs(gradient[i] - slope) < 1e-5 * (1 + std::abs(slope));
  }
  right = right && std::abs(value - expected) < 1e-12 * expected;
  std::printf("%.12g, expected %.12g\n", value, expected);
  return right ? 0 : 1;
}
