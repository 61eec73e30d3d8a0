// SPDX-License-Identifier: BSL-1.0
// call/error.hpp — what a call says when its data is wrong.
// Sentences are built in place, by functions that are not inlined: they are in every program and never in a hurry, and
// std::string would cost each user more compile time than the checks themselves.
// Layer 5 (call).
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include "loom/base/config.hpp"
#include "loom/base/text_view.hpp"

// Not in the namespace of a version: what one version throws, code built against another can catch.
namespace loom {

/// A sentence, cut off after 480 characters.
struct sentence {
  char text[481]{};
  int size = 0;

  [[gnu::noinline, gnu::cold]] constexpr sentence& operator<<(base::text_view more) {
    for (const char c : more)
      if (size < 480) text[size++] = c;
    return *this;
  }
  [[gnu::noinline, gnu::cold]] constexpr sentence& number(std::uint64_t n, bool negative = false) {
    char digits[21]{};
    int at = 20;
    do digits[--at] = static_cast<char>('0' + n % 10);
    while ((n /= 10) != 0);
    if (negative) *this << "-";
    return *this << base::text_view(digits + at, static_cast<std::size_t>(20 - at));
  }
  [[gnu::noinline, gnu::cold]] constexpr sentence& operator<<(std::int64_t n) { return number(n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n), n < 0); }
};

/// Data that a call cannot work with. Thrown before anything is written.
class error : public std::exception {
 public:
  explicit error(const sentence& s) noexcept : sentence_(s) {}
  const char* what() const noexcept override { return sentence_.text; }

 private:
  sentence sentence_;
};

/// What builds without exceptions call instead; replace it to log or to end the program in another way.
using error_handler = void (*)(const char* message);
inline error_handler on_error = [](const char* message) {
  std::fprintf(stderr, "loom: %s\n", message);
  std::abort();
};

namespace detail {

[[noreturn, gnu::noinline, gnu::cold]] inline void fail(const sentence& s) {
#if defined(__cpp_exceptions)
  throw error(s);
#else
  on_error(s.text);
  std::abort();
#endif
}

}  // namespace detail

}  // namespace loom
