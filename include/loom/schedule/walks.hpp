// SPDX-License-Identifier: BSL-1.0
// schedule/walks.hpp — what a call walks: the sweeps of its plan; or those of its stages, and the running values between them.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/stages.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// In the order of a call. Products of matrices are not among them: what they walk is no loop of the formula.
using walk_list = fixed_vector<walk_facts, max_stages*(max_sweeps + 4)>;

/// What makes a running value. A chain walks, for each state, those before it, whose moves it reads.
constexpr walk_facts walk_of(const graph& g, int id) {
  const node& n = g[id];
  axis_set over = n.axes;
  if (is_chain(n.code)) over |= n.chain().all();
  for (value_id o : n.operand)
    if (o != no_value) over |= g[o].axes;
  const bool of_exponentials = is_chain(n.code) ? !n.chain().best : n.code == op::logcumsumexp;
  walk_facts r{over, n.code, static_cast<std::int8_t>(of_exponentials), 0, static_cast<std::int8_t>(n.axes == over)};
  for (value_id o : n.operand)
    if (o != no_value && (is_chain(n.code) ? has(g[o].axes, n.chain().from) : g[o].axes == over)) ++r.reads;
  return r;
}

constexpr void add_walks(walk_list& to, const plan& p) {
  for (const sweep& loop : p.loops)
    if (!to.try_push(walk_of(p, loop))) return;
}
/// Those of stage s, whose plan is p: what is made for it comes first.
constexpr void add_walks(walk_list& to, const stage_map& m, int s, const plan& p) {
  for (int i = 0; i < m.program.size(); ++i)
    if (m.stage_of[i] == s && runs_along(m.program[i].code) && !to.try_push(walk_of(m.program, i))) return;
  add_walks(to, p);
}

}  // namespace loom::schedule
