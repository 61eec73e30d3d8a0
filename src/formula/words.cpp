// SPDX-License-Identifier: BSL-1.0
// src/formula/words.cpp — looking words up, what was meant by one that is not there, and how a mistake is shown.
#include "formula/words.hpp"

#include <algorithm>

#include "formula/parse.hpp"
#include "formula/syntax.hpp"

namespace loom::notation {

namespace {

template <class Row, std::size_t Size>
const Row* find(const Row (&rows)[Size], std::string_view word) {
  for (const Row& r : rows)
    if (r.word == word) return &r;
  return nullptr;
}

/// How many letters must be added, dropped, changed or swapped with their neighbours to make one word of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, above(b.size() + 1), row(b.size() + 1);
  for (std::size_t k = 0; k <= b.size(); ++k) above[k] = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      row[k] = std::min({above[k] + 1, row[k - 1] + 1, above[k - 1] + (a[i - 1] != b[k - 1])});
      if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1]) row[k] = std::min(row[k], before[k - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

}  // namespace

const elementwise_word* find_elementwise(std::string_view word) { return find(elementwise_words, word); }
const reduction_word* find_reduction(std::string_view word) { return find(reduction_words, word); }
const running_word* find_running(std::string_view word) { return find(running_words, word); }
const chain_word* find_chain(std::string_view word) { return find(chain_words, word); }
const constant_word* find_plain_constant(std::string_view word) { return find(plain_constant_words, word); }

bool is_function(std::string_view word) {
  return find_elementwise(word) != nullptr || find_reduction(word) != nullptr || find_running(word) != nullptr ||
         find_chain(word) != nullptr || word == "gather" || word == "onehot" || word == "extent" || word == "custom" ||
         word == "top_k";
}

std::string_view word_of_input(ir::op code) {
  for (const input_word& w : input_words)
    if (w.code == code) return w.word;
  return {};
}

std::span<const std::string> function_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all{"gather", "onehot", "extent", "custom", "slope", "top_k"};
    for (const elementwise_word& w : elementwise_words) all.emplace_back(w.word);
    for (const reduction_word& w : reduction_words) all.emplace_back(w.word);
    for (const running_word& w : running_words) all.emplace_back(w.word);
    for (const chain_word& w : chain_words) all.emplace_back(w.word);
    return all;
  }();
  return names;
}
std::span<const std::string> method_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const reduction_word& w : reduction_words) all.emplace_back(w.word);
    return all;
  }();
  return names;
}

std::string sentence(const ir::mistake& m) {
  const ir::message s = ir::sentence_of(m);
  constexpr std::string_view prefix = "loom: ";
  std::string_view text(s.data(), s.size());
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return std::string(text);
}

bool is_keyword(std::string_view name) {
  constexpr std::string_view all[] = {
      "alignas",       "alignof",     "and",       "and_eq",   "asm",          "auto",
      "bitand",        "bitor",       "bool",      "break",    "case",         "catch",
      "char",          "char16_t",    "char32_t",  "char8_t",  "class",        "co_await",
      "co_return",     "co_yield",    "compl",     "concept",  "const",        "const_cast",
      "consteval",     "constexpr",   "constinit", "continue", "decltype",     "default",
      "delete",        "do",          "double",    "else",     "enum",         "explicit",
      "export",        "extern",      "false",     "float",    "for",          "friend",
      "goto",          "if",          "inline",    "int",      "long",         "mutable",
      "namespace",     "new",         "noexcept",  "not",      "not_eq",       "nullptr",
      "operator",      "or",          "or_eq",     "private",  "protected",    "public",
      "register",      "requires",    "return",    "short",    "signed",       "sizeof",
      "static",        "static_cast", "struct",    "switch",   "template",     "this",
      "throw",         "true",        "try",       "typedef",  "typeid",       "typename",
      "union",         "unsigned",    "using",     "virtual",  "void",         "volatile",
      "wchar_t",       "while",       "xor",       "xor_eq",   "dynamic_cast", "reinterpret_cast",
      "static_assert", "thread_local"};
  return std::find(std::begin(all), std::end(all), name) != std::end(all);
}

bool is_variable(std::string_view name) {
  const auto fits = [](char c) { return syntax::is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && syntax::is_letter(name[0]) && std::all_of(name.begin(), name.end(), fits) &&
         !is_keyword(name);
}

bool is_usually_scalar(std::string_view name) {
  constexpr std::string_view all[] = {"alpha",  "beta", "gamma", "delta",       "epsilon", "eps",    "kappa",
                                      "lambda", "rho",  "tau",   "temperature", "theta",   "margin", "smoothing",
                                      "smooth", "nu",   "eta",   "zeta",        "T"};
  return std::find(std::begin(all), std::end(all), name) != std::end(all);
}

std::string closest(std::string_view name, std::span<const std::string> known) {
  if (name.size() < 3 || name.size() > 100) return {};
  std::size_t best = name.size() / 3 + (name.size() < 6 ? 0 : 1);
  std::string found;
  for (const std::string& k : known) {
    if (k.size() < 2 || k.size() > name.size() + best || name.size() > k.size() + best) continue;
    const std::size_t far = distance(name, k);
    if (far < best || (far == best && found.empty())) {
      best = far;
      found = k;
    }
  }
  return found;
}

std::size_t failure::line() const {
  return 1 +
         static_cast<std::size_t>(std::count(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}
std::size_t failure::column() const {
  std::size_t begin = at;
  while (begin > 0 && source[begin - 1] != '\n') --begin;
  return at - begin + 1;
}

std::string failure::text() const {
  const std::size_t begin = at + 1 - column();
  std::size_t end = std::min(source.find('\n', at), source.size());
  while (end > begin && source[end - 1] == '\r') --end;
  // Of a long line, the neighbourhood.
  constexpr std::size_t before = 60, after = 40;
  std::size_t from = at - begin > before ? at - before : begin, to = std::min(end, at + after);
  const auto middle_of_letter = [&](std::size_t k) {
    return k < source.size() && (static_cast<unsigned char>(source[k]) & 0xC0u) == 0x80u;
  };
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  while (from > begin && middle_of_letter(from)) --from;
  while (to < end && middle_of_letter(to)) ++to;
  if (end - begin <= 100) from = begin, to = end;
  std::string shown, carets;
  const auto add = [&](std::string_view s, char under) {
    shown += s;
    carets += under;
  };
  if (from > begin) add("…", ' ');
  for (std::size_t k = from; k < to; ++k) {
    const bool meant = k >= at && k < at + length;
    if (middle_of_letter(k)) shown += source[k];
    else add(is_control(source[k]) ? std::string_view(" ") : std::string_view(&source[k], 1), meant ? '^' : ' ');
  }
  if (at >= to) carets += '^';
  if (to < end) shown += "…";
  while (!carets.empty() && carets.back() == ' ') carets.pop_back();
  std::string s = sentence + "\n  " + shown + "\n  " + carets + "\n";
  if (!hint.empty()) s += "  " + hint + "\n";
  return s;
}

}  // namespace loom::notation
