// SPDX-License-Identifier: BSL-1.0
// emit/dialect.hpp — how a language of the C family spells what printed code is made of: a table, and how to read it.
// The texts of ops, reductions and the prelude are written once, in C++; a dialect says what becomes of their words.
// Layer 5 (emit).
#pragma once

#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loom/emit/options.hpp"
#include "loom/emit/text.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::emit {

/// The type of the tensors of printed code. Totals and scalars are double in either.
enum class element { f32, f64 };

constexpr std::string_view type_name(element type) { return type == element::f32 ? "float" : "double"; }

/// The words that names must not be: columns of reserved.def, and those of the dialect alone.
struct vocabulary {
  unsigned columns = 0;
  std::span<const std::string_view> more = {};
};
inline constexpr unsigned words_of_cpp = 1, words_of_c = 2;

/// One parameter of a printed function.
struct parameter {
  std::string type;  ///< const float*
  std::string name;
  bool used = true;  ///< by the code of the function
  bool written = false;  ///< a buffer that the function fills
  bool restricted = false;  ///< a pointer that no other one overlaps, and should say so
};

/// What the first lines of a printed function say.
struct function_head {
  std::string name;
  bool returns = false;  ///< a double; else nothing
  std::vector<parameter> parameters;
  bool internal = false;  ///< called by no one but another printed function
};

/// A function of the standard library that has another name in the dialect than the general rule says.
struct respelling {
  std::string_view word;  ///< in C++, without std::
  std::string_view narrow, wide;  ///< for float, for double
};

/// A header, and a word of the code that needs it; no word: all code does. Of several words that fit, the longest counts.
struct header {
  std::string_view word;
  std::string_view name;
};

struct dialect {
  std::string_view index;  ///< type of extents and positions
  std::string_view cast;  ///< {0}: type, {1}: expression
  std::string_view infinity;  ///< {0}: type
  std::string_view not_a_number;  ///< {0}: type
  std::string_view fixed_extent;  ///< in front of the declaration of an extent that the formula states

  std::string_view qualifier;  ///< in front of a word of the standard library
  std::string_view suffix;  ///< behind a function of float
  std::span<const respelling> respelled;

  std::string_view
      generic;  ///< in front of a function of the prelude for any type T; empty: there is one for each type
  std::string_view helper;  ///< in front of any other function of the prelude

  std::span<const header> headers;
  vocabulary reserved;
  std::string (*open)(const function_head&);  ///< the first lines of a function, to its opening brace
  /// Of a language whose functions are not one loop after the other: what prints them, in place of emit/c_family.hpp.
  std::string (*print)(const schedule::plan&, const dialect&, std::string_view, element, const options&) = nullptr;
  std::string_view stream = {};  ///< what a function takes that launches kernels
};

namespace detail {

inline std::string function_name(const dialect& d, std::string_view word, bool standard, element type) {
  for (const respelling& r : d.respelled)
    if (standard && r.word == word) return std::string(type == element::f32 ? r.narrow : r.wide);
  return std::string(standard ? d.qualifier : "") + std::string(word) +
         std::string(type == element::f32 ? d.suffix : "");
}

inline std::string filled_type(std::string_view text, element type) {
  const std::string operand(type_name(type));
  return filled(text, &operand);
}

/// A text of C++ in the words of a dialect, its functions those of `type`. It may say std::, call functions, and use the
/// constants infinity and not_a_number; placeholders stay.
inline std::string spelled(const dialect& d, std::string_view text, element type) {
  std::string s;
  while (!text.empty()) {
    const bool standard = text.starts_with("std::");
    const std::string_view rest = text.substr(standard ? 5 : 0);
    std::size_t n = 0;
    while (n < rest.size() && is_word(rest[n])) ++n;
    const std::string_view word = rest.substr(0, n);
    if (word == "ptrdiff_t" && standard) s += d.index;
    else if (word == "infinity") s += filled_type(d.infinity, type);
    else if (word == "not_a_number") s += filled_type(d.not_a_number, type);
    else if (n > 0 && rest.substr(n).starts_with('(')) s += function_name(d, word, standard, type);
    else if (n > 0) s += std::string(standard ? d.qualifier : "") + std::string(word);
    else s += rest[n++];
    text = rest.substr(n);
  }
  return s;
}

/// A number as a literal that reads back as the same value.
inline std::string literal(const dialect& d, double v, element type) {
  const bool narrow = type == element::f32;
  if (narrow) v = static_cast<double>(static_cast<float>(v));
  constexpr double infinity = __builtin_huge_val();
  if (v != v) return filled_type(d.not_a_number, type);
  if (v == infinity || v == -infinity) return std::string(v < 0 ? "-" : "") + filled_type(d.infinity, type);
  char buffer[40];
  const auto end = narrow ? std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(v))
                          : std::to_chars(buffer, buffer + sizeof buffer, v);
  std::string s(buffer, end.ptr);
  if (s.find_first_of(".e") == std::string::npos) s += ".0";
  return narrow ? s + "f" : s;
}

/// An expression converted.
inline expression cast(const dialect& d, element type, const expression& e) {
  const expression operands[] = {std::string(type_name(type)), e};
  return filled(d.cast, operands);
}

/// The #include lines that the code needs, in the order of the dialect's table.
inline std::string includes_of(const dialect& d, std::string_view code) {
  std::vector<bool> needed(d.headers.size());
  for (std::size_t at = 0; at < code.size(); ++at) {
    if (at > 0 && is_word(code[at - 1])) continue;
    std::size_t best = d.headers.size();
    for (std::size_t k = 0; k < d.headers.size(); ++k) {
      const std::string_view word = d.headers[k].word, rest = code.substr(at);
      const bool fits = rest.starts_with(word) && !(rest.size() > word.size() && !word.empty() &&
                                                    is_word(word.back()) && is_word(rest[word.size()]));
      if (word.empty()) needed[k] = true;
      else if (fits && (best == d.headers.size() || word.size() > d.headers[best].word.size())) best = k;
    }
    if (best < d.headers.size()) needed[best] = true;
  }
  std::string s;
  for (std::size_t k = 0; k < d.headers.size(); ++k) {
    const std::string line = std::string("#include ") + std::string(d.headers[k].name) + "\n";
    if (needed[k] && s.find(line) == s.npos) s += line;
  }
  return s;
}

/// What stands in front of the name of a function.
inline std::string first_words(const function_head& f) {
  return std::string(f.internal ? "static " : "") + (f.returns ? "double " : "void ");
}

}  // namespace detail

}  // namespace loom::emit
