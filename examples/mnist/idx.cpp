// SPDX-License-Identifier: BSL-1.0
// examples/mnist/idx.cpp — the file format of MNIST: images (idx3-ubyte) and labels (idx1-ubyte).
#include "idx.hpp"

#include <utility>

#include <fmt/format.h>

#include "bytes.hpp"

namespace mnist {
namespace {

constexpr std::uint32_t images_magic = 0x00000803; // unsigned bytes, three axes
constexpr std::uint32_t labels_magic = 0x00000801; // unsigned bytes, one axis
constexpr std::size_t word = 4;
constexpr std::size_t largest_side = 4096; // pixels; keeps the products below from overflowing

std::uint32_t word_at(const std::vector<std::uint8_t>& bytes, std::size_t position) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < word; ++i) { value = (value << 8U) | bytes[word * position + i]; }
  return value;
}

/// The bytes of a file whose header is long enough and starts with the magic number.
std::vector<std::uint8_t> read_idx(const std::filesystem::path& file, std::uint32_t magic, std::size_t header) {
  auto bytes = read_bytes(file);
  if (bytes.size() < header) {
    refuse(file, fmt::format("the file is cut short: {} bytes, its header alone has {}", bytes.size(), header));
  }
  if (word_at(bytes, 0) != magic) {
    refuse(file, fmt::format("wrong magic number 0x{:08x}, expected 0x{:08x}", word_at(bytes, 0), magic));
  }
  return bytes;
}

/// Checks the size against the header and leaves only the values in `bytes`.
void drop_header(const std::filesystem::path& file, std::vector<std::uint8_t>& bytes, std::size_t header,
                 std::size_t values) {
  const std::size_t found = bytes.size() - header;
  if (found != values) {
    refuse(file, fmt::format("{}: {} bytes after the header, which promises {}",
                             found < values ? "the file is cut short" : "the file is too long", found, values));
  }
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header));
}

} // namespace

idx_images read_idx_images(const std::filesystem::path& file) {
  constexpr std::size_t header = 4 * word;
  auto bytes = read_idx(file, images_magic, header);
  const std::size_t count = word_at(bytes, 1);
  const std::size_t height = word_at(bytes, 2);
  const std::size_t width = word_at(bytes, 3);
  if (height == 0 || width == 0 || height > largest_side || width > largest_side) {
    refuse(file, fmt::format("images of {} x {} pixels; each side must be 1 to {}", height, width, largest_side));
  }
  drop_header(file, bytes, header, count * height * width);
  return {count, height, width, std::move(bytes)};
}

std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& file, std::size_t classes) {
  constexpr std::size_t header = 2 * word;
  auto bytes = read_idx(file, labels_magic, header);
  drop_header(file, bytes, header, word_at(bytes, 1));
  for (std::size_t row = 0; row < bytes.size(); ++row) {
    if (bytes[row] >= classes) {
      refuse(file, fmt::format("label {} at row {}; labels are 0 to {}", bytes[row], row, classes - 1));
    }
  }
  return bytes;
}

} // namespace mnist
