// SPDX-License-Identifier: BSL-1.0
// examples/mnist/cross_entropy.hpp — what the example asks of Loom, as plain functions.
// The only file pair of the example that knows Loom: everything else passes pointers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mnist {

/// Log of softmax of one row of scores: log(exp(v) / sum(exp(v), -1)).
/// Shape: scores [C], result [C].
void log_softmax(std::span<const float> scores, std::span<float> result);

/// Categorical cross entropy: the mean over the rows of -log softmax(logits)[label].
/// Shape: logits [labels.size(), classes], row-major.
/// Units: nats.
float cross_entropy(const float* logits, std::span<const std::uint8_t> labels, std::size_t classes);

/// The same, and its gradient with respect to the logits, in the same sweep.
/// Shape: gradient as logits.
float cross_entropy(const float* logits, std::span<const std::uint8_t> labels, std::size_t classes, float* gradient);

/// What Loom made of the formula: as written, as rewritten, the rules used, the plan.
std::string story();

/// The loop that computes the loss and its gradient, as C++ to read.
std::string code();

} // namespace mnist
