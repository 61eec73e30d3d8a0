// SPDX-License-Identifier: BSL-1.0
// schedule/steps.hpp — the last pass of the planner: what each sweep computes, written down as steps.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/parking.hpp"

namespace loom::inline LOOM_ABI::schedule {

namespace detail {

class step_pass {
 public:
  constexpr explicit step_pass(const planned_values& planned)
      : planned_(planned), g_(planned.program), values_(planned.values) {
    static_cast<axis_roles&>(p_) = planned.axes;
    static_cast<value_levels&>(p_) = planned.values;
    p_.program = planned.program;
    for (int i = 0; i < g_.size(); ++i) p_.available[i] = planned.sweeps.available[i];
  }

  constexpr plan run(output_set exact_outputs) {
    for (int s = 0; s < planned_.sweeps.rows.size(); ++s) add_sweep(s, needs_of_sweep(planned_, s, exact_outputs));
    if (steps_ > max_steps) p_.refuse(unplanned::too_many_steps, steps_, max_steps);
    return p_;
  }

 private:
  const planned_values& planned_;
  const graph& g_;
  const leveling& values_;
  plan p_;
  int steps_ = 0;  // needed; those that do not fit are counted all the same
  value_set late_;  // row values that nothing but the end of a row of this sweep needs

  constexpr void add(action what, int id, int slot = -1) {
    if (steps_++ < max_steps) p_.steps.push_back({what, static_cast<std::int8_t>(slot), static_cast<value_id>(id)});
  }
  constexpr void add_total(int id) { add(values_.array_of[id] == 0 ? action::total : action::accumulate, id); }
  constexpr std::int16_t next_step() const { return static_cast<std::int16_t>(p_.steps.size()); }

  constexpr void add_sweep(int s, const sweep_needs& needs) {
    sweep out;
    out.over = needs.passes == 0 ? level::row : level::element;
    out.rows = planned_.sweeps.rows[s];
    list_totals(s, out);
    out.hoisted.begin = next_step();
    for (int i = 0; i < g_.size(); ++i)
      if (needs.scalar[i]) add(action::compute, i);
    out.hoisted.end = next_step();
    find_late(needs, s);
    out.before = row_steps(needs, s, 0);
    for (int pass = 0; pass < needs.passes; ++pass) {
      row_pass r;
      add_body(needs, s, pass, r);
      r.after = row_steps(needs, s, pass + 1);
      out.passes.push_back(r);
    }
    p_.loops.push_back(out);
  }

  constexpr void list_totals(int s, sweep& out) {
    int totals = 0;
    for (const bool of_entries : {false, true}) {
      for (value_id i : values_.totals)
        if (planned_.adds_up(i, s) && values_.array_of[i] == 0 && planned_.folds_entries(i) == of_entries &&
            totals++ < max_totals)
          out.totals.push_back(i);
      if (!of_entries) out.row_totals = out.totals.size();
    }
    if (totals > max_totals) p_.refuse(unplanned::too_many_totals, totals, max_totals);
  }

  /// Finds what the passes of a sweep do not use, nor what they are computed from; but for what is loaded or has to do with labels.
  constexpr void find_late(const sweep_needs& needs, int s) {
    value_set early;
    const auto use = [&](const node& n) {
      for (value_id o : n.operand)
        if (o != no_value && values_.levels[o] == level::row) early.insert(o);
    };
    for (int slot = 0; slot < g_.outputs.size(); ++slot)  // of which one may be the same for all entries of a row
      if (planned_.stores(slot, s) && planned_.output_level(slot) == level::element) early.insert(g_.outputs[slot].id);
    for (value_id i : values_.totals)
      if (planned_.adds_up(i, s) && planned_.folds_entries(i)) use(g_[i]);
    late_ = {};
    for (int i = g_.size() - 1; i >= 0; --i) {
      if (needs.element[i] != 0) use(g_[i]);
      else if (!needs.row[i]) continue;
      else if (early[i]) use(g_[i]);
      else if (may_be_late(g_[i]) && values_.array_of[i] == 0) late_.insert(i);
    }
  }
  constexpr bool may_be_late(const node& n) const {
    if (is_leaf(n.code) || is_reduction(n.code) || n.code == op::gather || n.code == op::onehot) return false;
    for (value_id o : n.operand)
      if (o != no_value && g_[o].type == kind::index) return false;
    return true;
  }

  /// The row values that are known after `depth` passes; after the last one, what the row adds up and stores.
  constexpr step_range row_steps(const sweep_needs& needs, int s, int depth) {
    step_range r{next_step(), 0};
    for (int i = 0; i < g_.size(); ++i)
      if (needs.row[i] && (late_[i] ? needs.passes : values_.depth[i]) == depth &&
          (!is_reduction(g_[i].code) || values_.is_total[i]))
        add(action::compute, i);
    if (depth == needs.passes) {
      for (value_id i : values_.totals)
        if (planned_.adds_up(i, s) && !planned_.folds_entries(i)) add_total(i);
      for (int slot = 0; slot < g_.outputs.size(); ++slot)
        if (planned_.stores(slot, s) && planned_.output_level(slot) != level::element)
          add(action::store, g_.outputs[slot].id, slot);
    }
    r.end = next_step();
    return r;
  }

  constexpr void add_body(const sweep_needs& needs, int s, int pass, row_pass& out) {
    out.body.begin = next_step();
    int cost = 0;
    for (int i = 0; i < g_.size(); ++i) {
      if (!((needs.element[i] >> pass) & 1u)) continue;
      const int slot = needs.parked_in[i] - 1;
      if (slot >= 0 && pass > needs.parked_at[i]) {
        add(action::recall, i, slot);
        continue;
      }
      add(action::compute, i);
      cost += info(g_[i].code).cost;
      if (slot >= 0) add(action::park, i, slot);
    }
    out.reductions.begin = next_step();
    for (value_id i : values_.reductions)
      if (needs.row[i] && values_.depth[i] == pass + 1) {
        add(action::reduce, i);
        cost += info(g_[i].code).cost;
      }
    out.reductions.end = next_step();
    for (value_id i : values_.totals)
      if (planned_.adds_up(i, s) && planned_.folds_entries(i) && planned_.pass_of(i) == pass) {
        add_total(i);
        cost += 3;
      }
    for (int slot = 0; slot < g_.outputs.size(); ++slot)
      if (planned_.stores(slot, s) && planned_.output_level(slot) == level::element &&
          values_.depth[g_.outputs[slot].id] == pass) {
        add(action::store, g_.outputs[slot].id, slot);
        cost += 1;
      }
    out.body.end = next_step();
    out.cost = static_cast<std::int16_t>(cost);
    out.unroll =
        out.reductions.size() == 0 || cost > 12 ? 1 : 4;  // a long body hides the latency of its accumulators by itself
  }
};

}  // namespace detail

/// The plan of what the passes before decided. Its facts are not known yet.
constexpr plan make_steps(const planned_values& planned, output_set exact_outputs) {
  plan p = detail::step_pass(planned).run(exact_outputs);
  const output_set all = (output_set{1} << planned.program.outputs.size()) - 1;
  if ((exact_outputs & all) == all) return p;
  // Sums are added up in one order wherever the outputs go: without parked values a pass takes more time, and not other accumulators.
  const plan parking = detail::step_pass(planned).run(all);
  for (int s = 0; s < p.loops.size(); ++s)
    for (int pass = 0; pass < p.loops[s].passes.size(); ++pass)
      p.loops[s].passes[pass].unroll = parking.loops[s].passes[pass].unroll;
  return p;
}

}  // namespace loom::schedule
