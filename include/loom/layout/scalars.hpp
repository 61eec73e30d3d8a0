// SPDX-License-Identifier: BSL-1.0
// layout/scalars.hpp — the values without axes: computed between sweeps, and what the parts of a sweep leave for that.
// Layer 6 (layout).
#pragma once

#include <utility>

#include "loom/call/erased_view.hpp"
#include "loom/ir/evaluate.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::layout {

// What one part leaves: first the results that are values of the one row of a formula without row axes, then the totals of its
// sweep. A NaN until the loops write it, as they do not if there is no row.

/// Where a part leaves the value of output `slot`: the number of such outputs before it.
constexpr int row_results_before(const plan& p, int slot) {
  int count = 0;
  for (int k = 0; k < slot; ++k)
    count += output_level(p, k) == level::scalar && p.levels[p.program.outputs[k].id] != level::scalar;
  return count;
}
constexpr int row_results(const plan& p) { return row_results_before(p, p.program.outputs.size()); }

/// The most that a part of any sweep leaves.
constexpr int most_results(const plan& p) {
  int most = 0;
  for (const sweep& s : p.loops)
    if (s.totals.size() > most) most = s.totals.size();
  return row_results(p) + most;
}

/// Scalar value `Id`, in double, from its operands. Compiled for each program: a switch over all ops would bring the
/// special functions into every one.
template <class Program, int Id>
void evaluate_scalar(const erased_view* inputs, const axis_extents& extents, double* scalars) {
  constexpr node n = Program::schedule.program[Id];
  double& v = scalars[Id];
  if constexpr (n.code == op::constant) {
    v = n.constant_value();
  } else if constexpr (n.code == op::scalar || n.code == op::tensor) {
    v = inputs[n.bits].number;
  } else if constexpr (n.code == op::last) {
    v = static_cast<double>(extents[first_axis(n.over())] - 1 + n.offset());
  } else if constexpr (n.code == op::extent) {
    v = 1;
    for (int a = 0; a < max_axes; ++a)
      if (has(n.over(), a)) v *= static_cast<double>(extents[a]);
  } else {
    const auto operand = [&](int k) { return n.operand[k] == no_value ? 0.0 : scalars[n.operand[k]]; };
    v = ir::numbers::evaluate<n.code, double>(operand(0), operand(1), operand(2));
  }
}

/// Scalars known before sweep `s` and not before an earlier one.
constexpr fixed_vector<value_id, LOOM_MAX_NODES> scalars_before(const plan& p, int s) {
  fixed_vector<value_id, LOOM_MAX_NODES> ids;
  for (int i = 0; i < p.program.size(); ++i)
    if (p.levels[i] == level::scalar && p.available[i] == s && !p.is_total[i]) ids.push_back(static_cast<value_id>(i));
  return ids;
}

template <class Program, int Sweep>
void evaluate_scalars(const erased_view* inputs, const axis_extents& extents, double* scalars) {
  constexpr auto ids = scalars_before(Program::schedule, Sweep);
  [&]<int... I>(std::integer_sequence<int, I...>) {
    (evaluate_scalar<Program, ids[I]>(inputs, extents, scalars), ...);
  }(std::make_integer_sequence<int, ids.count>());
}

}  // namespace loom::layout
