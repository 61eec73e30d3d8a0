// SPDX-License-Identifier: BSL-1.0
// schedule/print.hpp — plan -> text: its sweeps and row passes, one line a step.
// Layer 4 (schedule).
#pragma once

#include <functional>
#include <string>

#include "loom/ir/print.hpp"
#include "loom/schedule/walk.hpp"

namespace loom::inline LOOM_ABI::schedule {

namespace detail {

inline std::string output_text(const graph& g, int slot) { return ir::output_text(g, g.outputs[slot]); }

/// The array of a value, and its axes as they lie in memory: array 1[N,D].
inline std::string array_text(const plan& p, int id) {
  const int k = p.array_of[id] - 1;
  std::string axes;
  for (int axis : p.arrays[k].axes)
    axes += std::string(axes.empty() ? "" : ",") + std::string(p.program.axes[axis].name);
  return std::string("array ") + std::to_string(k + 1) + "[" + axes + "]";
}

/// What a listing calls a value.
using value_namer = std::function<std::string(int)>;
inline std::string number_of_value(int id) { return std::string("v") + std::to_string(id); }

/// The value of a step, its operands by their names.
inline std::string named_text(const plan& p, int id, const value_namer& name) {
  const node& n = p.program[id];
  return value_text(p.program, n, [&](int k) { return name(n.operand[k]); });
}

inline std::string step_text(const plan& p, const step& s, const value_namer& name) {
  std::string v = name(s.id);
  switch (s.kind) {
    case action::compute: return v + " = " + (p.array_of[s.id] != 0 ? array_text(p, s.id) : named_text(p, s.id, name));
    case action::reduce: return std::string("reduce ") + v + " = " + named_text(p, s.id, name);
    case action::total: return std::string("total ") + v + " = " + named_text(p, s.id, name);
    case action::accumulate: return std::string("accumulate ") + v + " in " + array_text(p, s.id);
    case action::park: return std::string("park ") + v + " in " + output_text(p.program, s.slot);
    case action::recall: return std::string("recall ") + v + " from " + output_text(p.program, s.slot);
    case action::store: return std::string("store ") + v + " in " + output_text(p.program, s.slot);
  }
  return v;
}

/// One line a step, under titles; the walk says which comes next.
class plan_printer : public plan_visitor {
 public:
  plan_printer(const plan& p, const value_namer& name) : p_(p), name_(name) {
    if (!p.arrays.empty()) text_ += "arrays\n";
    for (const array_info& a : p.arrays) text_ += std::string("  ") + array_text(p, a.id) + ": " + defined(a.id) + "\n";
    title_ = "scalars\n";
  }

  std::string text() const { return text_; }

  void scalar(value_id id) { line("  ", defined(id)); }
  void begin_sweep(const sweep& s, int number) {
    text_ += std::string("sweep ") + std::to_string(number + 1) + " of " + std::to_string(p_.loops.size());
    if (s.over == level::row) text_ += ", row values only";
    if (s.rows != p_.row_axes) text_ += std::string(", rows ") + (s.rows == 0 ? "none" : axes_text(p_.program, s.rows));
    text_ += "\n";
    passes_ = s.passes.size();
    title_ = "  once\n";
  }
  void hoist(value_id id) { line("    ", step_text(p_, {action::compute, -1, id}, name_)); }
  template <class F>
  void for_each_row(const sweep&, const F& row) {
    title_ = "  every row\n";
    row();
  }
  void begin_pass(const row_pass& pass, int number) {
    title_ = std::string("  row pass ") + std::to_string(number + 1) + " of " + std::to_string(passes_) +
             std::string(", every entry; cost ") + std::to_string(pass.cost) + ", accumulators " +
             std::to_string(pass.unroll) + "\n";
  }
  template <class F>
  void for_each_entry(const row_pass&, const F& entry) {
    entry();
    title_ = "  then\n";
  }
  void perform(const step& s) { line("    ", step_text(p_, s, name_)); }
  void end_sweep(const sweep&, int) { title_ = "scalars\n"; }

 private:
  const plan& p_;
  const value_namer& name_;
  std::string text_, title_;  // a title waits for the first line under it
  int passes_ = 0;

  std::string defined(int id) const { return name_(id) + " = " + named_text(p_, id, name_); }
  /// A constant that is called by its value needs no line.
  void line(const char* indent, const std::string& s) {
    const std::size_t equals = s.find(" = ");
    if (equals != s.npos && s.substr(0, equals) == s.substr(equals + 3)) return;
    text_ += title_ + indent + s + "\n";
    title_.clear();
  }
};

}  // namespace detail

/// Why there is no plan, as words.
inline std::string refusal_text(const refusal& r) {
  switch (r.problem) {
    case unplanned::none: return "";
    case unplanned::part_of_a_row: return "a reduction over some axes of a row, not all";
    case unplanned::computed_table: return "a gather from values that are in no memory";
    case unplanned::scattered_row: return "a scatter along the row that it reads";
    case unplanned::reduced_scalar: return "a reduction of one number";
    case unplanned::running: return "a running value";
    case unplanned::too_many_sweeps:
    case unplanned::too_many_row_passes:
    case unplanned::too_many_totals:
    case unplanned::too_many_arrays:
    case unplanned::too_many_lookups:
    case unplanned::too_many_steps:
    case unplanned::too_many_row_axes:
    case unplanned::too_large: break;
  }
  return std::string(limited_by(r.problem)) + ": " + std::to_string(r.problem_count) + " needed, " +
         std::to_string(r.problem_limit) + " allowed";
}

/// A plan in the order in which it runs; name(id) is what a value is called, v and its number if nothing else is given.
inline std::string listing(const plan& p, const detail::value_namer& name = detail::number_of_value) {
  if (p.problem != unplanned::none) return std::string("no plan: ") + refusal_text(p) + "\n";
  detail::plan_printer printer(p, name);
  walk(p, printer);
  std::string s = printer.text();
  for (int slot = 0; slot < p.program.outputs.size(); ++slot) {
    const std::string output = detail::output_text(p.program, slot), value = name(p.program.outputs[slot].id);
    if (output != value) s += output + " = " + value + "\n";
  }
  return s;
}

}  // namespace loom::schedule
