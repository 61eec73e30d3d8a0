// SPDX-License-Identifier: BSL-1.0
// schedule/walk.hpp — a plan in running order: the one traversal that interpreters, printers and back ends share.
//
//   scalars known from the start
//   for each sweep
//     begin_sweep; hoist each scalar of its loops; begin each total; begin each array
//     for_each_row
//       steps before the first pass
//       for each row pass
//         begin_pass; begin each reduction
//         for_each_entry
//           steps of the body
//         end each reduction; steps after the pass
//     end each total; end each array; end_sweep
//     scalars known after the sweep
//   outputs that no loop writes
//
// The two loops are the visitor's: for_each_row(sweep, row) and for_each_entry(pass, entry) receive the body as a function.
// An interpreter calls it once a row or once an entry; a printer opens the loop, calls it once, and closes the loop.
// Layer 4 (schedule).
#pragma once

#include <type_traits>

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// A visitor that does nothing: a back end derives from it and hides the members it needs.
struct plan_visitor {
  constexpr void scalar(value_id) {}  ///< value, or total, that the scalars after it may use; a leaf as well
  constexpr void begin_sweep(const sweep&, int /*number*/) {}
  constexpr void hoist(value_id) {}  ///< a scalar that the loops of this sweep use
  constexpr void begin_total(value_id) {}  ///< to the identity of its reduction
  constexpr void begin_array(value_id) {}
  template <class F> constexpr void for_each_row(const sweep&, const F& row) { row(); }
  constexpr void begin_pass(const row_pass&, int /*number*/) {}
  constexpr void begin_reduction(value_id) {}
  template <class F> constexpr void for_each_entry(const row_pass&, const F& entry) { entry(); }
  constexpr void perform(const step&) {}  ///< in a row or at an entry
  constexpr void end_reduction(value_id) {}  ///< before the steps that read it
  constexpr void end_total(value_id) {}
  constexpr void end_array(value_id) {}
  constexpr void end_sweep(const sweep&, int /*number*/) {}
  constexpr void scalar_output(int /*slot*/) {}  ///< an output that no loop writes
};

/// All steps of a sweep, the hoisted scalars included.
constexpr step_range steps_of(const sweep& s) { return {s.hoisted.begin, static_cast<std::int16_t>(end_of(s))}; }

/// Calls f(id) for the steps of one kind.
template <class F>
constexpr void for_each_step(const plan& p, step_range range, action what, const F& f) {
  for (int i = range.begin; i < range.end; ++i)
    if (p.steps[i].kind == what) f(p.steps[i].id);
}

/// Whether a scalar is computed between sweeps, just before sweep `s` (or after the last one): totals come out of the loops.
constexpr bool is_scalar_before(const plan& p, int id, int s) {
  return p.levels[id] == level::scalar && p.available[id] == s && !p.is_total[id];
}

namespace detail {

template <class Visitor>
class plan_walk {
 public:
  constexpr plan_walk(const plan& p, Visitor& visitor) : p_(p), visitor_(visitor) {}

  constexpr void run() {
    scalars(0);
    for (int s = 0; s < p_.loops.size(); ++s) {
      walk_sweep(p_.loops[s], s);
      scalars(s + 1);
    }
    for (int slot = 0; slot < p_.program.outputs.size(); ++slot)
      if (!written_by_loops(p_, slot)) visitor_.scalar_output(slot);
  }

 private:
  const plan& p_;
  Visitor& visitor_;

  constexpr void scalars(int s) {
    for (int i = 0; i < p_.program.size(); ++i)
      if (is_scalar_before(p_, i, s)) visitor_.scalar(static_cast<value_id>(i));
  }
  constexpr void perform(step_range range) {
    for (int i = range.begin; i < range.end; ++i) visitor_.perform(p_.steps[i]);
  }
  constexpr void walk_sweep(const sweep& s, int number) {
    const step_range all = steps_of(s);
    visitor_.begin_sweep(s, number);
    for_each_step(p_, s.hoisted, action::compute, [&](value_id id) { visitor_.hoist(id); });
    for_each_step(p_, all, action::total, [&](value_id id) { visitor_.begin_total(id); });
    for_each_step(p_, all, action::accumulate, [&](value_id id) { visitor_.begin_array(id); });
    visitor_.for_each_row(s, [&] {
      perform(s.before);
      for (int k = 0; k < s.passes.size(); ++k) walk_pass(s.passes[k], k);
    });
    for_each_step(p_, all, action::total, [&](value_id id) { visitor_.end_total(id); });
    for_each_step(p_, all, action::accumulate, [&](value_id id) { visitor_.end_array(id); });
    visitor_.end_sweep(s, number);
  }
  constexpr void walk_pass(const row_pass& pass, int number) {
    visitor_.begin_pass(pass, number);
    for_each_step(p_, pass.reductions, action::reduce, [&](value_id id) { visitor_.begin_reduction(id); });
    visitor_.for_each_entry(pass, [&] { perform(pass.body); });
    for_each_step(p_, pass.reductions, action::reduce, [&](value_id id) { visitor_.end_reduction(id); });
    perform(pass.after);
  }
};

}  // namespace detail

/// Visits a plan in running order. The plan must be one: p.problem == unplanned::none.
template <class Visitor>
constexpr void walk(const plan& p, Visitor&& visitor) {
  detail::plan_walk<std::remove_reference_t<Visitor>>(p, visitor).run();
}

}  // namespace loom::schedule
