// SPDX-License-Identifier: BSL-1.0
// src/tool/processes.hpp — other programs: a compiler, Graphviz. They are found on the path, and started without a shell.
#pragma once

#include <string>
#include <vector>

namespace loom::tool {

/// The file of a program on the path, or nothing.
std::string found_program(const std::string& name);

/// Runs a command whose first word is the file of a program; what it prints goes to the file `output`. Returns its exit status, or -1
/// if it did not run to its end.
int run_program(const std::vector<std::string>& words, const std::string& output);

/// The line of a program's output that says what is wrong: the first with an error, else the first.
std::string first_error(const std::string& output);

/// A folder for what a program reads and writes, gone at the end.
class workshop {
 public:
  explicit workshop(const std::string& in);
  ~workshop();
  workshop(const workshop&) = delete;
  workshop& operator=(const workshop&) = delete;

  bool exists() const { return !path_.empty(); }
  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace loom::tool
