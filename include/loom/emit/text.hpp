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

/// "1 sweep", "2 sweeps", "no passes".
inline std::string counted(int n, std::string_view one, std::string_view many = "") {
  const std::string number = n == 0 ? "no" : std::to_string(n);
  return number + " " + (n == 1 ? std::string(one) : many.empty() ? std::string(one) + "s" : std::string(many));
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

/// How tightly the outermost operator of an expression binds: the first the tightest.
enum class binding { primary, unary, product, sum, relation, equality, conjunction, disjunction, conditional };

/// An expression of code.
struct expression {
  std::string text;
  binding level = binding::primary;

  expression() = default;
  /// A name, a call or a literal.
  expression(std::string t) : text(std::move(t)), level(text.starts_with('-') ? binding::unary : binding::primary) {}
  expression(std::string t, binding l) : text(std::move(t)), level(l) {}
};

/// The binary operators of texts, and how tightly they bind; a space stands on either side.
struct binary_operator {
  std::string_view spelling;
  binding level;
};
inline constexpr binary_operator binary_operators[] = {
    {"*", binding::product},     {"/", binding::product},      {"+", binding::sum},
    {"-", binding::sum},         {"<", binding::relation},     {">", binding::relation},
    {"<=", binding::relation},   {">=", binding::relation},    {"==", binding::equality},
    {"!=", binding::equality},   {"&&", binding::conjunction}, {"||", binding::disjunction},
    {"?", binding::conditional}, {":", binding::conditional},
};
inline const binary_operator* find_operator(std::string_view spelling) {
  for (const binary_operator& o : binary_operators)
    if (o.spelling == spelling) return &o;
  return nullptr;
}
/// The word, between spaces, that ends at or begins at a position.
inline std::string_view word_before(std::string_view text, std::size_t at) {
  if (at == 0 || text[at - 1] != ' ') return {};
  const std::size_t end = at - 1, space = text.rfind(' ', end == 0 ? 0 : end - 1);
  const std::size_t begin = end == 0 || space == text.npos || space == end ? 0 : space + 1;
  return text.substr(begin, end - begin);
}
inline std::string_view word_after(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != ' ') return {};
  return text.substr(at + 1, text.find(' ', at + 1) - at - 1);
}

/// How loosely an operand may bind behind, and in front of, an operator. Sums and products are never regrouped: they round.
inline binding loosest_behind(const binary_operator& o) {
  switch (o.level) {
    case binding::product: return binding::unary;
    case binding::sum: return binding::product;
    case binding::relation:
    case binding::equality: return binding::sum;
    case binding::conjunction:
    case binding::disjunction: return binding::equality;
    default: return o.spelling == ":" ? binding::conditional : binding::disjunction;
  }
}
inline binding loosest_before(const binary_operator& o) {
  switch (o.level) {
    case binding::product:
    case binding::sum: return o.level;
    case binding::conjunction:
    case binding::disjunction: return binding::equality;
    case binding::conditional: return binding::disjunction;
    default: return binding::sum;
  }
}

/// What the place [begin, end) in a text demands of the operand that is put there.
inline binding loosest_at(std::string_view text, std::size_t begin, std::size_t end) {
  binding limit = binding::conditional;
  const auto bound = [&](binding b) { limit = b < limit ? b : limit; };
  if (const binary_operator* o = find_operator(word_before(text, begin))) bound(loosest_behind(*o));
  if (const binary_operator* o = find_operator(word_after(text, end))) bound(loosest_before(*o));
  if (begin > 0 && (text[begin - 1] == '-' || text[begin - 1] == '!')) bound(binding::primary);
  if (begin > 0 && text[begin - 1] == ')') bound(binding::unary);  // a cast of C
  return limit;
}
/// The outermost operator of a text.
inline binding outermost(std::string_view text) {
  binding level = text.starts_with('-') || text.starts_with('!') || (text.starts_with('(') && !text.ends_with(')'))
                      ? binding::unary
                      : binding::primary;
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
    if (depth != 0 || text[at] != ' ') continue;
    if (const binary_operator* o = find_operator(word_after(text, at)); o != nullptr && o->level > level)
      level = o->level;
  }
  return level;
}

/// The text of an op, {0} {1} {2} replaced by its operands, in parentheses where they bind less tightly than the place demands.
inline expression filled(std::string_view text, const expression* operands) {
  if (text == "{0}") return operands[0];
  std::string s;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') {
      s += text[i];
      continue;
    }
    const expression& o = operands[text[i + 1] - '0'];
    const binary_operator* before = find_operator(word_before(text, i));
    const bool sign = o.text.starts_with('-') && before != nullptr && before->level == binding::sum;  // a - -b
    s += sign || o.level > loosest_at(text, i, i + 3) ? "(" + o.text + ")" : o.text;
    i += 2;
  }
  return {s, outermost(text)};
}
/// The same with operands that are names and literals.
inline std::string filled(std::string_view text, const std::string* operands) {
  std::vector<expression> all;
  for (std::size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == '{' && text[i + 1] >= '0' && text[i + 1] <= '9')
      while (all.size() <= static_cast<std::size_t>(text[i + 1] - '0')) all.emplace_back(operands[all.size()]);
  return filled(text, all.data()).text;
}

/// How often operand k stands in a text.
inline int times_in(std::string_view text, int k) {
  int n = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) n += text[i] == '{' && text[i + 1] == '0' + k;
  return n;
}

/// The widest line of printed code.
inline constexpr std::size_t code_width = 100;

/// A line of code broken where it is too long: in front of an operator or behind a comma, as far outside as possible.
inline std::string broken(std::string line, std::size_t indent) {
  std::size_t hang = indent + 4;
  std::string done;
  while (line.size() > code_width) {
    std::size_t best = 0;
    int depth = 0, least = 1 << 20, loosest = 0;
    for (std::size_t at = 0; at < line.size() && at <= code_width; ++at) {
      depth += line[at] == '(' || line[at] == '[' ? 1 : line[at] == ')' || line[at] == ']' ? -1 : 0;
      if (line[at] != ' ' || at <= hang) continue;
      const std::string_view next = word_after(line, at);
      const binary_operator* o = find_operator(next);
      const int level = o != nullptr ? 1 + static_cast<int>(o->level) : line[at - 1] == ',' ? 100 : 0;
      if (level > 0 && (depth < least || (depth == least && level >= loosest)))
        least = depth, loosest = level, best = at;
    }
    if (best == 0) break;
    done += line.substr(0, best) + "\n";
    line = std::string(hang, ' ') + line.substr(best + 1);
  }
  return done + line;
}

/// Indented lines of code.
class lines {
 public:
  std::string body_;
  int indent_ = 1;

  template <class... Args>
  void line(fmt::format_string<Args...> text, Args&&... args) {
    const std::size_t indent = static_cast<std::size_t>(indent_) * 2;
    body_ += broken(std::string(indent, ' ') + fmt::format(text, std::forward<Args>(args)...), indent) + "\n";
  }
  void comment(const std::string& text) {
    const std::string indent(static_cast<std::size_t>(indent_) * 2, ' ');
    for (const std::string& s : wrapped(text, code_width - indent.size() - 3))
      if (!s.empty()) body_ += indent + "// " + s + "\n";
  }
  void close() {
    --indent_;
    line("}}");
  }
  void open_block(const std::string& head) {
    headers_.push_back(body_.size());
    line("{} {{", head);
    bodies_.push_back(body_.size());
    ++indent_;
  }
  /// A loop or a branch of one short statement has one line.
  void close_block() {
    const std::size_t header = headers_.back(), begin = bodies_.back();
    headers_.pop_back();
    bodies_.pop_back();
    const std::string_view head = std::string_view(body_).substr(header, begin - header),
                           all = std::string_view(body_).substr(begin);
    const std::size_t indent = static_cast<std::size_t>(indent_) * 2;
    const bool one = all.size() > indent && all.find('\n') == all.size() - 1 && head.find('\n') == head.size() - 1;
    const std::string_view statement = one ? all.substr(indent, all.size() - 1 - indent) : std::string_view();
    const bool joins = one && !statement.starts_with("for (") && !statement.starts_with("if (") &&
                       head.size() - 2 + statement.size() <= code_width;
    if (!joins) return close();
    --indent_;
    body_ = body_.substr(0, header) + std::string(head.substr(0, head.size() - 2)) + std::string(statement) + "\n";
  }
  /// An empty line, but not in front of everything, nor after one or after a brace that opens.
  void blank() {
    if (!body_.empty() && !body_.ends_with("\n\n") && !body_.ends_with("{\n")) body_ += "\n";
  }

 private:
  std::vector<std::size_t> headers_, bodies_;  // where the blocks that are open begin
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
