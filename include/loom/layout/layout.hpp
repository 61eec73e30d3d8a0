// SPDX-License-Identifier: BSL-1.0
// layout/layout.hpp — checked data -> streams: which strides the loops walk.
// Axes that every operand steps through alike are joined, so that most calls count rows with one index, and an
// elementwise formula over contiguous data is one long row.
// Layer 6 (layout).
#pragma once

#include "loom/layout/streams.hpp"

namespace loom::inline LOOM_ABI::layout {

namespace detail {

/// In every user's file, so its parts are not inlined, as in call/check_data.hpp.
class layout_builder {
 public:
  [[gnu::noinline]] layout_builder(const plan& p, const sweep& s, const axis_extents& extents, const operands& bound,
                                   const shape_choice& choice, std::ptrdiff_t fewest_rows, sweep_layout& data)
      : p_(p), s_(s), bound_(bound), choice_(choice), fewest_rows_(fewest_rows), data_(data) {
    data_.extents = extents;
    for (int i = 0; i < p.program.inputs.size(); ++i)
      add_input(bound.inputs[i], p.program.inputs[i].axes, data_.inputs[i]);
    for (int k = 0; k < p.program.outputs.size(); ++k)
      if (bound.outputs[k].is_bound()) add_output(bound.outputs[k], output_axes(p, k), data_.outputs[k]);
  }

  [[gnu::noinline]] void add_arrays(const erased_buffer* arrays) {
    for (int k = 0; k < p_.arrays.size(); ++k) {
      add_output(arrays[k], p_.arrays[k].axes, data_.arrays[k]);
      const node& n = p_.program[p_.arrays[k].id];
      if (n.code == op::scatter)
        data_.scatter_strides[k] = stride_along(arrays[k], p_.arrays[k].axes, n.scattered_over());
    }
  }
  [[gnu::noinline]] void add_shifts() {
    for (int i = 0; i < p_.program.inputs.size(); ++i) data_.further[i] = bound_.inputs[i].further;
  }
  [[gnu::noinline]] void add_lookups() {
    for (int k = 0; k < p_.lookups.size(); ++k) {
      const node& n = p_.program[p_.lookups[k]];
      const std::uint64_t from = p_.program[n.operand[0]].bits;
      const axis_order& axes = p_.program.inputs[static_cast<int>(from)].axes;
      add_input(bound_.inputs[from], axes, data_.lookups[k], n.over());
      data_.label_strides[k] = stride_along(bound_.inputs[from], axes, first_axis(n.over()));
    }
  }

  [[gnu::noinline]] void build() {
    const axis_order& columns = p_.column_order;
    data_.columns = 1;
    for (int axis : columns) data_.columns *= data_.extents[axis];
    for (int i = 0; i < count_; ++i) {
      const operand& o = operands_[i];
      o.to->column_stride = columns.empty() ? 0 : stride_along(*o.from, *o.axes, columns.back());
    }
    data_.row_rank = 0;
    for (int axis : p_.row_order)
      if (has(s_.rows, axis)) add_row_axis(axis);
    if (data_.row_rank == 0) add_row_axis(-1);
    std::ptrdiff_t inner = 1;
    for (int k = p_.row_order.size() - 1; k >= 0; --k) {
      if (!has(s_.rows, p_.row_order[k])) continue;
      data_.inner_rows[p_.row_order[k]] = inner;
      inner *= data_.extents[p_.row_order[k]];
    }
    data_.rows = inner;
    data_.line = choice_.line_axis < 0 ? data_.row_extents[data_.row_rank - 1] : data_.extents[choice_.line_axis];
    if (choice_.allows(loop_shape::along_memory)) join_rows_and_columns();
    data_.shape = choose_loop_shape(choice_, data_.rows, data_.columns, data_.rows > 1 && rows_lie_side_by_side());
  }

 private:
  struct operand {
    const erased_shape* from;
    const axis_order* axes;
    strides* to;
    axis_set looked_up;  ///< the axis that labels choose an entry of: no row moves along it
  };
  const plan& p_;
  const sweep& s_;
  const operands& bound_;
  const shape_choice& choice_;
  std::ptrdiff_t fewest_rows_;
  sweep_layout& data_;
  operand operands_[max_inputs + max_outputs + max_arrays + max_lookups];
  int count_ = 0;

  [[gnu::noinline]] void add_input(const erased_view& from, const axis_order& axes, stream& to,
                                   axis_set looked_up = 0) {
    operands_[count_++] = {&from, &axes, &to, looked_up};
    to.data = from.data;
    to.type = from.type;
  }
  [[gnu::noinline]] void add_output(const erased_buffer& from, const axis_order& axes, output_stream& to) {
    operands_[count_++] = {&from, &axes, &to, 0};
    to.data = from.data;
  }

  [[gnu::noinline]] void add_row_axis(int axis) {
    const std::ptrdiff_t extent = axis < 0 ? 1 : data_.extents[axis];
    const int k = data_.row_rank;
    bool joins = k > 0;
    for (int i = 0; i < count_; ++i) {
      strides& s = *operands_[i].to;
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
  [[gnu::noinline]] bool rows_lie_side_by_side() const {
    const int inner = data_.row_rank - 1;
    if (data_.line < fewest_rows_) return false;
    bool any = false;
    for (int i = 0; i < count_; ++i) {
      const axis_set axes = as_set(*operands_[i].axes);
      if ((axes & p_.row_axes) == 0 || (axes & p_.column_axes) == 0) continue;
      const strides& to = *operands_[i].to;
      const bool is_window = (choice_.windows >> i & 1) != 0;
      if (choice_.windows != 0 && !is_window && to.row_strides[inner] == 0) continue;  // the same in all lanes
      if (to.row_strides[inner] != 1 || (to.column_stride == 1 && !is_window)) return false;
      any = true;
    }
    return any;
  }

  [[gnu::noinline]] void join_rows_and_columns() {
    if (data_.row_rank != 1 || data_.rows == 1) return;
    for (int i = 0; i < count_; ++i) {
      const strides& s = *operands_[i].to;
      const bool fixed = s.column_stride == 0 && s.row_strides[0] == 0;
      if (!fixed && s.row_strides[0] != s.column_stride * data_.columns) return;
    }
    data_.columns *= data_.rows;
    data_.rows = 1;
    data_.row_extents[0] = 1;
  }
};

}  // namespace detail

/// Where a sweep finds its operands. Lanes run across rows that lie side by side if there are `fewest_rows` of them or more. The
/// arrays are those of place_arrays; a plan without arrays, lookups or shifted inputs may say so, and has no code for them.
template <bool Arrays = true, bool Lookups = true, bool Shifts = true>
sweep_layout lay_out(const plan& p, const sweep& s, const axis_extents& extents, const operands& bound,
                     [[maybe_unused]] const erased_buffer* arrays, const shape_choice& choice,
                     std::ptrdiff_t fewest_rows) {
  sweep_layout data;
  detail::layout_builder b(p, s, extents, bound, choice, fewest_rows, data);
  if constexpr (Arrays) b.add_arrays(arrays);
  if constexpr (Lookups) b.add_lookups();
  if constexpr (Shifts) b.add_shifts();
  b.build();
  return data;
}

/// Rows side by side that are walked a few vectors abreast are better off in place, but where the entries of each are whole pages apart
/// and many: then they compete for a few lines of the caches, of which a tile has copies.
inline void leave_tile(sweep_layout& data, const plan& p, std::ptrdiff_t bytes) {
  constexpr std::ptrdiff_t page = 4096, many = 64, most = 512;
  if (data.shape != loop_shape::copied_tile) return;
  for (int k = 0; k < p.program.inputs.size(); ++k)
    if (has_entries(p, k) && data.columns > many && data.columns <= most &&
        data.inputs[k].column_stride * bytes % page == 0)
      return;
  data.shape = loop_shape::in_place;
}

}  // namespace loom::layout
