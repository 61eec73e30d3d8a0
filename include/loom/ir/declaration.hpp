// SPDX-License-Identifier: BSL-1.0
// ir/declaration.hpp — the text of an input, read: "x[N,C=10]" is a name and its axes.
// Layer 1 (ir).
#pragma once

#include <cstdint>
#include "loom/base/text_view.hpp"

#include "loom/base/fixed_string.hpp"
#include "loom/base/fixed_vector.hpp"
#include "loom/ir/type.hpp"

namespace loom::inline LOOM_ABI::ir {

struct declaration {
  text_view name;
  fixed_vector<axis_info, max_rank> axes;
  int rank = 0;          ///< axes written, of which max_rank are kept
  int error_column = 0;  ///< 1-based column at which the text stops making sense; 0: it is well formed
};

namespace detail {

/// Reads declarations: name [ "[" axis ["=" extent] { "," axis ["=" extent] } "]" ]; blanks are allowed between tokens.
class declaration_reader {
 public:
  constexpr explicit declaration_reader(text_view text) : text_(text) {}

  constexpr declaration read() {
    declaration d;
    d.name = identifier();
    if (d.name.empty()) return failed();
    if (accept('[')) {
      if (!accept(']')) {
        do {
          axis_info axis{identifier(), 0};
          if (axis.name.empty()) return failed();
          for (const axis_info& earlier : d.axes)
            if (earlier.name == axis.name) return failed();
          if (accept('=') && (axis.extent = number()) == 0) return failed();
          if (d.rank++ < max_rank) d.axes.push_back(axis);
        } while (accept(','));
        if (!accept(']')) return failed();
      }
    }
    blanks();
    return at_ == text_.size() ? d : failed();
  }

 private:
  text_view text_;
  unsigned at_ = 0;

  static constexpr bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
  static constexpr bool digit(char c) { return c >= '0' && c <= '9'; }
  constexpr char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  constexpr void blanks() {
    while (peek() == ' ') ++at_;
  }
  constexpr bool accept(char c) {
    blanks();
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  constexpr text_view identifier() {
    blanks();
    const unsigned begin = at_;
    if (letter(peek()))
      while (letter(peek()) || digit(peek())) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  constexpr std::int64_t number() {
    blanks();
    std::int64_t n = 0;
    while (digit(peek()) && n < (std::int64_t{1} << 50)) n = n * 10 + (text_[at_++] - '0');
    return n;
  }
  constexpr declaration failed() const {
    declaration d;
    d.error_column = static_cast<int>(at_) + 1;
    return d;
  }
};

}  // namespace detail

constexpr declaration declared(text_view text) { return detail::declaration_reader(text).read(); }

}  // namespace loom::ir
