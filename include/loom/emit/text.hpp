// SPDX-License-Identifier: BSL-1.0
// emit/text.hpp — small pieces of text: literals, operators with their operands, long lines broken.
// Layer 5 (emit).
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "loom/base/config.hpp"

namespace loom::inline LOOM_ABI::emit {

/// The type of the tensors of printed code. Totals and scalars are double in either.
enum class element { f32, f64 };

/// The words of a text in lines of at most `width` characters; a longer word has a line of its own.
inline std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.emplace_back();
    lines.back() += std::string(lines.back().empty() ? "" : " ") + std::string(word);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

namespace detail {

/// A number as a literal that reads back as the same value.
inline std::string literal(double v, element type) {
  const bool narrow = type == element::f32;
  if (narrow) v = static_cast<double>(static_cast<float>(v));
  const std::string limits = narrow ? "std::numeric_limits<float>::" : "std::numeric_limits<double>::";
  if (v != v) return limits + "quiet_NaN()";
  if (std::isinf(v)) return std::string(v < 0 ? "-" : "") + limits + "infinity()";
  char buffer[40];
  const auto end = narrow ? std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(v)) : std::to_chars(buffer, buffer + sizeof buffer, v);
  std::string s(buffer, end.ptr);
  if (s.find_first_of(".e") == std::string::npos) s += ".0";
  return narrow ? s + "f" : s;
}

/// The C++ text of an op, {0} {1} {2} replaced by its operands. Operands are names and literals, so that only a minus
/// sign in front of a literal can need parentheses.
inline std::string filled(std::string_view text, const std::string* operands) {
  std::string s;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') {
      s += text[i];
      continue;
    }
    const std::string& o = operands[text[i + 1] - '0'];
    const char before = s.empty() ? '(' : s.back() == ' ' && s.size() > 1 ? s[s.size() - 2] : s.back();
    const bool open = std::string_view("(,?:=<>").find(before) != std::string_view::npos;
    s += o[0] == '-' && !open ? std::string("(") + o + ")" : o;
    i += 2;
  }
  return s;
}

/// Indented lines of code.
struct lines {
  std::string body_;
  int indent_ = 1;

  template <class... Args>
  void line(fmt::format_string<Args...> text, Args&&... args) {
    body_ += std::string(static_cast<std::size_t>(indent_) * 2, ' ') + fmt::format(text, std::forward<Args>(args)...) + "\n";
  }
  void comment(const std::string& text) {
    for (const std::string& s : wrapped(text, static_cast<std::size_t>(98 - 2 * indent_))) line("// {}", s);
  }
  void close() {
    --indent_;
    line("}}");
  }
};

/// `head(a, b, c)` with as many items a line as fit.
inline std::string argument_list(const std::string& head, const std::vector<std::string>& items, std::size_t width) {
  std::string s = head + "(";
  const std::size_t hang = s.size();
  std::size_t column = hang;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string item = std::string(i == 0 ? "" : " ") + items[i] + (i + 1 < items.size() ? "," : "");
    if (i > 0 && column + item.size() > width) {
      s += std::string("\n") + std::string(hang, ' ') + item.substr(1);
      column = hang + item.size() - 1;
    } else {
      s += item;
      column += item.size();
    }
  }
  return s + ")";
}

}  // namespace detail

}  // namespace loom::emit
