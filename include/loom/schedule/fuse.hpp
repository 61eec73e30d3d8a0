// SPDX-License-Identifier: BSL-1.0
// schedule/fuse.hpp — graph -> plan: which values share a loop. The planner is a list of passes, each a function on plain data.
// Layer 4 (schedule).
#pragma once

#include "loom/rewrite/wide.hpp"
#include "loom/schedule/axis_roles.hpp"
#include "loom/schedule/blocks.hpp"
#include "loom/schedule/facts.hpp"
#include "loom/schedule/guess.hpp"
#include "loom/schedule/kernels.hpp"
#include "loom/schedule/labels.hpp"
#include "loom/schedule/levels.hpp"
#include "loom/schedule/parking.hpp"
#include "loom/schedule/split_reductions.hpp"
#include "loom/schedule/steps.hpp"
#include "loom/schedule/sweeps.hpp"
#include "loom/schedule/ties.hpp"

namespace loom::inline LOOM_ABI::schedule {

namespace detail {

constexpr refusal too_large(const graph& g) {
  return {unplanned::too_large, static_cast<std::int16_t>(g.overflow.needed),
          static_cast<std::int16_t>(g.overflow.limit)};
}

/// A graph without a plan.
constexpr plan no_plan(const graph& g, const refusal& why) {
  plan p;
  p.program = g;
  static_cast<refusal&>(p) = why;
  return p;
}

}  // namespace detail

/// What the buffers of the outputs are to the loops.
struct buffer_uses {
  output_set exact = ~output_set{0};  ///< hold any value unrounded
  output_set added = 0;  ///< hold what an output is added to
  output_set in_place = 0;  ///< are the data of their inputs

  /// Those that hold nothing that is needed, and may have values parked in them.
  constexpr output_set for_parking() const { return exact & ~added & ~in_place; }
};

/// The loops that compute a graph's outputs.
constexpr plan fuse(const graph& g, const buffer_uses& buffers = {}) {
  if (g.too_large) return detail::no_plan(g, detail::too_large(g));
  for (const node& n : g.nodes)
    if (needs_arrays(n.code)) {
      plan p = detail::no_plan(g, {unplanned::running});
      p.added = buffers.added;
      return p;
    }
  const chosen_axes axes = choose_axes(g);  // which axes make a row, which count rows
  if (axes.refused()) return detail::no_plan(g, axes);
  const graph program = split_reductions(g, axes.column_axes);  // within a row first, then over rows
  if (program.too_large) return detail::no_plan(program, detail::too_large(program));
  const leveling values = assign_levels(program, axes);  // scalar, row or element; totals and arrays
  if (values.refused()) return detail::no_plan(program, values);
  const sweep_assignment sweeps = assign_sweeps(program, axes, values);  // which sweep adds up and stores what
  if (sweeps.refused()) return detail::no_plan(program, sweeps);
  const output_set for_parking = buffers.for_parking();
  plan p = make_steps({program, axes, values, sweeps}, for_parking);  // what is parked; the steps of each sweep
  p.added = buffers.added;
  p.in_place = buffers.in_place;
  p.wide = rewrite::wide_values_of(program);  // sums that cancel: cheap, so never parked
  choose_blocks(p);
  for (sweep& s : p.loops) {
    s.guess = guess_of(p, s);
    if (s.guess.pass >= 0) s.passes[s.guess.pass].unroll = 1;  // few rows have it
  }
  find_labels(p);
  p.tied = tied_values(program);
  p.bounded = bounded_operations(p);
  static_cast<plan_facts&>(p) = count_facts(p);
  return p;
}

}  // namespace loom::schedule
