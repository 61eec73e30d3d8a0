// SPDX-License-Identifier: BSL-1.0
// examples/03_your_own_loss.cpp — a loss no framework has: written down, and its gradient held against differences.
#include <loom/loom.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

// [formula]
constexpr auto x = loom::tensor<"x[N,C=3]">;  // a static extent is checked, and chooses the loops at compile time
constexpr auto t = loom::index<"t[N]">;
constexpr auto v = loom::tensor<"v[N]">;      // the weight of each row
constexpr auto margin = loom::scalar<"margin">;
constexpr auto C = loom::axis<"C">;

// Cross entropy against logits of which the true one is lowered by a margin, weighted by row, rows of class -1 ignored,
// plus a penalty on confident rows (the negative entropy of their softmax).
constexpr auto shifted = x - margin * onehot(t, C);
constexpr auto p = exp(shifted) / sum(exp(shifted), C);
constexpr auto rows = v * (-log(gather(p, t)) + 0.1 * sum(p * log(p), C));
constexpr auto kept = t >= 0;
constexpr auto my_loss = loom::loss<sum(where(kept, rows, 0)) / sum(where(kept, v, 0))>;
// [/formula]

static_assert(my_loss.plan(d(x)).sweeps == 1);

int main() {
  constexpr int n = 7;
  std::mt19937 random(3);
  std::normal_distribution<double> normal(0, 2);
  std::vector<double> logits(n * 3), weights(n, 1.5), gradient(n * 3);
  for (double& l : logits) l = normal(random);
  const std::vector<std::int8_t> labels = {0, 2, 1, -1, 1, 0, -1};

  const auto value = [&](double* out) {
    if (out == nullptr) return my_loss(x = loom::view(logits.data(), n, 3), t = labels, v = weights, margin = 0.5);
    return my_loss(x = loom::view(logits.data(), n, 3), t = labels, v = weights, margin = 0.5,
                   d(x) = loom::view(out, n, 3));
  };
  const double loss = value(gradient.data());

  double worst = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double kept_logit = logits[i], h = 1e-5;
    logits[i] = kept_logit + h;
    const double above = value(nullptr);
    logits[i] = kept_logit - h;
    const double below = value(nullptr);
    logits[i] = kept_logit;
    worst = std::max(worst, std::fabs((above - below) / (2 * h) - gradient[i]));
  }
  std::printf("loss %.6f, gradient differs from differences by %.1e\n", loss, worst);
  return worst < 1e-8 && gradient[9] == 0 ? EXIT_SUCCESS : EXIT_FAILURE;  // row 3 is ignored
}
