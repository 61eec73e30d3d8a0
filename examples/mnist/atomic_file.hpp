// SPDX-License-Identifier: BSL-1.0
// examples/mnist/atomic_file.hpp — a file that is there whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace mnist {

/// Throws if such a file cannot be written: to be asked before long work, not after it.
void check_writable(const std::filesystem::path& file);

/// Writes under a temporary name in the same folder, then renames. On failure throws, and leaves nothing behind.
void write_whole(const std::filesystem::path& file, std::string_view text);

} // namespace mnist
