// SPDX-License-Identifier: BSL-1.0
// examples/mnist/bytes.hpp — a whole file as bytes, gzip or not, and the refusal of a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace mnist {

/// Throws std::runtime_error "FILE: MESSAGE".
[[noreturn]] void refuse(const std::filesystem::path& file, std::string_view message);

/// The content of a file, decompressed if it is a gzip file.
/// A file that is missing, cut short or damaged is refused.
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file);

} // namespace mnist
