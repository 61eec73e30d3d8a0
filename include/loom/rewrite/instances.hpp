// SPDX-License-Identifier: BSL-1.0
// rewrite/instances.hpp — rules as pairs of graphs: the variables of a rule become inputs over axes N and C, or simple formulas of inputs,
// in every combination its guard allows; k is the axis C.
// Not included by the compiler: tests and loom/laws.hpp hold rules to their laws with it.
// Layer 2 (rewrite).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "loom/rewrite/guards.hpp"
#include "loom/rewrite/match.hpp"

namespace loom::inline LOOM_ABI::rewrite::samples {

inline constexpr int axis_n = 0, axis_c = 1;

/// A graph with the axes N and C, and no value yet.
inline graph two_axes() {
  graph g;
  g.axes.push_back({"N", 0});
  g.axes.push_back({"C", 0});
  return g;
}

inline int add_input(graph& g, std::string_view name, op code, axis_set axes) {
  input_info in{name, code, {}};
  for (int a = 0; a < max_axes; ++a)
    if (has(axes, a)) in.axes.push_back(static_cast<std::int8_t>(a));
  g.inputs.push_back(in);
  return g.inputs.size() - 1;
}

/// What a variable of a rule stands for: an input over axes, alone or inside a function.
struct form {
  axis_set axes = 0;
  op around = op::
      any;  ///< op::any: nothing; op::sum: the sum of exponentials along C; op::gt: whether it is positive; op::extent: the extent of C
};

/// A rule on one choice of forms: values `left` and `right` of one graph.
struct instance {
  graph program;
  value_id left = no_value;
  value_id right = no_value;
  std::string text;  ///< of the choice
};

enum class variable_kind { absent, number, index, mask };

inline variable_kind kind_of(const term& t, int variable) {
  variable_kind found = variable_kind::absent;
  for (int i = 0; i < t.size(); ++i) {
    if (t[i].code == op::any && static_cast<int>(t[i].bits) == variable && found == variable_kind::absent)
      found = variable_kind::number;
    const auto is = [&](int k) {
      const int o = t[i].operand[k];
      return o != no_value && t[o].code == op::any && static_cast<int>(t[o].bits) == variable;
    };
    if ((t[i].code == op::gather && is(1)) || (t[i].code == op::onehot && is(0))) found = variable_kind::index;
    if ((t[i].code == op::where || t[i].code == op::logical_not) && is(0)) found = variable_kind::mask;
  }
  return found;
}

/// What a term names: a bit of each variable, and the last of axes.
constexpr unsigned names_of(const term& t) {
  unsigned seen = 0;
  for (const term_node& n : t) {
    if (n.code == op::any) seen |= 1u << n.bits;
    if (names_axes(n.code)) seen |= 1u << terms::max_variables;
  }
  return seen;
}

/// The term over values of a graph.
inline value_id instantiate(builder& b, const term& t, const value_id (&variable)[terms::max_variables], axis_set k) {
  return rewrite::instantiate(
      t, k, [&](std::uint64_t v) { return variable[v]; },
      [&](op code, value_id x, value_id y, value_id z, std::uint64_t bits) { return b.make(code, x, y, z, bits); });
}

/// Every reduction and row function has the axis it runs along: what lowering guarantees.
inline bool well_formed(const graph& g) {
  for (const node& n : g.nodes) {
    const family f = info(n.code).kind;
    if ((f == family::reduction || f == family::row || n.code == op::gather) &&
        !includes(g[n.operand[0]].axes, n.over()))
      return false;
    if ((n.code == op::gather && (g[n.operand[1]].axes & n.over()) != 0) ||
        (n.code == op::onehot && (g[n.operand[0]].axes & n.over()) != 0))
      return false;
  }
  return true;
}

namespace detail {

inline constexpr std::string_view names[terms::max_variables] = {"a", "b", "c", "d", "m"};

/// `wanted`: the only form there is, an extent, the negation of an exponential or a sigmoid; or op::any.
inline std::vector<form> forms_of(variable_kind kind, op wanted) {
  constexpr axis_set n = only(axis_n), c = only(axis_c), both = n | c;
  if (kind == variable_kind::index) return {{n}};
  if (kind == variable_kind::mask) return {{n}, {both}, {n, op::gt}, {both, op::gt}};
  std::vector<form> r;
  for (axis_set axes : {both, n, c, axis_set{0}})
    for (op around : {op::any, op::exp, op::log}) r.push_back({axes, around});
  r.push_back({both, op::sum});  // sum(exp(x), C)
  if (wanted == op::extent) r = {{0, op::extent}};
  if (wanted == op::neg || wanted == op::sigmoid) r = {{both, wanted}, {n, wanted}};
  return r;
}

inline std::string text_of(int variable, const form& f) {
  std::string s(names[variable]);
  s += std::string("[") + (has(f.axes, axis_n) ? "N" : "") + (has(f.axes, axis_c) ? "C" : "") + "]";
  return f.around == op::any   ? s
         : f.around == op::sum ? "sum(exp(" + s + "), C)"
         : f.around == op::neg ? "-exp(" + s + ")"
                               : std::string(info(f.around).name) + "(" + s + ")";
}

}  // namespace detail

/// The instances of a rule: the choices that are well formed, that the rule matches, and that its guard allows.
inline std::vector<instance> instances(const rule& r) {
  std::vector<std::vector<std::pair<int, form>>> choices{{}};
  const bool many = kind_of(r.lhs, 2) != variable_kind::absent;  // three variables and more: plain inputs only
  for (int v = 0; v < terms::max_variables; ++v) {
    const variable_kind kind = kind_of(r.lhs, v);
    if (kind == variable_kind::absent) continue;
    std::vector<std::vector<std::pair<int, form>>> longer;
    const bool extent = v == 1 ? r.holds == guards::b_is_extent_of_k || r.holds == guards::b_nonnegative ||
                                     r.holds == guards::not_both_zero
                               : v == 2 && r.holds == guards::c_scales_b;
    const bool share = v == 0 && r.holds == guards::a_finite;
    const op wanted = extent                                       ? op::extent
                      : v == 0 && r.holds == guards::a_nonpositive ? op::neg
                      : share                                      ? op::sigmoid
                                                                   : op::any;
    for (const auto& choice : choices)
      for (const form& f : detail::forms_of(kind, wanted)) {
        const bool weight = v == 2 && r.holds == guards::c_nonnegative && f.around == op::exp;
        const bool plain = f.axes != 0 && (f.around == op::any || f.around == op::gt);
        if (many && !weight && !plain && wanted == op::any) continue;
        longer.push_back(choice);
        longer.back().emplace_back(v, f);
      }
    choices = longer;
  }
  std::vector<instance> result;
  for (const auto& choice : choices) {
    graph g = two_axes();
    std::string text;
    for (const auto& [v, f] : choice) {
      const variable_kind kind = kind_of(r.lhs, v);
      add_input(g, detail::names[v],
                kind == variable_kind::index                         ? op::index
                : kind == variable_kind::mask && f.around == op::any ? op::mask
                : f.axes == 0                                        ? op::scalar
                                                                     : op::tensor,
                f.axes);
      text += (text.empty() ? "" : ", ") + detail::text_of(v, f);
    }
    builder b(g);
    value_id variable[terms::max_variables] = {no_value, no_value, no_value, no_value, no_value};
    for (std::size_t i = 0; i < choice.size(); ++i) {
      const auto& [v, f] = choice[i];
      const value_id in = b.input(static_cast<int>(i));
      variable[v] = f.around == op::any      ? in
                    : f.around == op::sum    ? b.reduce(op::sum, b.unary(op::exp, in), only(axis_c))
                    : f.around == op::neg    ? b.unary(op::neg, b.unary(op::exp, in))
                    : f.around == op::gt     ? b.binary(op::gt, in, b.constant(0))
                    : f.around == op::extent ? b.make(op::extent, no_value, no_value, no_value, only(axis_c))
                                             : b.unary(f.around, in);
    }
    instance made;
    made.left = instantiate(b, r.lhs, variable, only(axis_c));
    if (!well_formed(b.view())) continue;
    matched w;
    known_graph known(b.view());
    if (!matches(known, made.left, r, w)) continue;
    // What the rule found may be the variables the other way round, where its left side reads either way.
    made.right = instantiate(b, r.rhs, w.variable, w.k_bound ? w.k : only(axis_c));
    made.program = b.result;
    made.text = text;
    result.push_back(made);
  }
  return result;
}

}  // namespace loom::rewrite::samples
