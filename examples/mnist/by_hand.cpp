// SPDX-License-Identifier: BSL-1.0
// examples/mnist/by_hand.cpp — the loss as one writes it without Loom, to check it against.
#include "by_hand.hpp"

#include <cmath>
#include <cstddef>

namespace mnist {

double cross_entropy_by_hand(const matrix& logits, std::span<const std::uint8_t> labels) {
  double total = 0;
  for (Index row = 0; row < logits.rows(); ++row) {
    const auto scores = logits.row(row).cast<double>();
    const double highest = scores.maxCoeff();
    const double log_of_sum = std::log((scores.array() - highest).exp().sum());
    total += log_of_sum - (scores(labels[static_cast<std::size_t>(row)]) - highest);
  }
  return total / static_cast<double>(logits.rows());
}

} // namespace mnist
