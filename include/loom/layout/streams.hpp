// SPDX-License-Identifier: BSL-1.0
// layout/streams.hpp — where the loops find their operands: rows, columns, strides.
// Layer 6 (layout).
#pragma once

#include <cstddef>

#include "loom/call/erased_view.hpp"
#include "loom/layout/loop_shape.hpp"

namespace loom::inline LOOM_ABI::layout {

/// The steps from one entry of an operand to the next: along a row, and along the axes that count rows. In elements.
struct strides {
  std::ptrdiff_t column_stride;
  std::ptrdiff_t row_strides[max_rank];
};

/// Where the loops find what they read.
struct stream : strides {
  const void* data;
  element_type type;
};

/// Where the loops find what they write: an output, or an array of double in the workspace.
struct output_stream : strides {
  void* data;
};

/// Where a sweep finds its operands: all that the loops are told about the data of a call. What its plan does not have is not set:
/// to clear four kilobytes takes as long as the loops over thirty rows.
struct sweep_layout {
  std::ptrdiff_t rows;
  std::ptrdiff_t columns;
  int row_rank;  ///< axes that count rows, joined where memory allows
  std::ptrdiff_t row_extents[max_rank];
  std::ptrdiff_t line;  ///< rows that are walked as neighbours, where lanes run across rows in place
  axis_extents extents;
  stream inputs[max_inputs];
  output_stream outputs[max_outputs];
  output_stream arrays[max_arrays];
  stream lookups[max_lookups];  ///< the gathered input, without the axis its labels lie on
  std::ptrdiff_t label_strides[max_lookups];
  std::ptrdiff_t scatter_strides[max_arrays];  ///< of an array that a scatter writes, along the axis of its labels
  std::ptrdiff_t inner_rows[max_axes];  ///< rows from one coordinate of an axis to the next
  std::ptrdiff_t further[max_inputs];  ///< how far from an entry of an input that is shifted is the one that is read
  loop_shape shape;
};

/// Whether a program reads inputs further on.
constexpr bool reads_shifted(const graph& g) {
  for (const input_info& in : g.inputs)
    if (in.is_shifted()) return true;
  return false;
}

/// Or along several axes at once: windows.
constexpr bool reads_windows(const graph& g) {
  for (const input_info& in : g.inputs)
    if (in.is_sum() && in.is_shifted()) return true;
  return false;
}

/// A part of a sweep: some of its rows, or, of elementwise data that lies in one row, some of its entries.
struct part {
  std::ptrdiff_t row_begin = 0, row_end = 0;
  std::ptrdiff_t column_begin = 0, column_end = 0;
};

/// The loops of one sweep for one target: they read scalars by value id, and write the results of a part (layout/scalars.hpp).
using part_function = void (*)(const sweep_layout& data, const part& p, const double* scalars, double* results);

/// Offset of row `row` where rows are counted by several axes, in elements.
LOOM_CALLED_BY_LOOPS inline std::ptrdiff_t offset_over_axes(const sweep_layout& data, const strides& s,
                                                            std::ptrdiff_t row) {
  std::ptrdiff_t offset = 0;
  for (int i = data.row_rank - 1; i > 0; --i) {
    offset += row % data.row_extents[i] * s.row_strides[i];
    row /= data.row_extents[i];
  }
  return offset + row * s.row_strides[0];
}

/// Offset of row `row` in a stream, in elements.
inline std::ptrdiff_t row_offset(const sweep_layout& data, const strides& s, std::ptrdiff_t row) {
  if (data.row_rank == 1) [[likely]]
    return row * s.row_strides[0];
  return offset_over_axes(data, s, row);
}

// From one row to the next, where rows are counted by several axes, their counts go on without a division, which takes as long as the loops
// over a hundred entries.

LOOM_CALLED_BY_LOOPS inline void find_row(const sweep_layout& data, std::ptrdiff_t row, std::ptrdiff_t* at) {
  for (int i = data.row_rank - 1; i > 0 && data.rows > 0; --i) {
    at[i] = row % data.row_extents[i];
    row /= data.row_extents[i];
  }
  at[0] = row;
}
LOOM_CALLED_BY_LOOPS inline void find_next_row(const sweep_layout& data, std::ptrdiff_t* at) {
  for (int i = data.row_rank - 1; i > 0; --i) {
    if (++at[i] < data.row_extents[i]) return;
    at[i] = 0;
  }
  ++at[0];
}
/// Offset of the row that is `at` along so many of them.
LOOM_CALLED_BY_LOOPS inline std::ptrdiff_t offset_at(int rank, const std::ptrdiff_t* at,
                                                     const std::ptrdiff_t* strides) {
  std::ptrdiff_t offset = 0;
  for (int i = 0; i < rank; ++i) offset += at[i] * strides[i];
  return offset;
}

/// Rows that follow each other along the innermost of the axes that count rows: equally far apart in every stream.
struct row_run {
  std::ptrdiff_t offset;  ///< of the first
  std::ptrdiff_t stride;
  std::size_t count;
};

/// The first of the runs that make up `count` rows from `row` on, where rows are counted by several axes.
LOOM_CALLED_BY_LOOPS inline row_run run_over_axes(const sweep_layout& data, const strides& s, std::ptrdiff_t row,
                                                  std::size_t count) {
  const int inner = data.row_rank - 1;
  std::ptrdiff_t offset = 0;
  for (int i = inner; i > 0; --i) {
    const std::ptrdiff_t extent = data.row_extents[i], at = row % extent;
    if (i == inner && extent - at < static_cast<std::ptrdiff_t>(count)) count = static_cast<std::size_t>(extent - at);
    offset += at * s.row_strides[i];
    row /= extent;
  }
  return {offset + row * s.row_strides[0], s.row_strides[inner], count};
}

/// The same, however rows are counted.
inline row_run run_of_rows(const sweep_layout& data, const strides& s, std::ptrdiff_t row, std::size_t count) {
  if (data.row_rank == 1) [[likely]]
    return {row * s.row_strides[0], s.row_strides[0], count};
  return run_over_axes(data, s, row, count);
}

/// Whether a stream has one row for all.
inline bool is_one_row(const sweep_layout& data, const strides& s) {
  for (int k = 0; k < data.row_rank; ++k)
    if (s.row_strides[k] != 0) return false;
  return true;
}

/// The lanes of a vector, in runs of equally far entries of a stream: along a row from `column` on, or entry `column` of the rows from
/// `row` on. f(lane, run): lanes from that one on are the run, whose offset is that of its first entry.
template <class F>
inline void for_each_run(const sweep_layout& data, const strides& s, std::ptrdiff_t row, std::ptrdiff_t column,
                         bool along, std::size_t count, const F& f) {
  for (std::size_t lane = 0; lane < count;) {
    row_run r = along ? row_run{row_offset(data, s, row), s.column_stride, count}
                      : run_of_rows(data, s, row + static_cast<std::ptrdiff_t>(lane), count - lane);
    r.offset += column * s.column_stride;
    f(lane, r);
    lane += r.count;
  }
}

}  // namespace loom::layout
