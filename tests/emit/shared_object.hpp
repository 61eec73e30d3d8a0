// SPDX-License-Identifier: BSL-1.0
// tests/emit/shared_object.hpp — printed code, compiled and loaded.
#pragma once

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace printed {

/// A folder that is gone at the end.
class scratch {
 public:
  scratch() : path(std::filesystem::temp_directory_path() / ("loom_emit_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~scratch() { std::filesystem::remove_all(path); }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  std::filesystem::path path;
};

inline void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

/// How a compiler is called: every warning is an error.
inline constexpr const char* cpp_compiler =
    LOOM_TEST_COMPILER " -std=c++20 -O1 -Wall -Wextra -Wconversion -Wshadow -Werror ";
inline constexpr const char* c99_compiler =
    LOOM_TEST_C_COMPILER " -std=c99 -pedantic -O1 -Wall -Wextra -Wconversion -Wshadow -Werror ";
/// Hints for lanes are read, and clang may say that it could not follow one.
inline constexpr const char* for_lanes = "-fopenmp-simd -Wno-unknown-warning-option -Wno-pass-failed";

/// True if the compiler accepts.
inline bool compile(const std::string& compiler, const std::string& arguments) {
  return std::system((compiler + arguments).c_str()) == 0;
}

/// Files of code, compiled together and loaded.
class shared_object {
 public:
  shared_object(const std::string& compiler, const std::string& extension, const std::vector<std::string>& files) {
    static int count = 0;  // one that stays loaded must not be taken for the next
    const std::string object = folder_.path / ("printed_" + std::to_string(count++) + ".so");
    std::string arguments = " -fPIC -shared -o " + object;
    for (std::size_t k = 0; k < files.size(); ++k) {
      const std::filesystem::path file = folder_.path / ("printed_" + std::to_string(k) + extension);
      write(file, files[k]);
      arguments += " " + file.string();
    }
    if (!compile(compiler, arguments + " -lm")) throw std::runtime_error("the compiler refuses the printed code");
    handle_ = dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
  }
  ~shared_object() { dlclose(handle_); }
  shared_object(const shared_object&) = delete;
  shared_object& operator=(const shared_object&) = delete;
  /// A function with C linkage.
  template <class F>
  F* find(const std::string& name) const {
    return reinterpret_cast<F*>(dlsym(handle_, name.c_str()));
  }

 private:
  scratch folder_;
  void* handle_ = nullptr;
};

}  // namespace printed
