// SPDX-License-Identifier: BSL-1.0
// schedule/parking.hpp — a pass of the planner: what each sweep must compute, in which of its row passes, and what it parks.
// An element value that two passes need is computed twice, unless it is dear and some output that only a later pass writes
// can hold it: then it is parked in the buffer of that output, and read back.
// Layer 4 (schedule).
#pragma once

#include <bit>

#include "loom/schedule/sweeps.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// What one sweep computes.
struct sweep_needs {
  bool scalar[LOOM_MAX_NODES]{};
  bool row[LOOM_MAX_NODES]{};
  std::uint8_t element[LOOM_MAX_NODES]{};  ///< bit p: needed in row pass p
  std::int8_t parked_in[LOOM_MAX_NODES]{};  ///< output slot + 1
  std::int8_t parked_at[LOOM_MAX_NODES]{};  ///< row pass
  output_set occupied = 0;  ///< outputs that hold a value
  int passes = 0;
};
static_assert(max_passes <= 8, "row passes are bits of sweep_needs::element");

/// The results of the passes so far.
struct planned_values {
  const graph& program;
  const axis_roles& axes;
  const leveling& values;
  const sweep_assignment& sweeps;

  /// Whether sweep `s` adds up a total or an array, and stores an output.
  constexpr bool adds_up(int id, int s) const { return values.is_total[id] && sweeps.sweep_of[id] == s; }
  constexpr bool stores(int slot, int s) const {
    return written_by_loops(program, axes, values, slot) && sweeps.sweep_of_output[slot] == s;
  }
  constexpr level output_level(int slot) const { return schedule::output_level(program, axes, slot); }
  constexpr bool folds_entries(int id) const { return schedule::folds_entries(program, values, id); }
  /// The row pass in which a total takes in its operands.
  constexpr int pass_of(int id) const {
    int pass = 0;
    for (value_id o : program[id].operand)
      if (o != no_value && values.depth[o] > pass) pass = values.depth[o];
    return pass;
  }
};

namespace detail {

class needs_pass {
 public:
  constexpr needs_pass(const planned_values& planned, int s)
      : planned_(planned), g_(planned.program), values_(planned.values), s_(s) {}

  constexpr sweep_needs run(output_set exact_outputs) {
    collect();
    while (park_one(exact_outputs)) {  // what is parked is not computed again, nor is what only it needed
      sweep_needs again;
      again.occupied = r_.occupied;
      for (int i = 0; i < g_.size(); ++i) {
        again.parked_in[i] = r_.parked_in[i];
        again.parked_at[i] = r_.parked_at[i];
      }
      r_ = again;
      collect();
    }
    return r_;
  }

 private:
  const planned_values& planned_;
  const graph& g_;
  const leveling& values_;
  int s_;
  sweep_needs r_;

  constexpr void need_row(int id) {
    if (values_.levels[id] == level::row) r_.row[id] = true;
    else if (values_.levels[id] == level::scalar) r_.scalar[id] = true;
  }
  constexpr void need_element(int id, int pass) {
    if (values_.levels[id] != level::element) return need_row(id);
    if ((r_.element[id] >> pass) & 1u) return;
    r_.element[id] |= static_cast<std::uint8_t>(1u << pass);
    if (values_.is_total[id] || (r_.parked_in[id] != 0 && pass > r_.parked_at[id])) return;
    if (g_[id].code == op::gather) return need_element(g_[id].operand[1], pass);
    for (value_id o : g_[id].operand)
      if (o != no_value) need_element(o, pass);
  }
  constexpr void at_least(int passes) {
    if (passes > r_.passes) r_.passes = passes;
  }

  /// Everything the sweep must compute, given what is parked.
  constexpr void collect() {
    for (int slot = 0; slot < g_.outputs.size(); ++slot) {
      if (!planned_.stores(slot, s_)) continue;
      const value_id id = g_.outputs[slot].id;
      if (planned_.output_level(slot) == level::element) {
        need_element(id, values_.depth[id]);
        at_least(values_.depth[id] + 1);
      } else {
        need_row(id);
      }
    }
    for (value_id i : values_.totals) {
      if (!planned_.adds_up(i, s_)) continue;
      const int pass = planned_.pass_of(i);
      const bool by_entry = planned_.folds_entries(i);
      if (by_entry) at_least(pass + 1);
      for (value_id o : g_[i].operand) {
        if (o == no_value) continue;
        if (by_entry) need_element(o, pass);
        else need_row(o);
      }
    }
    // Row values need row values and, through their reductions, element values of an earlier pass.
    for (int i = g_.size() - 1; i >= 0; --i) {
      if (!r_.row[i] || values_.is_total[i]) continue;
      if (is_reduction(g_[i].code)) {
        const value_id o = g_[i].operand[0];
        need_element(o, values_.depth[o]);
        at_least(values_.depth[i]);
      } else if (g_[i].code == op::gather) {
        need_row(g_[i].operand[1]);
      } else {
        for (value_id o : g_[i].operand)
          if (o != no_value) need_row(o);
      }
    }
  }

  /// An output over every entry that the sweep stores, and that holds nothing yet.
  constexpr bool is_free(int slot) const {
    return planned_.stores(slot, s_) && planned_.output_level(slot) == level::element &&
           as_set(g_.outputs[slot].axes) == (planned_.axes.row_axes | planned_.axes.column_axes) &&
           ((r_.occupied >> slot) & 1u) == 0;
  }

  /// Parks the dearest value that two passes need in an output that is written only later.
  constexpr bool park_one(output_set exact_outputs) {
    int best = -1, best_slot = -1, best_gain = 11;  // to park and recall costs a store and a load
    for (int slot = 0; slot < g_.outputs.size(); ++slot) {
      if (((exact_outputs >> slot) & 1u) == 0 || !is_free(slot)) continue;
      const int written = values_.depth[g_.outputs[slot].id];
      for (int i = 0; i < g_.size(); ++i) {
        const unsigned passes = r_.element[i];
        if (r_.parked_in[i] != 0 || g_[i].type != kind::number || std::popcount(passes) < 2) continue;
        const int last = 31 - std::countl_zero(passes);
        const int gain = info(g_[i].code).cost * (std::popcount(passes) - 1);
        if (last > written || gain <= best_gain) continue;
        best = i;
        best_slot = slot;
        best_gain = gain;
      }
    }
    if (best < 0) return false;
    r_.occupied |= output_set{1} << best_slot;
    r_.parked_in[best] = static_cast<std::int8_t>(best_slot + 1);
    r_.parked_at[best] = static_cast<std::int8_t>(std::countr_zero(static_cast<unsigned>(r_.element[best])));
    return true;
  }
};

}  // namespace detail

/// What sweep `s` computes. Values are parked in `exact_outputs` only: one that is rounded to 16 bits on the way would not be
/// the same.
constexpr sweep_needs needs_of_sweep(const planned_values& planned, int s, output_set exact_outputs) {
  return detail::needs_pass(planned, s).run(exact_outputs);
}

}  // namespace loom::schedule
