// SPDX-License-Identifier: BSL-1.0
// schedule/levels.hpp — a pass of the planner: where each value lives (scalar, row, element), and what is added up.
// A reduction over just the axes of a row is a row reduction, known after a pass over the row; any other is added up over the
// rows of a sweep: in a number (a total) if no axis is left, else in an array of the workspace.
// Layer 4 (schedule).
#pragma once

#include <initializer_list>

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

struct leveling : value_levels, refusal {
  std::int16_t depth[LOOM_MAX_NODES]{};  ///< row passes that must be over before a value is known
  bool in_row[LOOM_MAX_NODES]{};  ///< computing it takes a walk along the row
  fixed_vector<value_id, LOOM_MAX_NODES> reductions;  ///< of rows
  fixed_vector<value_id, LOOM_MAX_NODES> totals;  ///< and arrays
};

namespace detail {

class level_pass {
 public:
  constexpr level_pass(const graph& g, const axis_roles& axes) : g_(g), axes_(axes) {}

  constexpr leveling run() {
    for (int i = 0; i < g_.size(); ++i) {
      const node& n = g_[i];
      level deepest = level::scalar;
      for (value_id o : n.operand)
        if (o != no_value) {
          if (r_.levels[o] > deepest) deepest = r_.levels[o];
          if (r_.depth[o] > r_.depth[i]) r_.depth[i] = r_.depth[o];
          r_.in_row[i] = r_.in_row[i] || r_.in_row[o];
        }
      if (is_reduction(n.code) || n.code == op::scatter) {
        reduction(i, deepest);
      } else {
        r_.levels[i] = level_of(n, deepest);
        if (n.code == op::gather) gather(i);
        r_.in_row[i] = r_.in_row[i] || r_.levels[i] == level::element;
      }
      // A row value of depth d is known after d passes; an entry of that depth is computed in one more.
      at_least(r_.depth[i] + (r_.levels[i] == level::element));
    }
    // What is added up or stored entry by entry takes a pass, after those of row values that it uses.
    for (value_id i : r_.totals)
      for (value_id o : g_[i].operand)
        if (o != no_value && folds_entries(g_, r_, i)) at_least(r_.depth[o] + 1);
    for (int slot = 0; slot < g_.outputs.size(); ++slot)
      if (output_level(g_, axes_, slot) == level::element) at_least(r_.depth[g_.outputs[slot].id] + 1);
    if (passes_ > max_passes) r_.refuse(unplanned::too_many_row_passes, passes_, max_passes);
    if (arrays_ > max_arrays) r_.refuse(unplanned::too_many_arrays, arrays_, max_arrays);
    if (lookups_ > max_lookups) r_.refuse(unplanned::too_many_lookups, lookups_, max_lookups);
    return r_;
  }

 private:
  const graph& g_;
  const axis_roles& axes_;
  leveling r_;
  int passes_ = 0, arrays_ = 0, lookups_ = 0;  // needed; what does not fit is counted all the same

  constexpr void at_least(int passes) {
    if (passes > passes_) passes_ = passes;
  }

  constexpr level level_of(const node& n, level deepest) const {
    if ((n.axes & axes_.column_axes) != 0) return level::element;
    const bool loaded_per_row = n.code == op::index || n.code == op::mask || n.code == op::gather;
    return n.axes != 0 || deepest == level::row || loaded_per_row ? level::row : level::scalar;
  }

  /// A gather from anything but an input would need the whole row in memory.
  constexpr void gather(int i) {
    const node& n = g_[i];
    const bool along_row = (n.over() & axes_.column_axes) != 0;
    if (!is_input(g_[n.operand[0]].code) || g_.inputs[static_cast<int>(g_[n.operand[0]].bits)].is_shifted() ||
        (along_row && r_.levels[n.operand[1]] == level::element))
      r_.refuse(unplanned::computed_table);
    r_.depth[i] = r_.depth[n.operand[1]];
    r_.in_row[i] = r_.in_row[n.operand[1]];
    if (!along_row && lookups_++ < max_lookups) r_.lookups.push_back(static_cast<value_id>(i));
  }

  constexpr void reduction(int i, level operand) {
    const node& n = g_[i];
    if (n.code == op::scatter) {
      if (operand == level::element && has(axes_.column_axes, n.scattered_over())) r_.refuse(unplanned::scattered_row);
      return total(i);
    }
    if (operand == level::scalar) r_.refuse(unplanned::reduced_scalar);
    // A reduction of what has no row axes is one number, not one a row.
    const bool whole = n.over() == g_[n.operand[0]].axes && axes_.row_axes != 0;
    if (operand != level::element || axes_.elementwise || n.over() != axes_.column_axes || whole) return total(i);
    r_.levels[i] = level::row;
    r_.reductions.push_back(static_cast<value_id>(i));
    ++r_.depth[i];
  }

  constexpr void total(int i) {
    const node& n = g_[i];
    if ((n.over() & axes_.column_axes) != 0 && !includes(n.over(), axes_.column_axes))
      r_.refuse(unplanned::part_of_a_row);
    r_.is_total[i] = true;
    r_.totals.push_back(static_cast<value_id>(i));
    r_.depth[i] = 0;
    r_.in_row[i] = (n.axes & axes_.column_axes) != 0;
    if (n.axes == 0) return;
    r_.levels[i] = r_.in_row[i] ? level::element : level::row;
    if (axis_count(n.axes) > max_rank) r_.refuse(unplanned::too_many_row_axes, axis_count(n.axes), max_rank);
    else if (arrays_++ < max_arrays) array(i);
  }

  constexpr void array(int i) {
    array_info a{static_cast<value_id>(i), {}};
    for (const axis_order* order : {&axes_.row_order, &axes_.column_order})
      for (std::int8_t axis : *order)
        if (has(g_[i].axes, axis)) a.axes.push_back(axis);
    r_.arrays.push_back(a);
    r_.array_of[i] = static_cast<std::int8_t>(r_.arrays.size());
  }
};

}  // namespace detail

constexpr leveling assign_levels(const graph& g, const axis_roles& axes) { return detail::level_pass(g, axes).run(); }

}  // namespace loom::schedule
