// SPDX-License-Identifier: BSL-1.0
// run/more_axes.hpp — a program whose products of matrices have more axes than two: rows of several axes are run as those of one, if the
// data lies as it must; the products of a batch one after the other.
// Layer 8 (run).
#pragma once

#include "loom/run/stages.hpp"
#include "loom/schedule/apart_axis.hpp"

namespace loom::inline LOOM_ABI::run {

/// A program with axes joined.
template <class Program>
struct with_joined_axes {
  static constexpr schedule::joined_graph made = schedule::join_axes(Program::simple);
  static constexpr const graph& simple = made.program;
  static constexpr plan schedule = compiler::stage::schedule(simple);
};
/// A program for one entry of an axis.
template <class Program>
struct with_axis_apart {
  static constexpr schedule::apart_graph made = schedule::take_axis_apart(Program::simple);
  static constexpr const graph& simple = made.program;
  static constexpr plan schedule = compiler::stage::schedule(simple);
};

/// The buffers that the entries of an axis add to.
template <class Program>
constexpr output_set totals_of_entries() {
  const output_set returned = returns_value<Program> ? 1 : 0;
  return with_axis_apart<Program>::made.totals & ~returned;
}
template <class Program>
constexpr storages memory_of_entry() {
  storages memory = memory_of<Program>;
  memory.added |= totals_of_entries<Program>();
  return memory;
}

}  // namespace loom::run

namespace loom::inline LOOM_ABI::call {
template <class Program> inline constexpr storages memory_of<run::with_joined_axes<Program>> = memory_of<Program>;
template <class Program>
inline constexpr storages memory_of<run::with_axis_apart<Program>> = run::memory_of_entry<Program>();
}  // namespace loom::call

namespace loom::inline LOOM_ABI::run {

template <class Program, bool HasWorkspace = false>
constexpr bool runs_joined();
template <class Program, bool HasWorkspace = false>
constexpr bool runs_apart();

/// Whether a program runs in stages that have tiles.
template <class Program, bool HasWorkspace>
constexpr bool has_tiles() {
  if constexpr (stages_of<Program>::map.products.empty())
    return runs_joined<Program, HasWorkspace>() || runs_apart<Program, HasWorkspace>();
  else return runs_in_stages<Program, HasWorkspace>();
}
/// Whether a program without products has some with its axes joined.
template <class Program, bool HasWorkspace>
constexpr bool runs_joined() {
  if constexpr (!schedule::may_join_axes(Program::simple)) return false;
  else if constexpr (with_joined_axes<Program>::made.pairs.empty()) return false;
  else if constexpr (!stages_of<Program>::map.products.empty()) return false;
  else return has_tiles<with_joined_axes<Program>, HasWorkspace>();
}
/// Whether it has some for each entry of an axis.
template <class Program, bool HasWorkspace>
constexpr bool runs_apart() {
  if constexpr (!schedule::may_join_axes(Program::simple)) return false;
  else if constexpr (with_axis_apart<Program>::made.is_none()) return false;
  else if constexpr (!stages_of<Program>::map.products.empty() || runs_joined<Program, HasWorkspace>()) return false;
  else if constexpr ((totals_of_entries<Program>() & ~stages_of<Program>::exact) != 0)
    return false;  // they would be rounded
  else return has_tiles<with_axis_apart<Program>, HasWorkspace>();
}

/// What a call of a program walks, per entry of it.
template <class Program>
constexpr schedule::walk_list walks() {
  schedule::walk_list r;
  if constexpr (runs_joined<Program>()) {
    r = walks<with_joined_axes<Program>>();
    for (schedule::walk_facts& w : r) w.over = schedule::with_axes_apart(with_joined_axes<Program>::made.pairs, w.over);
  } else if constexpr (runs_apart<Program>()) {
    r = walks<with_axis_apart<Program>>();
    for (schedule::walk_facts& w : r) w.over |= only(with_axis_apart<Program>::made.axis);
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

/// Numbers that the workspace must hold, or should, for a program that has tiles.
template <class Program, class T>
std::ptrdiff_t workspace_of_tiles(const std::ptrdiff_t* extents, bool least) {
  if constexpr (runs_joined<Program, true>()) {
    const axis_extents all = joined_extents(with_joined_axes<Program>::made.pairs, extents);
    return workspace_of_tiles<with_joined_axes<Program>, T>(all.of, least);
  } else if constexpr (runs_apart<Program, true>()) {
    return workspace_of_tiles<with_axis_apart<Program>, T>(extents, least);
  } else {
    const stage_memory memory = memory_of_stages<Program, T>(extents);
    return least ? memory.least() : memory.best();
  }
}

/// Takes an axis out of the shape of an array, which begins where that is left.
constexpr void take_axis_out(erased_shape& shape, int rank, int place) {
  for (int k = place; k + 1 < rank; ++k) {
    shape.extents[k] = shape.extents[k + 1];
    shape.strides[k] = shape.strides[k + 1];
  }
}
constexpr int place_of_axis(const axis_order& axes, int axis) {
  for (int k = 0; k < axes.size(); ++k)
    if (axes[k] == axis) return k;
  return -1;
}

/// Joins the axes of one array, whose axes these are. False if they do not lie within each other.
constexpr bool join_axes_of(erased_shape& shape, axis_order axes, const schedule::axis_pairs& pairs) {
  for (const schedule::axis_pair& p : pairs) {
    const int outer = place_of_axis(axes, p.first), inner = place_of_axis(axes, p.second);
    if (inner < 0) continue;
    const std::ptrdiff_t many = shape.extents[outer], few = shape.extents[inner];
    if (many > 1 && few > 1 && shape.strides[outer] != few * shape.strides[inner]) return false;
    if (few != 1) shape.strides[outer] = shape.strides[inner];
    shape.extents[outer] = many * few;
    take_axis_out(shape, axes.size(), inner);
    axes = schedule::detail::without_axis(axes, p.second);
  }
  return true;
}

/// Sets all numbers of an array to 0.
inline void set_to_zero(const erased_buffer& b, int rank) {
  std::ptrdiff_t at[max_rank]{};
  for (int k = 0; k < rank; ++k)
    if (b.extents[k] <= 0) return;
  for (;;) {
    std::ptrdiff_t offset = 0;
    for (int k = 0; k < rank; ++k) offset += at[k] * b.strides[k];
    store_number(static_cast<unsigned char*>(b.data) + offset * size_of(b.type), b.type, 0);
    int k = rank - 1;
    for (; k >= 0; --k) {
      if (++at[k] < b.extents[k]) break;
      at[k] = 0;
    }
    if (k < 0) return;
  }
}

/// Runs a program that has tiles on checked data, and leaves its value. False, and no result is there, if an array does not lie as it must or the
/// workspace is too small.
template <class Program, class T, bool HasWorkspace>
bool run_tiles(const operands& bound, const axis_extents& extents, const executor& on, double& value);

template <class Program, class T, bool HasWorkspace>
bool run_joined(const operands& bound, const axis_extents& extents, const executor& on, double& value) {
  using joined = with_joined_axes<Program>;
  constexpr const graph& g = Program::simple;
  erased_view inputs[g.inputs.size() + 1];
  erased_buffer outputs[g.outputs.size()];
  operands with_all = bound;
  with_all.inputs = inputs;
  with_all.outputs = outputs;
  for (int k = 0; k < g.inputs.size(); ++k) {
    inputs[k] = bound.inputs[k];
    if (!join_axes_of(inputs[k], g.inputs[k].axes, joined::made.pairs)) return false;
  }
  for (int k = 0; k < g.outputs.size(); ++k) {
    outputs[k] = bound.outputs[k];
    if (!join_axes_of(outputs[k], g.outputs[k].axes, joined::made.pairs)) return false;
  }
  return run_tiles<joined, T, HasWorkspace>(with_all, joined_extents(joined::made.pairs, extents.of), on, value);
}

template <class Program, class T, bool HasWorkspace>
bool run_apart(const operands& bound, const axis_extents& extents, const executor& on, double& value) {
  using entry = with_axis_apart<Program>;
  constexpr const graph& g = Program::simple;
  constexpr int axis = entry::made.axis;
  if (extents.of[axis] == 0) return false;  // a mean of nothing is no sum of what entries leave
  erased_view inputs[g.inputs.size() + 1];
  erased_buffer outputs[g.outputs.size()];
  operands of_entry = bound;
  of_entry.inputs = inputs;
  of_entry.outputs = outputs;
  for (int k = 0; k < g.outputs.size(); ++k)
    if ((totals_of_entries<Program>() >> k & 1) != 0 && (memory_of<Program>.added >> k & 1) == 0)
      set_to_zero(bound.outputs[k], g.outputs[k].axes.size());
  value = 0;
  for (std::ptrdiff_t i = 0; i < extents.of[axis]; ++i) {
    for (int k = 0; k < g.inputs.size(); ++k) {
      inputs[k] = bound.inputs[k];
      const axis_order& axes = g.inputs[k].axes;
      const int place = place_of_axis(axes, axis);
      if (place < 0) continue;
      const std::ptrdiff_t from = i * inputs[k].strides[place];
      if (axes.size() == 1) inputs[k].number = load_number(inputs[k].data, from, inputs[k].type);
      inputs[k].data = static_cast<const unsigned char*>(inputs[k].data) + from * size_of(inputs[k].type);
      take_axis_out(inputs[k], axes.size(), place);
    }
    for (int k = 0; k < g.outputs.size(); ++k) {
      outputs[k] = bound.outputs[k];
      const axis_order& axes = g.outputs[k].axes;
      const int place = place_of_axis(axes, axis);
      if (place < 0) continue;
      outputs[k].data =
          static_cast<unsigned char*>(outputs[k].data) + i * outputs[k].strides[place] * size_of(outputs[k].type);
      take_axis_out(outputs[k], axes.size(), place);
    }
    double of_this = 0;
    if (!run_tiles<entry, T, HasWorkspace>(of_entry, extents, on, of_this)) return false;
    if constexpr (returns_value<entry> && !returns_value<Program>)
      store_scalar<T>(outputs[0], of_this, (memory_of<entry>.added & 1) != 0);
    value += of_this;
  }
  return true;
}

template <class Program, class T, bool HasWorkspace>
bool run_tiles(const operands& bound, const axis_extents& extents, const executor& on, double& value) {
  if constexpr (runs_joined<Program, HasWorkspace>()) {
    return run_joined<Program, T, HasWorkspace>(bound, extents, on, value);
  } else if constexpr (runs_apart<Program, HasWorkspace>()) {
    return run_apart<Program, T, HasWorkspace>(bound, extents, on, value);
  } else {
    if (bound.workspace.extents[0] < workspace_of_tiles<Program, T>(extents.of, true)) return false;
    value = run_stages<Program, T>(bound, extents, on);
    return true;
  }
}

}  // namespace loom::run
