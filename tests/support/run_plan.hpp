// SPDX-License-Identifier: BSL-1.0
// tests/support/run_plan.hpp — the plainest back end: a plan, step by step, in double, one entry at a time.
// It reads only what the plan says, so a wrong plan gives a wrong number; it compiles once for all plans.
#pragma once

#include <vector>

#include "loom/rewrite/rules/expand.hpp"
#include "loom/schedule/plan.hpp"
#include "support/points.hpp"
#include "support/layers.hpp"

namespace loom::test {
using namespace layers;

class plan_runner {
 public:
  plan_runner(const plan& p, const point& data) : p_(p), g_(p.program), data_(data) {
    constexpr double unknown = 0.7310585786300049;  // no NaN: a wrong mask must not look like a wrong operand
    number_.assign(static_cast<std::size_t>(g_.size()), unknown);
    scalar_ = number_;
    accumulator_ = number_;
    lost_ = number_;
    for (const array_info& a : p_.arrays) arrays_.push_back({std::vector<double>(size_of(g_[a.id].axes, data_.extents), unknown), {}, {}});
    for (int slot = 0; slot < g_.outputs.size(); ++slot)
      outputs_.emplace_back(size_of(as_set(output_axes(p_, slot)), data_.extents), unknown);
  }

  /// The outputs of the plan, each over the axes of its buffer in the numbering of the graph.
  const std::vector<std::vector<double>>& run() {
    scalars(0);
    for (int s = 0; s < p_.loops.size(); ++s) {
      run_sweep(p_.loops[s]);
      scalars(s + 1);
    }
    for (int slot = 0; slot < g_.outputs.size(); ++slot)
      if (output_level(p_, slot) == level::scalar)
        outputs_[static_cast<std::size_t>(slot)][0] = at(scalar_, g_.outputs[slot].id);
    return outputs_;
  }

 private:
  const plan& p_;
  const graph& g_;
  const point& data_;
  std::vector<double> number_, scalar_, accumulator_, lost_;
  /// An array of the workspace: what may be read, and what the sweep that adds to it has so far.
  struct array {
    std::vector<double> entries, sums, lost;
  };
  std::vector<array> arrays_;
  std::vector<std::vector<double>> outputs_;
  std::ptrdiff_t coordinate_[max_axes]{};

  static double& at(std::vector<double>& v, int id) { return v[static_cast<std::size_t>(id)]; }
  std::ptrdiff_t extent(int axis) const { return data_.extents[static_cast<std::size_t>(axis)]; }

  /// Where the current entry lies in an array over axes.
  std::size_t position(axis_set axes) const {
    std::ptrdiff_t r = 0;
    for (int a = 0; a < max_axes; ++a)
      if (has(axes, a)) r = r * extent(a) + coordinate_[a];
    return static_cast<std::size_t>(r);
  }
  /// The coordinates of entry i of an array over axes; the other axes stay where they are.
  void go_to(std::size_t i, axis_set axes) {
    for (int a = max_axes - 1; a >= 0; --a) {
      if (!has(axes, a)) continue;
      coordinate_[a] = static_cast<std::ptrdiff_t>(i) % extent(a);
      i /= static_cast<std::size_t>(extent(a));
    }
  }

  double input(const node& n) const {
    const dense<double>& from = data_.inputs[static_cast<std::size_t>(n.bits)];
    return from.entries[position(from.axes)];
  }

  void scalars(int s) {
    for (int i = 0; i < g_.size(); ++i) {
      if (p_.at(i) != level::scalar || p_.available[i] != s || p_.is_total[i]) continue;
      const node& n = g_[i];
      const auto operand = [&](int k) { return n.operand[k] == no_value ? 0.0 : at(scalar_, n.operand[k]); };
      at(scalar_, i) = n.code == op::constant ? n.number()
                       : is_input(n.code)     ? input(n)
                       : n.code == op::extent ? static_cast<double>(size_of(n.over(), data_.extents))
                                              : ir::numbers::evaluate<double>(n.code, operand(0), operand(1), operand(2));
    }
  }

  double computed(int id) {
    const node& n = g_[id];
    if (p_.at(id) == level::scalar) return at(scalar_, id);
    if (is_input(n.code)) return input(n);
    if (p_.array_of[id] != 0) return array_of(id).entries[position(n.axes)];
    if (n.code == op::gather) {  // along the row, or a lookup along an axis that counts rows
      const int axis = first_axis(n.over());
      const std::ptrdiff_t here = coordinate_[axis];
      const auto label = static_cast<std::ptrdiff_t>(input(g_[n.operand[1]]));
      coordinate_[axis] = label >= 0 && label < extent(axis) ? label : 0;
      const double r = input(g_[n.operand[0]]);
      coordinate_[axis] = here;
      return r;
    }
    if (n.code == op::onehot)
      return at(number_, n.operand[0]) == static_cast<double>(coordinate_[first_axis(n.over())]) ? 1 : 0;
    const auto operand = [&](int k) {
      if (n.operand[k] == no_value) return 0.0;
      return g_[n.operand[k]].code == op::constant ? g_[n.operand[k]].number() : at(number_, n.operand[k]);
    };
    return ir::numbers::evaluate<double>(n.code, operand(0), operand(1), operand(2));
  }

  // Sums are the interpreter's to the last bit, so that results that cancel to nothing still agree.
  static void fold(op code, double& so_far, double& lost, double v) {
    v = ir::numbers::entry(code, v);
    if (reduction(code).compensated) interpreter<double>::add(so_far, lost, v);
    else so_far = ir::numbers::combine(code, so_far, v);
  }
  void start(int id) {
    at(accumulator_, id) = identity(folded_as(g_[id].code));
    at(lost_, id) = 0;
  }
  double finished(int id) { return finished(folded_as(g_[id].code), at(accumulator_, id), at(lost_, id)); }
  static double finished(op code, double v, double lost) {
    const bool finite = v < numeric::infinity && v > -numeric::infinity;
    return ir::numbers::finish(code, finite ? v + lost : v);
  }

  array& array_of(int id) { return arrays_[static_cast<std::size_t>(p_.array_of[id] - 1)]; }
  void start_array(int id) {
    array& a = array_of(id);
    a.sums.assign(a.entries.size(), identity(folded_as(g_[id].code)));
    a.lost.assign(a.entries.size(), 0);
  }
  void finish_array(int id) {
    array& a = array_of(id);
    for (std::size_t i = 0; i < a.entries.size(); ++i) a.entries[i] = finished(folded_as(g_[id].code), a.sums[i], a.lost[i]);
  }

  void accumulate(int id) {
    const node& n = g_[id];
    array& a = array_of(id);
    if (n.code != op::scatter) {
      const std::size_t i = position(n.axes);
      return fold(n.code, a.sums[i], a.lost[i], at(number_, n.operand[0]));
    }
    const auto label = static_cast<std::ptrdiff_t>(at(number_, n.operand[1]));
    if (label < 0 || label >= extent(n.scattered_over())) return;
    const std::ptrdiff_t here = coordinate_[n.scattered_over()];
    coordinate_[n.scattered_over()] = label;
    const std::size_t i = position(n.axes);
    coordinate_[n.scattered_over()] = here;
    fold(op::sum, a.sums[i], a.lost[i], at(number_, n.operand[0]));
  }

  void perform(const step& it) {
    std::vector<double>* buffer = it.slot < 0 ? nullptr : &outputs_[static_cast<std::size_t>(it.slot)];
    const axis_set axes = it.slot < 0 ? axis_set{0} : as_set(output_axes(p_, it.slot));
    switch (it.what) {
      case action::compute: at(number_, it.id) = computed(it.id); break;
      case action::reduce:
      case action::total:
        fold(g_[it.id].code, at(accumulator_, it.id), at(lost_, it.id), at(number_, g_[it.id].operand[0]));
        break;
      case action::accumulate: accumulate(it.id); break;
      case action::keep:
      case action::store:
        (*buffer)[position(axes)] = at(number_, it.id);
        if (output_level(p_, it.slot) == level::scalar) at(scalar_, it.id) = at(number_, it.id);
        break;
      case action::recall: at(number_, it.id) = (*buffer)[position(axes)]; break;
    }
  }
  void perform(step_range range) {
    for (int k = range.begin; k < range.end; ++k) perform(p_.steps[k]);
  }
  /// Calls f for the values that steps of one kind name.
  template <class F>
  void each(step_range range, action what, const F& f) {
    for (int k = range.begin; k < range.end; ++k)
      if (p_.steps[k].what == what) f(p_.steps[k].id);
  }

  void run_sweep(const sweep& loop) {
    const step_range all{loop.hoisted.begin, loop.passes.empty() ? loop.before.end : loop.passes.back().after.end};
    each(all, action::total, [&](int id) { start(id); });
    each(all, action::accumulate, [&](int id) { start_array(id); });
    perform(loop.hoisted);
    const std::size_t rows = size_of(loop.rows, data_.extents), columns = size_of(p_.column_axes, data_.extents);
    for (std::size_t row = 0; row < rows; ++row) {
      go_to(row, loop.rows);
      perform(loop.before);
      for (const row_pass& pass : loop.passes) {
        each(pass.body, action::reduce, [&](int id) { start(id); });
        for (std::size_t column = 0; column < columns; ++column) {
          go_to(column, p_.column_axes);
          perform(pass.body);
        }
        each(pass.body, action::reduce, [&](int id) { at(number_, id) = finished(id); });
        perform(pass.after);
      }
    }
    each(all, action::total, [&](int id) { at(scalar_, id) = finished(id); });
    each(all, action::accumulate, [&](int id) { finish_array(id); });
  }
};

inline std::vector<std::vector<double>> run_plan(const plan& p, const point& data) {
  return plan_runner(p, data).run();
}

}  // namespace loom::test
