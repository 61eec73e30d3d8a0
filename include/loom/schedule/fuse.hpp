// SPDX-License-Identifier: BSL-1.0
// schedule/fuse.hpp — graph -> plan: which values share a loop.
// 1. roles: which axes count rows, which lie in a row. 2. levels: scalar, row, element. 3. sweeps: a total that the
// loops use needs a sweep of its own; every other total is taken as late as possible, so that it shares one.
// 4. row passes: reductions of equal depth share a pass. 5. what is expensive and needed in two passes is kept.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/plan.hpp"

namespace loom {

namespace detail {

class planner {
 public:
  constexpr planner(const graph& g, output_set holders) : g_(g), holders_(holders) { p_.program = g; }

  constexpr plan run() {
    choose_axes();
    if (ok()) assign_levels();
    if (ok()) assign_sweeps();
    if (ok()) emit_sweeps();
    return p_;
  }

 private:
  const graph& g_;
  output_set holders_;
  plan p_;
  axis_set all_ = 0;
  int sweeps_ = 0;
  std::int8_t depth_[LOOM_MAX_NODES]{};       // row passes that must be over before a value is known
  std::int8_t total_sweep_[LOOM_MAX_NODES]{};

  constexpr bool ok() const { return p_.problem == unplanned::none; }
  constexpr void refuse() { p_.problem = unplanned::reductions_over_different_axes; }

  // ---- roles -------------------------------------------------------------------------------------------------------
  /// The axes that a value makes a row, if it does: what it reduces, or looks a position up along.
  constexpr axis_set row_of(const node& n) const {
    if (n.code == op::gather || n.code == op::onehot) return n.over();
    if (!is_reduction(n.code)) return 0;
    // The shift of a whole array is a total like any other; that of one axis makes the axis a row.
    if (n.code == op::shift && axis_count(n.over()) == 1) return n.over();
    return n.over() != g_[n.operand[0]].axes ? n.over() : axis_set{0};
  }

  constexpr void choose_axes() {
    axis_set row = 0;
    for (const node& n : g_.nodes) {
      const axis_set wanted = row_of(n);
      all_ |= static_cast<axis_set>(n.axes | wanted);
      if (wanted == 0 || wanted == row) continue;
      if (row != 0) return refuse();
      row = wanted;
    }
    for (const output_info& out : g_.outputs)
      if (out.what == output_info::role::gradient) all_ |= as_set(g_.inputs[out.input].axes);
    p_.elementwise = row == 0;
    if (row == 0) {  // the innermost axis of the widest input
      int widest = 0;
      for (const input_info& in : g_.inputs)
        if (in.axes.size() > widest) { widest = in.axes.size(); row = only(in.axes.back()); }
    }
    p_.column_axes = row;
    p_.row_axes = without(all_, row);
    // Axes that are reduced together are walked as one, so every operand must have all of them or none.
    for (const input_info& in : g_.inputs) {
      const axis_set part = as_set(in.axes) & row;
      if (part != 0 && part != row) return refuse();
    }
    for (int rank = max_rank; rank > 0; --rank) {
      for (const input_info& in : g_.inputs)
        if (in.axes.size() == rank) order_axes(in.axes);
      if (g_.result_axes.size() == rank) order_axes(g_.result_axes);
    }
  }

  constexpr void order_axes(const axis_order& axes) {
    for (std::int8_t axis : axes) (has(p_.column_axes, axis) ? p_.column_order : p_.row_order).insert_once(axis);
  }

  // ---- levels ------------------------------------------------------------------------------------------------------
  constexpr void assign_levels() {
    for (int i = 0; i < g_.size() && ok(); ++i) {
      const node& n = g_[i];
      level deepest = level::scalar;
      for (value_id o : n.operand)
        if (o != no_value && p_.levels[o] > deepest) deepest = p_.levels[o];
      if (is_reduction(n.code)) {
        assign_reduction(i, deepest);
      } else {
        const bool loaded_per_row = n.code == op::index || n.code == op::mask;
        p_.levels[i] = (n.axes & p_.column_axes) != 0                                       ? level::element
                       : n.axes != 0 || deepest == level::row || n.code == op::gather || loaded_per_row ? level::row
                                                                                            : level::scalar;
        for (value_id o : n.operand)
          if (o != no_value && depth_[o] > depth_[i]) depth_[i] = depth_[o];
        // A gather from anything but an input would need the whole row in memory.
        if (n.code == op::gather && !is_input(g_[n.operand[0]].code)) refuse();
      }
    }
  }

  constexpr void assign_reduction(int i, level operand) {
    const node& n = g_[i];
    const axis_set over = n.over(), axes = g_[n.operand[0]].axes;
    const int depth = depth_[n.operand[0]];
    if (operand == level::element && !p_.elementwise && over == p_.column_axes) {
      p_.levels[i] = level::row;
      depth_[i] = static_cast<std::int8_t>(depth + 1);
      if (depth + 1 >= max_passes) refuse();
    } else if ((operand == level::element && over == all_ && axes == all_) || (operand == level::row && over == p_.row_axes && axes == p_.row_axes)) {
      p_.levels[i] = level::scalar;
      p_.is_total[i] = true;
    } else {
      refuse();
    }
  }

  // ---- sweeps ------------------------------------------------------------------------------------------------------
  constexpr void assign_sweeps() {
    // As early as possible: how many sweeps there must be.
    for (int i = 0; i < g_.size(); ++i) {
      int known = 0;
      for (value_id o : g_[i].operand)
        if (o != no_value && p_.available[o] > known) known = p_.available[o];
      if (p_.is_total[i]) ++known;
      p_.available[i] = static_cast<std::int8_t>(known);
      if (p_.is_total[i] && known > sweeps_) sweeps_ = known;
    }
    for (int s = 0; s < g_.outputs.size(); ++s)
      if (output_level(p_, s) != level::scalar || p_.levels[g_.outputs[s].id] != level::scalar)
        if (p_.available[g_.outputs[s].id] + 1 > sweeps_) sweeps_ = p_.available[g_.outputs[s].id] + 1;
    if (sweeps_ > max_sweeps) return refuse();
    // As late as possible: limit[i] is the sweep before which value i must be known.
    std::int8_t limit[LOOM_MAX_NODES]{};
    for (int i = 0; i < g_.size(); ++i) limit[i] = static_cast<std::int8_t>(sweeps_);
    for (int s = 0; s < g_.outputs.size(); ++s)
      if (output_level(p_, s) != level::scalar || p_.levels[g_.outputs[s].id] != level::scalar)
        limit[g_.outputs[s].id] = static_cast<std::int8_t>(sweeps_ - 1);
    for (int i = g_.size() - 1; i >= 0; --i) {
      if (p_.is_total[i]) total_sweep_[i] = static_cast<std::int8_t>(limit[i] - 1);
      const std::int8_t bound = p_.is_total[i] ? total_sweep_[i] : limit[i];
      for (value_id o : g_[i].operand)
        if (o != no_value && bound < limit[o]) limit[o] = bound;
    }
    for (int i = 0; i < g_.size(); ++i) {
      int known = 0;
      for (value_id o : g_[i].operand)
        if (o != no_value && p_.levels[o] == level::scalar && p_.available[o] > known) known = p_.available[o];
      if (p_.is_total[i]) known = total_sweep_[i] + 1;
      p_.available[i] = static_cast<std::int8_t>(known);
    }
  }

  // ---- passes ------------------------------------------------------------------------------------------------------
  struct needs {
    bool row[LOOM_MAX_NODES]{};                  // row values of the sweep
    bool scalar[LOOM_MAX_NODES]{};
    std::uint8_t element[LOOM_MAX_NODES]{};      // bit p: needed in pass p
    std::int8_t kept_in[LOOM_MAX_NODES]{};       // output slot + 1
    std::int8_t kept_at[LOOM_MAX_NODES]{};       // pass
  };

  constexpr void need_element(needs& need, int id, int pass) const {
    if (p_.levels[id] != level::element) {
      if (p_.levels[id] == level::row) need.row[id] = true;
      else need.scalar[id] = true;
      return;
    }
    if ((need.element[id] >> pass) & 1u) return;
    need.element[id] |= static_cast<std::uint8_t>(1u << pass);
    if (need.kept_in[id] != 0 && pass > need.kept_at[id]) return;
    for (value_id o : g_[id].operand)
      if (o != no_value) need_element(need, o, pass);
  }

  constexpr bool stored_in(int slot, int s) const { return s == sweeps_ - 1 && slot >= 0 && (output_level(p_, slot) != level::scalar || p_.levels[g_.outputs[slot].id] != level::scalar); }

  /// Everything sweep s must compute, given what is kept.
  constexpr void collect(needs& need, int s, int& passes) const {
    passes = 0;
    for (int slot = 0; slot < g_.outputs.size(); ++slot) {
      if (!stored_in(slot, s)) continue;
      const value_id id = g_.outputs[slot].id;
      if (output_level(p_, slot) == level::element) {
        need_element(need, id, depth_[id]);
        passes = passes > depth_[id] + 1 ? passes : depth_[id] + 1;
      } else {
        need_row(need, id);
      }
    }
    for (int i = 0; i < g_.size(); ++i) {
      if (!p_.is_total[i] || total_sweep_[i] != s) continue;
      const value_id o = g_[i].operand[0];
      if (p_.levels[o] == level::element) {
        need_element(need, o, depth_[o]);
        passes = passes > depth_[o] + 1 ? passes : depth_[o] + 1;
      } else {
        need_row(need, o);
      }
    }
    // Row values need row values and, through their reductions, element values of an earlier pass.
    for (int i = g_.size() - 1; i >= 0; --i) {
      if (!need.row[i]) continue;
      if (is_reduction(g_[i].code)) {
        const value_id o = g_[i].operand[0];
        need_element(need, o, depth_[o]);
        passes = passes > depth_[i] ? passes : depth_[i];
      } else if (g_[i].code == op::gather) {
        need_row(need, g_[i].operand[1]);
      } else {
        for (value_id o : g_[i].operand)
          if (o != no_value) need_row(need, o);
      }
    }
  }
  constexpr void need_row(needs& need, int id) const {
    if (p_.levels[id] == level::row) need.row[id] = true;
    else if (p_.levels[id] == level::scalar) need.scalar[id] = true;
  }

  static constexpr bool is_exponential(op o) {
    switch (o) {
      case op::exp: case op::expm1: case op::tanh: case op::sinh: case op::cosh: case op::pow: case op::erf: case op::erfc: case op::erfcx: return true;
      default: return false;
    }
  }

  /// Parks the dearest value that two passes need in an output that is written only later.
  constexpr bool keep_one(needs& need, int s) {
    int best = -1, best_slot = -1, best_gain = 11;
    for (int slot = 0; slot < g_.outputs.size(); ++slot) {
      if (((holders_ >> slot) & 1u) == 0 || !stored_in(slot, s) || output_level(p_, slot) != level::element || as_set(output_axes(p_, slot)) != all_) continue;
      const int written = depth_[g_.outputs[slot].id];
      bool taken = false;
      for (int i = 0; i < g_.size(); ++i) taken = taken || need.kept_in[i] == slot + 1;
      if (taken) continue;
      for (int i = 0; i < g_.size(); ++i) {
        const unsigned passes = need.element[i];
        if (need.kept_in[i] != 0 || g_[i].type != kind::number || std::popcount(passes) < 2) continue;
        const int last = 31 - std::countl_zero(passes);
        const int gain = info(g_[i].code).cost * (std::popcount(passes) - 1);
        if (last <= written && gain > best_gain) { best = i; best_slot = slot; best_gain = gain; }
      }
    }
    if (best < 0) return false;
    need.kept_in[best] = static_cast<std::int8_t>(best_slot + 1);
    need.kept_at[best] = static_cast<std::int8_t>(std::countr_zero(static_cast<unsigned>(need.element[best])));
    return true;
  }

  constexpr void add(action what, int id, int slot = -1) { p_.steps.push_back({what, static_cast<std::int8_t>(slot), static_cast<value_id>(id)}); }
  constexpr std::int16_t here() const { return static_cast<std::int16_t>(p_.steps.size()); }

  constexpr void emit_sweeps() {
    for (int s = 0; s < sweeps_; ++s) {
      needs need;
      int passes = 0;
      collect(need, s, passes);
      while (keep_one(need, s)) {  // what is kept is not computed again, nor is what only it needed
        needs again;
        for (int i = 0; i < g_.size(); ++i) { again.kept_in[i] = need.kept_in[i]; again.kept_at[i] = need.kept_at[i]; }
        collect(again, s, passes);
        need = again;
      }
      emit_sweep(need, s, passes);
    }
  }

  constexpr void emit_sweep(const needs& need, int s, int passes) {
    sweep out;
    out.over = passes == 0 ? level::row : level::element;
    for (int i = 0; i < g_.size(); ++i)
      if (p_.is_total[i] && total_sweep_[i] == s) out.totals.push_back(static_cast<value_id>(i));
    out.hoisted.begin = here();
    for (int i = 0; i < g_.size(); ++i)
      if (need.scalar[i]) add(action::compute, i);
    out.hoisted.end = here();
    out.before = row_steps(need, s, 0, passes == 0);
    for (int pass = 0; pass < passes; ++pass) {
      row_pass r;
      r.body = body(need, s, pass, r);
      r.after = row_steps(need, s, pass + 1, pass + 1 == passes);
      out.passes.push_back(r);
    }
    (out.over == level::element ? p_.sweeps : p_.prologues) += 1;
    p_.row_passes += passes;
    p_.loops.push_back(out);
  }

  constexpr step_range row_steps(const needs& need, int s, int depth, bool last) {
    step_range r{here(), 0};
    for (int i = 0; i < g_.size(); ++i)
      if (need.row[i] && depth_[i] == depth && !is_reduction(g_[i].code)) add(action::compute, i);
    if (last) {
      for (int i = 0; i < g_.size(); ++i)
        if (p_.is_total[i] && total_sweep_[i] == s && p_.levels[g_[i].operand[0]] == level::row) add(action::total, i);
      for (int slot = 0; slot < g_.outputs.size(); ++slot)
        if (stored_in(slot, s) && output_level(p_, slot) != level::element) add(action::store, g_.outputs[slot].id, slot);
    }
    r.end = here();
    return r;
  }

  constexpr step_range body(const needs& need, int s, int pass, row_pass& out) {
    step_range r{here(), 0};
    int cost = 0;
    for (int i = 0; i < g_.size(); ++i) {
      if (!((need.element[i] >> pass) & 1u)) continue;
      const node& n = g_[i];
      const int slot = need.kept_in[i] - 1;
      if (slot >= 0 && pass > need.kept_at[i]) {
        add(action::recall, i, slot);
        continue;
      }
      add(action::compute, i);
      cost += info(n.code).cost;
      p_.exponentials += is_exponential(n.code);
      p_.scalar_calls += info(n.code).kind != family::leaf && is_elementwise(n.code) && info(n.code).cpp.empty();
      if (n.code == op::tensor && n.axes == all_ && (need.element[i] & ((1u << pass) - 1u)) == 0) ++p_.reads_per_element;
      if (slot >= 0) {
        add(action::keep, i, slot);
        ++p_.kept;
      }
    }
    out.reductions.begin = here();
    for (int i = 0; i < g_.size(); ++i)
      if (need.row[i] && is_reduction(g_[i].code) && depth_[i] == pass + 1) {
        add(action::reduce, i);
        cost += info(g_[i].code).cost;
      }
    out.reductions.end = here();
    for (int i = 0; i < g_.size(); ++i)
      if (p_.is_total[i] && total_sweep_[i] == s && p_.levels[g_[i].operand[0]] == level::element && depth_[g_[i].operand[0]] == pass) {
        add(action::total, i);
        cost += 3;
      }
    for (int slot = 0; slot < g_.outputs.size(); ++slot)
      if (stored_in(slot, s) && output_level(p_, slot) == level::element && depth_[g_.outputs[slot].id] == pass) {
        add(action::store, g_.outputs[slot].id, slot);
        cost += 1;
        if (as_set(output_axes(p_, slot)) == all_) ++p_.writes_per_element;
      }
    out.cost = static_cast<std::int16_t>(cost);
    out.unroll = out.reductions.size() == 0 || cost > 12 ? 1 : 4;  // a long body hides the latency of its accumulators by itself
    r.end = here();
    return r;
  }
};

}  // namespace detail

/// The loops that compute a graph's outputs. Values are kept in the buffers of `holders` only: a value that is rounded to
/// 16 bits on the way would not be the same one.
constexpr plan fuse(const graph& g, output_set holders = ~output_set{0}) { return detail::planner(g, holders).run(); }

}  // namespace loom
