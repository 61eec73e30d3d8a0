// SPDX-License-Identifier: BSL-1.0
// schedule/row_ends.hpp — the end of a row: the steps after its last pass. The loops along rows may put it off until there are as many rows as
// a vector has lanes.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

constexpr step_range row_end_of(const sweep& s) { return s.passes.empty() ? step_range{} : s.passes.back().after; }

/// The row values that it uses and does not compute.
constexpr fixed_vector<value_id, LOOM_MAX_NODES> values_for_row_end(const plan& p, const sweep& s) {
  fixed_vector<value_id, LOOM_MAX_NODES> used;
  value_set there;
  const auto use = [&](value_id id) {
    if (id == no_value || p.levels[id] != level::row || there[id]) return;
    there.insert(id);
    used.push_back(id);
  };
  const step_range end = row_end_of(s);
  for (int i = end.begin; i < end.end; ++i) {
    const step& it = p.steps[i];
    if (it.kind == action::store) use(it.id);
    else
      for (value_id o : p.program[it.id].operand) use(o);
    if (it.kind == action::compute) there.insert(it.id);
  }
  return used;
}

/// Whether it is dear enough to be put off, and needs numbers and masks only. `products`: logarithms are those of a product of many rows, and
/// cost nothing.
constexpr bool puts_off_row_ends(const plan& p, const sweep& s, bool products) {
  constexpr int dear = 12;  // in vector instructions, roughly: about what it costs to keep a few values
  int cost = 0;
  const step_range end = row_end_of(s);
  for (int i = end.begin; i < end.end; ++i) {
    const step& it = p.steps[i];
    if (it.kind == action::compute && !(products && p.log_sums[it.id])) cost += info(p.program[it.id].code).cost;
  }
  if (cost < dear) return false;
  for (value_id v : values_for_row_end(p, s))
    if (p.wide[v] || p.program[v].type == kind::index) return false;
  return true;
}

/// The same of a program, found once.
template <class Program, int Sweep>
inline constexpr auto row_end_values = values_for_row_end(Program::schedule, Program::schedule.loops[Sweep]);
template <class Program, int Sweep, bool Products>
inline constexpr bool row_ends_wait = puts_off_row_ends(Program::schedule, Program::schedule.loops[Sweep], Products);

}  // namespace loom::schedule
