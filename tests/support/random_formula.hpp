// SPDX-License-Identifier: BSL-1.0
// tests/support/random_formula.hpp — random formulas: x[N,C], y[N,C], w[C], v[N], a label t[N] and scalars, combined by
// every op of the language, in spellings that users write, and always reduced to one number. Either every row is one
// along C, or reductions, gathers and one-hots go along any of N, C and M, with q[M,C], k[M] and labels b[C], l[N] beside.
// Random numbers are drawn in one order whatever the compiler: no call has two arguments that draw.
// Domains hold by construction: what is taken the logarithm of is positive, and so on. Intermediates may overflow.
#pragma once

#include "loom/derive/request.hpp"
#include "support/layers.hpp"
#include "support/points.hpp"
#include "support/rule_instances.hpp"

namespace loom::test {
using namespace layers;

inline constexpr int axis_m = 2;
inline constexpr axis_set over_n = only(axis_n), over_c = only(axis_c), over_m = only(axis_m),
                          over_both = over_n | over_c;

/// Along which axes the reductions of a formula go.
enum class along { columns, any };

class formula_maker {
 public:
  explicit formula_maker(points& random, along where = along::columns)
      : random_(random), any_(where == along::any), b_(inputs(any_)) {}

  /// A formula of a depth; its value is output 0.
  graph make(int depth) {
    value_id total = number(depth);
    const axis_set axes = b_[total].axes;
    if (axis_count(axes) > 1 && random_.once_in(3)) {  // a row first
      total = b_.reduce(op::sum, total, some_of(axes));
      total = mean(random_.once_in(3) ? unary(total, 1) : total);
    } else if (axes != 0) {
      total = random_.once_in(2) ? mean(total) : b_.reduce(op::sum, total, axes);
    }
    if (random_.once_in(6)) {  // divided by a total of its own, as a weighted mean is
      const value_id weight = positive(1);
      total = b_.binary(op::div, total, b_[weight].axes == 0 ? weight : b_.reduce(op::sum, weight, b_[weight].axes));
    }
    graph g = b_.result;
    g.outputs.push_back({derivative_kind::value, -1, total});
    return compact(g);
  }

  enum slot { x, y, w, v, t, s, r, m, q, k, b, l };

 private:
  points& random_;
  bool any_;
  builder b_;

  static graph inputs(bool any) {
    graph g = two_axes();
    if (any) g.axes.push_back({"M", 0});
    add_input(g, "x", op::tensor, over_both);
    add_input(g, "y", op::tensor, over_both);
    add_input(g, "w", op::tensor, over_c);
    add_input(g, "v", op::tensor, over_n);
    add_input(g, "t", op::index, over_n);
    add_input(g, "s", op::scalar, 0);
    add_input(g, "r", op::scalar, 0);
    add_input(g, "m", op::mask, over_n);
    if (!any) return g;
    add_input(g, "q", op::tensor, over_m | over_c);
    g.inputs[q].axes = {};  // M before C in memory
    for (int axis : {axis_m, axis_c}) g.inputs[q].axes.push_back(static_cast<std::int8_t>(axis));
    add_input(g, "k", op::tensor, over_m);
    add_input(g, "b", op::index, over_c);
    add_input(g, "l", op::index, over_n);
    return g;
  }

  value_id mean(value_id a) {
    const axis_set axes = b_[a].axes;
    return axes == 0 ? a : b_.binary(op::div, b_.reduce(op::sum, a, axes), b_.extent(axes));
  }
  /// Whether a value has an axis to reduce, or look up, along.
  bool has_row(value_id a) const { return any_ ? b_[a].axes != 0 : has(b_[a].axes, axis_c); }
  /// Some of the axes; the row, where every row is one along C.
  axis_set some_of(axis_set axes) {
    if (!any_) return over_c;
    for (;;)
      if (const axis_set some = axes & static_cast<axis_set>(random_.below(8)); some != 0) return some;
  }
  /// A label and the axis it picks from, of a value or, if that has none that fits, of the columns.
  struct lookup {
    slot label;
    axis_set over;
  };
  lookup some_label(axis_set axes) {
    constexpr lookup all[] = {{t, over_c}, {b, over_n}, {l, over_m}};
    if (any_ && (axes & (over_n | over_m)) != 0 && random_.once_in(2))
      for (int i = random_.below(3);; i = (i + 1) % 3)
        if ((axes & all[i].over) != 0) return all[i];
    return has(axes, axis_c) || !any_ ? all[0] : has(axes, axis_n) ? all[1] : all[2];
  }
  value_id gathered(value_id a) {
    const lookup at = some_label(b_[a].axes);
    return b_.make(op::gather, a, b_.input(at.label), no_value, at.over);
  }
  value_id onehot(axis_set axes) {
    const lookup at = some_label(axes);
    return b_.make(op::onehot, b_.input(at.label), no_value, no_value, at.over);
  }

  value_id leaf() {
    if (any_ && random_.once_in(3)) return b_.input(random_.once_in(3) ? k : q);
    switch (random_.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3: return b_.input(x);
      case 4:
      case 5: return b_.input(y);
      case 6: return b_.input(w);
      case 7:
      case 8: return b_.input(v);
      case 9: return b_.input(random_.once_in(2) ? s : r);
      case 10: return onehot(any_ ? over_both | over_m : over_c);
      default: {
        constexpr double constants[] = {0, 1, -1, 2, 0.5, -3, 0.125};
        return random_.once_in(5) ? b_.extent(over_c) : b_.constant(constants[random_.below(7)]);
      }
    }
  }

  value_id number(int depth) {
    if (depth <= 0) return leaf();
    switch (random_.below(11)) {
      case 0: return leaf();
      case 1:
      case 2: return unary(number(depth - 1), depth - 1);
      case 3:
      case 4:
      case 5: return binary(depth);
      case 6:
      case 7: return along_a_row(depth);
      case 8: return selected(depth);
      case 9: return positive(depth - 1);
      default: return probability_spelled(depth);
    }
  }

  /// Above 0 for any operands.
  value_id positive(int depth) {
    const value_id a = number(depth - 1);
    switch (random_.below(7)) {
      case 0: return b_.unary(op::exp, modest(a));
      case 1: return b_.binary(op::add, b_.unary(op::square, a), b_.constant(0.5));
      case 2: return b_.unary(op::softplus, modest(a));
      case 3: return b_.binary(op::add, b_.unary(op::abs, a), b_.constant(0.25));
      case 4:
        return b_.binary(op::div, b_.constant(1),
                         b_.binary(op::add, b_.constant(1), b_.unary(op::exp, b_.unary(op::neg, modest(a)))));
      case 5: return b_.binary(op::max, a, b_.constant(0.125));
      default:
        return has_row(a) ? b_.reduce(op::sum, b_.unary(op::exp, modest(a)), some_of(b_[a].axes))
                          : b_.unary(op::sigmoid, modest(a));
    }
  }
  /// Most often between -4 and 4, so that towers of exponentials are rare.
  value_id modest(value_id a) {
    if (is_input(b_[a].code) || random_.once_in(5)) return a;
    return b_.binary(op::mul, b_.constant(random_.once_in(2) ? 4 : 2), b_.unary(op::tanh, a));
  }

  value_id unary(value_id a, int depth) {
    const value_id one = b_.constant(1);
    switch (random_.below(22)) {
      case 0: return b_.unary(op::neg, a);
      case 1: return b_.unary(op::abs, a);
      case 2: return b_.unary(op::square, modest(a));
      case 3: return b_.unary(op::sqrt, positive(depth));
      case 4: return b_.unary(op::exp, modest(a));
      case 5: return b_.unary(op::expm1, modest(a));
      case 6: return b_.unary(op::log, positive(depth));
      case 7: return b_.unary(op::log1p, positive(depth));
      case 8: return b_.unary(op::sin, modest(a));
      case 9: return b_.unary(op::cos, modest(a));
      case 10: return b_.unary(op::tanh, a);
      case 11: return b_.unary(op::atan, a);
      case 12: return b_.unary(op::asinh, a);
      case 13: return b_.unary(op::softplus, a);
      case 14: return b_.unary(op::sigmoid, a);
      case 15: return b_.unary(op::log, b_.binary(op::add, one, positive(depth)));
      case 16: return b_.binary(op::sub, b_.unary(op::exp, modest(a)), one);
      case 17: return b_.binary(op::sub, one, b_.unary(op::exp, modest(a)));
      case 18: return b_.unary(op::log, b_.binary(op::add, one, b_.unary(op::exp, a)));
      case 19: return b_.unary(op::log, b_.binary(op::sub, one, b_.unary(op::exp, b_.unary(op::neg, positive(depth)))));
      case 20: return b_.unary(op::log, b_.binary(op::sub, one, b_.unary(op::sigmoid, modest(a))));
      default: return b_.unary(op::sign, a);
    }
  }

  value_id binary(int depth) {
    const value_id a = number(depth - 1);
    switch (random_.below(14)) {
      case 0:
      case 1: return b_.binary(op::add, a, number(depth - 1));
      case 2:
      case 3: return b_.binary(op::sub, a, number(depth - 1));
      case 4:
      case 5: return b_.binary(op::mul, a, number(depth - 1));
      case 6:
      case 7: return b_.binary(op::div, a, positive(depth - 1));
      case 8: return b_.binary(op::max, a, number(depth - 1));
      case 9: return b_.binary(op::min, a, number(depth - 1));
      case 10: return b_.binary(op::logaddexp, a, number(depth - 1));
      case 11: return b_.binary(op::xlogy, a, positive(depth - 1));
      case 12: {
        const value_id exponent = random_.once_in(2) ? b_.input(s) : modest(a);
        return b_.binary(op::pow, positive(depth - 1), exponent);
      }
      default: return b_.unary(op::log, b_.binary(op::add, b_.unary(op::exp, a), b_.unary(op::exp, number(depth - 1))));
    }
  }

  value_id along_a_row(int depth) {
    value_id a = number(depth - 1);
    if (!has_row(a)) {
      const value_id wide = b_.input(random_.once_in(2) ? x : w);
      a = b_.binary(random_.once_in(2) ? op::add : op::mul, wide, a);
    }
    const int which = random_.below(15);
    const axis_set over = which < 11 ? some_of(b_[a].axes) : axis_set{0};
    switch (which) {
      case 0:
      case 1: return b_.reduce(op::sum, a, over);
      case 2: return b_.binary(op::div, b_.reduce(op::sum, a, over), b_.extent(over));
      case 3: return b_.reduce(op::reduce_max, a, over);
      case 4: return b_.reduce(op::reduce_min, a, over);
      case 5: return b_.reduce(op::logsumexp, a, over);
      case 6: return b_.reduce(op::norm, a, over);
      case 7: return b_.reduce(op::prod, modest(a), over);
      case 8: return b_.reduce(op::softmax, a, over);
      case 9: return b_.reduce(op::log_softmax, a, over);
      case 10: return b_.unary(op::sqrt, b_.reduce(op::sum, b_.unary(op::square, a), over));
      case 11: {
        const lookup at = some_label(b_[a].axes);
        return b_.reduce(op::sum,
                         b_.binary(op::mul, b_.make(op::onehot, b_.input(at.label), no_value, no_value, at.over), a),
                         at.over);
      }
      default: return gathered(a);
    }
  }

  /// Softmax and its logarithm in the words of textbooks.
  value_id probability_spelled(int depth) {
    value_id a = random_.once_in(2) ? b_.input(any_ && random_.once_in(3) ? q : x) : number(depth - 1);
    if (!has_row(a)) a = b_.binary(op::mul, b_.input(y), a);
    if (random_.once_in(3)) a = b_.binary(random_.once_in(2) ? op::mul : op::div, a, b_.input(s));
    const axis_set over = some_of(b_[a].axes);
    if (random_.once_in(4)) a = b_.binary(op::sub, a, b_.reduce(op::reduce_max, a, over));
    const value_id e = b_.unary(op::exp, a), total = b_.reduce(op::sum, e, over), p = b_.binary(op::div, e, total);
    switch (random_.below(7)) {
      case 0: return p;
      case 1: return b_.unary(op::log, p);
      case 2: return b_.binary(op::sub, a, b_.unary(op::log, total));
      case 3: return b_.unary(op::log, total);
      case 4: return b_.binary(op::mul, p, b_.unary(op::log, p));
      case 5: return gathered(b_.unary(op::log, p));
      default: return b_.binary(op::sub, b_.constant(1), gathered(p));
    }
  }

  value_id condition(int depth) {
    switch (random_.below(6)) {
      case 0: return b_.input(m);
      case 1: return b_.binary(random_.once_in(2) ? op::eq : op::ne, b_.input(t), b_.constant(1));
      case 2: return b_.binary(op::gt, b_.input(v), b_.constant(0));
      case 3: return b_.binary(op::logical_and, b_.input(m), b_.binary(op::lt, number(depth - 1), b_.constant(0.5)));
      case 4: return b_.unary(op::logical_not, b_.binary(op::le, b_.input(x), b_.input(y)));
      default: {
        const value_id left = number(depth - 1), right = number(depth - 2);
        return b_.binary(random_.once_in(2) ? op::ge : op::lt, left, right);
      }
    }
  }

  value_id selected(int depth) {
    const value_id other = random_.once_in(3) ? b_.constant(0) : number(depth - 1);
    switch (random_.below(5)) {
      case 0: {  // the branch not taken is not a number
        const value_id a = b_.input(random_.once_in(2) ? x : v);
        const value_id inside = b_.unary(random_.once_in(2) ? op::log : op::sqrt, a);
        const value_id taken = random_.once_in(2) ? inside : b_.binary(op::mul, inside, number(depth - 2));
        if (random_.once_in(2)) return b_.where(b_.binary(op::gt, a, b_.constant(0)), taken, other);
        return b_.where(b_.binary(op::le, a, b_.constant(0)), other, taken);
      }
      case 1: {  // relu
        const value_id a = number(depth - 1);
        return b_.where(b_.binary(op::le, a, b_.constant(0)), b_.constant(0), a);
      }
      case 2: {  // clamp
        const value_id a = number(depth - 1), lo = b_.constant(-1), hi = b_.constant(0.75);
        return b_.where(b_.binary(op::lt, a, lo), lo, b_.where(b_.binary(op::gt, a, hi), hi, a));
      }
      default: {
        const value_id holds = condition(depth);
        return b_.where(holds, number(depth - 1), other);
      }
    }
  }
};

/// Data for the inputs of a random formula; scalars away from 0.
inline point data_for_formula(const graph& g, points& random, std::ptrdiff_t n, std::ptrdiff_t c,
                              std::ptrdiff_t m = 2) {
  std::vector<std::ptrdiff_t> extents = {n, c};
  if (g.axes.size() > 2) extents.push_back(m);
  point p = data_for(g, random, domain::any, extents);
  for (std::size_t slot : {std::size_t{formula_maker::s}, std::size_t{formula_maker::r}})
    p.inputs[slot].entries[0] = random.number(domain::positive);
  if (g.axes.size() == 2) return p;
  for (double& label : p.inputs[formula_maker::b].entries) label = random.below(static_cast<int>(n));
  for (double& label : p.inputs[formula_maker::l].entries) label = random.below(static_cast<int>(m));
  return p;
}

/// A random direction for every number, none for labels and masks.
inline std::vector<dense<double>> direction_for_formula(const graph& g, const point& p, points& random,
                                                        input_set wanted) {
  std::vector<dense<double>> d = p.inputs;
  for (int slot = 0; slot < g.inputs.size(); ++slot)
    for (double& v : d[static_cast<std::size_t>(slot)].entries) {
      const double size = random.uniform(0.5, 1);
      v = ((wanted >> slot) & 1u) == 0 ? 0 : random.once_in(2) ? size : -size;
    }

  return d;
}

}  // namespace loom::test
