// SPDX-License-Identifier: BSL-1.0
// examples/mnist/digits.hpp — the small data shipped beside the example: digits of 8 x 8 pixels.
// Text, one row an image: 64 pixels of value 0 to 16, then the digit. Source: ../data/README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace mnist {

constexpr std::size_t digits_side = 8;
constexpr std::uint8_t digits_white = 16;

struct digits {
  std::vector<std::uint8_t> pixels; // 64 a row
  std::vector<std::uint8_t> labels;
};

/// A row that is not 64 pixels and a digit is refused.
digits read_digits(const std::filesystem::path& file);

} // namespace mnist
