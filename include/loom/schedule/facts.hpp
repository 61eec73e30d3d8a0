// SPDX-License-Identifier: BSL-1.0
// schedule/facts.hpp — what a plan costs, read off its steps.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

constexpr plan_facts count_facts(const plan& p) {
  const axis_set all = p.row_axes | p.column_axes;
  std::int8_t read_in[LOOM_MAX_NODES]{};  // of a tensor over every entry: the last sweep that loads it, + 1
  plan_facts r;
  for (int s = 0; s < p.loops.size(); ++s) {
    const sweep& loop = p.loops[s];
    (loop.over == level::element && loop.rows == p.row_axes ? r.sweeps : r.prologues) += 1;
    r.row_passes += loop.passes.size();
    for (const row_pass& pass : loop.passes)
      for (int k = pass.body.begin; k < pass.body.end; ++k) {
        const step& it = p.steps[k];
        const node& n = p.program[it.id];
        if (it.kind == action::park) ++r.kept;
        if (it.kind == action::store && as_set(output_axes(p, it.slot)) == all) ++r.writes_per_element;
        if (it.kind != action::compute) continue;
        r.exponentials += info(n.code).exponential;
        if (n.code != op::tensor || n.axes != all || read_in[it.id] == s + 1) continue;  // a row stays in cache
        ++r.reads_per_element;
        read_in[it.id] = static_cast<std::int8_t>(s + 1);
      }
  }
  return r;
}

}  // namespace loom::schedule
