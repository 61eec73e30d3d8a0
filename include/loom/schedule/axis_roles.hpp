// SPDX-License-Identifier: BSL-1.0
// schedule/axis_roles.hpp — which axes make a row, and which count rows.
// One set of axes is walked innermost, as one loop: a reduction over just these is a row reduction, one over some of the
// others adds to an array. A reduction over both is split: first within the row, then over rows.
// Layer 4 (schedule).
#pragma once

#include "loom/ir/rebuild.hpp"

namespace loom::inline LOOM_ABI::schedule {

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

inline constexpr int unsuited = 1 << 20;

/// Whether some input, or the result, has all of these axes: an array over them is no larger than the data.
constexpr bool within_data(const graph& g, axis_set axes) {
  bool found = includes(as_set(g.result_axes), axes);
  for (const input_info& in : g.inputs) found = found || includes(as_set(in.axes), axes);
  return found;
}

/// How badly a row of these axes suits a graph: arrays larger than the data, then sweeps one after the other, then arrays of
/// entries, then arrays of row values and lookups, then distance in memory.
constexpr int cost_of_row(const graph& g, axis_set row, const axis_order& widest) {
  if (!walks_as_one(g, row)) return unsuited;
  int cost = 0, longest = 0;
  std::int8_t waits[LOOM_MAX_NODES]{};  // sweeps that must be over before a value is known
  for (int i = 0; i < g.size(); ++i) {
    const node& n = g[i];
    for (value_id o : n.operand)
      if (o != no_value && waits[o] > waits[i]) waits[i] = waits[o];
    const axis_set over = wanted_row(g, n);
    if ((is_reduction(n.code) && over != row) || n.code == op::scatter) ++waits[i];
    if (waits[i] > longest) longest = waits[i];
    if (n.axes != 0 && (n.axes & row) == 0 && !is_leaf(n.code)) cost += 4;  // computed a row at a time
    if (over == 0 || over == row) continue;
    const bool lookup = n.code == op::gather || n.code == op::onehot;
    if ((over & row) != 0 && (lookup || !includes(over, row))) return unsuited;
    if (!lookup && !within_data(g, n.axes)) cost += 1 << 15;
    cost += !lookup && (n.axes & row) != 0 ? 64 : 8;
  }
  cost += longest << 10;
  for (int i = 0; i < widest.size(); ++i)
    if (has(row, widest[i])) return cost + widest.size() - 1 - i;
  return cost + max_rank;
}

}  // namespace detail

struct roles {
  axis_set row = 0;          ///< the axes of a row
  bool elementwise = false;  ///< no value asks for a row
};

/// Chooses the axes of a row: those with which the fewest sweeps wait for others.
constexpr roles choose_roles(const graph& g) {
  fixed_vector<axis_set, 16> candidates;
  const axis_order* widest = nullptr;
  for (const input_info& in : g.inputs)
    if (widest == nullptr || in.axes.size() > widest->size()) widest = &in.axes;
  const axis_order none;
  if (widest == nullptr) widest = &none;
  const auto propose = [&](axis_set s) {
    if (s != 0 && candidates.size() < 16) candidates.insert_once(s);
  };
  for (const node& n : g.nodes) {
    const axis_set wanted = detail::wanted_row(g, n);
    propose(wanted);
    // Of axes that do not lie side by side, the innermost that do.
    axis_set inner = 0;
    for (int i = widest->size() - 1; i >= 0 && wanted != 0; --i) {
      if (has(wanted, (*widest)[i])) inner |= only((*widest)[i]);
      else if (inner != 0) break;
    }
    propose(inner);
    // A table is looked up along its outer axis: its rows are the other one.
    if ((n.code == op::gather || n.code == op::onehot) && !widest->empty() && !has(wanted, widest->back())) propose(only(widest->back()));
  }
  if (candidates.empty()) return {widest->empty() ? axis_set{0} : only(widest->back()), true};
  if (candidates.size() == 1 && detail::walks_as_one(g, candidates[0])) return {candidates[0], false};
  axis_set best = 0;
  int least = detail::unsuited;
  const auto consider = [&](axis_set s) {
    if (const int cost = detail::cost_of_row(g, s, *widest); cost < least) {
      best = s;
      least = cost;
    }
  };
  for (axis_set s : candidates) consider(s);
  // Sets that overlap in part, or do not lie side by side, are split at a single axis.
  axis_set asked = 0;
  for (axis_set s : candidates) asked |= s;
  const bool split = best == 0;
  for (int axis = 0; axis < g.axes.size() && split; ++axis)
    if (has(asked, axis)) consider(only(axis));
  return {best, false};
}

/// The same graph with reductions over a row and over rows done one after the other.
constexpr graph split_reductions(const graph& g, axis_set row) {
  const auto splits = [row](const node& n, const graph& of) {
    return is_reduction(n.code) && n.over() != row && n.over() != of[n.operand[0]].axes && (n.over() & row) != 0 && includes(n.over(), row);
  };
  bool any = false;
  for (const node& n : g.nodes) any = any || splits(n, g);
  if (!any) return g;
  builder b(g);
  return rebuild(g, b, [&](const node& n) {
    return splits(n, b.view()) ? b.reduce(n.code, b.reduce(reduction(n.code).part, n.operand[0], row), without(n.over(), row)) : b.make(n);
  });
}

}  // namespace loom::schedule
