// SPDX-License-Identifier: BSL-1.0
// examples/mnist/dataset.hpp — images with their classes, split for training and validation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "matrix.hpp"

namespace mnist {

constexpr std::size_t classes = 10;

struct labelled_images {
  matrix images; // [N, pixels], 0 to 1
  std::vector<std::uint8_t> labels;

  Index size() const { return images.rows(); }
};

struct dataset {
  std::string name;
  std::filesystem::path folder;
  std::size_t height, width;
  labelled_images training, validation;
  labelled_images test; // never looked at while training; may be empty
};

/// The first that is there of Debian's Fashion-MNIST and the digits shipped with the example.
std::filesystem::path default_folder();

/// Reads a folder with the four files of MNIST (`train-images-idx3-ubyte` and its companions, with or without `.gz`),
/// of which the last sixth of the training images is kept for validation (60000 become 50000 and 10000), or a folder
/// with `digits.csv.gz`, of which it is the last fifth. Throws std::runtime_error naming the file and what is wrong.
dataset load(const std::filesystem::path& folder);

} // namespace mnist
