// SPDX-License-Identifier: BSL-1.0
// examples/mnist/idx.hpp — the file format of MNIST: images (idx3-ubyte) and labels (idx1-ubyte).
// Big-endian 32-bit words (magic, count, and for images height and width), then one byte a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace mnist {

struct idx_images {
  std::size_t count, height, width;
  std::vector<std::uint8_t> pixels; // 0 to 255, count * height * width of them
};

/// A file that does not hold what its header says is refused.
idx_images read_idx_images(const std::filesystem::path& file);

/// The same; a label that is not below `classes` is refused too.
std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& file, std::size_t classes);

} // namespace mnist
