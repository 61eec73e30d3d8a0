// SPDX-License-Identifier: BSL-1.0
// schedule/run.hpp — the plainest back end: a plan, step by step, in double, one entry at a time.
// It reads only what the plan says, so a wrong plan gives a wrong number; it compiles once for all plans. For tests and
// tools: loom/loom.hpp does not include it.
// Layer 4 (schedule).
#pragma once

#include <algorithm>
#include <iterator>
#include <vector>

#include "loom/ir/interpret.hpp"
#include "loom/schedule/walk.hpp"

namespace loom::inline LOOM_ABI::schedule {

namespace detail {

class plan_runner : public plan_visitor {
 public:
  plan_runner(const plan& p, const std::vector<std::ptrdiff_t>& extents, const std::vector<dense<double>>& inputs)
      : p_(p), g_(p.program), extents_(extents), inputs_(inputs) {
    constexpr double unknown = 0.7310585786300049;  // no NaN: a wrong mask must not look like a wrong operand
    value_.assign(static_cast<std::size_t>(g_.size()), unknown);
    scalar_ = value_;
    sum_.assign(value_.size(), {unknown, 0});
    for (const array_info& a : p_.arrays)
      arrays_.push_back({std::vector<double>(entries_over(g_[a.id].axes), unknown), {}});
    for (int slot = 0; slot < g_.outputs.size(); ++slot)
      outputs_.emplace_back(entries_over(as_set(output_axes(p_, slot))), p_.adds(slot) ? 0 : unknown);
  }

  std::vector<std::vector<double>> outputs() {
    for (int slot = 0; slot < g_.outputs.size(); ++slot)
      if (p_.is_in_place(slot)) outputs_[static_cast<std::size_t>(slot)] = buffer(slot);
    return outputs_;
  }

  // ---- scalars -----------------------------------------------------------------------------------------------------

  void scalar(value_id id) {
    const node& n = g_[id];
    if (n.code == op::constant) at(scalar_, id) = n.constant_value();
    else if (is_input(n.code)) at(scalar_, id) = input(n);
    else if (n.code == op::last) at(scalar_, id) = static_cast<double>(extent(first_axis(n.over())) - 1 + n.offset());
    else if (n.code == op::extent) at(scalar_, id) = static_cast<double>(entries_over(n.over()));
    else at(scalar_, id) = elementwise(n, scalar_);
  }
  void hoist(value_id id) { at(value_, id) = at(scalar_, id); }
  void scalar_output(int slot) { write(slot, buffer(slot)[0], at(scalar_, g_.outputs[slot].id)); }

  // ---- loops -------------------------------------------------------------------------------------------------------

  template <class F>
  void for_each_row(const sweep& s, const F& row) {
    for_each(s.rows, row);
  }
  template <class F>
  void for_each_entry(const row_pass&, const F& entry) {
    for_each(p_.column_axes, entry);
  }

  // ---- reductions --------------------------------------------------------------------------------------------------

  void begin_reduction(value_id id) { at(sum_, id) = begun(g_[id].code); }
  void end_reduction(value_id id) { at(value_, id) = finished(g_[id].code, at(sum_, id)); }
  void begin_total(value_id id) { begin_reduction(id); }
  void end_total(value_id id) { at(scalar_, id) = finished(g_[id].code, at(sum_, id)); }
  void begin_array(value_id id) {
    array& a = array_of(id);
    a.sums.assign(a.entries.size(), begun(g_[id].code));
  }
  void end_array(value_id id) {
    array& a = array_of(id);
    for (std::size_t i = 0; i < a.entries.size(); ++i) a.entries[i] = finished(g_[id].code, a.sums[i]);
  }

  // ---- steps -------------------------------------------------------------------------------------------------------

  void perform(const step& it) {
    const node& n = g_[it.id];
    switch (it.kind) {
      case action::compute: at(value_, it.id) = computed(it.id); break;
      case action::reduce:
      case action::total: fold(n.code, at(sum_, it.id), at(value_, n.operand[0])); break;
      case action::accumulate: accumulate(it.id); break;
      case action::park: output_entry(it.slot) = at(value_, it.id); break;
      case action::recall: at(value_, it.id) = output_entry(it.slot); break;
      case action::store:
        write(it.slot, output_entry(it.slot), at(value_, it.id));
        if (output_level(p_, it.slot) == level::scalar) at(scalar_, it.id) = at(value_, it.id);
        break;
    }
  }

 private:
  /// What a reduction has so far, and what rounding lost of it.
  struct running {
    double sum = 0, lost = 0;
  };
  /// An array of the workspace: what may be read, and what the sweep that adds to it has so far.
  struct array {
    std::vector<double> entries;
    std::vector<running> sums;
  };

  const plan& p_;
  const graph& g_;
  const std::vector<std::ptrdiff_t>& extents_;
  std::vector<dense<double>> inputs_;  // a copy: some outputs may lie over them
  std::vector<double> value_;  // in this row, at this entry
  std::vector<double> scalar_;
  std::vector<running> sum_;
  std::vector<array> arrays_;
  std::vector<std::vector<double>> outputs_;
  std::ptrdiff_t coordinate_[max_axes]{};

  template <class T>
  static T& at(std::vector<T>& v, int id) {
    return v[static_cast<std::size_t>(id)];
  }
  std::ptrdiff_t extent(int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  std::size_t entries_over(axis_set axes) const {
    std::size_t n = 1;
    for (int a = 0; a < max_axes; ++a)
      if (has(axes, a)) n *= static_cast<std::size_t>(extent(a));
    return n;
  }

  /// Where the current entry lies in an array over axes, row-major in the numbering of the axes.
  std::size_t position(axis_set axes) const {
    std::ptrdiff_t r = 0;
    for (int a = 0; a < max_axes; ++a)
      if (has(axes, a)) r = r * extent(a) + coordinate_[a];
    return static_cast<std::size_t>(r);
  }
  /// Calls f at every coordinate of some axes; the others stay where they are.
  template <class F>
  void for_each(axis_set axes, const F& f) {
    for (std::size_t i = 0; i < entries_over(axes); ++i) {
      std::size_t rest = i;
      for (int a = max_axes - 1; a >= 0; --a) {
        if (!has(axes, a)) continue;
        coordinate_[a] = static_cast<std::ptrdiff_t>(rest % static_cast<std::size_t>(extent(a)));
        rest /= static_cast<std::size_t>(extent(a));
      }
      f();
    }
  }
  /// Calls f where the coordinate of one axis is the label instead.
  template <class F>
  auto at_label(int axis, std::ptrdiff_t label, const F& f) {
    const std::ptrdiff_t coordinate = coordinate_[axis];
    coordinate_[axis] = label;
    const auto r = f();
    coordinate_[axis] = coordinate;
    return r;
  }

  double input(const node& n) {
    const input_info& in = g_.inputs[static_cast<int>(n.bits)];
    if (in.is_place()) return placed(in);
    const dense<double>& from = inputs_[static_cast<std::size_t>(n.bits)];
    return from.entries[position(from.axes)];
  }
  /// The entry of an input that is read at another place.
  double placed(const input_info& in) {
    const axis_order& axes = g_.inputs[in.of].axes;
    std::ptrdiff_t here[max_axes];
    std::copy(std::begin(coordinate_), std::end(coordinate_), here);
    bool inside = true;
    for (int k = 0; k < axes.size(); ++k) {
      const ir::coordinate c = in.at[k];
      std::ptrdiff_t& at = coordinate_[axes[k]];
      at = static_cast<std::ptrdiff_t>(c.axis < 0 ? ir::entry_read(c, extent(axes[k])) : c.entry_at(here, extents_));
      inside = inside && at >= 0 && at < extent(axes[k]);
    }
    const double v = inside ? inputs_[static_cast<std::size_t>(in.of)].entries[position(as_set(axes))] : 0;
    std::copy(std::begin(here), std::end(here), coordinate_);
    return v;
  }
  /// What is added to, holds 0 before.
  void write(int slot, double& entry, double v) const { entry = p_.adds(slot) ? entry + v : v; }
  std::vector<double>& buffer(int slot) {
    if (p_.is_in_place(slot)) return inputs_[static_cast<std::size_t>(g_.outputs[slot].input)].entries;
    return outputs_[static_cast<std::size_t>(slot)];
  }
  double& output_entry(int slot) { return buffer(slot)[position(as_set(output_axes(p_, slot)))]; }
  array& array_of(int id) { return arrays_[static_cast<std::size_t>(p_.array_of[id] - 1)]; }

  double elementwise(const node& n, std::vector<double>& values) const {
    const auto operand = [&](int k) {
      if (n.operand[k] == no_value) return 0.0;
      return g_[n.operand[k]].code == op::constant ? g_[n.operand[k]].constant_value() : at(values, n.operand[k]);
    };
    return ir::numbers::evaluate<double>(n.code, operand(0), operand(1), operand(2));
  }

  double computed(int id) {
    const node& n = g_[id];
    if (p_.at(id) == level::scalar) return at(scalar_, id);
    if (is_input(n.code)) return input(n);
    if (p_.array_of[id] != 0) return array_of(id).entries[position(n.axes)];
    if (n.code == op::gather) {  // along the row, or a lookup along an axis that counts rows
      const int axis = first_axis(n.over());
      const auto label = static_cast<std::ptrdiff_t>(input(g_[n.operand[1]]));
      return at_label(axis, label >= 0 && label < extent(axis) ? label : 0, [&] { return input(g_[n.operand[0]]); });
    }
    if (n.code == op::position) return static_cast<double>(coordinate_[first_axis(n.over())] + n.offset());
    if (n.code == op::onehot)
      return at(value_, n.operand[0]) == static_cast<double>(coordinate_[first_axis(n.over())]) ? 1 : 0;
    return elementwise(n, value_);
  }

  void accumulate(int id) {
    const node& n = g_[id];
    array& a = array_of(id);
    std::size_t entry = 0;
    if (n.code != op::scatter) {
      entry = position(n.axes);
    } else {
      const auto label = static_cast<std::ptrdiff_t>(at(value_, n.operand[1]));
      if (label < 0 || label >= extent(n.scattered_over())) return;
      entry = at_label(n.scattered_over(), label, [&] { return position(n.axes); });
    }
    fold(folded_as(n.code), a.sums[entry], at(value_, n.operand[0]));
  }

  static running begun(op code) { return {ir::identity(folded_as(code)), 0}; }
  // Sums are the interpreter's to the last bit, so that results that cancel to nothing still agree.
  static void fold(op code, running& so_far, double v) {
    v = ir::numbers::entry(code, v);
    if (reduction(code).compensated) interpreter<double>::add(so_far.sum, so_far.lost, v);
    else so_far.sum = ir::numbers::combine(code, so_far.sum, v);
  }
  static double finished(op code, const running& r) { return ir::numbers::finish_sum(folded_as(code), r.sum, r.lost); }
};

}  // namespace detail

/// Runs a plan on one call's data: `extents` of every axis of the program, `inputs` by slot, each over its axes in the numbering
/// of the graph. Labels are taken as they are: those outside their axis read entry 0, and add to nothing.
/// Returns: the outputs, each over the axes of its buffer in the numbering of the graph.
inline std::vector<std::vector<double>> run_plan(const plan& p, const std::vector<std::ptrdiff_t>& extents,
                                                 const std::vector<dense<double>>& inputs) {
  detail::plan_runner runner(p, extents, inputs);
  walk(p, runner);
  return runner.outputs();
}

}  // namespace loom::schedule
