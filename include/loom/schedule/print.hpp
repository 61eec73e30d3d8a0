// SPDX-License-Identifier: BSL-1.0
// schedule/print.hpp — plan -> text: its sweeps and row passes, one line a step.
// Layer 4 (schedule).
#pragma once

#include <string>

#include "loom/ir/print.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

namespace detail {

inline std::string output_text(const graph& g, int slot) { return ir::output_text(g, g.outputs[slot]); }

/// The array of a value, and its axes as they lie in memory: array 1[N,D].
inline std::string array_text(const plan& p, int id) {
  const int k = p.array_of[id] - 1;
  std::string axes;
  for (int axis : p.arrays[k].axes) axes += std::string(axes.empty() ? "" : ",") + std::string(p.program.axes[axis].name);
  return std::string("array ") + std::to_string(k + 1) + "[" + axes + "]";
}

inline std::string step_text(const plan& p, const step& s) {
  std::string v = std::string("v") + std::to_string(s.id);
  switch (s.what) {
    case action::compute: return v + " = " + (p.array_of[s.id] != 0 ? array_text(p, s.id) : value_text(p.program, s.id));
    case action::reduce: return std::string("reduce ") + v + " = " + value_text(p.program, s.id);
    case action::total: return std::string("total ") + v + " = " + value_text(p.program, s.id);
    case action::accumulate: return std::string("accumulate ") + v + " in " + array_text(p, s.id);
    case action::keep: return std::string("keep ") + v + " in " + output_text(p.program, s.slot);
    case action::recall: return std::string("recall ") + v + " from " + output_text(p.program, s.slot);
    case action::store: return std::string("store ") + v + " in " + output_text(p.program, s.slot);
  }
  return v;
}

inline std::string steps_text(const plan& p, step_range r, const std::string& title) {
  std::string s = r.size() == 0 ? "" : std::string("  ") + title + "\n";
  for (int i = r.begin; i < r.end; ++i) s += std::string("    ") + step_text(p, p.steps[i]) + "\n";
  return s;
}

/// The scalars known before sweep `s` and not before an earlier one.
inline std::string scalars_text(const plan& p, int s) {
  std::string r;
  for (int i = 0; i < p.program.size(); ++i)
    if (p.levels[i] == level::scalar && p.available[i] == s && !p.is_total[i]) r += std::string("  v") + std::to_string(i) + " = " + value_text(p.program, i) + "\n";
  return r.empty() ? r : std::string("scalars\n") + r;
}

}  // namespace detail

/// A plan in the order in which it runs.
inline std::string listing(const plan& p) {
  if (p.problem != unplanned::none) return "no plan\n";
  std::string s = p.arrays.empty() ? "" : "arrays\n";
  for (const array_info& a : p.arrays) s += std::string("  ") + detail::array_text(p, a.id) + ": v" + std::to_string(a.id) + " = " + value_text(p.program, a.id) + "\n";
  s += detail::scalars_text(p, 0);
  for (int k = 0; k < p.loops.size(); ++k) {
    const sweep& loop = p.loops[k];
    s += std::string("sweep ") + std::to_string(k + 1) + " of " + std::to_string(p.loops.size()) + std::string(loop.over == level::row ? ", row values only" : "");
    if (loop.rows != p.row_axes) s += std::string(", rows ") + (loop.rows == 0 ? "none" : axes_text(p.program, loop.rows));
    s += "\n";
    s += detail::steps_text(p, loop.hoisted, "once");
    s += detail::steps_text(p, loop.before, "every row");
    for (int i = 0; i < loop.passes.size(); ++i) {
      const row_pass& pass = loop.passes[i];
      s += detail::steps_text(p, pass.body, std::string("row pass ") + std::to_string(i + 1) + " of " + std::to_string(loop.passes.size()) + ", every entry; cost " +
                                                std::to_string(pass.cost) + ", accumulators " + std::to_string(pass.unroll));
      s += detail::steps_text(p, pass.after, "then");
    }
    s += detail::scalars_text(p, k + 1);
  }
  for (int slot = 0; slot < p.program.outputs.size(); ++slot)
    s += detail::output_text(p.program, slot) + " = v" + std::to_string(p.program.outputs[slot].id) + "\n";
  return s;
}

}  // namespace loom::schedule
