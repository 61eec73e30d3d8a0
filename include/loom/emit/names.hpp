// SPDX-License-Identifier: BSL-1.0
// emit/names.hpp — what the values of a plan are called in the code printed for it.
// Inputs and axes keep their names; a loaded entry carries its indices (x_nc); a value that has a name in a textbook
// gets it (row_max, log_row_sum, softmax); all others are v and their number. Names are unique, and no word of the language.
// Layer 5 (emit).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loom/emit/dialect.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::emit {

namespace detail {

struct reserved_word {
  std::string_view word;
  unsigned columns;
  bool function;  ///< in C with its suffix as well
};

inline constexpr reserved_word reserved_words[] = {
#define LOOM_RESERVED(word, cpp, c) {word, (cpp) * words_of_cpp + (c) * words_of_c, false},
#define LOOM_RESERVED_FUNCTION(word, cpp, c) {word, (cpp) * words_of_cpp + (c) * words_of_c, true},
#include "loom/emit/reserved.def"
};

/// Words that a local name must not be: keywords, macros of the headers used, and what the printed code calls.
constexpr bool is_reserved(std::string_view word, const vocabulary& v) {
  for (const reserved_word& r : reserved_words) {
    if ((r.columns & v.columns) == 0) continue;
    if (word == r.word) return true;
    const bool suffix = r.function && (v.columns & words_of_c) != 0 && word.ends_with('f');
    if (suffix && word.substr(0, word.size() - 1) == r.word) return true;
  }
  for (std::string_view w : v.more)
    if (word == w) return true;
  return word.starts_with('_') || word.find("__") != std::string_view::npos;
}

inline std::string lower_case(std::string_view s) {
  std::string r(s);
  for (char& c : r)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return r;
}

/// No language lets a program begin a name with an underscore everywhere, and C++ none have two in a row.
inline std::string without_reserved_underscores(std::string_view name) {
  std::string s;
  for (char c : name)
    if (c != '_' || (!s.empty() && s.back() != '_')) s += c;
  return s.empty() || (s[0] >= '0' && s[0] <= '9') ? "v" + s : s;
}

/// `names` all of whose strings differ.
class name_pool {
 public:
  explicit name_pool(const vocabulary& reserved) : reserved_(reserved) {}

  std::string take(std::string_view wanted) {
    const std::string plain = without_reserved_underscores(wanted);
    std::string name = is_reserved(plain, reserved_) ? "the_" + plain : plain;
    for (int k = 2; is_reserved(name, reserved_) || contains(name); ++k) name = plain + "_" + std::to_string(k);
    taken_.push_back(name);
    return name;
  }
  bool contains(const std::string& name) const {
    for (const std::string& t : taken_)
      if (t == name) return true;
    return false;
  }

 private:
  vocabulary reserved_;
  std::vector<std::string> taken_;
};

}  // namespace detail

/// The names of everything that a plan mentions.
class names {
 public:
  std::string extent[max_axes];  ///< of an axis: N
  std::string index[max_axes];  ///< of the loop over an axis: n
  std::string input[max_inputs];  ///< x
  std::string input_row[max_inputs];  ///< where the current row begins: x_row
  std::string output[max_outputs];  ///< d_x
  std::string output_row[max_outputs];  ///< d_x_row
  std::string array[max_arrays];  ///< of the workspace: sum_C; an entry of it is the value sum_c
  std::string workspace;  ///< where they lie
  std::string value[LOOM_MAX_NODES];  ///< by value id; empty for a constant
  std::string rounded[LOOM_MAX_NODES];  ///< of a scalar: the same in the type of the loops
  std::string aside[LOOM_MAX_NODES];  ///< of a row reduction of two accumulators: the second
  std::string result;  ///< what is returned

  names(const plan& p, std::string_view function, const vocabulary& reserved) : p_(p), g_(p.program), pool_(reserved) {
    pool_.take(function);
    for (int s = 0; s < g_.inputs.size(); ++s)
      input[s] = pool_.take((g_.inputs[s].origin == input_origin::direction ? "direction_" : "") +
                            std::string(g_.inputs[s].name));
    for (int s = 0; s < g_.outputs.size(); ++s) {
      const output_info& o = g_.outputs[s];
      output[s] =
          pool_.take(o.is_value() ? "out" : std::string(o.symbol()) + "_" + std::string(g_.inputs[o.input].name));
    }
    for (int a = 0; a < g_.axes.size(); ++a) extent[a] = pool_.take(std::string(g_.axes[a].name));
    for (int a = 0; a < g_.axes.size(); ++a) {
      const std::string letter = detail::lower_case(g_.axes[a].name.substr(0, 1));
      index[a] = pool_.take(detail::is_reserved(letter, reserved) || pool_.contains(letter)
                                ? std::string("i_") + detail::lower_case(g_.axes[a].name)
                                : letter);
    }
    for (int s = 0; s < g_.inputs.size(); ++s) input_row[s] = pool_.take(input[s] + "_row");
    for (int s = 0; s < g_.outputs.size(); ++s) output_row[s] = pool_.take(output[s] + "_row");
    result = pool_.take("value");
    if (!p.arrays.empty()) workspace = pool_.take("workspace");
    for (int k = 0; k < p.arrays.size(); ++k) {
      std::string wanted = word_of(p.arrays[k].id);
      for (int a : p.arrays[k].axes) wanted += "_" + extent[a];
      array[k] = pool_.take(wanted);
    }
    for (int i = 0; i < g_.size(); ++i) name(i);
  }

 private:
  const plan& p_;
  const graph& g_;
  detail::name_pool pool_;

  void name(int i) {
    const node& n = g_[i];
    if (n.code == op::constant) return;
    if (n.code == op::scalar) {
      value[i] = input[n.bits];
    } else if (g_.outputs[0].id == i && g_.result_axes.empty() && !p_.is_total[i] && p_.levels[i] == level::scalar &&
               !is_input(n.code)) {
      value[i] = result;
    } else {
      const std::string wanted = textbook(i);
      value[i] = pool_.take(wanted.empty() || wanted.size() > 20 ? std::string("v") + std::to_string(i) : wanted);
    }
    if (reduction(n.code).two_parts) aside[i] = pool_.take("largest");
    if (p_.levels[i] == level::scalar) rounded[i] = pool_.take(value[i] + "_f");
  }

  std::string subscript(const axis_order& axes) const {
    std::string s;
    for (int a : axes) s += index[a].size() > 1 ? std::string("_") + index[a] : index[a];
    return s.empty() ? "value" : s;
  }

  bool is_one(int i) const { return g_[i].code == op::constant && g_[i].constant_value() == 1; }
  /// A name that says something: not v7.
  bool has_name(int i) const { return !value[i].empty() && value[i] != std::string("v") + std::to_string(i); }

  /// The rest that 1 is added to; or no_value.
  value_id rest_below(int i) const {
    if (g_[i].code != op::add) return no_value;
    for (int k = 0; k < 2; ++k)
      if (is_one(g_.operand(i, k)) && g_[g_.operand(i, 1 - k)].code == op::rest) return g_.operand(i, 1 - k);
    return no_value;
  }
  bool is_softmax(int a, int b) const {
    if (g_[b].code != op::div || !is_one(g_.operand(b, 0)) || g_[a].code != op::exp) return false;
    const value_id s = g_.operand(b, 1), of = rest_below(s) != no_value ? rest_below(s) : s;
    return is_reduction(g_[of].code) && g_.operand(of, 0) == a;
  }

  std::string textbook(int i) const {
    const node& n = g_[i];
    const value_id a = n.operand[0], b = n.operand[1];
    const auto after = [&](const char* word, int of) { return has_name(of) ? word + value[of] : std::string(); };
    if (is_input(n.code)) return input[n.bits] + "_" + subscript(g_.inputs[static_cast<int>(n.bits)].axes);
    if (p_.array_of[i] != 0) return word_of(i) + "_" + subscript(p_.arrays[p_.array_of[i] - 1].axes);
    if (is_reduction(n.code))
      return p_.is_total[i] && n.code == op::sum ? "total" : (p_.is_total[i] ? "total_" : "row_") + word_of(i);
    for (const output_info& o : g_.outputs)
      if (o.id == i && o.kind == derivative_kind::gradient)
        return std::string("grad_") + std::string(g_.inputs[o.input].name);
    switch (n.code) {
      case op::extent: return std::string("count") + axes_word(n.over());
      case op::gather: return input[g_[a].bits] + "_" + input[g_[b].bits];
      case op::onehot: return std::string("onehot_") + input[g_[a].bits];
      case op::sub:
        if (g_[b].code != op::shift) return "";
        return g_[a].code == op::tensor   ? input[g_[a].bits] + "_shifted"
               : g_[a].code == op::gather ? value[a] + "_shifted"
                                          : "shifted";
      case op::exp: return after("exp_", a);
      case op::log: return after("log_", a);
      case op::log1p: return g_[a].code == op::rest ? "log_row_sum" : "";
      case op::neg: return after("minus_", a);
      case op::square: return after("square_", a);
      case op::abs: return after("abs_", a);
      case op::div: return is_one(a) ? after("one_over_", b) : "";
      case op::add: return rest_below(i) != no_value ? "row_sum" : "";
      case op::mul: return is_softmax(a, b) || is_softmax(b, a) ? "softmax" : "";
      default: return "";
    }
  }

  /// What an array is made of: sum, max.
  std::string word_of(int id) const { return std::string(reduction(folded_as(g_[id].code)).word); }
  std::string axes_word(axis_set axes) const {
    std::string s;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (has(axes, a)) s += std::string("_") + std::string(g_.axes[a].name);
    return s;
  }
};

}  // namespace loom::emit
