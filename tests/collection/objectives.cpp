// SPDX-License-Identifier: BSL-1.0
// tests/collection/objectives.cpp — what a booster asks for: gradients, and the diagonal of the Hessian, of sums of row losses.
#include <cmath>

#include "loom/collection/classification.hpp"
#include "support/collection_trials.hpp"

namespace lc = loom::collection;

TEST_CASE("objectives agree with the interpreter, value and gradients") {
  collected::loops<float, true>(lc::softmax_objective, "softmax_objective");
  collected::loops<double, true>(lc::softmax_objective, "softmax_objective");
  collected::loops<float, true>(lc::logistic_objective, "logistic_objective");
  collected::loops<double, true>(lc::logistic_objective, "logistic_objective");
}

TEST_CASE("gradients and second derivatives of the softmax objective are p - 1 and p (1 - p), row by row") {
  for (loom::target each : trial::targets()) {
    const loom::limit_target limit(each);
    for (const std::ptrdiff_t classes : {3, 161}) {
      const std::size_t n = 5 * static_cast<std::size_t>(classes);
      std::vector<double> logits(n), g(n), h(n);
      for (std::size_t i = 0; i < n; ++i) logits[i] = 3 * std::sin(static_cast<double>(i * i));
      logits[0] = 1e4;  // certain of class 0
      logits[4 * static_cast<std::size_t>(classes) + 1] = -1e4;
      const std::vector<int> labels = {0, 1, 2, 0, 1};
      lc::softmax_objective(lc::x = loom::view(logits.data(), 5, classes), lc::t = labels,
                            loom::d(lc::x) = loom::view(g.data(), 5, classes),
                            loom::d2(lc::x) = loom::view(h.data(), 5, classes));
      for (std::size_t row = 0; row < 5; ++row) {
        const double* x = logits.data() + row * static_cast<std::size_t>(classes);
        const double largest = *std::max_element(x, x + classes);
        double sum = 0;
        for (std::ptrdiff_t k = 0; k < classes; ++k) sum += std::exp(x[k] - largest);
        for (std::ptrdiff_t k = 0; k < classes; ++k) {
          const double p = std::exp(x[k] - largest) / sum;
          const std::size_t at = row * static_cast<std::size_t>(classes) + static_cast<std::size_t>(k);
          CHECK(std::fabs(g[at] - (p - (labels[row] == k))) <= 1e-15);
          CHECK(std::fabs(h[at] - p * (1 - p)) <= 1e-15);
        }
      }
    }
  }
}

TEST_CASE(
    "gradients and second derivatives of the logistic objective are p - y and p (1 - p), also where p is near 1") {
  for (loom::target each : trial::targets()) {
    const loom::limit_target limit(each);
    const std::vector<double> scores = {-1e4, -40, -3, -1e-9, 0, 0.5, 2, 40, 1e4, 7, -7};
    std::vector<double> targets(scores.size()), g(scores.size()), h(scores.size());
    for (std::size_t i = 0; i < targets.size(); ++i) targets[i] = i % 2 == 0;
    lc::logistic_objective(lc::a = scores, lc::y = targets, loom::d(lc::a) = g, loom::d2(lc::a) = h);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const double p = 1 / (1 + std::exp(-scores[i])), rest = 1 / (1 + std::exp(scores[i]));
      const double slope = targets[i] == 1 ? -rest : p;
      CHECK(std::fabs(g[i] - slope) <= 1e-14 * std::fabs(slope));
      CHECK(std::fabs(h[i] - p * rest) <= 1e-14 * (p * rest));
    }
  }
}

TEST_CASE(
    "Gauss-Newton diagonals of objectives that are not convex: of a robust one, of a focal one, of squares of "
    "sigmoids") {
  constexpr auto a = loom::tensor<"a[N]">;
  constexpr auto y = loom::tensor<"y[N] in [0,1]">;
  constexpr auto robust = loom::loss<log(1 + square(a - y)).sum()>;
  constexpr auto brier = loom::loss<square(sigmoid(a) - y).sum()>;
  constexpr auto q = 1 / (1 + exp(-a));
  constexpr auto focal = loom::loss<-(square(1 - q) * log(q)).sum()>;
  std::vector<double> scores, targets;
  for (int i = 0; i < 101; ++i) {
    scores.push_back((i - 50) / 5.0);
    targets.push_back(i % 3 / 2.0);
  }
  scores[7] = 1e4;
  scores[8] = -1e4;
  const std::size_t n = scores.size();
  std::vector<double> g(n), h(n), d(n);
  for (loom::target each : trial::targets()) {
    const loom::limit_target limit(each);
    robust(a = scores, y = targets, gn(a) = h);
    for (std::size_t i = 0; i < n; ++i) {
      const double r = scores[i] - targets[i], want = 2 / (1 + r * r);
      CHECK(std::fabs(h[i] - want) <= 1e-14 * want);
    }
    brier(a = scores, y = targets, loom::d(a) = g, gn(a) = h);
    for (std::size_t i = 0; i < n; ++i) {
      const double p = 1 / (1 + std::exp(-scores[i])), slope = p / (1 + std::exp(scores[i]));
      CHECK(std::fabs(h[i] - 2 * slope * slope) <= 1e-14 * (2 * slope * slope));
      CHECK(std::fabs(g[i] - 2 * (p - targets[i]) * slope) <= 1e-14);
    }
    focal(a = scores, gn(a) = h, d2(a) = d);
    for (std::size_t i = 0; i < n; ++i) {
      CHECK((h[i] >= 0 && h[i] < 1e3));
      CHECK(h[i] >= 0.5 * d[i]);
    }
  }
  // Added to a buffer, written over its input, and in float: the same numbers.
  std::vector<double> sums(n, 1), over = scores;
  robust(a = scores, y = targets, gn(a) = h);
  robust(a = scores, y = targets, gn(a) += sums);
  robust(a = over, y = targets, gn(a) = loom::in_place);
  const std::vector<float> of_float(scores.begin(), scores.end()), labels(targets.begin(), targets.end());
  std::vector<float> narrow(n);
  robust(a = of_float, y = labels, gn(a) = narrow);
  for (std::size_t i = 0; i < n; ++i) {
    CHECK(sums[i] == 1 + h[i]);
    CHECK(over[i] == h[i]);
    CHECK(std::fabs(static_cast<double>(narrow[i]) - h[i]) <= 1e-6 * h[i]);
  }
}
