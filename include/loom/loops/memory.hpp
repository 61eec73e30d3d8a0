// SPDX-License-Identifier: BSL-1.0
// loops/memory.hpp — what the loops call, rather than carry a copy of wherever it is needed: labels, row values, arrays, strided copies.
// None of it is run for an entry of a row that is contiguous in memory.
// Layer 7 (loops).
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "loom/ir/evaluate.hpp"
#include "loom/layout/streams.hpp"

namespace loom::inline LOOM_ABI::loops {

/// A label as a lane: one of 64 bits that the lane cannot hold becomes its extreme, which no axis has. An unsigned "lane" takes
/// the bits as they are.
template <class I>
constexpr I lane_of(std::int64_t v) {
  if constexpr (sizeof(I) == 8) return static_cast<I>(v);
  else return static_cast<I>(v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : v);
}
template <class I>
I load_label(const void* data, std::ptrdiff_t at, element_type t) {
  if constexpr (std::is_unsigned_v<I>) return load_bits(data, at, t);
  else return lane_of<I>(load_integer(data, at, t));
}
/// An entry of an input as a lane: a number stored as S, a mask as 0 or 1, or a label.
template <class S, class T>
T load_lane(const stream& s, std::ptrdiff_t at) {
  if constexpr (std::is_integral_v<T>) return load_label<T>(s.data, at, s.type);
  else
    return s.type == element_type::boolean ? static_cast<T>(static_cast<const unsigned char*>(s.data)[at] != 0)
                                           : loaded(static_cast<const S*>(s.data)[at]);
}
template <class From, class I>
void copy_integers(const void* data, const row_run& r, I* to) {
  const From* const from = static_cast<const From*>(data) + r.offset;
  LOOM_SHORT_LOOP
  for (std::size_t i = 0; i < r.count; ++i) to[i] = lane_of<I>(from[static_cast<std::ptrdiff_t>(i) * r.stride]);
}

/// `count` integers as lanes of type I: entry `column` of the rows from `row` on, or `count` entries from there along one row.
template <class I>
LOOM_CALLED_BY_LOOPS inline void load_integers(const sweep_layout& data, const stream& s, std::ptrdiff_t row,
                                               std::ptrdiff_t column, bool along, std::size_t count, I* to) {
  for_each_run(data, s, row, column, along, count, [&](std::size_t lane, const row_run& r) {
    switch (s.type) {  // the usual types, and the others one by one
      case element_type::boolean:
      case element_type::u8: return copy_integers<std::uint8_t>(s.data, r, to + lane);
      case element_type::i32: return copy_integers<std::int32_t>(s.data, r, to + lane);
      case element_type::i64: return copy_integers<std::int64_t>(s.data, r, to + lane);
      default:
        LOOM_SHORT_LOOP
        for (std::size_t i = 0; i < r.count; ++i)
          to[lane + i] = load_label<I>(s.data, r.offset + static_cast<std::ptrdiff_t>(i) * r.stride, s.type);
    }
  });
}

/// Columns of `count` rows as a tile of lanes (loops/tiles.hpp).
template <class I>
LOOM_CALLED_BY_LOOPS inline void load_integer_tile(const sweep_layout& data, const stream& s, std::ptrdiff_t row,
                                                   std::size_t count, std::size_t filled, std::ptrdiff_t pitch,
                                                   I* tile) {
  for (std::ptrdiff_t j = 0; j < data.columns; ++j, tile += pitch) {
    load_integers(data, s, row, j, false, count, tile);
    LOOM_SHORT_LOOP
    for (std::size_t i = count; i < filled; ++i) tile[i] = tile[count - 1];
  }
}

/// Whole numbers compared by all their 64 bits, lane by lane; either side may be unsigned.
template <class I>
LOOM_CALLED_BY_LOOPS inline void compare_bits(op code, const std::uint64_t* a, bool a_is_unsigned,
                                              const std::uint64_t* b, bool b_is_unsigned, std::size_t count, I* holds) {
  for (std::size_t i = 0; i < count; ++i) {
    const bool a_above = a_is_unsigned && a[i] >> 63 != 0,
               b_above = b_is_unsigned && b[i] >> 63 != 0;  // above all signed ones
    const bool equal = a[i] == b[i] && a_above == b_above;
    const bool less = a_above != b_above ? b_above : static_cast<std::int64_t>(a[i]) < static_cast<std::int64_t>(b[i]);
    holds[i] = code == op::eq   ? equal
               : code == op::ne ? !equal
               : code == op::lt ? less
               : code == op::ge ? !less
               : code == op::le ? less || equal
                                : !less && !equal;
  }
}

/// Where the loops have the rows of an input at hand: entry j of row i is at j * step + i.
template <class S>
struct near_rows {
  const S* data = nullptr;  ///< none: not at hand
  std::ptrdiff_t step = 0;
};

/// Entry `entry[i]` of the rows from `row` on (or of one row, count 1); an entry outside the row, which only a masked row can
/// name, is entry 0.
template <class S, class T, class I>
LOOM_CALLED_BY_LOOPS inline void load_entries(const sweep_layout& data, const stream& s, near_rows<S> rows,
                                              std::ptrdiff_t row, const I* entry, std::size_t count, T* to) {
  for_each_run(data, s, row, 0, false, count, [&](std::size_t lane, const row_run& r) {
    std::ptrdiff_t at = r.offset;
    for (std::size_t i = lane; i < lane + r.count; ++i, at += r.stride) {
      const std::ptrdiff_t j = entry[i] >= 0 && entry[i] < data.columns ? static_cast<std::ptrdiff_t>(entry[i]) : 0;
      to[i] = rows.data != nullptr ? static_cast<T>(loaded(rows.data[j * rows.step + static_cast<std::ptrdiff_t>(i)]))
                                   : load_lane<S, T>(s, at + j * s.column_stride);
    }
  });
}

/// One number of each of `count` rows.
template <class S, class T>
LOOM_CALLED_BY_LOOPS inline void load_row_values(const sweep_layout& data, const stream& s, std::ptrdiff_t row,
                                                 std::size_t count, T* to) {
  for (std::size_t i = 0; i < count;) {
    const row_run r = run_of_rows(data, s, row + static_cast<std::ptrdiff_t>(i), count - i);
    const S* from = static_cast<const S*>(s.data) + r.offset;
    LOOM_SHORT_LOOP
    for (std::size_t k = 0; k < r.count; ++k) to[i++] = loaded(from[static_cast<std::ptrdiff_t>(k) * r.stride]);
  }
}
/// Writes them, or adds them to what is there.
template <class S, bool Adds, class T>
LOOM_CALLED_BY_LOOPS inline void store_row_values(const sweep_layout& data, const output_stream& s, std::ptrdiff_t row,
                                                  std::size_t count, const T* from) {
  for (std::size_t i = 0; i < count;) {
    const row_run r = run_of_rows(data, s, row + static_cast<std::ptrdiff_t>(i), count - i);
    S* const to = static_cast<S*>(s.data) + r.offset;
    LOOM_SHORT_LOOP
    for (std::size_t k = 0; k < r.count; ++k, ++i) {
      S& entry = to[static_cast<std::ptrdiff_t>(k) * r.stride];
      entry = stored<S>(Adds ? loaded(entry) + from[i] : from[i]);
    }
  }
}

/// `count` entries of an array of the workspace.
template <class T>
LOOM_CALLED_BY_LOOPS inline void load_array(const sweep_layout& data, const output_stream& s, std::ptrdiff_t row,
                                            std::ptrdiff_t column, bool along, std::size_t count, T* to) {
  for_each_run(data, s, row, column, along, count, [&](std::size_t lane, const row_run& r) {
    const double* const from = static_cast<const double*>(s.data) + r.offset;
    LOOM_SHORT_LOOP
    for (std::size_t i = 0; i < r.count; ++i)
      to[lane + i] = static_cast<T>(from[static_cast<std::ptrdiff_t>(i) * r.stride]);
  });
}

/// The sum of `count` numbers, in four parts that do not wait for each other.
template <class T>
double sum_of(const T* from, std::size_t count) {
  double part[4]{};
  LOOM_SHORT_LOOP
  for (std::size_t i = 0; i < count; ++i) part[i % 4] += static_cast<double>(from[i]);
  return (part[0] + part[1]) + (part[2] + part[3]);
}
/// Folds `count` values into entries of an array of the workspace.
template <class T>
LOOM_CALLED_BY_LOOPS inline void store_into_array(op code, const sweep_layout& data, const output_stream& s,
                                                  std::ptrdiff_t row, std::ptrdiff_t column, bool along,
                                                  std::size_t count, const T* from) {
  for_each_run(data, s, row, column, along, count, [&](std::size_t lane, const row_run& r) {
    double* const to = static_cast<double*>(s.data) + r.offset;
    if (r.stride == 0 && code == op::sum) {
      *to += sum_of(from + lane, r.count);
      return;
    }
    for (std::size_t i = 0; i < r.count; ++i) {
      double& all = to[static_cast<std::ptrdiff_t>(i) * r.stride];
      all = ir::numbers::combine(code, all, static_cast<double>(from[lane + i]));
    }
  });
}

/// The same for a scatter, whose labels say where along one axis; a label outside adds nothing.
template <class T, class I>
LOOM_CALLED_BY_LOOPS inline void scatter_into_array(const sweep_layout& data, int array, std::ptrdiff_t extent,
                                                    std::ptrdiff_t row, std::ptrdiff_t column, bool along,
                                                    std::size_t count, const I* label, const T* from) {
  const output_stream& s = data.arrays[array];
  for_each_run(data, s, row, column, along, count, [&](std::size_t lane, const row_run& r) {
    double* to = static_cast<double*>(s.data) + r.offset;
    for (std::size_t i = lane; i < lane + r.count; ++i, to += r.stride)
      if (label[i] >= 0 && label[i] < extent)
        to[static_cast<std::ptrdiff_t>(label[i]) * data.scatter_strides[array]] += static_cast<double>(from[i]);
  });
}

/// The entries that `label`s name along an axis that counts rows; a label outside, which only a masked row can have, names entry 0.
template <class S, class T, class I>
LOOM_CALLED_BY_LOOPS inline void load_lookup(const sweep_layout& data, int lookup, std::ptrdiff_t extent,
                                             std::ptrdiff_t row, std::ptrdiff_t column, bool along, const I* label,
                                             std::size_t count, T* to) {
  const stream& s = data.lookups[lookup];
  const std::ptrdiff_t stride = data.label_strides[lookup];
  for_each_run(data, s, row, column, along, count, [&](std::size_t lane, const row_run& r) {
    std::ptrdiff_t at = r.offset;
    LOOM_SHORT_LOOP
    for (std::size_t i = lane; i < lane + r.count; ++i, at += r.stride) {
      const std::ptrdiff_t l = label[i] >= 0 && label[i] < extent ? static_cast<std::ptrdiff_t>(label[i]) : 0;
      to[i] = load_lane<S, T>(s, at + l * stride);
    }
  });
}

/// By which of its places a shifted input is read further on along a row; -1: by none.
struct row_reading {
  int along_row = -1;
  bool by_several = false, along_rows = false;
};
constexpr row_reading reading_of(const schedule::plan& p, const ir::input_info& in) {
  row_reading r;
  for (int k = 0; k < in.at.size(); ++k) {
    const ir::coordinate& c = in.at[k];
    if (!c.is_shifted()) continue;
    if ((p.column_axes & c.axes()) == 0) {
      r.along_rows = true;
    } else {
      r.by_several = r.along_row >= 0;
      r.along_row = k;
    }
    r.by_several = r.by_several || c.is_sum();
  }
  return r;
}
/// How many entries further on an input is read along an axis.
inline std::ptrdiff_t shift_along(const sweep_layout& data, const ir::coordinate& c) {
  return c.entry + static_cast<std::ptrdiff_t>(c.shift().counted(data.extents.of));
}

/// The axes that count the rows of a sweep along which its program asks where a row is: for positions, and for what is read further on.
constexpr axis_set axes_asked_for(const schedule::plan& p, const schedule::sweep& s) {
  axis_set axes = 0;
  for (int i = 0; i < p.program.size(); ++i)
    if (const schedule::node& n = p.program[i]; n.code == op::position || n.code == op::onehot) axes |= n.over();
  for (const ir::input_info& in : p.program.inputs)
    for (const ir::coordinate& c : in.at)
      if (c.is_shifted()) axes |= c.axes();
  return axes & s.rows;
}
/// Where a row is along some of them, and how many rows before it are there too. 0 along others: compilers do not see that nobody asks.
struct row_coordinates {
  std::ptrdiff_t at[ir::max_axes]{}, before[ir::max_axes]{};
};
inline constexpr row_coordinates of_first_row{};
/// Those of the next row.
inline void find_next_coordinate(const sweep_layout& data, int axis, row_coordinates& c) {
  if (++c.before[axis] < data.inner_rows[axis]) return;
  c.before[axis] = 0;
  if (++c.at[axis] == data.extents[axis]) c.at[axis] = 0;
}
/// Those of a row that is so many rows on.
LOOM_CALLED_BY_LOOPS inline void move_coordinates(const sweep_layout& data, axis_set axes, std::ptrdiff_t rows,
                                                  row_coordinates& c) {
  for (int a = 0; axes != 0 && data.rows > 0; ++a, axes >>= 1) {
    if ((axes & 1) == 0) continue;
    const std::ptrdiff_t inner = data.inner_rows[a], before = c.before[a] + rows;
    const std::ptrdiff_t on = inner == 1 ? before : before < inner ? 0 : before / inner, at = c.at[a] + on;
    c.before[a] = before - on * inner;
    c.at[a] = at < data.extents[a] ? at : at % data.extents[a];
  }
}

/// The offset of a row that is read further on along the axes of rows, where those have no such row.
inline constexpr std::ptrdiff_t no_row = PTRDIFF_MIN;

/// Entries of a row, from the first to the last of a vector, that all lie within the ends of a shifted input; none if they lie apart.
struct entry_range {
  std::ptrdiff_t first, last;
};
inline constexpr entry_range no_entries{0, -1};
inline entry_range whole_vectors(const sweep_layout& data, int slot, const ir::coordinates& at,
                                 const row_reading& reading, std::ptrdiff_t by, std::ptrdiff_t lanes) {
  if (data.inputs[slot].column_stride != 1 || reading.by_several) return no_entries;
  if (reading.along_row < 0) return {0, data.columns - lanes};
  const std::ptrdiff_t end = data.extents[at[reading.along_row].of] - by;
  return {by < 0 ? -by : 0, (end < data.columns ? end : data.columns) - lanes};
}

/// What a sweep has to know once of an input that is read further on: how far that is in elements, and in columns, where a vector is a load
/// like any other, and the coordinates of the rows that have such a row.
struct row_shift {
  std::ptrdiff_t further, columns;
  entry_range whole;
  int rank;
  int axes[ir::max_rank];
  entry_range rows[ir::max_rank];
};
LOOM_CALLED_BY_LOOPS inline void find_shift(const sweep_layout& data, int slot, const ir::coordinates& at,
                                            const row_reading& reading, int column_axis, std::ptrdiff_t lanes,
                                            row_shift& s) {
  s.further = data.further[slot];
  s.columns = reading.along_row >= 0 ? shift_along(data, at[reading.along_row]) : 0;
  s.whole = whole_vectors(data, slot, at, reading, s.columns, lanes);
  s.rank = 0;
  for (const ir::coordinate& c : at) {
    if (!c.is_shifted() || c.is_sum() || c.axis == column_axis) continue;
    const std::ptrdiff_t by = shift_along(data, c);
    s.axes[s.rank] = c.axis;
    s.rows[s.rank++] = {-by, data.extents[c.of] - 1 - by};
  }
}
/// The lanes, or columns, that read one of so many entries, where the first reads one and each other reads so many steps on. They may be
/// more than there are.
inline entry_range lanes_within(std::ptrdiff_t first, std::ptrdiff_t steps, std::ptrdiff_t extent) {
  if (steps == 0) return first >= 0 && first < extent ? entry_range{0, PTRDIFF_MAX - 1} : no_entries;
  const std::ptrdiff_t on = steps > 0 ? steps : -steps;
  const std::ptrdiff_t before = steps > 0 ? -first : first - (extent - 1),
                       left = steps > 0 ? extent - 1 - first : first;
  if (left < 0) return no_entries;
  if (on == 1) return {before > 0 ? before : 0, left};
  return {before > 0 ? (before + on - 1) / on : 0, left / on};
}

/// What a line of rows has to know of an input that is read along several axes, and whose rows lie side by side: the columns at which all of
/// the line lies within the ends of the axes along which no lane moves; and of each axis along which lanes do, which entry the first row
/// reads at column 0, of how many, and how far on each column reads.
struct window {
  entry_range line;
  int rank;
  std::ptrdiff_t first[ir::max_rank], extent[ir::max_rank], by_column[ir::max_rank];
  entry_range whole;  ///< the columns at which all lanes of a vector lie within all ends
};
constexpr entry_range both(const entry_range& a, const entry_range& b) {
  return {a.first > b.first ? a.first : b.first, a.last < b.last ? a.last : b.last};
}
LOOM_CALLED_BY_LOOPS inline void find_window(const sweep_layout& data, const ir::coordinates& at, axis_set rows,
                                             int row_axis, int column, const row_coordinates& row, window& w) {
  w.line = {0, PTRDIFF_MAX};
  w.rank = 0;
  for (const ir::coordinate& c : at) {
    if (!c.is_shifted()) continue;
    std::ptrdiff_t first = shift_along(data, c);
    axis_set axes = c.axes() & rows;
    for (int a = 0; axes != 0; ++a, axes >>= 1)
      if ((axes & 1) != 0) first += c.steps_along(a) * row.at[a];
    const std::ptrdiff_t by_column = column < 0 ? 0 : c.steps_along(column), extent = data.extents[c.of];
    if (c.steps_along(row_axis) == 0) {
      w.line = both(w.line, lanes_within(first, by_column, extent));
    } else {
      w.first[w.rank] = first;
      w.extent[w.rank] = extent;
      w.by_column[w.rank++] = by_column;
    }
  }
}
/// Finds the columns at which all of the lanes of a vector, from one row of the line on, lie within the ends.
inline void find_whole_columns(std::ptrdiff_t row, std::ptrdiff_t lanes, window& w) {
  w.whole = w.line;
  for (int k = 0; k < w.rank; ++k)
    w.whole = both(w.whole, lanes_within(w.first[k] + row, w.by_column[k], w.extent[k] - (lanes - 1)));
}
/// The lanes of a vector, from one row of the line on, that lie within the ends at column j: from the first to one past the last.
inline entry_range lanes_of(const window& w, std::ptrdiff_t row, std::ptrdiff_t j, std::ptrdiff_t lanes) {
  if (j < w.line.first || j > w.line.last) return {0, 0};
  entry_range r{0, lanes};
  for (int k = 0; k < w.rank; ++k) {
    const std::ptrdiff_t first = w.first[k] + row + w.by_column[k] * j;
    r = both(r, {-first, w.extent[k] - first});
  }
  return r;
}

/// What a walk from row to row knows of the row it is at.
struct row_walk {
  std::ptrdiff_t at[ir::max_rank];  ///< along the axes that count rows, where those are several
  row_coordinates coordinates;  ///< along those that the program asks for
};
/// Where the entries that are read for a row begin, whose own begin at `offset`: what lies at column 0 if its row goes on so before and
/// after.
inline std::ptrdiff_t shifted_row(const row_shift& s, const row_coordinates& c, std::ptrdiff_t offset) {
  for (int k = 0; k < s.rank; ++k)
    if (c.at[s.axes[k]] < s.rows[k].first || c.at[s.axes[k]] > s.rows[k].last) return no_row;
  return offset + s.further;
}

/// Entries of an input that is read further on along some axes, or back. Beyond the ends they are 0.
template <class S, class T>
LOOM_CALLED_BY_LOOPS inline void load_shifted(const sweep_layout& data, int slot, const ir::coordinates& at,
                                              int column_axis, std::ptrdiff_t row, std::ptrdiff_t column, bool along,
                                              std::size_t count, T* to) {
  const stream& s = data.inputs[slot];
  const std::ptrdiff_t further = data.further[slot];
  for (std::size_t done = 0; done < count;) {  // lanes along one axis, of which some in the middle lie within the ends
    const std::ptrdiff_t r = along ? row : row + static_cast<std::ptrdiff_t>(done);
    const row_run run =
        along ? row_run{row_offset(data, s, row), s.column_stride, count} : run_of_rows(data, s, r, count - done);
    auto lanes = static_cast<std::ptrdiff_t>(run.count), begin = std::ptrdiff_t{0}, end = lanes;
    for (const ir::coordinate& c : at) {
      if (!c.is_shifted()) continue;
      std::ptrdiff_t first = shift_along(data, c),
                     steps = 0;  // where the first lane reads, and how far on the next one
      for (int axis = c.is_sum() ? 0 : c.axis; axis < (c.is_sum() ? ir::max_axes : c.axis + 1); ++axis) {
        if (c.steps_along(axis) == 0) continue;
        const bool of_columns = axis == column_axis;
        const std::ptrdiff_t inner = of_columns ? 1 : data.inner_rows[axis], rest = of_columns ? 0 : r % inner,
                             here = of_columns ? column : r / inner % data.extents[axis];
        first += c.steps_along(axis) * here;
        if (of_columns == along && inner == 1) steps = c.steps_along(axis);
        const std::ptrdiff_t alike = of_columns || along ? lanes : inner > 1 ? inner - rest : data.extents[axis] - here;
        if (lanes > alike) lanes = alike;
      }
      const entry_range within = lanes_within(first, steps, data.extents[c.of]);
      if (begin < within.first) begin = within.first;
      if (end > within.last + 1) end = within.last + 1;
    }
    if (end > lanes) end = lanes;
    if (begin > end) begin = end = 0;
    const std::ptrdiff_t from = run.offset + column * s.column_stride + further;
    for (std::ptrdiff_t i = 0; i < begin; ++i) to[i] = T(0);
    for (std::ptrdiff_t i = begin; i < end; ++i) to[i] = load_lane<S, T>(s, from + i * run.stride);
    for (std::ptrdiff_t i = end; i < lanes; ++i) to[i] = T(0);
    to += lanes;
    done += static_cast<std::size_t>(lanes);
  }
}

/// The coordinates of the rows from `row` on, along an axis that counts them.
template <class I>
LOOM_CALLED_BY_LOOPS inline void load_coordinates(const sweep_layout& data, int axis, std::ptrdiff_t row,
                                                  std::size_t count, I* to) {
  const std::ptrdiff_t inner = data.inner_rows[axis], extent = data.extents[axis];
  std::ptrdiff_t at = row / inner % extent, rest = row % inner;
  for (std::size_t i = 0; i < count; ++i) {
    to[i] = static_cast<I>(at);
    if (++rest < inner) continue;
    rest = 0;
    at = at + 1 < extent ? at + 1 : 0;
  }
}

}  // namespace loom::loops
