// SPDX-License-Identifier: BSL-1.0
// tests/docs/my_loss.cpp — the last program of docs/tutorial.md: a loss of the reader's own, its gradient held against differences.
// [formula]
#include <loom/loom.hpp>

#include <cstdio>

constexpr auto x = loom::tensor<"x[N,C=3]">;  // a stated extent is checked at the call
constexpr auto t = loom::index<"t[N]">;
constexpr auto v = loom::tensor<"v[N]">;  // a weight for each row
constexpr auto margin = loom::scalar<"margin">;
constexpr auto C = loom::axis<"C">;

constexpr auto shifted = x - margin * onehot(t, C);  // the true score lowered by a margin
constexpr auto p = exp(shifted) / sum(exp(shifted), C);
constexpr auto sure = sum(p * log(p), C);  // a price for being sure: the negative entropy
constexpr auto rows = v * (-log(gather(p, t)) + 0.1 * sure);
constexpr auto kept = t >= 0;  // rows of category -1 are left out
constexpr auto my_loss = loom::loss<sum(where(kept, rows, 0)) / sum(where(kept, v, 0))>;
// [/formula]

// [main]
int main() {
  double scores[4][3] = {{1.5, -0.2, 0.3}, {0.1, 2.2, -1.0}, {9.0, 9.0, 9.0}, {-0.4, 0.6, 0.5}};
  const int category[4] = {0, 2, -1, 1};
  const double weights[4] = {1, 2, 1, 0.5};
  double gradient[4][3];
  const double loss = my_loss(x = scores, t = category, v = weights, margin = 0.5, d(x) = gradient);
  std::printf("loss %.6f, gradient %.6f", loss, gradient[1][2]);

  const double h = 1e-5;
  scores[1][2] += h;
  const double above = my_loss(x = scores, t = category, v = weights, margin = 0.5);
  scores[1][2] -= 2 * h;
  const double below = my_loss(x = scores, t = category, v = weights, margin = 0.5);
  std::printf(", by differences %.6f\n", (above - below) / (2 * h));
  std::printf("gradient of the row left out %.1f %.1f %.1f\n", gradient[2][0], gradient[2][1], gradient[2][2]);
}
// [/main]
