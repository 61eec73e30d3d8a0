// SPDX-License-Identifier: BSL-1.0
// ir/declaration.hpp — the text of an input, read: "x[N,C=10]" is a name and its axes, "p[N] in [0,1]" says as well what the
// entries are.
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
  number_domain domain;  ///< all numbers, if none is written
  int domain_column = 0;  ///< 1-based column at which a domain is written; 0: none is
  int rank = 0;  ///< axes written, of which max_rank are kept
  int error_column = 0;  ///< 1-based column at which the text stops making sense; 0: it is well formed
};

/// The text of an axis, read: "Q", or "Q = 2 * N + M - 1", which says what its extent follows from.
struct axis_definition {
  struct term {
    text_view axis;  ///< none: a number
    std::int64_t times = 1;
  };
  text_view name;
  fixed_vector<term, max_axes> terms;
  bool multiplies_axes = false;
  int error_column = 0;  ///< as of a declaration
};

namespace detail {

/// Reads declarations: name [ "[" axis ["=" extent] { "," axis ["=" extent] } "]" ] [ domain ], where domain is one of
/// "in" ("["|"(") number "," number ("]"|")"), ">" number, ">=" number, "<" number, "<=" number.
/// Blanks are allowed between tokens.
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
    if (at_ == text_.size()) return d;
    d.domain_column = static_cast<int>(at_) + 1;
    if (!read_domain(d.domain)) return failed();
    blanks();
    return at_ == text_.size() ? d : failed();
  }

  /// name [ "=" ["-"] term { ("+"|"-") term } ], where term is a factor, or several with "*" between them, of which one may be an axis.
  constexpr axis_definition read_axis() {
    axis_definition d;
    d.name = identifier();
    bool good = !d.name.empty();
    if (good && accept('=')) {
      bool negative = accept('-'), more = true;
      while (good && more) {
        axis_definition::term t{{}, negative ? -1 : 1};
        good = read_term(t, d.multiplies_axes) && d.terms.try_push(t);
        negative = good && accept('-');
        more = negative || (good && accept('+'));
      }
    }
    blanks();
    if (!good || at_ != text_.size()) d.error_column = static_cast<int>(at_) + 1;
    return d;
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
  constexpr bool read_term(axis_definition::term& t, bool& multiplies_axes) {
    do {
      const text_view axis = identifier();
      if (axis.empty()) {
        const unsigned begin = at_;
        const std::int64_t n = number();
        if (at_ == begin || n > 1 << 24) return false;
        t.times *= n;
        if (t.times > 1 << 24 || t.times < -(1 << 24)) return false;
      } else {
        multiplies_axes = multiplies_axes || !t.axis.empty();
        if (multiplies_axes) return false;
        t.axis = axis;
      }
    } while (accept('*'));
    return true;
  }
  constexpr bool read_domain(number_domain& d) {
    if (accept('>')) {
      d.above_low = !accept_next('=');
      return real(d.low);
    }
    if (accept('<')) {
      d.below_high = !accept_next('=');
      return real(d.high);
    }
    const unsigned word = at_;
    if (identifier() != "in") {
      at_ = word;
      return false;
    }
    d.above_low = accept('(');
    if ((!d.above_low && !accept('[')) || !real(d.low) || !accept(',') || !real(d.high)) return false;
    d.below_high = accept(')');
    if (!d.below_high && !accept(']')) return false;
    if (d.low < d.high || (d.low == d.high && !d.above_low && !d.below_high)) return true;
    at_ = word;  // no number is in it
    return false;
  }
  constexpr bool accept_next(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  /// A decimal number of at most 15 digits, times a power of ten of at most 22: those are read exactly (Clinger, 1990).
  constexpr bool real(double& v) {
    blanks();
    const bool negative = accept_next('-');
    double digits = 0;
    int count = 0, exponent = 0;
    const auto read_digits = [&](int step) {
      for (; digit(peek()); ++at_, exponent += step) {
        digits = digits * 10 + (peek() - '0');
        if (++count > 15) return;
      }
    };
    read_digits(0);
    if (accept_next('.')) read_digits(-1);
    if (count == 0 || count > 15) return false;
    if (accept_next('e')) {
      const bool below = accept_next('-');
      const unsigned begin = at_;
      int power = 0;
      while (digit(peek()) && power < 1000) power = power * 10 + (text_[at_++] - '0');
      if (at_ == begin) return false;
      exponent += below ? -power : power;
    }
    if (exponent < -22 || exponent > 22) return false;
    double scale = 1;
    for (int i = 0; i < (exponent < 0 ? -exponent : exponent); ++i) scale *= 10;
    v = exponent < 0 ? digits / scale : digits * scale;
    if (negative) v = -v;
    return true;
  }
  constexpr declaration failed() const {
    declaration d;
    d.error_column = static_cast<int>(at_) + 1;
    return d;
  }
};

}  // namespace detail

constexpr declaration declared(text_view text) { return detail::declaration_reader(text).read(); }
constexpr axis_definition defined_axis(text_view text) { return detail::declaration_reader(text).read_axis(); }

/// Whether the text of an axis is more than its name.
constexpr bool defines_extent(text_view text) {
  for (const char c : text)
    if (c == '=') return true;
  return false;
}
/// The name in the text of an axis.
constexpr text_view axis_name_of(text_view text) { return defines_extent(text) ? defined_axis(text).name : text; }

}  // namespace loom::ir
