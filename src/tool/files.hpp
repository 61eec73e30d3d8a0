// SPDX-License-Identifier: BSL-1.0
// src/tool/files.hpp — files, read whole and written whole: what is wrong is a sentence that begins with the name of the file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace loom::tool {

/// A file that is open for reading. It is regular: reading it ends.
class input_file {
 public:
  explicit input_file(const std::string& name);
  ~input_file();
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;

  const std::string& wrong() const { return wrong_; }  ///< why it cannot be read, or nothing
  std::size_t size() const { return size_; }  ///< in bytes, when it was opened
  /// Reads the next bytes. Less than `count` if the file ends or cannot be read.
  std::size_t read(void* to, std::size_t count);

 private:
  int file_ = -1;
  std::size_t size_ = 0;
  std::string wrong_;
};

/// A file that is written under another name in the same folder, and takes its own name when it is complete. If it never is, nothing
/// is left behind, and what had the name before is untouched.
class output_file {
 public:
  explicit output_file(const std::string& name);
  ~output_file();
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;

  /// Each returns why it failed, or nothing; after a failure the same again.
  const std::string& write(const void* bytes, std::size_t count);
  const std::string& write(std::string_view text) { return write(text.data(), text.size()); }
  const std::string& complete();
  const std::string& wrong() const { return wrong_; }
  const std::string& temporary() const { return temporary_; }  ///< the name until then

 private:
  int file_ = -1;
  std::string name_, target_, temporary_, wrong_;

  const std::string& fail(int number);
};

/// All of a file; nothing if it cannot be read to its end.
std::string read_file(const std::string& name);

/// Writes a file. Returns why it failed, or nothing.
std::string write_file(const std::string& name, std::string_view text);

/// Whether two names are those of one file, which need not exist.
bool same_file(const std::string& a, const std::string& b);

/// Text of a file or of an argument, as a sentence may quote it: without control characters, and cut off where it is long.
std::string shown(std::string_view text);

}  // namespace loom::tool
