// SPDX-License-Identifier: BSL-1.0
// schedule/fuse.hpp — graph -> plan: which values share a loop.
// 1. roles: which axes count rows, which lie in a row. 2. levels: scalar, row, element; totals and arrays. 3. sweeps: a
// total or an array that the loops use needs a sweep of its own before them; what can wait waits for a sweep over the
// same axes. 4. row passes: reductions of equal depth share a pass. 5. what is expensive and needed twice is kept.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/plan.hpp"
#include "loom/schedule/axis_roles.hpp"

namespace loom::inline LOOM_ABI::schedule {

namespace detail {

class planner {
 public:
  /// A planner gives up unless it needs fewer sweeps than `below`.
  constexpr planner(const graph& g, output_set holders, int spare = 0, int below = max_sweeps + 1)
      : roles_(choose_roles(g)), g_(p_.program), holders_(holders), spare_(spare), below_(below) { p_.program = split_reductions(g, roles_.row); }

  constexpr plan run() {
    choose_axes();
    if (ok()) assign_levels();
    if (ok()) assign_sweeps();
    if (ok()) emit_sweeps();
    return p_;
  }

 private:
  plan p_;
  roles roles_;
  const graph& g_;
  output_set holders_;
  int spare_;  // times beyond those that are needed
  int below_;
  axis_set all_ = 0;
  std::int8_t depth_[LOOM_MAX_NODES]{};   // row passes that must be over before a value is known
  bool in_row_[LOOM_MAX_NODES]{};         // computing it takes a walk along the row
  std::int8_t known_[LOOM_MAX_NODES]{};   // the earliest time, in sweeps one after the other, at which it can be known
  fixed_vector<value_id, LOOM_MAX_NODES> reductions_;  // of rows
  fixed_vector<value_id, LOOM_MAX_NODES> totals_;      // and arrays
  std::int8_t home_[LOOM_MAX_NODES]{};    // of a total or an array: its sweep
  std::int8_t output_home_[max_outputs]{};

  constexpr bool ok() const { return p_.problem == unplanned::none; }
  constexpr void refuse() { p_.problem = unplanned::too_many_loops; }

  // ---- roles -------------------------------------------------------------------------------------------------------
  constexpr void choose_axes() {
    for (const node& n : g_.nodes) all_ |= n.code == op::gather || adds_up(n.code) ? static_cast<axis_set>(n.axes | n.over()) : n.axes;
    for (const output_info& out : g_.outputs) all_ |= as_set(out.axes);
    p_.elementwise = roles_.elementwise;
    p_.column_axes = roles_.row;
    p_.row_axes = without(all_, roles_.row);
    for (int rank = max_rank; rank > 0; --rank) {
      for (const input_info& in : g_.inputs)
        if (in.axes.size() == rank) order_axes(in.axes);
      for (const output_info& out : g_.outputs)
        if (out.axes.size() == rank) order_axes(out.axes);
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
        if (o != no_value) {
          if (p_.levels[o] > deepest) deepest = p_.levels[o];
          if (depth_[o] > depth_[i]) depth_[i] = depth_[o];
          in_row_[i] = in_row_[i] || in_row_[o];
        }
      if (adds_up(n.code)) {
        assign_reduction(i, deepest);
        continue;
      }
      const bool loaded_per_row = n.code == op::index || n.code == op::mask;
      p_.levels[i] = (n.axes & p_.column_axes) != 0                                                        ? level::element
                     : n.axes != 0 || deepest == level::row || n.code == op::gather || loaded_per_row ? level::row
                                                                                                             : level::scalar;
      if (n.code == op::gather) assign_gather(i);
      in_row_[i] = in_row_[i] || p_.levels[i] == level::element;
    }
  }

  /// A gather from anything but an input would need the whole row in memory.
  constexpr void assign_gather(int i) {
    const node& n = g_[i];
    const bool along_row = (n.over() & p_.column_axes) != 0;
    if (!is_input(g_[n.operand[0]].code) || (along_row && p_.levels[n.operand[1]] == level::element)) return refuse();
    depth_[i] = depth_[n.operand[1]];
    in_row_[i] = in_row_[n.operand[1]];
    if (along_row) return;
    if (p_.lookups.size() == max_lookups) return refuse();
    p_.lookups.push_back(static_cast<value_id>(i));
  }

  static constexpr bool adds_up(op code) { return is_reduction(code) || code == op::scatter; }

  constexpr void assign_reduction(int i, level operand) {
    const node& n = g_[i];
    const axis_set over = n.over();
    if (n.code == op::scatter) return operand == level::element && has(p_.column_axes, n.scattered_over()) ? refuse() : assign_total(i);
    if (operand == level::scalar) return refuse();
    // A reduction of what has no row axes is one number, not one a row.
    const bool whole = over == g_[n.operand[0]].axes && p_.row_axes != 0;
    if (operand == level::element && !p_.elementwise && over == p_.column_axes && !whole) {
      p_.levels[i] = level::row;
      reductions_.push_back(static_cast<value_id>(i));
      if (++depth_[i] >= max_passes) refuse();
      return;
    }
    assign_total(i);
  }

  constexpr void assign_total(int i) {
    const node& n = g_[i];
    if ((n.over() & p_.column_axes) != 0 && !includes(n.over(), p_.column_axes)) return refuse();
    p_.is_total[i] = true;
    totals_.push_back(static_cast<value_id>(i));
    depth_[i] = 0;
    in_row_[i] = false;
    if (n.axes == 0) return;
    if (p_.arrays.size() == max_arrays) return refuse();
    p_.levels[i] = (n.axes & p_.column_axes) != 0 ? level::element : level::row;
    in_row_[i] = p_.levels[i] == level::element;
    array_info a{static_cast<value_id>(i), {}};
    for (const axis_order* order : {&p_.row_order, &p_.column_order})
      for (std::int8_t axis : *order)
        if (has(n.axes, axis)) a.axes.push_back(axis);
    p_.arrays.push_back(a);
    p_.array_of[i] = static_cast<std::int8_t>(p_.arrays.size());
  }

  // ---- sweeps ------------------------------------------------------------------------------------------------------
  /// When and over which rows something is done; sweeps at one time are independent of each other.
  struct place {
    int time = 0;
    axis_set rows = 0;
    bool in_row = false;
  };
  fixed_vector<place, 3 * max_sweeps> taken_;

  constexpr axis_set rows_of(int id) const { return g_[id].axes & p_.row_axes; }
  constexpr place place_of_total(int id, int time) const {
    const value_id o = g_[id].operand[0], index = g_[id].operand[1];
    if (g_[id].code != op::scatter) return {time, rows_of(o), in_row_[o]};
    return {time, static_cast<axis_set>(rows_of(o) | rows_of(index)), in_row_[o] || in_row_[index]};
  }
  constexpr place place_of_output(int slot, int time) const {
    const axis_set axes = as_set(output_axes(p_, slot));
    return {time, static_cast<axis_set>((axes | g_[g_.outputs[slot].id].axes) & p_.row_axes), (axes & p_.column_axes) != 0 || in_row_[g_.outputs[slot].id]};
  }
  /// The latest time from `first` to `last` at which there is such a sweep anyway; else the time given.
  constexpr int settle(place p, int first, int last, int otherwise) {
    int best = -1;
    for (const place& t : taken_)
      if (t.rows == p.rows && t.in_row >= p.in_row && t.time >= first && t.time <= last && t.time > best) best = t.time;
    if (best >= 0) return best;
    p.time = otherwise;
    take(p);
    return otherwise;
  }
  constexpr void take(const place& p) {
    if (taken_.size() == 3 * max_sweeps) return refuse();
    taken_.push_back(p);
  }
  /// Whether the loops write an output.
  constexpr bool stored(int slot) const { return output_level(p_, slot) != level::scalar || p_.levels[g_.outputs[slot].id] != level::scalar; }

  constexpr void assign_sweeps() {
    int times = 0;
    for (int i = 0; i < g_.size(); ++i) {
      for (value_id o : g_[i].operand)
        if (o != no_value && known_[o] > known_[i]) known_[i] = known_[o];
      if (p_.is_total[i]) {
        ++known_[i];
        if (known_[i] > times) times = known_[i];
      }
    }
    for (int slot = 0; slot < g_.outputs.size(); ++slot)
      if (stored(slot) && known_[g_.outputs[slot].id] + 1 > times) times = known_[g_.outputs[slot].id] + 1;
    times += spare_;
    if (times > max_sweeps) return refuse();
    // What has no choice first; then backwards, whatever can share a sweep that is there anyway.
    std::int8_t limit[LOOM_MAX_NODES]{};  // the time at which a value must be known
    reset(limit, times);
    for (int slot = 0; slot < g_.outputs.size(); ++slot) {
      if (!stored(slot)) continue;
      bound(limit, g_.outputs[slot].id, times - 1);
      if (known_[g_.outputs[slot].id] == times - 1) take(place_of_output(slot, times - 1));
    }
    for (int i = g_.size() - 1; i >= 0; --i) {
      if (p_.is_total[i] && known_[i] == limit[i]) take(place_of_total(i, limit[i] - 1));
      for (value_id o : g_[i].operand)
        if (o != no_value) bound(limit, o, limit[i] - p_.is_total[i]);
    }
    reset(limit, times);
    for (int slot = 0; slot < g_.outputs.size(); ++slot) {
      const value_id id = g_.outputs[slot].id;
      if (!stored(slot)) continue;
      output_home_[slot] = static_cast<std::int8_t>(settle(place_of_output(slot, 0), known_[id], times - 1, known_[id]));
      bound(limit, id, output_home_[slot]);
    }
    for (int i = g_.size() - 1; i >= 0; --i) {
      int needed = limit[i];
      if (p_.is_total[i]) needed = home_[i] = static_cast<std::int8_t>(settle(place_of_total(i, 0), known_[i] - 1, limit[i] - 1, limit[i] - 1));
      for (value_id o : g_[i].operand)
        if (o != no_value) bound(limit, o, needed);
    }
    if (ok() && walks() >= below_) refuse();
    if (ok()) number_sweeps(times);
  }
  /// At how many times all rows are walked.
  constexpr int walks() const {
    unsigned times = 0;
    for (const place& t : taken_)
      if (t.in_row && t.rows == p_.row_axes) times |= 1u << t.time;
    return std::popcount(times);
  }
  constexpr void reset(std::int8_t (&limit)[LOOM_MAX_NODES], int to) const {
    for (int i = 0; i < g_.size(); ++i) limit[i] = static_cast<std::int8_t>(to);
  }
  static constexpr void bound(std::int8_t (&limit)[LOOM_MAX_NODES], int id, int to) {
    if (to < limit[id]) limit[id] = static_cast<std::int8_t>(to);
  }

  /// From times to sweeps: one for each set of rows that is walked at that time.
  constexpr void number_sweeps(int times) {
    std::int8_t first[max_sweeps + 1]{};
    for (int time = 0; time < times; ++time) {
      first[time] = static_cast<std::int8_t>(p_.loops.size());
      const auto number = [&](axis_set rows) {
        for (int s = first[time]; s < p_.loops.size(); ++s)
          if (p_.loops[s].rows == rows) return static_cast<std::int8_t>(s);
        if (p_.loops.size() == max_sweeps) {
          refuse();
          return std::int8_t{0};
        }
        sweep s;
        s.rows = rows;
        p_.loops.push_back(s);
        return static_cast<std::int8_t>(p_.loops.size() - 1);
      };
      // Homes are times until here; a negative number is a sweep.
      for (int i = 0; i < g_.size(); ++i)
        if (p_.is_total[i] && home_[i] == time) {
          p_.available[i] = static_cast<std::int8_t>(time + 1);
          home_[i] = static_cast<std::int8_t>(-1 - number(place_of_total(i, time).rows));
        }
      for (int slot = 0; slot < g_.outputs.size(); ++slot)
        if (stored(slot) && output_home_[slot] == time) output_home_[slot] = static_cast<std::int8_t>(-1 - number(place_of_output(slot, time).rows));
    }
    first[times] = static_cast<std::int8_t>(p_.loops.size());
    for (int i = 0; i < g_.size(); ++i) {
      for (value_id o : g_[i].operand)
        if (o != no_value && !p_.is_total[i] && p_.levels[o] == level::scalar && p_.available[o] > p_.available[i]) p_.available[i] = p_.available[o];
      home_[i] = static_cast<std::int8_t>(-1 - home_[i]);
    }
    for (int i = 0; i < g_.size(); ++i) p_.available[i] = first[p_.available[i]];
    for (int slot = 0; slot < g_.outputs.size(); ++slot) output_home_[slot] = static_cast<std::int8_t>(-1 - output_home_[slot]);
  }

  // ---- passes ------------------------------------------------------------------------------------------------------
  struct needs {
    bool row[LOOM_MAX_NODES]{};                  // row values of the sweep
    bool scalar[LOOM_MAX_NODES]{};
    std::uint8_t element[LOOM_MAX_NODES]{};      // bit p: needed in pass p
    std::int8_t kept_in[LOOM_MAX_NODES]{};       // output slot + 1
    std::int8_t kept_at[LOOM_MAX_NODES]{};       // pass
    output_set parked = 0;                       // outputs that hold a value
  };

  constexpr void need_element(needs& need, int id, int pass) const {
    if (p_.levels[id] != level::element) {
      if (p_.levels[id] == level::row) need.row[id] = true;
      else need.scalar[id] = true;
      return;
    }
    if ((need.element[id] >> pass) & 1u) return;
    need.element[id] |= static_cast<std::uint8_t>(1u << pass);
    if (p_.is_total[id] || (need.kept_in[id] != 0 && pass > need.kept_at[id])) return;
    if (g_[id].code == op::gather) return need_element(need, g_[id].operand[1], pass);
    for (value_id o : g_[id].operand)
      if (o != no_value) need_element(need, o, pass);
  }

  constexpr bool stored_in(int slot, int s) const { return stored(slot) && output_home_[slot] == s; }
  /// The pass in which a total takes in its operands.
  constexpr int pass_of(int id) const {
    int pass = 0;
    for (value_id o : g_[id].operand)
      if (o != no_value && depth_[o] > pass) pass = depth_[o];
    return pass;
  }
  constexpr bool totalled_in(int id, int s) const { return p_.is_total[id] && home_[id] == s; }

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
    for (value_id i : totals_) {
      if (!totalled_in(i, s)) continue;
      const bool by_entry = folds_entries(p_, i);
      if (by_entry && passes < pass_of(i) + 1) passes = pass_of(i) + 1;
      for (value_id o : g_[i].operand) {
        if (o == no_value) continue;
        if (by_entry) need_element(need, o, pass_of(i));
        else need_row(need, o);
      }
    }
    // Row values need row values and, through their reductions, element values of an earlier pass.
    for (int i = g_.size() - 1; i >= 0; --i) {
      if (!need.row[i] || p_.is_total[i]) continue;
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
      if ((need.parked >> slot) & 1u) continue;
      for (int i = 0; i < g_.size(); ++i) {
        const unsigned passes = need.element[i];
        if (need.kept_in[i] != 0 || g_[i].type != kind::number || std::popcount(passes) < 2) continue;
        const int last = 31 - std::countl_zero(passes);
        const int gain = info(g_[i].code).cost * (std::popcount(passes) - 1);
        if (last <= written && gain > best_gain) { best = i; best_slot = slot; best_gain = gain; }
      }
    }
    if (best < 0) return false;
    need.parked |= output_set{1} << best_slot;
    need.kept_in[best] = static_cast<std::int8_t>(best_slot + 1);
    need.kept_at[best] = static_cast<std::int8_t>(std::countr_zero(static_cast<unsigned>(need.element[best])));
    return true;
  }

  constexpr void add(action what, int id, int slot = -1) { p_.steps.push_back({what, static_cast<std::int8_t>(slot), static_cast<value_id>(id)}); }
  constexpr void add_total(int id) { add(p_.array_of[id] == 0 ? action::total : action::accumulate, id); }
  constexpr std::int16_t here() const { return static_cast<std::int16_t>(p_.steps.size()); }

  constexpr void emit_sweeps() {
    for (int s = 0; s < p_.loops.size(); ++s) {
      needs need;
      int passes = 0;
      collect(need, s, passes);
      while (keep_one(need, s)) {  // what is kept is not computed again, nor is what only it needed
        needs again;
        again.parked = need.parked;
        for (int i = 0; i < g_.size(); ++i) { again.kept_in[i] = need.kept_in[i]; again.kept_at[i] = need.kept_at[i]; }
        collect(again, s, passes);
        need = again;
      }
      emit_sweep(need, s, passes);
    }
  }

  constexpr void emit_sweep(const needs& need, int s, int passes) {
    sweep& out = p_.loops[s];
    out.over = passes == 0 ? level::row : level::element;
    for (value_id i : totals_)
      if (totalled_in(i, s) && p_.array_of[i] == 0) out.totals.push_back(i);
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
    (out.over == level::element && out.rows == p_.row_axes ? p_.sweeps : p_.prologues) += 1;
    p_.row_passes += passes;
  }

  constexpr step_range row_steps(const needs& need, int s, int depth, bool last) {
    step_range r{here(), 0};
    for (int i = 0; i < g_.size(); ++i)
      if (need.row[i] && depth_[i] == depth && (!is_reduction(g_[i].code) || p_.is_total[i])) add(action::compute, i);
    if (last) {
      for (value_id i : totals_)
        if (totalled_in(i, s) && !folds_entries(p_, i)) add_total(i);
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
    for (value_id i : reductions_)
      if (need.row[i] && depth_[i] == pass + 1) {
        add(action::reduce, i);
        cost += info(g_[i].code).cost;
      }
    out.reductions.end = here();
    for (value_id i : totals_)
      if (totalled_in(i, s) && folds_entries(p_, i) && pass_of(i) == pass) {
        add_total(i);
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
/// A small pass of its own may let a sweep over the data wait for another one: if it saves a sweep, it is made.
constexpr plan fuse(const graph& g, output_set holders = ~output_set{0}) {
  const plan p = detail::planner(g, holders).run();
  if (p.sweeps < 2 || p.arrays.empty() || p.problem != unplanned::none) return p;
  const plan longer = detail::planner(g, holders, 1, p.sweeps).run();
  return longer.problem == unplanned::none && longer.sweeps < p.sweeps ? longer : p;
}

}  // namespace loom::schedule
