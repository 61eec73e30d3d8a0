// SPDX-License-Identifier: BSL-1.0
// tests/run/constant.cpp — losses evaluated by the compiler: the numbers of a textbook example are static_asserts. What a constant
// refuses is in tests/fail/constant_*.cpp.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "loom/loom.hpp"
#include "support/catch.hpp"

using loom::d;
using loom::out;
using loom::view;

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

// ---- no data, and special values -------------------------------------------------------------------------------------

namespace {

constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto total = loom::loss<sum(x)>;
constexpr auto squares = loom::loss<square(x - y).mean()>;
constexpr auto kept = loom::loss<sum(where(t == -100, 0, -gather(log_softmax(x, -1), t)))>;

constexpr float nothing[1] = {77};
constexpr int no_labels[1] = {};
constexpr float inf = std::numeric_limits<float>::infinity(), unknown = std::numeric_limits<float>::quiet_NaN();

constexpr float touched_by_an_empty_gradient() {
  float buffer[1] = {77};
  cross_entropy(x = view(nothing, 0, 5), t = view(no_labels, 0), d(x) = view(buffer, 0, 5));
  return buffer[0];
}

}  // namespace

TEST_CASE("a constant over no rows is what it is at run time") {
  constexpr float mean = cross_entropy(x = view(nothing, 0, 5), t = view(no_labels, 0));
  constexpr float sum = total(x = view(nothing, 0, 5));
  LOOM_CHECK(mean != mean);
  LOOM_CHECK(sum == 0);
  LOOM_CHECK(touched_by_an_empty_gradient() == 77);
}

TEST_CASE("a constant of infinities and NaN is what it is at run time") {
  constexpr float of_nan[1][2] = {{1, unknown}}, of_inf[1][2] = {{1, inf}}, of_both[1][2] = {{inf, -inf}},
                  huge[1][2] = {{1, 3e38F}}, one[1][2] = {{1, 1}};
  constexpr int first[1] = {0}, ignored[1] = {-100};
  constexpr float values[] = {total(x = of_nan),
                              total(x = of_both),
                              total(x = of_inf),
                              squares(x = of_nan, y = one),
                              squares(x = of_inf, y = of_inf),
                              squares(x = huge, y = one),
                              kept(x = of_nan, t = first),
                              kept(x = of_inf, t = first),
                              kept(x = of_both, t = ignored)};
  float run[] = {total(x = of_nan),
                 total(x = of_both),
                 total(x = of_inf),
                 squares(x = of_nan, y = one),
                 squares(x = of_inf, y = of_inf),
                 squares(x = huge, y = one),
                 kept(x = of_nan, t = first),
                 kept(x = of_inf, t = first),
                 kept(x = of_both, t = ignored)};
  for (std::size_t i = 0; i < std::size(run); ++i) {
    INFO("value " << i);
    CHECK(((std::isnan(values[i]) && std::isnan(run[i])) || values[i] == run[i]));
  }
}

// ---- data that a call refuses ----------------------------------------------------------------------------------------

TEST_CASE("a variable that could be a constant is computed at run time if its data is wrong, and throws") {
  static constexpr int outside[1] = {5};
  static constexpr int two[2] = {0, 1};
  static constexpr int far[1] = {1};
  CHECK_THROWS_WITH(([] {
                      const float value = cross_entropy(x = predictions, t = outside);
                      return value;
                    }()),
                    "label 5 of t at row 0 is outside axis C, which has 5 entries");
  CHECK_THROWS_WITH(([] {
                      static const float value = cross_entropy(x = predictions, t = two);
                      return value;
                    }()),
                    "axis N of t has 2 entries, but axis N of x has 1");
  const float value = cross_entropy(x = predictions, t = far);
  CHECK(near(static_cast<double>(value), -expected[1], 1e-4));
}

namespace {

/// Two halves of the rows of one matrix: data on the left, its gradient on the right.
constexpr double halves_apart() {
  double both[8] = {1, 2, 0, 0, 3, 4, 0, 0};
  loom::loss<sum(square(x))>(x = view(static_cast<const double*>(both), {2, 2}, {4, 1}),
                             d(x) = view(both + 2, {2, 2}, {4, 1}));
  return both[2] + 10 * both[3] + 100 * both[6] + 1000 * both[7];
}

}  // namespace

TEST_CASE("a constant gradient may lie between the rows of its input") {
  LOOM_CHECK(halves_apart() == 2 + 40 + 600 + 8000);
}

TEST_CASE("a constant takes labels of every size up to 2^53") {
  constexpr std::int64_t large[1] = {std::int64_t{1} << 53};
  constexpr auto marked = loom::loss<sum(where(t == 9007199254740992, x, 0))>;
  constexpr float one[1][1] = {{3}};
  constexpr float value = marked(x = one, t = large);
  LOOM_CHECK(value == 3);
}

namespace {
/// Values of functions that a constant computes by algorithms of its own, and of masks.
constexpr double of_many_functions() {
  constexpr auto loss = loom::loss<sum(floor(v) + round(v) + where(isfinite(v), atan2(v, -1.5), 0)) +
                                   sum(where(isnan(v), 0, log_ndtr(v) + log2(abs(v)))) + stddev(v)>;
  return loss(v = scores);
}
}  // namespace

TEST_CASE("floor, round, atan2, log_ndtr, masks and deviations as constants") {
  double expected_value = 0, mean = 0, deviations = 0;
  for (const float f : scores) {
    const double s = static_cast<double>(f);
    expected_value += std::floor(s) + std::round(s) + std::atan2(s, -1.5) +
                      std::log(std::erfc(-s / std::sqrt(2.0)) / 2) + std::log2(std::fabs(s));
    mean += s / 5;
  }
  for (const float f : scores) deviations += (static_cast<double>(f) - mean) * (static_cast<double>(f) - mean);
  constexpr double value = of_many_functions();
  CHECK(std::fabs(value - (expected_value + std::sqrt(deviations / 5))) < 1e-5);
}
