// SPDX-License-Identifier: BSL-1.0
// examples/mnist/bytes.cpp — a whole file as bytes, gzip or not, and the refusal of a file.
#include "bytes.hpp"

#include <array>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <zlib.h>

namespace mnist {

void refuse(const std::filesystem::path& file, std::string_view message) {
  throw std::runtime_error(fmt::format("{}: {}", file.string(), message));
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) { refuse(file, "no such file"); }
  if (!std::filesystem::is_regular_file(file)) { refuse(file, "not a file"); }
  const auto close = [](gzFile handle) { gzclose(handle); };
  const std::unique_ptr<gzFile_s, decltype(close)> input(gzopen(file.c_str(), "rb"), close);
  if (!input) { refuse(file, "cannot be opened for reading"); }
  std::vector<std::uint8_t> bytes;
  std::array<std::uint8_t, 1U << 16U> block{};
  int count = 0;
  while ((count = gzread(input.get(), block.data(), static_cast<unsigned>(block.size()))) > 0) {
    bytes.insert(bytes.end(), block.begin(), block.begin() + count);
  }
  int error = Z_OK;
  gzerror(input.get(), &error);
  if (error == Z_BUF_ERROR) { refuse(file, "the compressed file is cut short"); }
  if (count < 0 || error != Z_OK) {
    refuse(file, error == Z_ERRNO ? "cannot be read" : "the compressed file is damaged");
  }
  return bytes;
}

} // namespace mnist
