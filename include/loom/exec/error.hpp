// SPDX-License-Identifier: BSL-1.0
// exec/error.hpp — what a call says when its data is wrong.
// Layer 5 (exec).
#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace loom {

/// Data that a call cannot work with. Thrown before anything is written.
class error : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// What builds without exceptions call instead; replace it to log or to end the program in another way.
using error_handler = void (*)(const char* message);
inline error_handler on_error = [](const char* message) {
  std::fprintf(stderr, "loom: %s\n", message);
  std::abort();
};

namespace detail {

[[noreturn]] inline void fail(const std::string& message) {
#if defined(__cpp_exceptions)
  throw error(message);
#else
  on_error(message.c_str());
  std::abort();
#endif
}

}  // namespace detail

}  // namespace loom
