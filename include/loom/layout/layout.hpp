// SPDX-License-Identifier: BSL-1.0
// layout/layout.hpp — checked data -> streams: which strides the loops walk.
// Axes that every operand steps through alike are joined, so that most calls count rows with one index, and an
// elementwise formula over contiguous data is one long row.
// Layer 6 (layout).
#pragma once

#include <utility>

#include "loom/call/erased_view.hpp"
#include "loom/layout/streams.hpp"
#include "loom/call/error.hpp"
#include "loom/ir/evaluate.hpp"

namespace loom::inline LOOM_ABI::layout {

namespace detail {

inline constexpr std::ptrdiff_t most_lanes = 16;  // of any target

class layout {
 public:
  layout(const plan& p, const sweep& s, const bound* inputs, const bound* outputs, const bound* arrays, loop_data& data, const shape_choice& choice) : p_(p), s_(s), data_(data), choice_(choice) {
    for (int i = 0; i < p.program.inputs.size(); ++i) add(inputs[i], p.program.inputs[i].axes, data.inputs[i]);
    for (int k = 0; k < p.program.outputs.size(); ++k)
      if (outputs[k].type != element_type::other) add(outputs[k], output_axes(p, k), data.outputs[k]);
    for (int k = 0; k < p.arrays.size(); ++k) {
      add(arrays[k], p.arrays[k].axes, data.arrays[k]);
      const node& n = p.program[p.arrays[k].id];
      if (n.code == op::scatter) data.scatter_strides[k] = stride_along(arrays[k], p.arrays[k].axes, n.scattered_over());
    }
    for (int k = 0; k < p.lookups.size(); ++k) {
      const node& n = p.program[p.lookups[k]];
      const std::uint64_t from = p.program[n.operand[0]].bits;
      add(inputs[from], p.program.inputs[static_cast<int>(from)].axes, data.lookups[k], n.over());
      data.label_strides[k] = stride_along(inputs[from], p.program.inputs[static_cast<int>(from)].axes, first_axis(n.over()));
    }
  }

  void run() {
    const axis_order& columns = p_.column_order;
    data_.columns = 1;
    for (int axis : columns) data_.columns *= data_.extents[axis];
    for (int i = 0; i < count_; ++i) {
      const operand& o = operands_[i];
      o.to->data = o.from->data;
      o.to->type = o.from->type;
      o.to->column_stride = columns.empty() ? 0 : stride_along(*o.from, *o.axes, columns.back());
    }
    for (int k = 0; k + 1 < columns.size(); ++k) require_joinable(columns[k], columns[k + 1]);
    data_.row_rank = 0;
    for (int axis : p_.row_order)
      if (has(s_.rows, axis)) add_row_axis(axis);
    if (data_.row_rank == 0) add_row_axis(-1);
    data_.rows = 1;
    for (int k = 0; k < data_.row_rank; ++k) data_.rows *= data_.row_extents[k];
    std::ptrdiff_t inner = 1;
    for (int k = p_.row_order.size() - 1; k >= 0; --k) {
      if (!has(s_.rows, p_.row_order[k])) continue;
      data_.inner_rows[p_.row_order[k]] = inner;
      inner *= data_.extents[p_.row_order[k]];
    }
    if (choice_.allows(loop_shape::along_memory)) join_rows_and_columns();
    data_.shape = choose_loop_shape(choice_, data_.rows, data_.columns, data_.rows > 1 && rows_lie_side_by_side());
  }

 private:
  struct operand {
    const bound* from;
    const axis_order* axes;
    stream* to;
    axis_set looked_up;  ///< the axis that labels choose an entry of: no row moves along it
  };
  const plan& p_;
  const sweep& s_;
  loop_data& data_;
  const shape_choice& choice_;
  operand operands_[max_inputs + max_outputs + max_arrays + max_lookups]{};
  int count_ = 0;

  void add(const bound& from, const axis_order& axes, stream& to, axis_set looked_up = 0) { operands_[count_++] = {&from, &axes, &to, looked_up}; }

  static std::ptrdiff_t stride_along(const bound& b, const axis_order& order, int axis) {
    for (int i = 0; i < order.size(); ++i)
      if (order[i] == axis) return b.strides[i];
    return 0;
  }

  void require_joinable(int outer, int inner) const {
    for (int i = 0; i < count_; ++i) {
      if (!has(as_set(*operands_[i].axes), outer)) continue;
      if (data_.extents[outer] > 1 && stride_along(*operands_[i].from, *operands_[i].axes, outer) !=
          stride_along(*operands_[i].from, *operands_[i].axes, inner) * data_.extents[inner])
        fail_joining(outer, inner);
    }
  }
  [[noreturn]] void fail_joining(int outer, int inner) const {
    sentence s;
    s << "axes " << p_.program.axes[outer].name << " and " << p_.program.axes[inner].name << " are reduced together and must lie contiguously in memory";
    call::fail(s);
  }

  void add_row_axis(int axis) {
    const std::ptrdiff_t extent = axis < 0 ? 1 : data_.extents[axis];
    const int k = data_.row_rank;
    bool joins = k > 0;
    for (int i = 0; i < count_; ++i) {
      stream& s = *operands_[i].to;
      const bool moves = axis >= 0 && !has(operands_[i].looked_up, axis);
      const std::ptrdiff_t stride = moves ? stride_along(*operands_[i].from, *operands_[i].axes, axis) : 0;
      s.row_strides[k] = stride;
      if (k > 0 && s.row_strides[k - 1] != stride * extent) joins = false;
    }
    if (joins) {
      for (int i = 0; i < count_; ++i) operands_[i].to->row_strides[k - 1] = operands_[i].to->row_strides[k];
      data_.row_extents[k - 1] *= extent;
    } else {
      data_.row_extents[k] = extent;
      ++data_.row_rank;
    }
  }

  /// Whether a vector can be filled with neighbouring rows of every operand: their columns are far apart (channels first).
  bool rows_lie_side_by_side() const {
    const int inner = data_.row_rank - 1;
    if (data_.row_extents[inner] < most_lanes) return false;
    bool any = false;
    for (int i = 0; i < count_; ++i) {
      const axis_set axes = as_set(*operands_[i].axes);
      if ((axes & p_.row_axes) == 0 || (axes & p_.column_axes) == 0) continue;
      if (operands_[i].to->row_strides[inner] != 1 || operands_[i].to->column_stride == 1) return false;
      any = true;
    }
    return any;
  }

  void join_rows_and_columns() {
    if (data_.row_rank != 1 || data_.rows == 1) return;
    for (int i = 0; i < count_; ++i) {
      const stream& s = *operands_[i].to;
      const bool fixed = s.column_stride == 0 && s.row_strides[0] == 0;
      if (!fixed && s.row_strides[0] != s.column_stride * data_.columns) return;
    }
    data_.columns *= data_.rows;
    data_.rows = 1;
    data_.row_extents[0] = 1;
  }
};

}  // namespace detail

/// Where a sweep finds its operands.
inline void lay_out(const plan& p, const sweep& s, const bound* inputs, const bound* outputs, const bound* arrays, loop_data& data, const shape_choice& choice) {
  detail::layout(p, s, inputs, outputs, arrays, data, choice).run();
}

/// The numbers that the arrays of a plan take in the workspace, for the extents of a call.
inline std::ptrdiff_t workspace_size(const plan& p, const std::ptrdiff_t* extents) {
  std::ptrdiff_t size = 0;
  for (const array_info& a : p.arrays) {
    std::ptrdiff_t entries = 1;
    for (int axis : a.axes) entries *= extents[axis];
    size += entries;
  }
  return size;
}

/// Lays the arrays one after the other into the workspace.
inline void place_arrays(const plan& p, double* workspace, const std::ptrdiff_t* extents, bound* arrays) {
  for (int k = 0; k < p.arrays.size(); ++k) {
    const axis_order& axes = p.arrays[k].axes;
    bound& b = arrays[k];
    b.data = workspace;
    b.type = element_type::f64;
    std::ptrdiff_t stride = 1;
    for (int i = axes.size() - 1; i >= 0; --i) {
      b.extents[i] = extents[axes[i]];
      b.strides[i] = stride;
      stride *= extents[axes[i]];
    }
    workspace += stride;
  }
}

constexpr bool adds_to_arrays(const plan& p, const sweep& s) {
  for (int i = s.before.begin; i < end_of(s); ++i)
    if (p.steps[i].what == action::accumulate) return true;
  return false;
}

/// Visits the arrays that a sweep adds to: before it, each entry becomes what an empty reduction is; after it, reductions
/// are finished.
inline void prepare_arrays(const plan& p, const sweep& s, const bound* arrays, bool before) {
  for (int i = s.before.begin; i < end_of(s); ++i) {
    if (p.steps[i].what != action::accumulate) continue;
    const int k = p.array_of[p.steps[i].id] - 1;
    const op code = folded_as(p.program[p.steps[i].id].code);
    double* entries = const_cast<double*>(static_cast<const double*>(arrays[k].data));
    const std::ptrdiff_t count = arrays[k].extents[0] * arrays[k].strides[0];
    if (before) {
      for (std::ptrdiff_t e = 0; e < count; ++e) entries[e] = identity(code);
    } else if (reduction(code).finishes) {
      for (std::ptrdiff_t e = 0; e < count; ++e) entries[e] = ir::numbers::finish(code, entries[e]);
    }
  }
}

/// Scalar value `Id`, in double, from its operands. Compiled for each program: a switch over all ops would bring the
/// special functions into every one.
template <class Program, int Id>
void evaluate_scalar(const bound* inputs, loop_data& data) {
  constexpr node n = Program::schedule.program[Id];
  double& v = data.numbers[Id];
  if constexpr (n.code == op::constant) {
    v = n.number();
  } else if constexpr (n.code == op::scalar || n.code == op::tensor) {
    v = inputs[n.bits].number;
  } else if constexpr (n.code == op::extent) {
    v = 1;
    for (int a = 0; a < max_axes; ++a)
      if (has(n.over(), a)) v *= static_cast<double>(data.extents[a]);
  } else {
    const auto operand = [&](int k) { return n.operand[k] == no_value ? 0.0 : data.numbers[n.operand[k]]; };
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
void evaluate_scalars(const bound* inputs, loop_data& data) {
  constexpr auto ids = scalars_before(Program::schedule, Sweep);
  [&]<int... I>(std::integer_sequence<int, I...>) { (evaluate_scalar<Program, ids[I]>(inputs, data), ...); }(std::make_integer_sequence<int, ids.count>());
}

}  // namespace loom::layout
