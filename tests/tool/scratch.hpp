// SPDX-License-Identifier: BSL-1.0
// tests/tool/scratch.hpp — a folder for the files of a test, gone at its end.
#pragma once

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace loom::test {

inline std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class scratch {
 public:
  scratch() : path_((std::filesystem::temp_directory_path() / "loom_tool_XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no folder for the files of a test");
  }
  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  /// Names of what is in it, in alphabetical order.
  std::vector<std::string> files() const {
    std::vector<std::string> r;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) r.push_back(entry.path().filename().string());
    std::sort(r.begin(), r.end());
    return r;
  }
  std::string text(const std::string& name) const { return contents(*this / name); }

 private:
  std::string path_;
};

}  // namespace loom::test
