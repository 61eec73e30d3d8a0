// SPDX-License-Identifier: BSL-1.0
// examples/mnist/dataset.cpp — images with their classes, split for training and validation.
#include "dataset.hpp"

#include <span>

#include <fmt/format.h>

#include "bytes.hpp"
#include "digits.hpp"
#include "idx.hpp"

namespace mnist {
namespace {

namespace fs = std::filesystem;

// Where Debian's package dataset-fashion-mnist puts its files.
constexpr auto fashion_mnist_folder = "/usr/share/datasets/fashion-mnist";
constexpr auto digits_file = "digits.csv.gz";

/// The rows [first, last) of the pixels, scaled so that `white` is 1.
labelled_images part(std::span<const std::uint8_t> pixels, std::span<const std::uint8_t> labels, std::uint8_t white,
                     std::size_t first, std::size_t last) {
  using bytes = Eigen::Matrix<std::uint8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const std::size_t width = pixels.size() / labels.size();
  const Eigen::Map<const bytes> rows(pixels.data() + first * width, static_cast<Index>(last - first),
                                     static_cast<Index>(width));
  const auto chosen = labels.subspan(first, last - first);
  return {rows.cast<float>() / static_cast<float>(white), {chosen.begin(), chosen.end()}};
}

/// Fills training and validation: the last 1/`parts` of the rows are for validation.
void split(dataset& data, const fs::path& file, std::span<const std::uint8_t> pixels,
           std::span<const std::uint8_t> labels, std::uint8_t white, std::size_t parts) {
  const std::size_t rows = labels.size();
  if (rows < parts) {
    refuse(file, fmt::format("{} images are too few: training and validation need {}", rows, parts));
  }
  const std::size_t first_of_validation = rows - rows / parts;
  data.training = part(pixels, labels, white, 0, first_of_validation);
  data.validation = part(pixels, labels, white, first_of_validation, rows);
}

/// The file of that name, or compressed with `.gz` after it.
fs::path either(const fs::path& folder, const std::string& name) {
  const fs::path plain = folder / name;
  const fs::path compressed = folder / (name + ".gz");
  if (fs::exists(plain)) { return plain; }
  if (!fs::exists(compressed)) { refuse(plain, "no such file, nor with .gz after it"); }
  return compressed;
}

struct idx_pair {
  fs::path images_file;
  idx_images images;
  std::vector<std::uint8_t> labels;
};

/// The images `NAME-images-idx3-ubyte` and their labels.
idx_pair read_idx_pair(const fs::path& folder, const std::string& name) {
  const fs::path images_file = either(folder, name + "-images-idx3-ubyte");
  const fs::path labels_file = either(folder, name + "-labels-idx1-ubyte");
  idx_pair result{images_file, read_idx_images(images_file), read_idx_labels(labels_file, classes)};
  if (result.labels.size() != result.images.count) {
    refuse(labels_file, fmt::format("{} labels for the {} images of {}", result.labels.size(), result.images.count,
                                    images_file.filename().string()));
  }
  return result;
}

dataset load_idx(const fs::path& folder) {
  const bool fashion = fs::path(folder / "").lexically_normal() == fs::path(fashion_mnist_folder) / "";
  const idx_pair training = read_idx_pair(folder, "train");
  const idx_pair test = read_idx_pair(folder, "t10k");
  const auto& [count, height, width, pixels] = training.images;
  if (test.images.height != height || test.images.width != width) {
    refuse(test.images_file, fmt::format("images of {} x {} pixels, those for training have {} x {}",
                                         test.images.height, test.images.width, height, width));
  }
  dataset data{fashion ? "Fashion-MNIST" : "MNIST format", folder, height, width, {}, {}, {}};
  constexpr std::uint8_t white = 255;
  split(data, training.images_file, pixels, training.labels, white, 6);
  if (!test.labels.empty()) { data.test = part(test.images.pixels, test.labels, white, 0, test.labels.size()); }
  return data;
}

dataset load_digits(const fs::path& folder) {
  const fs::path file = folder / digits_file;
  const digits read = read_digits(file);
  dataset data{"Handwritten digits", folder, digits_side, digits_side, {}, {}, {}};
  split(data, file, read.pixels, read.labels, digits_white, 5);
  return data;
}

} // namespace

fs::path default_folder() {
    // Passed by CMakeLists.txt: the folder `data` beside the examples.
  const fs::path shipped = EXAMPLE_DATA_FOLDER;
  return fs::is_directory(fashion_mnist_folder) ? fs::path(fashion_mnist_folder) : shipped;
}

dataset load(const fs::path& folder) {
  if (!fs::is_directory(folder)) { refuse(folder, fs::exists(folder) ? "not a folder" : "no such folder"); }
  return fs::exists(folder / digits_file) ? load_digits(folder) : load_idx(folder);
}

} // namespace mnist
