// SPDX-License-Identifier: BSL-1.0
// exec/layout.hpp — checked data -> streams: which strides the loops walk.
// Axes that every operand steps through alike are joined, so that most calls count rows with one index, and an
// elementwise formula over contiguous data is one long row.
// Layer 5 (exec).
#pragma once

#include <utility>

#include "loom/exec/call.hpp"
#include "loom/exec/error.hpp"
#include "loom/ir/reference.hpp"

namespace loom::exec {

namespace detail {

inline constexpr std::ptrdiff_t most_lanes = 16;  // of any target

inline std::ptrdiff_t stride_along(const bound& b, const axis_order& order, int axis) {
  for (int i = 0; i < order.size(); ++i)
    if (order[i] == axis) return b.strides[i];
  return 0;
}

class layout {
 public:
  layout(const plan& p, const bound* inputs, const bound* outputs, loop_data& data) : p_(p), data_(data) {
    for (int i = 0; i < p.program.inputs.size(); ++i) operands_[count_++] = {&inputs[i], &p.program.inputs[i].axes, &data.inputs[i]};
    for (int s = 0; s < p.program.outputs.size(); ++s)
      if (outputs[s].type != element_type::other) operands_[count_++] = {&outputs[s], &output_axes(p, s), &data.outputs[s]};
  }

  void run() {
    const axis_order& columns = p_.column_order;
    data_.columns = 1;
    for (int axis : columns) data_.columns *= data_.extents[axis];
    for (int i = 0; i < count_; ++i) {
      stream& s = *operands_[i].to;
      s.data = operands_[i].from->data;
      s.type = operands_[i].from->type;
      s.column_stride = columns.empty() ? 0 : stride_along(*operands_[i].from, *operands_[i].axes, columns.back());
    }
    for (int k = 0; k + 1 < columns.size(); ++k) require_joinable(columns[k], columns[k + 1]);
    data_.row_rank = 0;
    for (int axis : p_.row_order) add_row_axis(axis);
    if (data_.row_rank == 0) add_row_axis(-1);
    data_.rows = 1;
    for (int k = 0; k < data_.row_rank; ++k) data_.rows *= data_.row_extents[k];
    if (p_.elementwise) join_rows_and_columns();
    data_.short_rows = data_.columns <= short_row && data_.rows > 1;
    data_.side_by_side = data_.rows > 1 && rows_lie_side_by_side();
  }

 private:
  struct operand {
    const bound* from;
    const axis_order* axes;
    stream* to;
  };
  const plan& p_;
  loop_data& data_;
  operand operands_[max_inputs + max_outputs]{};
  int count_ = 0;

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
    loom::detail::fail(s);
  }

  void add_row_axis(int axis) {
    const std::ptrdiff_t extent = axis < 0 ? 1 : data_.extents[axis];
    const int k = data_.row_rank;
    bool joins = k > 0;
    for (int i = 0; i < count_; ++i) {
      stream& s = *operands_[i].to;
      const std::ptrdiff_t stride = axis < 0 ? 0 : stride_along(*operands_[i].from, *operands_[i].axes, axis);
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

inline void lay_out(const plan& p, const bound* inputs, const bound* outputs, loop_data& data) { detail::layout(p, inputs, outputs, data).run(); }

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
    v = math::meaning<n.code, double>(operand(0), operand(1), operand(2));
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

}  // namespace loom::exec
