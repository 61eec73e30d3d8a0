// SPDX-License-Identifier: BSL-1.0
// lang/constant.cpp — losses evaluated by the compiler: the numbers of a textbook example are static_asserts.
#include <array>
#include <cstddef>

#include "loom/loom.hpp"
#include "support/catch.hpp"

using loom::d;
using loom::out;

namespace {

constexpr auto v = loom::tensor<"v[C]">;
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;

constexpr auto log_probabilities = loom::loss<log(exp(v) / sum(exp(v), -1))>;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

constexpr std::array<float, 5> scores{2.44F, 3.92F, 2.50F, -1.27F, 3.23F};
constexpr float predictions[1][5] = {{2.44F, 3.92F, 2.50F, -1.27F, 3.23F}};
constexpr int target[1] = {1};
constexpr std::array<double, 5> expected{-2.1613, -0.6813, -2.1013, -5.8713, -1.3713};  // log softmax of the scores
constexpr std::array<double, 5> softmax{0.11517, 0.50596, 0.12230, 0.00282, 0.25377};

constexpr bool near(double a, double b, double tolerance) { return a - b < tolerance && b - a < tolerance; }

constexpr std::array<float, 5> log_softmax_of_the_scores() {
  std::array<float, 5> r{};
  log_probabilities(v = scores, out = r);
  return r;
}

struct with_gradient {
  float value = 0;
  float gradient[1][5]{};
};
constexpr with_gradient of_the_predictions() {
  with_gradient r;
  r.value = cross_entropy(x = predictions, t = target, d(x) = r.gradient);
  return r;
}

constexpr double largest_difference() {
  double worst = 0;
  const std::array<float, 5> got = log_softmax_of_the_scores();
  for (std::size_t i = 0; i < 5; ++i) {
    const double e = static_cast<double>(got[i]) - expected[i];
    worst = e > worst ? e : -e > worst ? -e : worst;
  }
  return worst;
}

}  // namespace

TEST_CASE("the log of a softmax is a constant") { LOOM_CHECK(largest_difference() < 1e-4); }

TEST_CASE("the cross entropy of constants is a constant") {
  constexpr float value = cross_entropy(x = predictions, t = target);
  LOOM_CHECK(near(static_cast<double>(value), -expected[1], 1e-4));
}

TEST_CASE("the gradient of a constant cross entropy is softmax minus one-hot") {
  constexpr with_gradient r = of_the_predictions();
  LOOM_CHECK(near(static_cast<double>(r.value), -expected[1], 1e-4));
  LOOM_CHECK(near(static_cast<double>(r.gradient[0][0]), softmax[0], 1e-4));
  LOOM_CHECK(near(static_cast<double>(r.gradient[0][1]), softmax[1] - 1, 1e-4));
  LOOM_CHECK(near(static_cast<double>(r.gradient[0][2]), softmax[2], 1e-4));
  LOOM_CHECK(near(static_cast<double>(r.gradient[0][3]), softmax[3], 1e-4));
  LOOM_CHECK(near(static_cast<double>(r.gradient[0][4]), softmax[4], 1e-4));
}

TEST_CASE("the compiler and the loops agree") {
  constexpr with_gradient compiled = of_the_predictions();
  with_gradient run;
  run.value = cross_entropy(x = predictions, t = target, d(x) = run.gradient);
  CHECK(near(static_cast<double>(compiled.value), static_cast<double>(run.value), 1e-6));
  for (int i = 0; i < 5; ++i)
    CHECK(near(static_cast<double>(compiled.gradient[0][i]), static_cast<double>(run.gradient[0][i]), 1e-6));
}
