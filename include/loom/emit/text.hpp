// SPDX-License-Identifier: BSL-1.0
// emit/text.hpp — small pieces of text: operators with their operands, words found in code, long lines broken.
// Layer 5 (emit).
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "loom/base/config.hpp"

namespace loom::inline LOOM_ABI::emit {

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

/// Whether a character may stand in a word of code.
constexpr bool is_word(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Whether `word` stands in the text as a word of its own: not as a part of a longer one, nor qualified, as in std::word.
inline bool mentions(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || (!is_word(text[at - 1]) && text[at - 1] != ':')) &&
        (end == text.size() || !is_word(text[end]) || !is_word(word.back())))
      return true;
  }
  return false;
}

/// Code without what stands behind //.
inline std::string without_comments(std::string_view code) {
  std::string s;
  while (!code.empty()) {
    const std::size_t end = code.find('\n');
    const std::string_view line = code.substr(0, end);
    s += std::string(line.substr(0, line.find("//"))) + "\n";
    code = end == std::string_view::npos ? std::string_view() : code.substr(end + 1);
  }
  return s;
}

/// The text of an op, {0} {1} {2} replaced by its operands. Operands are names and literals, so that only a minus
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
    body_ +=
        std::string(static_cast<std::size_t>(indent_) * 2, ' ') + fmt::format(text, std::forward<Args>(args)...) + "\n";
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
