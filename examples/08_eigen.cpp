// SPDX-License-Identifier: BSL-1.0
// examples/08_eigen.cpp — matrices of Eigen, by columns or by rows, bound as they lie; Loom fills the gradient that Eigen multiplies.
#include <loom/loom.hpp>

#include <Eigen/Core>
#include <cmath>
#include <cstdio>
#include <cstdlib>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;

namespace {

// [bound]
/// A matrix, a map or a block of Eigen as Loom sees it: rows, columns, and the strides between them.
template <class Matrix>
auto bound(Matrix& m) {
  return loom::view(m.data(), {m.rows(), m.cols()}, {m.rowStride(), m.colStride()});
}
// [/bound]

}  // namespace

int main() {
  constexpr Eigen::Index n = 60, features = 4, classes = 3;
  std::srand(1);  // what Eigen's Random takes its numbers from
  const Eigen::MatrixXf data = Eigen::MatrixXf::Random(n, features);
  const Eigen::MatrixXf truth = Eigen::MatrixXf::Random(features, classes);
  Eigen::VectorXi labels(n);
  for (Eigen::Index i = 0; i < n; ++i) (data.row(i) * truth).maxCoeff(&labels[i]);

  // [train]
  Eigen::MatrixXf weights = Eigen::MatrixXf::Zero(features, classes), gradient(n, classes);  // stored by columns
  float first = 0, last = 0;
  for (int step = 0; step < 200; ++step) {
    const Eigen::MatrixXf logits = data * weights;
    last = cross_entropy(x = bound(logits), t = labels, d(x) = bound(gradient));  // a vector is bound as it is
    if (step == 0) first = last;
    weights -= 2.0f * data.transpose() * gradient;
  }
  // [/train]

  // The same logits by rows give the same loss; so does Eigen alone.
  const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> by_rows = data * weights;
  const float by_loom = cross_entropy(x = bound(by_rows), t = labels);
  float by_hand = 0;
  for (Eigen::Index i = 0; i < n; ++i)
    by_hand += (std::log(by_rows.row(i).array().exp().sum()) - by_rows(i, labels[i])) / static_cast<float>(n);

  std::printf("loss %.4f before, %.4f after; by Loom %.6f, by hand %.6f\n", static_cast<double>(first),
              static_cast<double>(last), static_cast<double>(by_loom), static_cast<double>(by_hand));
  const bool right = std::fabs(first - std::log(3.0f)) < 1e-5f && last < 0.3f && std::fabs(by_loom - by_hand) < 1e-5f;
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
