// SPDX-License-Identifier: BSL-1.0
// instantiate/calls.cpp — a file that only calls: it has no loops (check.cmake), and gets the values of a call that has its own.
#include <cmath>
#include <cstdio>
#include <vector>

#include "formula.hpp"

namespace {

/// Three rows, of which the first has the classes 2.44, 3.92, 2.50, -1.27 and 3.23.
template <class T>
std::vector<T> logits() {
  std::vector<T> v;
  for (const double e : {2.44, 3.92, 2.50, -1.27, 3.23, 1.0, 0.0, -1.0, 2.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0})
    v.push_back(static_cast<T>(e));
  return v;
}

}  // namespace

int main() {
  const int labels[] = {1, 3, 0};
  const auto targets = loom::view(labels, 3);
  const std::vector<float> single = logits<float>();
  const std::vector<double> wide = logits<double>();
  std::vector<float> gradient(15);
  std::vector<double> exact(15), curvature(15);

  const float value = cross_entropy(x = loom::view(single.data(), 3, 5), t = targets);
  const float again =
      cross_entropy(x = loom::view(single.data(), 3, 5), t = targets, d(x) = loom::view(gradient.data(), 3, 5));
  const double reference =
      cross_entropy(x = loom::view(wide.data(), 3, 5), t = targets, d(x) = loom::view(exact.data(), 3, 5),
                    d2(x) = loom::view(curvature.data(), 3, 5));

  double expected = 0;
  for (int i = 0; i < 3; ++i) {
    double sum = 0;
    for (int j = 0; j < 5; ++j) sum += std::exp(wide[static_cast<std::size_t>(5 * i + j)]);
    expected += (std::log(sum) - wide[static_cast<std::size_t>(5 * i + labels[i])]) / 3;
  }
  bool right = value == again && std::fabs(reference - expected) < 1e-15 && std::fabs(value - expected) < 1e-6;
  for (std::size_t k = 0; k < 15; ++k) right = right && std::fabs(gradient[k] - exact[k]) < 1e-7;
  for (int j = 0; j < 5; ++j) {  // the last row has five equal shares
    const auto k = static_cast<std::size_t>(10 + j);
    right = right && std::fabs(exact[k] - ((j == 0 ? -0.8 : 0.2) / 3)) < 1e-15 &&
            std::fabs(curvature[k] - 0.16 / 3) < 1e-15;
  }
  std::printf("%s: %.6f\n", right ? "right" : "wrong", reference);
  return right ? 0 : 1;
}
