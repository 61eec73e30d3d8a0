// SPDX-License-Identifier: BSL-1.0
// src/site/typesetter.hpp — how a graph becomes LaTeX: equations and their indices (mathematics.cpp), values (typeset.cpp).
// Printing carries what each index stands for at the moment: a letter, or the label that a gather put there.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "mathematics.hpp"

namespace loom::site {

using namespace loom::ir;

/// How tightly a piece holds together; what is looser than its place gets parentheses.
enum level : int { any, disjunction, conjunction, comparison, sum_level, product, function, atom };

struct piece {
  std::string text;
  int level = atom;
  bool minus = false;  ///< the piece is less than nothing: its sign is not in the text
  bool open = false;  ///< reaches as far right as it can, as a sum does: only the last factor may
};

std::string escaped(std::string_view s);
/// A name as a symbol: x, \beta, \varepsilon, \mathrm{margin}.
std::string symbol(std::string_view name);
std::string number(double v);
std::string parenthesized(const std::string& s);
std::string signed_text(const piece& p);
/// In parentheses, if it is looser than its place.
std::string within(const piece& p, int outer);

class typesetter {
 public:
  typesetter(const graph& g, shown_outputs which) : g_(g), which_(which) {
    choose_letters();
    name_shared();
  }

  std::vector<equation> run();

 private:
  const graph& g_;
  const shown_outputs which_;
  std::array<std::string, max_axes> letter_;  // of each axis, where it is free
  mutable std::array<std::string, max_axes> index_;  // what it stands for now
  mutable std::vector<std::string> live_;  // letters that mean something now
  std::array<std::string, LOOM_MAX_NODES> name_;  // of values that have a line of their own
  std::array<bool, LOOM_MAX_NODES> defined_{};
  // Of what is shared and has no name, as a mask, a formula may have any number.
  static constexpr int most_printed = 20000;
  mutable int printed_ = 0;
  mutable bool small_ = false;  // in an exponent

  bool is_shown(const output_info& o) const { return o.is_value() == (which_ == shown_outputs::values); }
  bool is_input_name(std::string_view s) const {
    return std::any_of(g_.inputs.begin(), g_.inputs.end(),
                       [&](const input_info& in) { return std::string_view(in.name) == s; });
  }

  // ---- letters -----------------------------------------------------------------------------------------------------

  void choose_letters();

  void name_shared();

  void free_indices(axis_set own, axis_set more);

  void define(int id, std::vector<equation>& all);

  // ---- indices -----------------------------------------------------------------------------------------------------

  std::string joined(const std::vector<std::string>& indices) const;
  std::string subscript(const axis_order& axes) const;
  std::string subscript(axis_set axes) const;

  static std::string moved(std::int32_t by) { return by == 0 ? "" : (by < 0 ? "" : "+") + std::to_string(by); }
  /// The indices of an input that is read at another place; entries are counted from 0, as labels are.
  std::string place(const input_info& in) const;

  std::string left_of(const output_info& o) const;

  /// Prints with other meanings of some indices, and puts the old ones back.
  template <class F>
  std::string with_indices(const F& print) const {
    const auto saved = index_;
    const std::size_t alive = live_.size();
    std::string s = print();
    index_ = saved;
    live_.resize(alive);
    return s;
  }
  /// A letter for an axis that a reduction counts, and that nothing around it means.
  std::string bind(int axis) const;

  // ---- values ------------------------------------------------------------------------------------------------------

  piece call(const std::string& name, const std::string& arguments) const {
    return {name + parenthesized(arguments), function, false, false};
  }
  piece of_function(const std::string& name, int operand) const;

  bool is_constant(int id, double v) const { return g_[id].code == op::constant && g_[id].constant_value() == v; }
  bool is_mean(const node& n) const;

  void add_terms(int id, bool minus, std::vector<piece>& terms) const;
  piece sum_of(int id) const;

  /// A product of values and of reciprocals of others: constants apart, what stands over the line of a fraction, what stands under it,
  /// and what is written behind.
  struct factors {
    double constant = 1, divisor = 1;
    bool minus = false;
    std::vector<piece> over, under, behind;
  };
  bool is_named(int id) const { return !name_[static_cast<std::size_t>(id)].empty(); }

  void collect(int id, std::vector<piece> factors::* place, factors& f, bool root = false) const;

  static int rank(const piece& p);
  static piece multiplied(const std::vector<piece>& all);

  /// The constants of a quotient in lowest terms, where they are whole; a half is 1 over 2.
  void reduce(factors& f) const;

  piece fraction(int id, bool root) const;

  piece power(int base, const std::string& exponent) const;
  std::string in_exponent(int id) const;

  /// Whether a value can stand in an exponent: a few symbols in one line.
  bool is_short(int id, int& room) const;
  piece exponential(int operand) const;

  piece reduction_of(const node& n) const;
  /// A sum, product, largest or log-sum-exp of the entries up to this one, or from it on.
  piece running(const node& n) const;

  /// softmax_c(x_{nc}), and the entry that is meant where it is not the one called c.
  piece row_function(const node& n) const;

  piece gathered(const node& n) const;

  piece scattered(const node& n) const;

  piece cases(int id) const;

  /// What is not less is greater or equal, and so on.
  piece negated(int id) const;
  piece infix(const node& n, const char* sign, int at) const;

  piece print(int id, bool root = false) const;
};

}  // namespace loom::site
