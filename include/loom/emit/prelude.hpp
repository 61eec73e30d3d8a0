// SPDX-License-Identifier: BSL-1.0
// emit/prelude.hpp — the few functions that printed code calls and <cmath> lacks, as text; printed only where called.
// Layer 5 (emit).
#pragma once

#include <string>
#include <string_view>

#include "loom/base/config.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

struct prelude_function {
  std::string_view call;  ///< how its use looks in the code
  bool real;              ///< takes and returns double: float code needs an overload
  std::string_view text;
};

inline constexpr prelude_function prelude[] = {
    {"sign(", false, R"(// -1, 0 or 1; NaN stays NaN.
template <class T>
inline T sign(T x) { return x > 0 ? T(1) : x < 0 ? T(-1) : x; }
)"},
    {"minimum(", false, R"(// The smaller; NaN if either is NaN.
template <class T>
inline T minimum(T a, T b) { return a != a || a < b ? a : b; }
)"},
    {"maximum(", false, R"(// The larger; NaN if either is NaN.
template <class T>
inline T maximum(T a, T b) { return a != a || a > b ? a : b; }
)"},
    {"erfcx(", true, R"(// exp(x^2) erfc(x); beyond 25, where the factors leave the range of double, its asymptotic series.
inline double erfcx(double x) {
  if (!(x > 25)) return std::exp(x * x) * std::erfc(x);
  const double z = 0.5 / x / x;
  return 0.5641895835477563 / x * (1 - z * (1 - 3 * z * (1 - 5 * z * (1 - 7 * z * (1 - 9 * z)))));
}
)"},
    {"digamma(", true, R"(// d/dx log Gamma(x): reflected to x > 0, raised to x >= 10, then its asymptotic series.
inline double digamma(double x) {
  if (x == 0) return -1 / x;
  if (x < 0) {
    if (x == std::floor(x)) return std::numeric_limits<double>::quiet_NaN();
    return digamma(1 - x) - 3.141592653589793 / std::tan(3.141592653589793 * (x - std::round(x)));
  }
  double sum = 0;
  for (; x < 10; x += 1) sum -= 1 / x;
  const double z = 1 / x / x;
  const double tail = z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132 - z * (691.0 / 32760 - z / 12))))));
  return sum + (std::log(x) - 0.5 / x - tail);
}
)"},
    {"trigamma(", true, R"(// d/dx digamma(x), in the same way.
inline double trigamma(double x) {
  if (x <= 0) {
    if (x == std::floor(x)) return x < -std::numeric_limits<double>::max() ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
    const double cosecant = 3.141592653589793 / std::sin(3.141592653589793 * (x - std::round(x)));
    return cosecant * cosecant - trigamma(1 - x);
  }
  double sum = 0;
  for (; x < 10; x += 1) sum += 1 / x / x;
  const double z = 1 / x / x;
  const double tail = z / x * (1.0 / 6 - z * (1.0 / 30 - z * (1.0 / 42 - z * (1.0 / 30 - z * (5.0 / 66 - z * (691.0 / 2730 - z * 7.0 / 6))))));
  return sum + (1 / x + 0.5 * z + tail);
}
)"},
};

/// True where `word` stands in the text as a word of its own.
inline bool mentions(std::string_view text, std::string_view word) {
  const auto part = [](char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !part(text[at - 1])) && (end == text.size() || !part(text[end]) || !part(word.back()))) return true;
  }
  return false;
}

/// The functions of the prelude that the code calls, and an empty line after each.
inline std::string prelude_of(std::string_view code, bool narrow) {
  std::string r;
  for (const prelude_function& f : prelude) {
    if (!mentions(code, f.call)) continue;
    r += f.text;
    const std::string name(f.call.substr(0, f.call.size() - 1));
    if (f.real && narrow) r += std::string("inline float ") + name + "(float x) { return static_cast<float>(" + name + "(static_cast<double>(x))); }\n";
    r += "\n";
  }
  return r;
}

/// The headers that the code needs.
inline std::string includes_of(std::string_view code) {
  bool algorithm = false, limits = false, math = false;
  for (std::size_t at = code.find("std::"); at != std::string_view::npos; at = code.find("std::", at + 1)) {
    const std::string_view word = code.substr(at + 5);
    if (word.starts_with("max(") || word.starts_with("fill_n(")) algorithm = true;
    else if (word.starts_with("numeric_limits")) limits = true;
    else if (!word.starts_with("ptrdiff_t")) math = true;
  }
  return std::string(algorithm ? "#include <algorithm>\n" : "") + std::string(math ? "#include <cmath>\n" : "") + "#include <cstddef>\n" + (limits ? "#include <limits>\n" : "");
}

}  // namespace loom::emit::detail
