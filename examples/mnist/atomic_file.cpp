// SPDX-License-Identifier: BSL-1.0
// examples/mnist/atomic_file.cpp — a file that is there whole or not at all.
#include "atomic_file.hpp"

#include <fstream>
#include <random>
#include <system_error>

#include <fmt/format.h>

#include "bytes.hpp"

namespace mnist {
namespace {

namespace fs = std::filesystem;

/// A file of a name no other run uses; removed at the end, unless it was renamed.
class temporary_file {
 public:
  explicit temporary_file(const fs::path& target) : target_(target), path_(target) {
    if (fs::exists(target) && !fs::is_regular_file(target)) { refuse(target, "cannot be written: not a file"); }
    path_ += fmt::format(".{:08x}.part", std::random_device{}());
    stream_.open(path_, std::ios::binary | std::ios::trunc);
    if (!stream_) { refuse(target, "cannot be written"); }
  }
  ~temporary_file() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  void write(std::string_view text) {
    stream_.write(text.data(), static_cast<std::streamsize>(text.size()));
    stream_.close();
    std::error_code error;
    if (stream_) { fs::rename(path_, target_, error); }
    if (!stream_ || error) { refuse(target_, "could not be written whole; nothing was left behind"); }
  }

 private:
  fs::path target_;
  fs::path path_;
  std::ofstream stream_;
};

} // namespace

void check_writable(const fs::path& file) { const temporary_file probe(file); }

void write_whole(const fs::path& file, std::string_view text) { temporary_file(file).write(text); }

} // namespace mnist
