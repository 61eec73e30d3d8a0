// SPDX-License-Identifier: BSL-1.0
// schedule/axis_roles.hpp — the first pass of the planner: which axes make a row, and which count rows.
// One set of axes is walked innermost, as one loop: a reduction over just these is a row reduction, one over some of the
// others adds to an array. The set is chosen by cost.
// Layer 4 (schedule).
#pragma once

#include <compare>

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// How badly a row of some axes suits a graph; the first member that differs decides.
struct row_cost {
  bool unsuited = false;  ///< the axes cannot be a row
  int oversized_arrays = 0;  ///< arrays larger than the data
  int repeated = 0;  ///< reductions of rows that are done again for each entry of an axis that they do not have
  int waiting_sweeps = 0;  ///< sweeps that run one after the other
  int work = 0;  ///< what the loops do beside the entries of a row, weighted as below
  int distance = 0;  ///< of the row from the innermost axis of the widest input, which has it

  constexpr auto operator<=>(const row_cost&) const = default;

  // Weights of work.
  static constexpr int array_of_entries = 64;
  static constexpr int array_or_lookup = 8;  ///< an array of row values, or a lookup along an axis that counts rows
  static constexpr int row_value = 4;  ///< a value that is computed a row at a time
};

namespace detail {

/// The axes along which a value wants a row: those it reduces, or looks a position up along; 0 if it does not care.
constexpr axis_set wanted_row(const graph& g, const node& n) {
  if (n.code == op::gather || n.code == op::onehot) return n.over();
  if (!is_reduction(n.code)) return 0;
  // The shift of a whole array is a total like any other; that of one axis makes the axis a row.
  if (n.code == op::shift && axis_count(n.over()) == 1) return n.over();
  return n.over() != g[n.operand[0]].axes ? n.over() : axis_set{0};
}

/// Whether a set of axes can be walked as one: every operand has all of them, side by side and in one order, or none.
constexpr bool walks_as_one(const graph& g, axis_set row) {
  axis_order first;
  const auto fits = [&](const axis_order& axes) {
    axis_order part;
    for (int i = 0; i < axes.size(); ++i) {
      if (!has(row, axes[i])) continue;
      if (!part.empty() && part.back() != axes[i - 1]) return false;
      part.push_back(axes[i]);
    }
    if (part.empty()) return true;
    if (first.empty()) first = part;
    for (int i = 0; i < part.size(); ++i)
      if (part[i] != first[i]) return false;
    return part.size() == axis_count(row);
  };
  for (const input_info& in : g.inputs)
    if (!fits(in.axes)) return false;
  for (const output_info& out : g.outputs)
    if (!fits(out.axes)) return false;
  return true;
}

/// Whether positions are counted along one of several axes of a row: no loop does.
constexpr bool counts_within(const graph& g, const node& n, axis_set row) {
  axis_set counted = n.code == op::position ? n.axes : axis_set{0};
  if (is_input(n.code))
    for (const ir::coordinate& c : g.inputs[static_cast<int>(n.bits)].at)
      if (c.is_shifted()) counted |= c.axes();
  return (counted & row) != 0 && axis_count(row) > 1;
}

/// Whether some input, or the result, has all of these axes: an array over them is no larger than the data.
constexpr bool within_data(const graph& g, axis_set axes) {
  bool found = includes(as_set(g.result_axes), axes);
  for (const input_info& in : g.inputs) found = found || includes(as_set(in.axes), axes);
  return found;
}

/// The axes of the input with the most of them.
constexpr axis_order widest_axes(const graph& g) {
  axis_order widest;
  for (const input_info& in : g.inputs)
    if (in.axes.size() > widest.size()) widest = in.axes;
  return widest;
}

/// The sets of axes that some value wants as a row.
constexpr fixed_vector<axis_set, 16> candidate_rows(const graph& g, const axis_order& widest) {
  fixed_vector<axis_set, 16> candidates;
  const auto propose = [&](axis_set s) {
    if (s != 0 && candidates.size() < 16) candidates.insert_once(s);
  };
  for (const node& n : g.nodes) {
    const axis_set wanted = wanted_row(g, n);
    propose(wanted);
    // Of axes that do not lie side by side, the innermost that do.
    axis_set inner = 0;
    for (int i = widest.size() - 1; i >= 0 && wanted != 0; --i) {
      if (has(wanted, widest[i])) inner |= only(widest[i]);
      else if (inner != 0) break;
    }
    propose(inner);
    // A table is looked up along its outer axis: its rows are the other one.
    if ((n.code == op::gather || n.code == op::onehot) && !widest.empty() && !has(wanted, widest.back()))
      propose(only(widest.back()));
  }
  return candidates;
}

}  // namespace detail

namespace detail {

/// How many reductions of rows would be done again for every entry of an axis that neither they nor their rows have, though nothing
/// else asks for a walk along the row there: one more loop around them. A plan with arrays can keep them instead.
constexpr int repeated_reductions(const graph& g, axis_set row) {
  fixed_vector<axis_set, 16> walked;  // the axes that count the rows of some reduction
  bool arrays = false;
  for (const node& n : g.nodes) {
    if (!is_reduction(n.code)) continue;
    if (n.over() != row) arrays = arrays || n.axes != 0;
    else if (!walked.contains(n.axes) && !walked.try_push(n.axes)) return 0;
  }
  if (!arrays) return 0;
  value_set of_rows;  // reductions, and what is computed of them
  int count = 0;
  for (int i = 0; i < g.size(); ++i) {
    const node& n = g[i];
    if (is_reduction(n.code)) {
      if (n.over() == row) of_rows.insert(i);
      continue;
    }
    const axis_set rows = without(n.axes, row);
    bool is_walked = false;
    for (const axis_set w : walked) is_walked = is_walked || includes(w, rows);
    for (value_id o : n.operand) {
      if (o == no_value || !of_rows[o]) continue;
      of_rows.insert(i);
      count += !is_walked && !includes(g[o].axes, rows);
    }
  }
  return count;
}

}  // namespace detail

/// What it costs to make a row of these axes.
constexpr row_cost cost_of_row(const graph& g, axis_set row, const axis_order& widest) {
  row_cost cost;
  cost.unsuited = !detail::walks_as_one(g, row);
  if (cost.unsuited) return cost;
  cost.repeated = detail::repeated_reductions(g, row);
  std::int16_t waits[LOOM_MAX_NODES]{};  // sweeps that must be over before a value is known
  for (int i = 0; i < g.size(); ++i) {
    const node& n = g[i];
    for (value_id o : n.operand)
      if (o != no_value && waits[o] > waits[i]) waits[i] = waits[o];
    if (detail::counts_within(g, n, row)) return {.unsuited = true};
    const axis_set over = detail::wanted_row(g, n);
    if ((is_reduction(n.code) && over != row) || n.code == op::scatter) ++waits[i];
    if (waits[i] > cost.waiting_sweeps) cost.waiting_sweeps = waits[i];
    if (n.axes != 0 && (n.axes & row) == 0 && !is_leaf(n.code)) cost.work += row_cost::row_value;
    if (over == 0 || over == row) continue;
    const bool lookup = n.code == op::gather || n.code == op::onehot;
    if ((over & row) != 0 && (lookup || !includes(over, row))) return {.unsuited = true};
    cost.oversized_arrays += !lookup && !detail::within_data(g, n.axes);
    cost.work += !lookup && (n.axes & row) != 0 ? row_cost::array_of_entries : row_cost::array_or_lookup;
  }
  for (int i = 0; i < widest.size(); ++i)
    if (has(row, widest[i])) {
      cost.distance = widest.size() - 1 - i;
      return cost;
    }
  cost.work += row_cost::row_value;  // the widest input is one more value that is met a row at a time
  return cost;
}

/// The axes of a row: the cheapest of the candidates, or of their single axes; 0 if none of them suits.
constexpr axis_set choose_row(const graph& g, const axis_order& widest, const fixed_vector<axis_set, 16>& candidates) {
  bool countable = true;
  for (const node& n : g.nodes) countable = countable && !detail::counts_within(g, n, candidates[0]);
  if (candidates.size() == 1 && countable && detail::walks_as_one(g, candidates[0])) return candidates[0];
  axis_set best = 0;
  row_cost least{.unsuited = true};
  const auto consider = [&](axis_set s) {
    if (const row_cost cost = cost_of_row(g, s, widest); cost < least) {
      best = s;
      least = cost;
    }
  };
  for (axis_set s : candidates) consider(s);
  if (best != 0) return best;
  // Sets that overlap in part, or do not lie side by side, are split at a single axis.
  axis_set asked = 0;
  for (axis_set s : candidates) asked |= s;
  for (int axis = 0; axis < g.axes.size(); ++axis)
    if (has(asked, axis)) consider(only(axis));
  return best;
}

namespace detail {

/// Axes as they lie in memory, those of the widest operands first; at last those that no data has, whose positions alone are asked for.
constexpr void order_axes(const graph& g, axis_roles& roles) {
  const auto order_axis = [&](std::int8_t axis) {
    (has(roles.column_axes, axis) ? roles.column_order : roles.row_order).insert_once(axis);
  };
  const auto order = [&](const axis_order& axes) {
    for (std::int8_t axis : axes) order_axis(axis);
  };
  for (int rank = max_rank; rank > 0; --rank) {
    for (const input_info& in : g.inputs)
      if (in.axes.size() == rank) order(in.axes);
    for (const output_info& out : g.outputs)
      if (out.axes.size() == rank) order(out.axes);
  }
  for (std::int8_t axis = 0; axis < max_axes; ++axis)
    if (has(static_cast<axis_set>(roles.row_axes | roles.column_axes), axis)) order_axis(axis);
}

/// Every axis that a loop may walk.
constexpr axis_set walked_axes(const graph& g) {
  axis_set all = 0;
  for (const node& n : g.nodes)
    all |= n.code == op::gather || n.code == op::scatter || is_reduction(n.code)
               ? static_cast<axis_set>(n.axes | n.over())
               : n.axes;
  for (const output_info& out : g.outputs) all |= as_set(out.axes);
  return all;
}

}  // namespace detail

struct chosen_axes : axis_roles, refusal {};

constexpr chosen_axes choose_axes(const graph& g) {
  const axis_order widest = detail::widest_axes(g);
  const fixed_vector<axis_set, 16> candidates = detail::candidate_rows(g, widest);
  chosen_axes r;
  r.elementwise = candidates.empty();
  if (!r.elementwise) r.column_axes = choose_row(g, widest, candidates);
  else if (!widest.empty()) r.column_axes = only(widest.back());
  r.row_axes = without(detail::walked_axes(g), r.column_axes);
  axis_set rows = r.row_axes;
  for (const input_info& in : g.inputs) rows |= without(as_set(in.axes), r.column_axes);
  if (axis_count(rows) > max_rank) r.refuse(unplanned::too_many_row_axes, axis_count(rows), max_rank);
  else detail::order_axes(g, r);
  return r;
}

}  // namespace loom::schedule
