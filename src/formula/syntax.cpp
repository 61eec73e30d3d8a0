// SPDX-License-Identifier: BSL-1.0
// src/formula/syntax.cpp — a lexer, and recursive descent by the precedences of C++.
#include "formula/syntax.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <utility>

#include "formula/words.hpp"

namespace loom::notation::syntax {

namespace {

constexpr std::size_t longest_text = 100'000;
constexpr int deepest = 500;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

enum class token_kind { end, number, name, text, symbol };

struct token {
  token_kind kind = token_kind::end;
  std::string_view word;  ///< of a text, what is between the quotes
  std::size_t at = 0, length = 0;
};

/// A text that cannot be read is left by an exception, which no caller of read() sees. See stop in parse.cpp.
struct stop {
  failure why;
};

class reader {
 public:
  explicit reader(std::string_view text) : text_(text) {}

  tree read() {
    try {
      if (text_.size() > longest_text)
        fail({0, 1}, "the text has " + std::to_string(text_.size()) + " bytes; " + std::to_string(longest_text) +
                         " are allowed");
      advance();
      while (next_.kind != token_kind::end) read_statement();
      if (tree_.statements.empty()) fail({text_.size(), 1}, "there is no formula");
    } catch (stop& s) { tree_.wrong = std::move(s.why); }
    return std::move(tree_);
  }

 private:
  struct place {
    std::size_t at, length;
  };

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t last_end_ = 0;  // of the token before next_
  token next_;
  tree tree_;
  std::map<std::string_view, node_id> named_;
  int depth_ = 0;
  bool in_angles_ = false;  // a > closes loss<...>, unless it stands in parentheses

  // ---- tokens ----------------------------------------------------------------------------------------------------

  [[noreturn]] void fail(place where, std::string sentence, std::string hint = {}) const {
    failure f;
    f.sentence = std::move(sentence);
    f.hint = std::move(hint);
    f.source = std::string(text_.substr(0, longest_text));
    f.at = std::min(where.at, text_.size());
    f.length = std::max<std::size_t>(where.length, 1);
    throw stop{std::move(f)};
  }
  [[noreturn]] void expected(const std::string& what) const {
    const std::string found = next_.kind == token_kind::end    ? "the end"
                              : next_.kind == token_kind::text ? "a text"
                                                               : std::string(next_.word);
    // Of the end, what it comes after: lines and blanks that follow show nothing.
    fail({next_.kind == token_kind::end ? last_end_ : next_.at, next_.length}, "expected " + what + ", not " + found);
  }

  bool starts(std::string_view s) const { return text_.substr(at_).starts_with(s); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void skip_blanks() {
    for (;;) {
      if (is_blank(peek()) && at_ < text_.size()) {
        ++at_;
      } else if (starts("//") || (starts("#") && at_line_begin())) {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (starts("/*")) {
        const std::size_t close = text_.find("*/", at_ + 2);
        if (close == text_.npos) fail({at_, 2}, "this comment does not end");
        at_ = close + 2;
      } else {
        return;
      }
    }
  }
  /// #include lines of a pasted program say nothing about a formula.
  bool at_line_begin() const {
    std::size_t i = at_;
    while (i > 0 && (text_[i - 1] == ' ' || text_[i - 1] == '\t')) --i;
    return i == 0 || text_[i - 1] == '\n';
  }

  void advance() {
    last_end_ = next_.at + next_.length;
    skip_blanks();
    const std::size_t begin = at_;
    const auto take = [&](token_kind kind, std::size_t length) {
      next_ = {kind, text_.substr(begin, length), begin, length};
      at_ = begin + length;
    };
    const char c = peek();
    if (at_ >= text_.size()) return take(token_kind::end, 0);
    if (is_letter(c)) {
      std::size_t n = 1;
      while (is_letter(peek(n)) || is_digit(peek(n))) ++n;
      return take(token_kind::name, n);
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return take(token_kind::number, number_length());
    if (c == '"') {
      const std::size_t close = text_.find('"', at_ + 1);
      if (close == text_.npos || text_.substr(at_, close - at_).find('\n') != text_.npos)
        fail({at_, 1}, "this text does not end");
      next_ = {token_kind::text, text_.substr(begin + 1, close - begin - 1), begin, close + 1 - begin};
      at_ = close + 1;
      return;
    }
    for (const std::string_view two : {"==", "!=", "<=", ">=", "&&", "||", "::", "+=", "-=", "*=", "/=", "**", "->"})
      if (starts(two)) return take(token_kind::symbol, 2);
    if (std::string_view("+-*/()<>=!,;.?:^%&|[]{}~@").find(c) != std::string_view::npos)
      return take(token_kind::symbol, 1);
    std::size_t n = 1;  // a letter of another alphabet is shown whole
    while ((static_cast<unsigned char>(peek(n)) & 0xC0u) == 0x80u) ++n;
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) fail({at_, 1}, "a control character has no meaning here");
    fail({at_, n}, std::string(text_.substr(at_, n)) + " has no meaning here");
  }

  std::size_t number_length() const {
    std::size_t n = 0;
    const bool hexadecimal = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
    for (;; ++n) {
      const char c = peek(n);
      const bool sign = (c == '+' || c == '-') && n > 0;
      const char before = sign ? peek(n - 1) : '\0';
      const bool exponent = hexadecimal ? before == 'p' || before == 'P' : before == 'e' || before == 'E';
      if (!is_letter(c) && !is_digit(c) && c != '.' && c != '\'' && !(sign && exponent)) return n;
    }
  }

  /// What holds of the token after the next one, which stays the next.
  template <class F>
  bool next_but_one(const F& holds) {
    const std::size_t at = at_, last = last_end_;
    const token kept = next_;
    advance();
    const bool r = holds();
    at_ = at;
    last_end_ = last;
    next_ = kept;
    return r;
  }

  bool is(std::string_view symbol) const { return next_.kind == token_kind::symbol && next_.word == symbol; }
  bool is_name(std::string_view name) const { return next_.kind == token_kind::name && next_.word == name; }
  bool accept(std::string_view symbol) {
    if (!is(symbol)) return false;
    advance();
    return true;
  }
  void expect(std::string_view symbol) {
    if (!accept(symbol)) expected(std::string(symbol));
  }

  // ---- statements ------------------------------------------------------------------------------------------------

  void read_statement() {
    if (accept(";")) return;
    if (is_name("using")) {  // using namespace loom;
      while (next_.kind != token_kind::end && !is(";")) advance();
      return;
    }
    if (is_name("namespace") || is_name("if") || is_name("for") || is_name("while") || is_name("return"))
      fail({next_.at, next_.length},
           "a formula has statements like p = softmax(x, C); and none with " + std::string(next_.word));
    while (is_name("constexpr") || is_name("const") || is_name("auto") || is_name("inline") || is_name("static"))
      advance();
    statement s;
    s.at = next_.at;
    if (next_.kind == token_kind::name && !is_keyword(next_.word) && assigns()) {
      s.name = next_.word;
      advance();
      expect("=");
    }
    s.value = read_expression();
    tree_.statements.push_back(s);
    if (!s.name.empty()) named_[s.name] = s.value;
    for (const std::string_view change : {"+=", "-=", "*=", "/=", "="})
      if (is(change))
        fail({next_.at, next_.length}, "a formula cannot be changed; give the next one a name of its own");
    if (next_.kind != token_kind::end && !is(";")) expected("an operator or ;");
  }
  /// Whether a single = follows the name.
  bool assigns() {
    return next_but_one([this] { return is("="); });
  }

  // ---- expressions -----------------------------------------------------------------------------------------------

  /// What is walked by recursion later has a limited depth, whatever the text does.
  node_id add(node n) {
    for (const node_id o : n.operands) n.depth = std::max(n.depth, at(o).depth + 1);
    if (n.kind == node_kind::name)
      if (const auto named = named_.find(n.word); named != named_.end()) n.depth = at(named->second).depth + 1;
    if (n.depth > deepest) fail({n.at, n.length}, "this formula is deeper than " + std::to_string(deepest) + " levels");
    tree_.nodes.push_back(std::move(n));
    return static_cast<node_id>(tree_.nodes.size()) - 1;
  }
  const node& at(node_id id) const { return tree_[id]; }

  /// Counts levels of nesting while it lives.
  class level {
   public:
    explicit level(reader& r) : r_(r) {
      if (++r.depth_ > deepest)
        r.fail({r.next_.at, r.next_.length}, "this is nested deeper than " + std::to_string(deepest) + " levels");
    }
    level(const level&) = delete;
    level& operator=(const level&) = delete;
    ~level() { --r_.depth_; }

   private:
    reader& r_;
  };

  static int precedence(std::string_view symbol) {
    if (symbol == "||") return 1;
    if (symbol == "&&") return 2;
    if (symbol == "==" || symbol == "!=") return 3;
    if (symbol == "<" || symbol == "<=" || symbol == ">" || symbol == ">=") return 4;
    if (symbol == "+" || symbol == "-") return 5;
    if (symbol == "*" || symbol == "/") return 6;
    return 0;
  }

  node_id read_expression(int lowest = 1) {
    const level deeper(*this);
    node_id left = read_unary();
    for (;;) {
      refuse_operator();
      const int level_of = next_.kind == token_kind::symbol ? precedence(next_.word) : 0;
      if (level_of < lowest || level_of == 0 || (in_angles_ && is(">"))) return left;
      const token sign = next_;
      advance();
      const node_id right = read_expression(level_of + 1);
      node n{};
      n.kind = node_kind::binary;
      n.word = sign.word;
      n.operands = {left, right};
      n.at = sign.at;
      n.length = sign.length;
      n.begin = at(left).begin;
      n.end = at(right).end;
      left = add(std::move(n));
    }
  }

  void refuse_operator() const {
    const place here{next_.at, next_.length};
    if (is("^") || is("**")) fail(here, std::string(next_.word) + " is no power; write square(x), or pow(x, 3.0)");
    if (is("?"))
      fail(here,
           "a formula is used as a condition, as in if or ?:, but its numbers are bound later; write where(x > 0, a, "
           "b)");
    if (is("@")) fail(here, std::string(product_of_matrices));
    if (is("%") || is("&") || is("|") || is("~"))
      fail(here, "formulas have no operator " + std::string(next_.word),
           is("&") || is("|") ? "did you mean " + std::string(2, next_.word[0]) + "?" : "");
    if (is("[")) fail(here, "an entry is not written in brackets; write x(C = 2), or x(C = t)", "");
  }

  node_id read_unary() {
    const level deeper(*this);
    if (!is("-") && !is("+") && !is("!")) return read_postfix();
    const token sign = next_;
    advance();
    const node_id operand = read_unary();
    node n{};
    n.kind = node_kind::unary;
    n.word = sign.word;
    n.operands = {operand};
    n.at = n.begin = sign.at;
    n.length = sign.length;
    n.end = at(operand).end;
    return add(std::move(n));
  }

  node_id read_postfix() {
    node_id value = read_primary();
    for (;;) {
      if (is("(")) {
        value = read_places(value);
        continue;
      }
      if (!accept(".")) return value;
      if (next_.kind != token_kind::name) expected("the name of a method");
      node n{};
      n.kind = node_kind::method;
      n.word = next_.word;
      n.at = next_.at;
      n.length = next_.length;
      n.begin = at(value).begin;
      advance();
      if (!is("(")) expected("( after the name of a method");
      n.operands = {value};
      read_arguments(n.operands);
      n.end = last_end_;
      value = add(std::move(n));
    }
  }

  /// "(a, b, c)"
  void read_arguments(std::vector<node_id>& to) {
    const bool angles = std::exchange(in_angles_, false);
    expect("(");
    if (!is(")")) do
        to.push_back(begins_place() ? read_place() : read_argument());
      while (accept(","));
    if (!is(")")) expected(", or )");
    in_angles_ = angles;
    advance();
  }
  /// A value, or "slope(u) = s".
  node_id read_argument() {
    const node_id value = read_expression();
    if (!is("=") || at(value).kind != node_kind::call || at(value).word != "slope" || at(value).operands.size() != 1)
      return value;
    node n = at(value);
    n.kind = node_kind::slope;
    advance();
    n.operands.push_back(read_expression());
    n.end = last_end_;
    return add(std::move(n));
  }
  /// "(N = M, C = 2)" after a value.
  node_id read_places(node_id value) {
    node n{};
    n.kind = node_kind::at;
    n.word = "(";
    n.at = next_.at;
    n.length = next_.length;
    n.begin = at(value).begin;
    n.operands = {value};
    const bool angles = std::exchange(in_angles_, false);
    expect("(");
    do {
      n.operands.push_back(read_primary());
      if (!is("="))
        fail({at(value).begin, at(value).end - at(value).begin},
             "a value is called like a function; where it is read is written x(C = 2), x(C = t) or x(N = M)");
      advance();
      n.operands.push_back(read_expression());
    } while (accept(","));
    if (!is(")")) expected(", or )");
    in_angles_ = angles;
    advance();
    n.end = last_end_;
    return add(std::move(n));
  }
  /// "S = R" among the arguments of a function.
  node_id read_place() {
    node n{};
    n.kind = node_kind::place;
    const node_id axis = read_primary();
    n.word = next_.word;
    n.at = next_.at;
    n.length = next_.length;
    expect("=");
    n.operands = {axis, read_expression()};
    n.begin = at(axis).begin;
    n.end = last_end_;
    return add(std::move(n));
  }
  /// Whether "(N = " or "(axis<"N"> = " comes next.
  bool begins_places() { return begins_place(true); }
  bool begins_place(bool in_parentheses = false) {
    const std::size_t at = at_, last = last_end_;
    const token kept = next_;
    if (in_parentheses) advance();
    bool r = false;
    if (next_.kind == token_kind::name) {
      if (is_name("loom")) {
        advance();
        if (is("::")) advance();
      }
      const bool axis = is_name("axis");
      advance();
      if (axis && is("<")) {
        advance();
        advance();
        if (is(">")) advance();
      }
      r = is("=");
    }
    at_ = at;
    last_end_ = last;
    next_ = kept;
    return r;
  }

  node_id read_primary() {
    if (next_.kind == token_kind::number) return read_number();
    if (next_.kind == token_kind::name) return read_name();
    if (is("(")) {
      const std::size_t begin = next_.at;
      const bool angles = std::exchange(in_angles_, false);
      advance();
      const node_id inside = read_expression();
      if (!is(")")) expected("an operator or )");
      in_angles_ = angles;
      advance();
      node& n = tree_.nodes[static_cast<std::size_t>(inside)];
      n.begin = begin;
      n.end = last_end_;
      return inside;
    }
    if (next_.kind == token_kind::text)
      fail({next_.at, next_.length}, "a text stands for nothing; an axis is written axis<\"C\">, or by its name");
    expected("a value");
  }

  node_id read_number() {
    node n{};
    n.kind = node_kind::number;
    n.word = next_.word;
    n.at = n.begin = next_.at;
    n.length = next_.length;
    n.end = next_.at + next_.length;
    std::string digits;
    for (const char c : next_.word)
      if (c != '\'') digits += c;
    const bool hexadecimal = digits.size() > 1 && (digits[1] == 'x' || digits[1] == 'X');
    const bool real = digits.find('.') != digits.npos || digits.find_first_of(hexadecimal ? "pP" : "eE") != digits.npos;
    const auto drop = [&](std::string_view suffixes) {
      while (!digits.empty() && suffixes.find(digits.back()) != suffixes.npos) digits.pop_back();
    };
    const auto malformed = [&] { fail({n.at, n.length}, std::string(n.word) + " is not a number"); };
    drop(real ? "fFlL" : "uUlLzZ");
    if (digits.empty()) malformed();
    const char* const begin = digits.data() + (hexadecimal ? 2 : 0);
    const char* const end = digits.data() + digits.size();
    if (real) {
      const auto r =
          std::from_chars(begin, end, n.value, hexadecimal ? std::chars_format::hex : std::chars_format::general);
      if (r.ec == std::errc::result_out_of_range)
        fail({n.at, n.length}, std::string(n.word) + " is beyond what a double holds");
      if (r.ec != std::errc() || r.ptr != end) malformed();
      // A literal of float is rounded to float, as a compiler does.
      if (next_.word.back() == 'f' || next_.word.back() == 'F')
        if (!hexadecimal || digits.find_first_of("pP") != digits.npos)
          n.value = static_cast<double>(static_cast<float>(n.value));
    } else {
      std::uint64_t integer = 0;
      const bool octal = !hexadecimal && digits.size() > 1 && digits[0] == '0';
      const auto r = std::from_chars(begin, end, integer, hexadecimal ? 16 : octal ? 8 : 10);
      if (r.ec == std::errc::result_out_of_range) fail({n.at, n.length}, std::string(n.word) + " is beyond 64 bits");
      if (r.ec != std::errc() || r.ptr != end) malformed();
      n.integer = true;
      n.value = static_cast<double>(integer);
      n.large = integer > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      n.rounded = n.value >= 0x1p64 || static_cast<std::uint64_t>(n.value) != integer;
      n.exact = n.large ? 0 : static_cast<std::int64_t>(integer);
    }
    advance();
    return add(std::move(n));
  }

  node_id read_name() {
    node n{};
    n.begin = next_.at;
    const auto take_name = [&] {
      if (next_.kind != token_kind::name) expected("a name");
      if (is_keyword(next_.word))
        fail({next_.at, next_.length}, std::string(next_.word) + " is a word of C++, and no name");
      n.word = next_.word;
      n.at = next_.at;
      n.length = next_.length;
      n.end = next_.at + next_.length;
      advance();
    };
    if (is("::")) advance();
    take_name();
    while (is("::")) {
      n.of_std = n.of_std || n.word == "std";
      advance();
      take_name();
    }
    if (n.word == "numeric_limits" && is("<")) return read_limit(std::move(n));
    const bool declares =
        n.word == "axis" || n.word == "tensor" || n.word == "index" || n.word == "mask" || n.word == "scalar";
    if (is("<") && (n.word == "loss" || (declares && opens_text()))) {
      advance();
      if (n.word == "loss") return read_loss(std::move(n));
      n.kind = node_kind::quoted;
      n.quoted = next_.word;
      n.quoted_at = next_.at + 1;
      advance();
      if (!is(">")) expected(">");
      n.end = next_.at + 1;
      advance();
      return add(std::move(n));
    }
    if (!is("(") || begins_places()) {
      n.kind = node_kind::name;
      return add(std::move(n));
    }
    n.kind = node_kind::call;
    read_arguments(n.operands);
    n.end = last_end_;
    return add(std::move(n));
  }
  /// "std::numeric_limits<double>::infinity()", after the name.
  node_id read_limit(node n) {
    expect("<");
    const bool of_float = is_name("float");
    if (!of_float && !is_name("double")) expected("float or double");
    advance();
    expect(">");
    expect("::");
    const auto value = [&]<class T>(T) -> double {
      using limits = std::numeric_limits<T>;
      const std::string_view word = next_.word;
      if (word == "infinity") return limits::infinity();
      if (word == "quiet_NaN") return limits::quiet_NaN();
      if (word == "epsilon") return limits::epsilon();
      if (word == "max") return limits::max();
      if (word == "min") return limits::min();
      if (word == "lowest") return limits::lowest();
      expected("infinity, quiet_NaN, epsilon, max, min or lowest");
    };
    n.kind = node_kind::number;
    n.value = of_float ? value(0.f) : value(0.0);
    advance();
    expect("(");
    if (!is(")")) expected(")");
    n.end = next_.at + 1;
    advance();
    return add(std::move(n));
  }
  /// Whether a text follows the <: index < 3 compares.
  bool opens_text() {
    return next_but_one([this] { return next_.kind == token_kind::text; });
  }

  node_id read_loss(node n) {
    n.kind = node_kind::loss;
    const bool angles = std::exchange(in_angles_, true);
    n.operands = {read_expression()};
    in_angles_ = angles;
    if (is(",")) fail({next_.at, next_.length}, "rules of one's own are C++, which is not read here");
    if (!is(">")) expected("an operator or >");
    n.end = next_.at + 1;
    advance();
    return add(std::move(n));
  }
};

}  // namespace

tree read(std::string_view text) { return reader(text).read(); }

}  // namespace loom::notation::syntax
