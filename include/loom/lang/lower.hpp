// SPDX-License-Identifier: BSL-1.0
// lang/lower.hpp — expression -> graph.
// Here positions become axes, composites become primitives, and every rule about what may stand where is checked; a
// graph that leaves without a mistake needs no type check again. The first mistake is kept, as data.
// Layer 2 (lang).
#pragma once

#include "loom/ir/graph.hpp"
#include "loom/lang/expression.hpp"
#include "loom/lang/declaration.hpp"
#include "loom/lang/issue.hpp"

namespace loom::inline LOOM_ABI::lang {

struct lowered {
  graph program;
  mistake problem;
};

namespace detail {

/// A value while it is being lowered: positions still count.
struct lowered_value {
  value_id id = no_value;
  axis_order axes;
};

class lowering {
 public:
  builder out;
  mistake problem;

  constexpr explicit lowering(const std::uint64_t* literals) : literals_(literals) {}

  template <op Code, fixed_string Text>
  constexpr lowered_value visit(input_shape<Code, Text>) {
    const declaration d = declared(Text.view());
    if (d.error_column != 0) return fail(issue::malformed_text, Text.view(), d.error_column, 0);
    const int slot = input_slot(Code, d);
    if (slot < 0) return failed();
    return {out.input(slot), out.result.inputs[slot].axes};
  }

  template <bool Integer>
  constexpr lowered_value visit(number_shape<Integer>) {
    return {out.constant(number_of(next_literal())), {}};
  }

  template <class Axis>
  constexpr lowered_value visit(extent_shape<Axis>) {
    const int axis = axis_of(Axis{}, {});
    return axis < 0 ? failed() : lowered_value{out.extent(only(axis)), {}};
  }

  template <op Code, class... Shapes>
  constexpr lowered_value visit(apply_shape<Code, Shapes...>) {
    const lowered_value v[] = {visit(Shapes{})...};
    if (problem.what != issue::none) return failed();
    if constexpr (Code == op::max || Code == op::min) {
      const bool integer[] = {std::is_same_v<Shapes, number_shape<true>>...};
      for (int i = 0; i < 2; ++i)
        if (integer[i] && out[v[i].id].number() < 0) return fail(issue::integer_beside_min_or_max);
    }
    return applied(Code, v, static_cast<int>(sizeof...(Shapes)));
  }

  template <op Code, class Shape, class... Axes>
  constexpr lowered_value visit(axes_shape<Code, Shape, Axes...>) {
    const lowered_value v = visit(Shape{});
    if (problem.what != issue::none) return failed();
    axis_set over = sizeof...(Axes) == 0 ? as_set(v.axes) : axis_set{0};
    (add_axis(over, axis_of(Axes{}, v.axes), v.axes), ...);
    if (problem.what != issue::none) return failed();
    return reduced(Code, v, over);
  }

  template <class Values, class Index, class... Axes>
  constexpr lowered_value visit(gather_shape<Values, Index, Axes...>) {
    const lowered_value e = visit(Values{});
    const lowered_value t = visit(Index{});
    if (problem.what != issue::none) return failed();
    if (out[t.id].type != kind::index) return fail(issue::gather_needs_an_index);
    if (!is_number(e)) return failed();
    int axis = e.axes.empty() ? -1 : e.axes.back();
    if constexpr (sizeof...(Axes) == 1) axis = (axis_of(Axes{}, e.axes), ...);
    else if (axis < 0) return fail(issue::axis_out_of_range, {}, -1, 0);
    if (axis < 0 || problem.what != issue::none) return failed();
    if (!has(as_set(e.axes), axis)) return fail(issue::unknown_axis, out.result.axes[axis].name);
    if (has(as_set(t.axes), axis)) return fail(issue::index_does_not_fit, out.result.axes[axis].name);
    lowered_value r{out.make(op::gather, e.id, t.id, no_value, only(axis)), {}};
    append(r.axes, e.axes, only(axis));
    append(r.axes, t.axes, 0);
    return r;
  }

  template <class Index, class Axis>
  constexpr lowered_value visit(onehot_shape<Index, Axis>) {
    const lowered_value t = visit(Index{});
    const int axis = axis_of(Axis{}, {});
    if (problem.what != issue::none) return failed();
    if (out[t.id].type != kind::index) return fail(issue::onehot_needs_an_index);
    if (has(as_set(t.axes), axis)) return fail(issue::index_does_not_fit, out.result.axes[axis].name);
    lowered_value r{out.make(op::onehot, t.id, no_value, no_value, only(axis)), t.axes};
    if (r.axes.size() == max_rank) return fail(issue::rank_too_large);
    r.axes.push_back(static_cast<std::int8_t>(axis));
    return r;
  }

  /// Axes that no input of the formula has; their extents could never be known.
  constexpr void check_axes() {
    axis_set known = 0;
    for (const input_info& in : out.result.inputs) known |= as_set(in.axes);
    for (int i = 0; i < out.result.axes.size(); ++i)
      if (!has(known, i) && problem.what == issue::none) fail(issue::axis_without_extent, out.result.axes[i].name);
  }

 private:
  const std::uint64_t* literals_;

  constexpr std::uint64_t next_literal() { return *literals_++; }
  constexpr lowered_value failed() { return {out.constant(0), {}}; }
  constexpr lowered_value fail(issue what, text_view name = {}, std::int64_t got = 0, std::int64_t limit = 0) {
    if (problem.what == issue::none) problem = {what, name, got, limit};
    return failed();
  }

  constexpr int axis_number(const axis_info& wanted) {
    for (int i = 0; i < out.result.axes.size(); ++i) {
      axis_info& known = out.result.axes[i];
      if (known.name != wanted.name) continue;
      if (known.extent != 0 && wanted.extent != 0 && known.extent != wanted.extent) fail(issue::extents_disagree, known.name, known.extent, wanted.extent);
      if (known.extent == 0) known.extent = wanted.extent;
      return i;
    }
    if (out.result.axes.size() == max_axes) return fail(issue::too_many_inputs), -1;
    out.result.axes.push_back(wanted);
    return out.result.axes.size() - 1;
  }

  constexpr int input_slot(op code, const declaration& d) {
    input_info in{d.name, code, {}};
    for (const axis_info& a : d.axes) {
      const int axis = axis_number(a);
      if (axis < 0) return -1;
      in.axes.push_back(static_cast<std::int8_t>(axis));
    }
    for (int i = 0; i < out.result.inputs.size(); ++i) {
      const input_info& known = out.result.inputs[i];
      if (known.name != in.name) continue;
      bool same = known.code == code && known.axes.size() == in.axes.size();
      for (int k = 0; same && k < in.axes.size(); ++k) same = known.axes[k] == in.axes[k];
      return same ? i : (fail(issue::input_declared_twice, in.name), -1);
    }
    if (out.result.inputs.size() == max_inputs) return fail(issue::too_many_inputs), -1;
    out.result.inputs.push_back(in);
    return out.result.inputs.size() - 1;
  }

  template <fixed_string Name>
  constexpr int axis_of(axis_name<Name>, const axis_order&) { return axis_number({Name.view(), 0}); }
  constexpr int axis_of(axis_position, const axis_order& order) {
    const std::int64_t position = -static_cast<std::int64_t>(next_literal());
    if (position >= 0 || position < -order.size()) return fail(issue::axis_out_of_range, {}, position, order.size()), -1;
    return order[static_cast<int>(order.size() + position)];
  }

  constexpr void add_axis(axis_set& over, int axis, const axis_order& order) {
    if (axis < 0) return;
    if (!has(as_set(order), axis)) fail(issue::unknown_axis, out.result.axes[axis].name);
    else if (has(over, axis)) fail(issue::axis_reduced_twice);
    over |= only(axis);
  }

  constexpr void append(axis_order& to, const axis_order& from, axis_set except) {
    for (std::int8_t axis : from) {
      if (has(except, axis) || to.contains(axis)) continue;
      if (to.size() == max_rank) { fail(issue::rank_too_large); return; }
      to.push_back(axis);
    }
  }

  constexpr bool is_number(const lowered_value& v) {
    const kind k = out[v.id].type;
    if (k == kind::index) fail(issue::index_used_as_a_number);
    if (k == kind::mask) fail(issue::mask_used_as_a_number);
    return k == kind::number;
  }
  constexpr bool is_mask(const lowered_value& v) {
    if (out[v.id].type != kind::mask) fail(issue::number_used_as_a_mask);
    return out[v.id].type == kind::mask;
  }

  /// Comparisons take two numbers, or integers: an index beside another or beside a whole literal.
  constexpr bool comparable(const lowered_value& a, const lowered_value& b) {
    const bool ai = out[a.id].type == kind::index;
    const bool bi = out[b.id].type == kind::index;
    if (!ai && !bi) return is_number(a) && is_number(b);
    if (ai && bi) return true;
    const node& other = out[ai ? b.id : a.id];
    if (other.code != op::constant) return fail(issue::index_used_as_a_number), false;
    const double v = other.number();
    const bool whole = v > -9.0e18 && v < 9.0e18 && static_cast<double>(static_cast<std::int64_t>(v)) == v;
    if (!whole) fail(issue::index_compared_with_a_fraction);
    return whole;
  }

  constexpr lowered_value applied(op code, const lowered_value* v, int n) {
    lowered_value r;
    for (int i = 0; i < n; ++i) append(r.axes, v[i].axes, 0);
    bool fits = true;
    switch (info(code).kind) {
      case family::compare: fits = comparable(v[0], v[1]); break;
      case family::logical:
        for (int i = 0; i < n; ++i) fits = fits && is_mask(v[i]);
        break;
      case family::select: fits = is_mask(v[0]) && is_number(v[1]) && is_number(v[2]); break;
      default:
        for (int i = 0; i < n; ++i) fits = fits && is_number(v[i]);
    }
    if (!fits || problem.what != issue::none) return failed();
    const value_id a = v[0].id, b = n > 1 ? v[1].id : no_value, c = n > 2 ? v[2].id : no_value;
    // Written with "not inside" first, so that a NaN passes through, as <cmath> users expect.
    if (code == op::relu) {
      const value_id zero = out.constant(0);
      r.id = out.where(out.binary(op::le, a, zero), zero, a);
    } else if (code == op::clamp) {
      const value_id below_hi = out.where(out.binary(op::gt, a, c), c, a);
      r.id = out.where(out.binary(op::lt, a, b), b, below_hi);
    } else {
      r.id = out.make(code, a, b, c);
    }
    return r;
  }

  constexpr lowered_value reduced(op code, const lowered_value& v, axis_set over) {
    const bool of_mask = reduction(code).of_masks || code == op::count;
    if (!(of_mask ? is_mask(v) : is_number(v))) return failed();
    lowered_value r;
    if (code == op::softmax || code == op::log_softmax) r.axes = v.axes;
    else append(r.axes, v.axes, over);
    if (code == op::mean) r.id = mean(v.id, over);
    else if (code == op::var) r.id = mean(out.unary(op::square, out.binary(op::sub, v.id, mean(v.id, over))), over);
    else if (code == op::count) r.id = folded(op::sum, one_where(v.id), over);
    else r.id = folded(code, v.id, over);
    return r;
  }

  /// A reduction, or a row function; that of a single number takes no loop.
  constexpr value_id folded(op code, value_id e, axis_set over) {
    if (over != 0 || !is_reduction(code)) return out.reduce(code, e, over);
    return reduction(code).entry == itself ? e : out.unary(reduction(code).entry, e);
  }

  // One value a statement: the order in which a compiler evaluates arguments must not decide the numbering.
  constexpr value_id mean(value_id e, axis_set over) {
    if (over == 0) return e;
    const value_id entries = out.extent(over);
    return out.binary(op::div, out.reduce(op::sum, e, over), entries);
  }
  constexpr value_id one_where(value_id m) {
    const value_id zero = out.constant(0), one = out.constant(1);
    return out.where(m, one, zero);
  }
};

}  // namespace detail

namespace detail {

/// The results of a formula, each lowered in turn: one, or those that results(...) lists.
template <class Shape>
struct results_of {
  static constexpr void lower(lowering& l, fixed_vector<lowered_value, max_results>& to) { to.push_back(l.visit(Shape{})); }
};
template <class... Shapes>
struct results_of<results_shape<Shapes...>> {
  static_assert(sizeof...(Shapes) <= max_results, "loom: too many results in one formula");
  static constexpr void lower(lowering& l, fixed_vector<lowered_value, max_results>& to) { (to.push_back(l.visit(Shapes{})), ...); }
};

}  // namespace detail

/// The graph of a formula; or the first mistake in it, with the graph of the constant 0, in which no stage finds another.
template <class Shape, int Literals>
constexpr lowered lower(const expression<Shape, Literals>& e) {
  const std::uint64_t* literals = nullptr;
  if constexpr (Literals > 0) literals = e.literals.bits;
  detail::lowering l(literals);
  fixed_vector<detail::lowered_value, max_results> results;
  detail::results_of<Shape>::lower(l, results);
  l.check_axes();
  for (const detail::lowered_value& r : results)
    if (l.problem.what == issue::none && l.out[r.id].type != kind::number)
      l.problem.what = l.out[r.id].type == kind::mask ? issue::mask_used_as_a_number : issue::index_used_as_a_number;
  if (l.out.result.too_large) l.problem = {issue::too_large, {}, l.out.result.overflow.needed, l.out.result.overflow.limit};
  if (l.problem.what != issue::none) {
    l.out = builder();
    results.count = 0;
    results.push_back({l.out.constant(0), {}});
  }
  lowered r{l.out.result, l.problem};
  r.program.result_axes = results[0].axes;
  for (int k = 0; k < results.size(); ++k) r.program.outputs.push_back({output_info::role::value, -1, results[k].id, k, results[k].axes});
  return r;
}

}  // namespace loom::lang
