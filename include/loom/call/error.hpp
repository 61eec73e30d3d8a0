// SPDX-License-Identifier: BSL-1.0
// call/error.hpp — what a call says when its data is wrong.
// Sentences are built in place, by functions that are not inlined: they are in every program and never in a hurry, and
// std::string would cost each user more compile time than the checks themselves.
// Layer 5 (call).
#pragma once

#include <cstdint>
#if !defined(__cpp_exceptions)
#include <cstdio>
#endif
#include <new>  // for std::exception, which std::bad_alloc is; <exception> itself has much that takes long to read

#include "loom/base/config.hpp"
#include "loom/base/text_view.hpp"

// Outside the namespace of a version: what one version throws, code built against another can catch.
namespace loom {

/// Data that a call cannot work with. Thrown before anything is written.
class error : public std::exception {
 public:
  static constexpr int longest = 480;  ///< characters of a sentence; what is longer is cut off

  explicit error(const char* sentence) noexcept {
    for (int i = 0; i < longest && sentence[i] != '\0'; ++i) text_[i] = sentence[i];
  }
  const char* what() const noexcept override { return text_; }

 private:
  char text_[longest + 1]{};
};

/// What builds without exceptions call instead, to log or to end the program in another way; if there is none, they print the
/// message to stderr. A program that it returns to ends.
using error_handler = void (*)(const char* message);
inline error_handler on_error = nullptr;

}  // namespace loom

namespace loom::inline LOOM_ABI::call {

/// A sentence while it is written.
struct sentence {
  char text[error::longest + 1]{};
  int size = 0;

  [[gnu::noinline, gnu::cold]] constexpr sentence& operator<<(text_view more) {
    for (const char c : more)
      if (size < error::longest) text[size++] = c;
    return *this;
  }
  [[gnu::noinline, gnu::cold]] constexpr sentence& number(std::uint64_t n, bool negative = false) {
    char digits[21]{};
    int at = 20;
    do digits[--at] = static_cast<char>('0' + n % 10);
    while ((n /= 10) != 0);
    if (negative) *this << "-";
    return *this << text_view(digits + at, static_cast<std::size_t>(20 - at));
  }
  [[gnu::noinline, gnu::cold]] constexpr sentence& operator<<(std::int64_t n) {
    return number(n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n), n < 0);
  }
};

[[noreturn, gnu::noinline, gnu::cold]] inline void fail(const sentence& s) {
#if defined(__cpp_exceptions)
  throw error(s.text);
#else
  if (on_error != nullptr) on_error(s.text);
  else std::fprintf(stderr, "loom: %s\n", s.text);
  __builtin_abort();
#endif
}

}  // namespace loom::call
