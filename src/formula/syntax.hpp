// SPDX-License-Identifier: BSL-1.0
// src/formula/syntax.hpp — text -> tree: the part of C++ that formulas are written in.
// Knows operators, calls, names and statements, and no function by name: what they mean is parse.cpp's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formula/parse.hpp"

namespace loom::notation::syntax {

enum class node_kind : std::uint8_t {
  number,
  name,
  call,     // word(operands...)
  method,   // operands[0].word(operands[1...])
  at,       // operands[0](operands[1] = operands[2], operands[3] = operands[4], ...): axes, and where along them
  slope,    // slope(operands[0]) = operands[1]
  unary,    // word is "-", "+" or "!"
  binary,   // word is the operator
  quoted,   // word<"text">: axis, tensor, index, mask, scalar
  loss,     // loss<operands[0]>
  place,    // operands[0] = operands[1], among the arguments of a function: an axis, and where along it
};

using node_id = int;

struct node {
  node_kind kind;
  std::string_view word;    ///< the name, without loom::, or the operator
  std::string_view quoted;  ///< of word<"text">
  bool of_std = false;      ///< written std::name
  std::vector<node_id> operands;
  std::size_t at = 0, length = 0;        ///< of the word
  std::size_t begin = 0, end = 0;        ///< of all of it
  std::size_t quoted_at = 0;
  int depth = 1;                         ///< levels below it, through names
  // Of a number:
  double value = 0;
  bool integer = false;        ///< written as one
  bool rounded = false;        ///< an integer that value is not
  std::int64_t exact = 0;      ///< the integer, unless it takes more than 63 bits: then `large`
  bool large = false;
};

/// `name = value;`, or a value alone.
struct statement {
  std::string_view name;  ///< or empty
  std::size_t at = 0;     ///< of the name
  node_id value;
};

/// A text that was read; views are of the text.
struct tree {
  std::vector<node> nodes;
  std::vector<statement> statements;
  failure wrong;

  const node& operator[](node_id id) const { return nodes[static_cast<std::size_t>(id)]; }
};

tree read(std::string_view text);

/// That a name may begin with.
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace loom::notation::syntax
