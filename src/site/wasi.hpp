// SPDX-License-Identifier: BSL-1.0
// src/site/wasi.hpp — included in front of the parser, for WebAssembly: libc++ 19 reads no floating-point numbers with from_chars.
#pragma once

#include <charconv>
#include <cstdlib>
#include <string>

#if !defined(__cpp_lib_to_chars)
namespace std {

/// Of the texts that the parser reads: digits, without a sign; hexadecimal ones without 0x.
inline from_chars_result from_chars(const char* first, const char* last, double& value, chars_format format) {
  const string text = (format == chars_format::hex ? "0x" : "") + string(first, last);
  char* end = nullptr;
  const double v = strtod(text.c_str(), &end);
  const char* const stopped = first + (end - text.c_str()) - (format == chars_format::hex ? 2 : 0);
  if (end == text.c_str()) return {first, errc::invalid_argument};
  if (v == __builtin_huge_val()) return {stopped, errc::result_out_of_range};
  value = v;
  return {stopped, errc()};
}

}  // namespace std
#endif
