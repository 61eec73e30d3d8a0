// SPDX-License-Identifier: BSL-1.0
// emit/names.hpp — what the values of a plan are called in the code printed for it.
// Inputs and axes keep their names; a loaded entry carries its indices (x_nc); a value is called what it is (emit/words.hpp), with a
// number where there are several. Names are unique, and no word of the language.
// Layer 5 (emit).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "loom/emit/dialect.hpp"
#include "loom/emit/forms.hpp"
#include "loom/ir/print.hpp"
#include "loom/schedule/walk.hpp"

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
    const std::string numbered = plain.ends_with('_') ? plain : plain + "_";  // never two underscores in a row
    for (int& k = next_.try_emplace(numbered, 2).first->second; contains(name) || is_reserved(name, reserved_); ++k)
      name = numbered + std::to_string(k);
    taken_.insert(name);
    return name;
  }
  bool contains(const std::string& name) const { return taken_.contains(name); }

 private:
  vocabulary reserved_;
  std::set<std::string> taken_;
  std::map<std::string, int> next_;  ///< the number to try next, by what it follows: those before it are taken
};

}  // namespace detail

/// What the printed function of one stage of a program is to the function that calls it: see emit/stages.hpp.
struct stage_text {
  std::string outputs[max_outputs];  ///< their names
  output_set numbers = 0;  ///< outputs that are numbers in double, handed on to other stages
  std::uint32_t contiguous_inputs = 0;  ///< those that other stages have kept: no strides are asked for
  output_set contiguous_outputs = 0;
};

/// The names of everything that a plan mentions.
class names {
 public:
  std::string extent[max_axes];  ///< of an axis: N
  std::string index[max_axes];  ///< of the loop over an axis: n
  std::string input[max_inputs];  ///< x
  std::string input_row[max_inputs];  ///< where the current row begins: x_row
  std::string output[max_outputs];  ///< d_x
  std::string output_row[max_outputs];  ///< d_x_row
  std::string input_stride[max_inputs][max_axes];  ///< of strided data: x_stride_N
  std::string output_stride[max_outputs][max_axes];
  std::string array[max_arrays];  ///< of the workspace: sum_C; an entry of it is the value sum_c
  std::string workspace;  ///< where they lie
  std::string value[LOOM_MAX_NODES];  ///< by value id; empty for a constant
  std::string rounded[LOOM_MAX_NODES];  ///< of a scalar: the same in the type of the loops
  std::string aside[LOOM_MAX_NODES];  ///< of a row reduction of two accumulators: the second
  std::string ones[LOOM_MAX_NODES];  ///< the same where entries are added up in any order: how many are 1
  std::string result;  ///< what is returned

  names(const plan& p, std::string_view function, const vocabulary& reserved, const stage_text* stage = nullptr)
      : p_(p), g_(p.program), words_(p), forms_(p, words_), pool_(reserved) {
    pool_.take(function);
    for (const bool places : {false, true})
      for (int s = 0; s < g_.inputs.size(); ++s)
        if (g_.inputs[s].is_place() == places)
          input[s] = places ? input[g_.inputs[s].of]
                            : pool_.take((g_.inputs[s].origin == input_origin::direction ? "direction_" : "") +
                                         std::string(g_.inputs[s].name));
    for (int s = 0; s < g_.outputs.size(); ++s) {
      const output_info& o = g_.outputs[s];
      output[s] = pool_.take(stage != nullptr ? stage->outputs[s]
                             : o.is_value()   ? "out"
                                              : std::string(o.symbol()) + "_" + std::string(g_.inputs[o.input].name));
    }
    for (int a = 0; a < g_.axes.size(); ++a) extent[a] = pool_.take(std::string(g_.axes[a].name));
    for (int a = 0; a < g_.axes.size(); ++a) {
      const std::string letter = detail::lower_case(g_.axes[a].name.substr(0, 1));
      index[a] = pool_.take(detail::is_reserved(letter, reserved) || pool_.contains(letter)
                                ? std::string("i_") + detail::lower_case(g_.axes[a].name)
                                : letter);
    }
    for (int s = 0; s < g_.inputs.size(); ++s) input_row[s] = pool_.take(input[s] + "_row");  // of places, too
    for (int s = 0; s < g_.outputs.size(); ++s) output_row[s] = pool_.take(output[s] + "_row");
    result = pool_.take("value");
    if (!p.arrays.empty()) workspace = pool_.take("workspace");
    for (int k = 0; k < p.arrays.size(); ++k) {
      std::string wanted = words_.fold_of(p.arrays[k].id);
      for (int a : p.arrays[k].axes) wanted += "_" + extent[a];
      array[k] = pool_.take(wanted);
    }
    // What a reader sees comes first, in the order in which it comes: only explanations name the others.
    const auto name_once = [&](int i) {
      if (value[i].empty()) name(i);
    };
    const auto name_scalars = [&](int sweep) {
      for (int i = 0; i < g_.size(); ++i)
        if (is_seen(i) && is_scalar_before(p, i, sweep)) name_once(i);
    };
    for (int s = 0; s < p.loops.size(); ++s) {
      name_scalars(s);
      for (int i = p.loops[s].hoisted.begin; i < end_of(p.loops[s]); ++i)
        if (is_seen(p.steps[i].id)) name_once(p.steps[i].id);
    }
    name_scalars(p.loops.size());
    for (int i = 0; i < g_.size(); ++i) name_once(i);
    for (int i = 0; i < g_.size(); ++i)
      if (reduction(g_[i].code).two_parts) ones[i] = pool_.take("ones");
    for (const bool places : {false, true})
      for (int s = 0; s < g_.inputs.size(); ++s) {
        const int of = places ? g_.inputs[s].of : s;
        if (g_.inputs[s].is_place() != places) continue;
        for (int a : g_.inputs[of].axes)
          input_stride[s][a] = places ? input_stride[of][a] : pool_.take(input[s] + "_stride_" + extent[a]);
      }
    for (int s = 0; s < g_.outputs.size(); ++s)
      for (int a : output_axes(p_, s)) output_stride[s][a] = pool_.take(output[s] + "_stride_" + extent[a]);
  }
  names(const names&) = delete;
  names& operator=(const names&) = delete;

  /// A name that nothing else has.
  std::string take(std::string_view wanted) { return pool_.take(wanted); }
  /// In what form each value stands in the code.
  const detail::forms& form() const { return forms_; }
  /// Whether a value is of the formula, not of its derivatives alone.
  bool is_forward(int id) const { return words_.is_forward(id); }
  /// Whether the name of a value says nothing where its line is not in sight.
  bool is_generic(int id) const { return words_.is_generic(static_cast<value_id>(id)); }

 private:
  const plan& p_;
  const graph& g_;
  detail::value_words words_;
  detail::forms forms_;
  detail::name_pool pool_;

  bool is_seen(int i) const {
    return is_reduction(g_[i].code) || p_.array_of[i] != 0 || g_[i].code == op::scalar || forms_.is_visible(i);
  }

  void name(int i) {
    const node& n = g_[i];
    if (n.code == op::constant) return;
    if (n.code == op::scalar) {
      value[i] = input[n.bits];
    } else if (n.code == op::position) {
      value[i] = index[first_axis(n.over())] + ir::offset_text(n.offset());
    } else if (g_.outputs[0].id == i && g_.result_axes.empty() && !p_.is_total[i] && p_.levels[i] == level::scalar &&
               !is_input(n.code)) {
      value[i] = result;
    } else {
      value[i] =
          pool_.take(is_input(n.code)      ? input[n.bits] + "_" + subscript(g_.inputs[static_cast<int>(n.bits)].axes)
                     : p_.array_of[i] != 0 ? words_.fold_of(i) + "_" + subscript(p_.arrays[p_.array_of[i] - 1].axes)
                     : words_.of(i) == "loss" ? std::string("loss_") + subscript(ordered(n.axes))
                                              : words_.of(i));
    }
    if (reduction(n.code).two_parts) aside[i] = pool_.take("largest");
    if (p_.levels[i] == level::scalar) rounded[i] = pool_.take(value[i] + "_f");
  }

  static axis_order ordered(axis_set axes) {
    axis_order all;
    for (int a = 0; a < max_axes; ++a)
      if (has(axes, a)) all.push_back(static_cast<std::int8_t>(a));
    return all;
  }
  std::string subscript(const axis_order& axes) const {
    std::string s;
    for (int a : axes) s += index[a].size() > 1 ? std::string("_") + index[a] : index[a];
    return s.empty() ? "value" : s;
  }
};

}  // namespace loom::emit
