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
