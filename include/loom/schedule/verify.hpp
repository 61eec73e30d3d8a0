// SPDX-License-Identifier: BSL-1.0
// schedule/verify.hpp — is a plan one that a back end can run? Every operand is known where it is used, a reduction is over
// before its result is read, each sweep counts just the rows of what it adds up, and each output is written once.
// For tests and tools: loom/loom.hpp does not include it.
// Layer 4 (schedule).
#pragma once

#include <string>
#include <vector>

#include "loom/ir/verify.hpp"
#include "loom/schedule/facts.hpp"
#include "loom/schedule/kernels.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

namespace detail {

/// Walks a plan in the order in which it runs, and notes what is known.
class plan_checker {
 public:
  explicit plan_checker(const plan& p) : p_(p), g_(p.program), added_in_(size(), -1), stored_(outputs(), 0) {}

  /// The first thing wrong with the plan, or nothing.
  std::string run() {
    if (p_.problem != unplanned::none) return "there is no plan";
    if (const std::string of_graph = graph_problem(g_); !of_graph.empty()) return of_graph;
    for (int i = 0; i < g_.size(); ++i)
      if (is_reduction(g_[i].code) && !includes(g_[g_.operand(i, 0)].axes, g_[i].over()))
        wrong("a reduction over axes that its operand has not", i);
    check_ranges();
    check_arrays();
    if (!problem_.empty()) return problem_;  // what follows reads by them
    if (!(count_facts(p_) == static_cast<const plan_facts&>(p_))) wrong("the facts are another plan's", 0);
    for (int s = 0; s < p_.loops.size(); ++s) check_sweep(s);
    for (int i = 0; i < g_.size(); ++i)
      if (p_.is_total[i] != (added_in_[static_cast<std::size_t>(i)] >= 0)) wrong("a total is never taken", i);
    for (int slot = 0; slot < g_.outputs.size(); ++slot) {
      const value_id id = g_.outputs[slot].id;
      const bool in_loops = written_by_loops(p_, slot);
      if (stored_[static_cast<std::size_t>(slot)] != (in_loops ? 1 : 0)) wrong("an output is not written once", id);
      if (!in_loops && p_.available[id] > p_.loops.size()) wrong("a scalar output is never known", id);
    }
    for (int i = 0; i < g_.size(); ++i) {
      if (p_.at(i) != level::scalar || p_.is_total[i]) continue;
      for (value_id o : g_[i].operand)
        if (o != no_value && (p_.at(o) != level::scalar || p_.available[o] > p_.available[i]))
          wrong("a scalar is computed before its operand", i);
    }
    return problem_;
  }

 private:
  const plan& p_;
  const graph& g_;
  std::string problem_;
  std::vector<int> added_in_;  // of a total or an array: the sweep that adds to it; -1: none so far
  std::vector<int> stored_;
  std::vector<bool> scalar_, row_, element_;  // known in the loops of this sweep, in this row, at this entry
  std::vector<int> kept_;  // value in the buffer of an output, or -1; -2 when the output is there

  std::size_t size() const { return static_cast<std::size_t>(g_.size()); }
  std::size_t outputs() const { return static_cast<std::size_t>(g_.outputs.size()); }
  void wrong(const std::string& what, int id) {
    if (problem_.empty()) problem_ = what + ": v" + std::to_string(id);
  }

  bool known(value_id o) const {
    const auto i = static_cast<std::size_t>(o);
    return p_.at(o) == level::scalar ? scalar_[i] : p_.at(o) == level::row ? row_[i] : element_[i];
  }
  void need(value_id o, int user) {
    if (!known(o)) wrong("v" + std::to_string(user) + " uses what is not known", o);
  }

  /// The steps of all sweeps follow one another, and name values and outputs that there are.
  void check_ranges() {
    int end = 0;
    const auto follows = [&](step_range r, const char* what) {
      if (r.begin != end || r.end < r.begin || r.end > p_.steps.size())
        wrong(std::string("the steps of ") + what + " do not follow those before them", r.begin);
      end = r.end;
    };
    for (const sweep& loop : p_.loops) {
      follows(loop.hoisted, "scalars");
      follows(loop.before, "a row");
      for (const row_pass& pass : loop.passes) {
        follows(pass.body, "a pass");
        if (pass.reductions.begin < pass.body.begin || pass.reductions.end > pass.body.end)
          wrong("reductions outside their pass", pass.reductions.begin);
        follows(pass.after, "a row after a pass");
      }
    }
    if (end != p_.steps.size()) wrong("steps of no sweep", end);
    for (const step& it : p_.steps) {
      if (it.id < 0 || it.id >= g_.size()) wrong("a step of no value", it.id);
      const bool has_slot = it.kind == action::park || it.kind == action::recall || it.kind == action::store;
      if (has_slot ? it.slot < 0 || it.slot >= g_.outputs.size() : it.slot != -1) wrong("a step of no output", it.id);
    }
  }

  axis_set rows_of(int id) const { return g_[id].axes & p_.row_axes; }
  bool is_lookup(int id) const { return g_[id].code == op::gather && (g_[id].over() & p_.column_axes) == 0; }

  /// Every array belongs to one value that is added up, every lookup to one gather.
  void check_arrays() {
    for (int k = 0; k < p_.arrays.size(); ++k) {
      const array_info& a = p_.arrays[k];
      if (a.id < 0 || a.id >= g_.size()) return wrong("an array of no value", a.id);
      if (!p_.is_total[a.id] || p_.array_of[a.id] != k + 1) wrong("an array of what is not added up", a.id);
      if (as_set(a.axes) != g_[a.id].axes || a.axes.empty()) wrong("an array over other axes than its value", a.id);
    }
    for (int i = 0; i < g_.size(); ++i) {
      if (p_.array_of[i] < 0 || p_.array_of[i] > p_.arrays.size())
        return wrong("a value with an array that there is not", i);
      if (p_.array_of[i] != 0 && p_.arrays[p_.array_of[i] - 1].id != i) wrong("a value with the array of another", i);
      if (p_.is_total[i] && (p_.array_of[i] != 0) != (g_[i].axes != 0))
        wrong("what keeps axes is added up in an array", i);
      int lookups = 0;
      for (value_id id : p_.lookups) lookups += id == i;
      if (lookups != is_lookup(i)) wrong("a lookup is not numbered once", i);
    }
  }

  void check_compute(int id, level here, int s) {
    const node& n = g_[id];
    if (p_.at(id) > here) wrong("computed at the wrong level", id);
    if (!includes(p_.loops[s].rows, rows_of(id))) wrong("computed in a sweep without its rows", id);
    if (p_.at(id) == level::scalar || is_leaf(n.code)) return;
    if (p_.array_of[id] != 0) {  // a load
      const int home = added_in_[static_cast<std::size_t>(id)];
      if (home < 0 || home == s) wrong("an array is read before it is complete", id);
      return;
    }
    if (is_reduction(n.code)) return wrong("a reduction is computed in one step", id);
    if (n.code == op::gather) {  // a load
      if (!is_input(g_[n.operand[0]].code)) wrong("a gather from what is not an input", id);
      return need(n.operand[1], id);
    }
    const bool of_index =
        is_comparison(n.code) && (g_[n.operand[0]].type == kind::index || g_[n.operand[1]].type == kind::index);
    for (value_id o : n.operand)
      if (o != no_value && !(of_index && g_[o].code == op::constant))
        need(o, id);  // a literal beside an index is immediate
  }

  void check_steps(step_range range, level here, int s, std::vector<int>& reduced) {
    for (int k = range.begin; k < range.end; ++k) {
      const step& it = p_.steps[k];
      const auto id = static_cast<std::size_t>(it.id);
      const auto slot = static_cast<std::size_t>(it.slot);
      switch (it.kind) {
        case action::compute:
          check_compute(it.id, here, s);
          if (known(it.id)) wrong("computed twice in one place", it.id);
          (p_.at(it.id) == level::scalar ? scalar_ : p_.at(it.id) == level::row ? row_ : element_)[id] = true;
          break;
        case action::reduce:
          if (here != level::element || p_.at(it.id) != level::row) wrong("a reduction outside a pass", it.id);
          if (g_[it.id].over() != p_.column_axes) wrong("a reduction over other axes than the row's", it.id);
          need(g_[it.id].operand[0], it.id);
          reduced.push_back(it.id);
          break;
        case action::total:
        case action::accumulate: {
          if (!p_.is_total[it.id] || folds_entries(p_, it.id) != (here == level::element))
            wrong("a total at the wrong level", it.id);
          if ((it.kind == action::accumulate) != (p_.array_of[it.id] != 0)) wrong("added to what it is not", it.id);
          axis_set walked = 0;
          for (value_id o : g_[it.id].operand) {
            if (o == no_value) continue;
            need(o, it.id);
            walked |= g_[o].axes;
          }
          // An entry must be met once: of axes that the sweep walks beside its own it would be added again and again.
          if ((walked & p_.row_axes) != p_.loops[s].rows ||
              (here == level::element && !includes(walked, p_.column_axes)))
            wrong("added up over other rows than its own", it.id);
          if (added_in_[id] >= 0) wrong("a total is taken twice", it.id);
          if (p_.available[it.id] <= s) wrong("a total is known before its sweep", it.id);
          added_in_[id] = s;
          break;
        }
        case action::park:
          need(it.id, it.id);
          if (kept_[slot] != -1) wrong("two values are kept in one buffer", it.id);
          if (p_.adds(it.slot)) wrong("a value is kept in a buffer that is added to", it.id);
          if (p_.is_in_place(it.slot)) wrong("a value is kept where an input is", it.id);
          kept_[slot] = it.id;
          break;
        case action::recall:
          if (kept_[slot] != it.id) wrong("a value is read back that was not kept", it.id);
          element_[id] = true;
          break;
        case action::store:
          need(it.id, it.id);
          if (it.id != g_.outputs[it.slot].id) wrong("another value is stored than the output", it.id);
          // A number may come out of the rows: of the one row, or the same from each.
          if (const level to = output_level(p_, it.slot); to != here && !(to == level::scalar && here == level::row))
            wrong("an output is stored at the wrong level", it.id);
          if ((as_set(output_axes(p_, it.slot)) & p_.row_axes) != p_.loops[s].rows)
            wrong("an output is stored in a sweep over other rows", it.id);
          kept_[slot] = -2;
          ++stored_[slot];
          break;
      }
    }
  }

  void check_sweep(int s) {
    const sweep& loop = p_.loops[s];
    scalar_.assign(size(), false);
    row_.assign(size(), false);
    kept_.assign(outputs(), -1);
    std::vector<int> none;
    if (!includes(p_.row_axes, loop.rows)) wrong("a sweep over axes that count no rows", s);
    if ((loop.over == level::element) != !loop.passes.empty())
      wrong("a sweep over entries without a pass over them", s);
    for (int k = loop.hoisted.begin; k < loop.hoisted.end; ++k) {
      const value_id id = p_.steps[k].id;
      if (p_.steps[k].kind != action::compute || p_.at(id) != level::scalar) wrong("only scalars are hoisted", id);
      if (p_.available[id] > s || (p_.is_total[id] && added_in_[static_cast<std::size_t>(id)] < 0))
        wrong("a scalar is used before it is known", id);
      scalar_[static_cast<std::size_t>(id)] = true;
    }
    check_steps(loop.before, level::row, s, none);
    for (const row_pass& pass : loop.passes) {
      if (pass.unroll < 1) wrong("no accumulator", 0);
      std::vector<int> reduced;
      element_.assign(size(), false);
      check_steps(pass.body, level::element, s, reduced);
      for (int id : reduced) {
        if (row_[static_cast<std::size_t>(id)]) wrong("reduced twice", id);
        row_[static_cast<std::size_t>(id)] = true;
      }
      check_steps(pass.after, level::row, s, none);
    }
    if (!none.empty()) wrong("a reduction between passes", none[0]);
    if (loop.guess.pass >= 0) check_guess(loop);
    for (const row_pass& pass : loop.passes)
      if (pass.label != no_value && (p_.at(pass.label) == level::element || g_[pass.label].type != kind::index))
        wrong("the label of a pass is no label of its rows", pass.label);
    for (const step& it : p_.steps) {
      if (p_.bounded[it.id] && bounded_function_of(g_[it.id].code) == nullptr)
        wrong("an operation is bounded that has no kernel for it", it.id);
      if (p_.log_sums[it.id] && (it.kind != action::compute || !is_factor(it.id)))
        wrong("a product stands for what is no logarithm, or is used elsewhere", it.id);
      if (!p_.wide[it.id]) continue;
      if (it.kind == action::park || it.kind == action::recall) wrong("a wide value is parked", it.id);
      const family f = info(g_[it.id].code).kind;
      if (f != family::unary && f != family::binary && g_[it.id].code != op::sum)
        wrong("a value is wide that the loops have in one width", it.id);
    }
    for (int k = 0; k < loop.totals.size(); ++k)
      if (folds_entries(p_, loop.totals[k]) != (k >= loop.row_totals))
        wrong("the totals of row values are not listed first", loop.totals[k]);
    for (int i = 0; i < g_.size(); ++i) {
      int listed = 0;
      for (value_id id : loop.totals) listed += id == i;
      if (listed != (p_.array_of[i] == 0 && added_in_[static_cast<std::size_t>(i)] == s))
        wrong("the totals of a sweep are not listed", i);
    }
  }
  bool is_factor(int id) const {
    return g_[id].code == op::log1p || (g_[id].code == op::log && p_.at(id) == level::element);
  }
  /// The pass of the shift does nothing else, and the next one may be done twice.
  void check_guess(const sweep& loop) {
    const shift_guess& guess = loop.guess;
    if (guess.pass + 1 >= loop.passes.size()) return wrong("no pass after the one that is left out", guess.pass);
    if (p_.at(guess.stand_in) != level::row) wrong("a guess that is not known in time", guess.stand_in);
    for (const step& it : steps_of(loop.passes[guess.pass].body))
      if (it.kind != action::compute && (it.kind != action::reduce || it.id != guess.shift))
        wrong("a pass is left out that does more than find the shift", it.id);
    for (const step& it : steps_of(loop.passes[guess.pass + 1].body))
      if (it.kind == action::recall || it.kind == action::accumulate || it.kind == action::total ||
          (it.kind == action::store && (p_.adds(it.slot) || p_.is_in_place(it.slot))))
        wrong("a pass is done again that may not be", it.id);
  }
  std::vector<step> steps_of(const step_range& range) const {
    return {p_.steps.begin() + range.begin, p_.steps.begin() + range.end};
  }
};

}  // namespace detail

/// The first thing wrong with a plan, or with its graph; empty: nothing.
inline std::string plan_problem(const plan& p) { return detail::plan_checker(p).run(); }

}  // namespace loom::schedule
