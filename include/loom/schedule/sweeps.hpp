// SPDX-License-Identifier: BSL-1.0
// schedule/sweeps.hpp — a pass of the planner: how many sweeps there are, over which rows, and what each adds up and stores.
// A total or an array that the loops use needs a sweep of its own before them. Times are counted first: sweeps of one time
// are independent of each other, and differ in the axes that count their rows. What has a choice of times waits for a sweep
// over the same rows; at the end each time and set of rows gets a number.
// Layer 4 (schedule).
#pragma once

#include <bit>

#include "loom/schedule/levels.hpp"

namespace loom::inline LOOM_ABI::schedule {

struct sweep_assignment : refusal {
  std::int8_t sweep_of[LOOM_MAX_NODES]{};  ///< of a total or an array: the sweep that adds it up
  std::int8_t sweep_of_output[max_outputs]{};
  std::int8_t available[LOOM_MAX_NODES]{};  ///< of a scalar: the sweep before which it is known
  fixed_vector<axis_set, max_sweeps> rows;  ///< of each sweep: the axes that count its rows
  int walks = 0;  ///< sweeps over all rows and their entries
};

namespace detail {

/// When and over which rows something is done.
struct sweep_place {
  int time = 0;
  axis_set rows = 0;
  bool in_row = false;
};

class sweep_pass {
 public:
  constexpr sweep_pass(const graph& g, const axis_roles& axes, const leveling& values)
      : g_(g), axes_(axes), values_(values) {}

  /// With `extra_times` beyond those that are needed.
  constexpr sweep_assignment run(int extra_times) {
    times_ = needed_times() + extra_times;
    if (times_ > max_sweeps) {
      r_.refuse(unplanned::too_many_sweeps, times_, max_sweeps);
      return r_;
    }
    place_what_has_no_choice();
    place_the_rest();
    if (sweeps_used_.size() > max_sweeps) {
      r_.refuse(unplanned::too_many_sweeps, sweeps_used_.size(), max_sweeps);
      return r_;
    }
    number_sweeps();
    return r_;
  }

 private:
  const graph& g_;
  const axis_roles& axes_;
  const leveling& values_;
  sweep_assignment r_;
  int times_ = 0;
  std::int16_t earliest_[LOOM_MAX_NODES]{};  // the first time at which a value can be known: the totals it waits for
  std::int16_t latest_[LOOM_MAX_NODES]{};  // the time at which its users need it
  std::int8_t time_of_[LOOM_MAX_NODES]{};  // of a total or an array
  std::int8_t time_of_output_[max_outputs]{};
  fixed_vector<sweep_place, LOOM_MAX_NODES> sweeps_used_;  // one for each time and set of rows

  constexpr bool stored(int slot) const { return written_by_loops(g_, axes_, values_, slot); }
  constexpr axis_set rows_of(int id) const { return g_[id].axes & axes_.row_axes; }

  constexpr sweep_place place_of_total(int id, int time) const {
    const value_id o = g_[id].operand[0], index = g_[id].operand[1];
    if (g_[id].code != op::scatter) return {time, rows_of(o), values_.in_row[o]};
    return {time, static_cast<axis_set>(rows_of(o) | rows_of(index)), values_.in_row[o] || values_.in_row[index]};
  }
  constexpr sweep_place place_of_output(int slot, int time) const {
    const value_id id = g_.outputs[slot].id;
    const axis_set axes = as_set(g_.outputs[slot].axes);
    return {time, static_cast<axis_set>((axes | g_[id].axes) & axes_.row_axes),
            (axes & axes_.column_axes) != 0 || values_.in_row[id]};
  }

  constexpr int needed_times() {
    int times = 0;
    for (int i = 0; i < g_.size(); ++i) {
      for (value_id o : g_[i].operand)
        if (o != no_value && earliest_[o] > earliest_[i]) earliest_[i] = earliest_[o];
      if (!values_.is_total[i]) continue;
      ++earliest_[i];
      if (earliest_[i] > times) times = earliest_[i];
    }
    for (int slot = 0; slot < g_.outputs.size(); ++slot)
      if (stored(slot) && earliest_[g_.outputs[slot].id] + 1 > times) times = earliest_[g_.outputs[slot].id] + 1;
    return times;
  }

  constexpr void take(const sweep_place& p) {
    for (sweep_place& t : sweeps_used_)
      if (t.time == p.time && t.rows == p.rows) {
        t.in_row = t.in_row || p.in_row;
        return;
      }
    if (sweeps_used_.size() < LOOM_MAX_NODES) sweeps_used_.push_back(p);
  }
  /// The latest time from `first` to `last` at which there is such a sweep anyway; else one more sweep, at the time given.
  constexpr std::int8_t place_in_sweep(sweep_place p, int first, int last, int otherwise) {
    int best = -1;
    for (const sweep_place& t : sweeps_used_)
      if (t.rows == p.rows && t.in_row >= p.in_row && t.time >= first && t.time <= last && t.time > best) best = t.time;
    if (best < 0) {
      best = p.time = otherwise;
      take(p);
    }
    return static_cast<std::int8_t>(best);
  }

  constexpr void forget_latest() {
    for (int i = 0; i < g_.size(); ++i) latest_[i] = static_cast<std::int16_t>(times_);
  }
  constexpr void needed_at(int id, int time) {
    if (time < latest_[id]) latest_[id] = static_cast<std::int16_t>(time);
  }

  constexpr void place_what_has_no_choice() {
    forget_latest();
    for (int slot = 0; slot < g_.outputs.size(); ++slot) {
      if (!stored(slot)) continue;
      needed_at(g_.outputs[slot].id, times_ - 1);
      if (earliest_[g_.outputs[slot].id] == times_ - 1) take(place_of_output(slot, times_ - 1));
    }
    for (int i = g_.size() - 1; i >= 0; --i) {
      if (values_.is_total[i] && earliest_[i] == latest_[i]) take(place_of_total(i, latest_[i] - 1));
      for (value_id o : g_[i].operand)
        if (o != no_value) needed_at(o, latest_[i] - values_.is_total[i]);
    }
  }

  /// Backwards: whatever can share a sweep that is there anyway.
  constexpr void place_the_rest() {
    forget_latest();
    for (int slot = 0; slot < g_.outputs.size(); ++slot) {
      const value_id id = g_.outputs[slot].id;
      if (!stored(slot)) continue;
      time_of_output_[slot] = place_in_sweep(place_of_output(slot, 0), earliest_[id], times_ - 1, earliest_[id]);
      needed_at(id, time_of_output_[slot]);
    }
    for (int i = g_.size() - 1; i >= 0; --i) {
      int needed = latest_[i];
      if (values_.is_total[i])
        needed = time_of_[i] = place_in_sweep(place_of_total(i, 0), earliest_[i] - 1, latest_[i] - 1, latest_[i] - 1);
      for (value_id o : g_[i].operand)
        if (o != no_value) needed_at(o, needed);
    }
    for (const sweep_place& t : sweeps_used_) r_.walks += t.in_row && t.rows == axes_.row_axes;
  }

  /// The sweep over some rows among those from `first` on; a new one if there is none.
  constexpr std::int8_t numbered(axis_set rows, int first) {
    for (int s = first; s < r_.rows.size(); ++s)
      if (r_.rows[s] == rows) return static_cast<std::int8_t>(s);
    r_.rows.push_back(rows);
    return static_cast<std::int8_t>(r_.rows.size() - 1);
  }

  constexpr void number_sweeps() {
    std::int8_t first[max_sweeps + 1]{};  // of each time: its first sweep
    for (int time = 0; time < times_; ++time) {
      first[time] = static_cast<std::int8_t>(r_.rows.size());
      for (value_id i : values_.totals)
        if (time_of_[i] == time) r_.sweep_of[i] = numbered(place_of_total(i, time).rows, first[time]);
      for (int slot = 0; slot < g_.outputs.size(); ++slot)
        if (stored(slot) && time_of_output_[slot] == time)
          r_.sweep_of_output[slot] = numbered(place_of_output(slot, time).rows, first[time]);
    }
    first[times_] = static_cast<std::int8_t>(r_.rows.size());
    // A total is known at the time after its own, a scalar when its operands are.
    for (int i = 0; i < g_.size(); ++i) {
      int time = values_.is_total[i] ? time_of_[i] + 1 : 0;
      for (value_id o : g_[i].operand)
        if (o != no_value && !values_.is_total[i] && values_.levels[o] == level::scalar && known_at_[o] > time)
          time = known_at_[o];
      known_at_[i] = static_cast<std::int8_t>(time);
      r_.available[i] = first[time];
    }
  }
  std::int8_t known_at_[LOOM_MAX_NODES]{};
};

}  // namespace detail

constexpr sweep_assignment assign_sweeps(const graph& g, const axis_roles& axes, const leveling& values) {
  const sweep_assignment fewest_times = detail::sweep_pass(g, axes, values).run(0);
  if (fewest_times.walks < 2 || values.arrays.empty() || fewest_times.refused()) return fewest_times;
  // A small pass of its own may let a sweep over the data wait for another one: if it saves a sweep, it is made.
  const sweep_assignment longer = detail::sweep_pass(g, axes, values).run(1);
  return !longer.refused() && longer.walks < fewest_times.walks ? longer : fewest_times;
}

}  // namespace loom::schedule
