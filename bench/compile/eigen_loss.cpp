// SPDX-License-Identifier: BSL-1.0
// bench/compile/eigen_loss.cpp — the loss of one_loss.cpp, its gradient derived by hand.
#include <Eigen/Dense>
#include <cmath>

float step(const float* logits, const int* targets, float* grad, std::ptrdiff_t n, std::ptrdiff_t c) {
  using matrix = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const matrix> x(logits, n, c);
  Eigen::Map<matrix> g(grad, n, c);
  float total = 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    const float m = x.row(i).maxCoeff();
    g.row(i) = (x.row(i) - m).exp();
    const float s = g.row(i).sum();
    g.row(i) /= s * static_cast<float>(n);
    g(i, targets[i]) -= 1 / static_cast<float>(n);
    total += std::log(s) - (x(i, targets[i]) - m);
  }
  return total / static_cast<float>(n);
}
