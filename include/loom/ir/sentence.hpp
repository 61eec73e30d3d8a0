// SPDX-License-Identifier: BSL-1.0
// ir/sentence.hpp — the sentence that says a mistake, with its names and numbers. Only tools read it, and compilers that take computed
// messages: for others the text of each static_assert is a literal (lang/sentences.def).
// Layer 1 (ir).
#pragma once

#include "loom/ir/issue.hpp"

namespace loom::inline LOOM_ABI::ir {

/// The sentence of an issue, with the places for names and numbers.
constexpr text_view sentence_of(issue what) {
  switch (what) {
#define LOOM_ISSUE(name, sentence) \
  case issue::name: return sentence;
#include "loom/ir/issues.def"
#undef LOOM_ISSUE
    case issue::none: break;
  }
  return {};
}

/// Text of at most 1000 characters, made while a program is compiled or while it runs.
class message {
 public:
  constexpr message& operator<<(text_view more) {
    for (const char c : more)
      if (size_ < capacity) text_[size_++] = c;
    return *this;
  }
  constexpr message& operator<<(std::int64_t number) {
    char digits[20]{};
    std::size_t at = sizeof digits;
    std::uint64_t n = number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    do digits[--at] = static_cast<char>('0' + n % 10);
    while ((n /= 10) != 0);
    if (number < 0) *this << "-";
    return *this << text_view(digits + at, sizeof digits - at);
  }

  constexpr const char* data() const { return text_; }
  constexpr std::size_t size() const { return size_; }
  constexpr operator text_view() const { return {text_, size_}; }
  constexpr const char* c_str() const { return text_; }

 private:
  static constexpr std::size_t capacity = 1000;
  char text_[capacity + 1]{};
  std::size_t size_ = 0;
};

namespace detail {

constexpr void list_names(message& to, const mistake& m) {
  to << m.name;
  for (int i = 0; i < m.more.size(); ++i) to << (i + 1 < m.more.size() ? ", " : " and ") << m.more[i];
}

/// Whether a text goes on like this.
constexpr bool goes_on(text_view text, std::size_t at, text_view with) {
  return at + with.size() <= text.size() && text.substr(at, with.size()) == with;
}

}  // namespace detail

/// What is wrong, in one sentence with its names and numbers: "loom: the operand does not have the axis K".
constexpr message sentence_of(const mistake& m) {
  message r;
  const text_view s = sentence_of(m.kind);
  r << "loom: ";
  for (std::size_t at = 0; at < s.size();) {
    if (detail::goes_on(s, at, "named<>")) {
      detail::list_names(r, m);
      at += 7;
    } else if (detail::goes_on(s, at, "got<>")) {
      r << m.got;
      at += 5;
    } else if (detail::goes_on(s, at, "limit_is<>")) {
      r << m.limit;
      at += 10;
    } else {
      r << s.substr(at++, 1);
    }
  }
  return r;
}

}  // namespace loom::ir
