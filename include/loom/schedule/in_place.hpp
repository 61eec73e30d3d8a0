// SPDX-License-Identifier: BSL-1.0
// schedule/in_place.hpp — may an output be written over its input? Where nothing is read that was overwritten before.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// Where an input is read although an output that lies over it may have been stored there.
struct overwritten_read {
  int slot = -1;  ///< of the output; -1: nowhere
  int sweep = 0, pass = 0;  ///< of the read
};

namespace detail {

/// Whether a step reads an input; `elsewhere`: maybe at other entries than those it is at.
constexpr bool reads(const plan& p, const step& it, int slot, bool& elsewhere) {
  if (it.kind != action::compute) return false;
  const node* n = &p.program[it.id];
  const bool looked_up = n->code == op::gather && (n->over() & p.column_axes) == 0;
  if (n->code == op::gather) n = &p.program[n->operand[0]];
  if (!is_input(n->code) || declared_slot(p.program, static_cast<int>(n->bits)) != slot) return false;
  elsewhere = looked_up || p.program.inputs[static_cast<int>(n->bits)].is_place();
  return true;
}

/// The pass of a sweep that has a step, or that follows it.
constexpr int pass_with(const sweep& s, int at) {
  int pass = 0;
  while (pass + 1 < s.passes.size() && at >= s.passes[pass + 1].body.begin) ++pass;
  return pass;
}

}  // namespace detail

/// The first such read. A sweep takes its rows in any order, but the steps of a row and of an entry in theirs: what is read where it is
/// before it is stored is whole, and so is what earlier sweeps read.
constexpr overwritten_read first_overwritten_read(const plan& p) {
  for (int slot = 0; slot < p.program.outputs.size(); ++slot) {
    if (!p.is_in_place(slot)) continue;
    bool before = false;  // stored in an earlier sweep
    for (int s = 0; s < p.loops.size(); ++s) {
      const sweep& loop = p.loops[s];
      const bool here = touches_output(p, loop, slot);
      bool stored = before;
      for (int i = loop.hoisted.begin; i < end_of(loop); ++i) {
        const step& it = p.steps[i];
        bool elsewhere = false;
        if (it.kind == action::store && it.slot == slot) stored = true;
        else if (detail::reads(p, it, p.program.outputs[slot].input, elsewhere) && (stored || (elsewhere && here)))
          return {slot, s, detail::pass_with(loop, i)};
      }
      before = before || here;
    }
  }
  return {};
}

}  // namespace loom::schedule
