// SPDX-License-Identifier: BSL-1.0
// examples/10_boosting.cpp — second derivatives: what gradient boosting asks of a loss, row by row, from one formula; stumps fitted by it.
#include <loom/loom.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

// [formula]
constexpr auto score = loom::tensor<"score[N]">;  // what the trees add up to
constexpr auto y = loom::tensor<"y[N] in [0,1]">;  // the outcome
constexpr auto yes = 1 / (1 + exp(-score));

// A sum, not a mean: d and d2 are then the derivatives of each row's own loss.
constexpr auto objective = loom::loss<-(y* log(yes) + (1 - y) * log(1 - yes)).sum()>;

static_assert(objective.plan(d(score), d2(score)).sweeps == 1);
static_assert(objective.safe(d(score), d2(score)));
// [/formula]

namespace {

/// A tree of one question: is the feature below a limit? And what each answer adds to the score.
struct stump {
  std::size_t feature = 0;
  float limit = 0, below = 0, above = 0;
  float operator()(const float* row) const { return row[feature] < limit ? below : above; }
};

/// The stump that lowers the quadratic model of the loss most; leaves are Newton steps, -sum of d / (sum of d2 + lambda).
stump best_stump(const std::vector<float>& rows, std::size_t features, const std::vector<float>& g,
                 const std::vector<float>& h) {
  const float lambda = 1;
  stump best;
  float most = -1;
  for (std::size_t f = 0; f < features; ++f)
    for (float limit = -0.875f; limit < 1; limit += 0.125f) {
      float g_below = 0, h_below = 0, g_above = 0, h_above = 0;
      for (std::size_t i = 0; i < g.size(); ++i) {
        const bool below = rows[i * features + f] < limit;
        (below ? g_below : g_above) += g[i];
        (below ? h_below : h_above) += h[i];
      }
      const float gain = g_below * g_below / (h_below + lambda) + g_above * g_above / (h_above + lambda);
      if (gain > most) {
        most = gain;
        best = {f, limit, -g_below / (h_below + lambda), -g_above / (h_above + lambda)};
      }
    }
  return best;
}

}  // namespace

int main() {
  constexpr std::size_t n = 500, features = 2;
  std::mt19937 random(5);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> rows(n * features), outcome(n), scores(n), g(n), h(n);
  for (float& v : rows) v = uniform(random);
  for (std::size_t i = 0; i < n; ++i)
    outcome[i] = rows[i * features] + 2 * std::fabs(rows[i * features + 1]) > 0.9f ? 1.0f : 0.0f;

  float first = 0, last = 0;
  for (int round = 0; round <= 40; ++round) {
    // [call]
    last = objective(score = scores, y = outcome, d(score) = g, d2(score) = h) / static_cast<float>(n);
    // [/call]
    if (round == 0) first = last;
    const stump tree = best_stump(rows, features, g, h);
    for (std::size_t i = 0; i < n; ++i) scores[i] += 0.5f * tree(&rows[i * features]);
  }

  // The derivatives are those of the books: q - y and q (1 - q).
  objective(score = scores, y = outcome, d(score) = g, d2(score) = h);
  float worst = 0;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float q = 1 / (1 + std::exp(-scores[i]));
    worst = std::max({worst, std::fabs(g[i] - (q - outcome[i])), std::fabs(h[i] - q * (1 - q))});
    wrong += (q > 0.5f) != (outcome[i] > 0.5f);
  }
  std::printf("loss %.4f before, %.4f after 40 stumps, %zu of %zu rows wrong; derivatives apart by %.1e\n",
              static_cast<double>(first), static_cast<double>(last), wrong, n, static_cast<double>(worst));
  const bool right = std::fabs(first - std::log(2.0f)) < 1e-5f && last < 0.25f && wrong < n / 10 && worst < 1e-6f;
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
