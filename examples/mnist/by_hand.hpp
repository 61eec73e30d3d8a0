// SPDX-License-Identifier: BSL-1.0
// examples/mnist/by_hand.hpp — the loss as one writes it without Loom, to check it against.
#pragma once

#include <cstdint>
#include <span>

#include "matrix.hpp"

namespace mnist {

/// Categorical cross entropy in double, shifted by the maximum by hand; the value alone.
double cross_entropy_by_hand(const matrix& logits, std::span<const std::uint8_t> labels);

} // namespace mnist
