// SPDX-License-Identifier: BSL-1.0
// schedule/facts.hpp — what a plan costs, read off its steps.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// What one walk over data costs, per entry of what it walks: a sweep of a plan, or what makes a running value of arrays in memory.
struct walk_facts {
  axis_set over;  ///< the axes of what it walks, of the program's
  op makes;  ///< the running value or chain that it makes; op::any: it is a sweep
  std::int8_t exponentials;
  std::int8_t reads;  ///< values of tensors, and of arrays that earlier stages keep
  std::int8_t writes;

  constexpr bool operator==(const walk_facts&) const = default;
  template <class T> constexpr int bytes_read() const { return reads * static_cast<int>(sizeof(T)); }
  template <class T> constexpr int bytes_written() const { return writes * static_cast<int>(sizeof(T)); }
};

/// A sweep. Where no input has all axes, as of pairs, an entry reads those that lie along a row: they are walked again for every row.
constexpr walk_facts walk_of(const plan& p, const sweep& loop) {
  const bool of_rows = loop.over == level::row;
  const auto over = static_cast<axis_set>(of_rows ? loop.rows : loop.rows | p.column_axes);
  bool has_whole = of_rows;
  for (const input_info& in : p.program.inputs) has_whole = has_whole || as_set(in.axes) == over;
  walk_facts r{over, op::any, 0, 0, 0};
  value_set read;  // a row that several passes read stays in cache
  const auto count = [&](const step_range& steps) {
    for (int k = steps.begin; k < steps.end; ++k) {
      const step& it = p.steps[k];
      const node& n = p.program[it.id];
      if (it.kind == action::store && as_set(output_axes(p, it.slot)) == over) ++r.writes;
      if (it.kind != action::compute) continue;
      if (info(n.code).exponential) ++r.exponentials;
      if (of_rows && n.code == op::gather) ++r.reads;  // of what a label names
      if (n.code != op::tensor || read[it.id]) continue;
      if (has_whole ? n.axes != over : n.axes == 0 || !includes(n.axes, p.column_axes)) continue;
      read.insert(it.id);
      ++r.reads;
    }
  };
  if (of_rows) count(loop.before);
  else
    for (const row_pass& pass : loop.passes) count(pass.body);
  return r;
}

constexpr plan_facts count_facts(const plan& p) {
  plan_facts r;
  for (const sweep& loop : p.loops) {
    const bool everything = loop.over == level::element && loop.rows == p.row_axes;
    (everything ? r.sweeps : r.prologues) += 1;
    r.row_passes += loop.passes.size();
    for (const row_pass& pass : loop.passes)
      for (int k = pass.body.begin; k < pass.body.end; ++k) r.kept += p.steps[k].kind == action::park;
    if (!everything) continue;
    const walk_facts w = walk_of(p, loop);
    r.exponentials += w.exponentials;
    r.reads_per_element += w.reads;
    r.writes_per_element += w.writes;
  }
  return r;
}

}  // namespace loom::schedule
