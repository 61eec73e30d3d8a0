// SPDX-License-Identifier: BSL-1.0
// run/joined.hpp — a program whose products have rows of several axes, run as one with those axes joined, if its data lies as it must.
// Layer 8 (run).
#pragma once

#include "loom/run/stages.hpp"
#include "loom/schedule/joined_axes.hpp"

namespace loom::inline LOOM_ABI::run {

/// A program with axes joined.
template <class Program>
struct with_joined_axes {
  static constexpr schedule::joined_graph made = schedule::join_axes(Program::simple);
  static constexpr const graph& simple = made.program;
  static constexpr plan schedule = compiler::stage::schedule(simple);
};

}  // namespace loom::run

namespace loom::inline LOOM_ABI::call {
template <class Program> inline constexpr storages memory_of<run::with_joined_axes<Program>> = memory_of<Program>;
}  // namespace loom::call

namespace loom::inline LOOM_ABI::run {

/// Whether a program has products of matrices with its axes joined, and none without.
template <class Program, bool HasWorkspace = false>
constexpr bool runs_joined() {
  if constexpr (!schedule::may_join_axes(Program::simple)) return false;
  else if constexpr (with_joined_axes<Program>::made.pairs.empty()) return false;
  else if constexpr (!stages_of<with_joined_axes<Program>>::map.possible ||
                     stages_of<with_joined_axes<Program>>::map.products.empty())
    return false;
  else return stages_of<Program>::map.products.empty() && runs_in_stages<with_joined_axes<Program>, HasWorkspace>();
}

/// What a call of a program walks, per entry of it.
template <class Program>
constexpr schedule::walk_list walks() {
  schedule::walk_list r;
  if constexpr (runs_joined<Program>()) {
    r = walks<with_joined_axes<Program>>();
    for (schedule::walk_facts& w : r) w.over = schedule::with_axes_apart(with_joined_axes<Program>::made.pairs, w.over);
  } else if constexpr (runs_in_stages<Program>()) {
    [&]<int... S>(std::integer_sequence<int, S...>) {
      (add_walks(r, stages_of<Program>::map, S, in_stage<Program, S>::schedule), ...);
    }(std::make_integer_sequence<int, stages_of<Program>::map.tiles.size()>());
  } else {
    add_walks(r, Program::schedule);
  }
  return r;
}

/// The extents of a program with its axes joined.
constexpr axis_extents joined_extents(const schedule::axis_pairs& pairs, const std::ptrdiff_t* of) {
  axis_extents r;
  for (int a = 0; a < max_axes; ++a) r[a] = of[a];
  for (const schedule::axis_pair& p : pairs) {
    if (__builtin_mul_overflow(r[p.first], r[p.second], &r[p.first])) r[p.first] = PTRDIFF_MAX / 2;
    r[p.second] = 1;
  }
  return r;
}

/// Joins the axes of one array, whose axes these are. False if they do not lie within each other.
constexpr bool join_axes_of(erased_shape& shape, axis_order axes, const schedule::axis_pairs& pairs) {
  for (const schedule::axis_pair& p : pairs) {
    int outer = -1, inner = -1;
    for (int k = 0; k < axes.size(); ++k) {
      if (axes[k] == p.first) outer = k;
      if (axes[k] == p.second) inner = k;
    }
    if (inner < 0) continue;
    const std::ptrdiff_t many = shape.extents[outer], few = shape.extents[inner];
    if (many > 1 && few > 1 && shape.strides[outer] != few * shape.strides[inner]) return false;
    if (few != 1) shape.strides[outer] = shape.strides[inner];
    shape.extents[outer] = many * few;
    for (int k = inner; k + 1 < axes.size(); ++k) {
      shape.extents[k] = shape.extents[k + 1];
      shape.strides[k] = shape.strides[k + 1];
    }
    axes = schedule::detail::without_axis(axes, p.second);
  }
  return true;
}

/// Runs a program with its axes joined on checked data, and leaves its value; false, and nothing is done, if an array lies otherwise or
/// the workspace is too small.
template <class Program, class T>
bool run_joined(const operands& bound, const axis_extents& extents, const executor& on, double& value) {
  using joined = with_joined_axes<Program>;
  constexpr const graph& g = Program::simple;
  const axis_extents all = joined_extents(joined::made.pairs, extents.of);
  if (bound.workspace.extents[0] < memory_of_stages<joined, T>(all.of).least()) return false;
  erased_view inputs[g.inputs.size() + 1];
  erased_buffer outputs[g.outputs.size()];
  for (int k = 0; k < g.inputs.size(); ++k) {
    inputs[k] = bound.inputs[k];
    if (!join_axes_of(inputs[k], g.inputs[k].axes, joined::made.pairs)) return false;
  }
  for (int k = 0; k < g.outputs.size(); ++k) {
    outputs[k] = bound.outputs[k];
    if (!join_axes_of(outputs[k], g.outputs[k].axes, joined::made.pairs)) return false;
  }
  operands with_all = bound;
  with_all.inputs = inputs;
  with_all.outputs = outputs;
  value = run_stages<joined, T>(with_all, all, on);
  return true;
}

}  // namespace loom::run
