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
void copy_integers(const From* from, std::ptrdiff_t stride, std::size_t count, I* to) {
  LOOM_SHORT_LOOP
  for (std::size_t i = 0; i < count; ++i) to[i] = lane_of<I>(from[static_cast<std::ptrdiff_t>(i) * stride]);
}

/// `count` integers as lanes of type I: entry `column` of the rows from `row` on, or `count` entries from there along one row.
template <class I>
[[gnu::noinline]] inline void load_integers(const sweep_layout& data, const stream& s, std::ptrdiff_t row,
                                            std::ptrdiff_t column, bool along, std::size_t count, I* to) {
  while (count > 0) {
    const row_run r =
        along ? row_run{row_offset(data, s, row), s.column_stride, count} : run_of_rows(data, s, row, count);
    const std::ptrdiff_t at = r.offset + column * s.column_stride;
    switch (s.type) {  // the usual types, and the others one by one
      case element_type::i32:
        copy_integers(static_cast<const std::int32_t*>(s.data) + at, r.stride, r.count, to);
        break;
      case element_type::i64:
        copy_integers(static_cast<const std::int64_t*>(s.data) + at, r.stride, r.count, to);
        break;
      case element_type::u8: copy_integers(static_cast<const std::uint8_t*>(s.data) + at, r.stride, r.count, to); break;
      default:
        LOOM_SHORT_LOOP
        for (std::size_t i = 0; i < r.count; ++i)
          to[i] = load_label<I>(s.data, at + static_cast<std::ptrdiff_t>(i) * r.stride, s.type);
    }
    to += r.count;
    row += static_cast<std::ptrdiff_t>(r.count);
    count -= r.count;
  }
}

/// Whole numbers compared by all their 64 bits, lane by lane; either side may be unsigned.
template <class I>
[[gnu::noinline]] inline void compare_bits(op code, const std::uint64_t* a, bool a_is_unsigned, const std::uint64_t* b,
                                           bool b_is_unsigned, std::size_t count, I* holds) {
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
[[gnu::noinline]] inline void load_entries(const sweep_layout& data, const stream& s, near_rows<S> rows,
                                           std::ptrdiff_t row, const I* entry, std::size_t count, T* to) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::ptrdiff_t lane = static_cast<std::ptrdiff_t>(i);
    const std::ptrdiff_t j = entry[i] >= 0 && entry[i] < data.columns ? static_cast<std::ptrdiff_t>(entry[i]) : 0;
    if (rows.data != nullptr) [[likely]] {
      to[i] = static_cast<T>(loaded(rows.data[j * rows.step + lane]));
      continue;
    }
    to[i] = load_lane<S, T>(s, row_offset(data, s, row + lane) + j * s.column_stride);
  }
}

/// One number of each of `count` rows.
template <class S, class T>
[[gnu::noinline]] inline void load_row_values(const sweep_layout& data, const stream& s, std::ptrdiff_t row,
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
[[gnu::noinline]] inline void store_row_values(const sweep_layout& data, const output_stream& s, std::ptrdiff_t row,
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
[[gnu::noinline]] inline void load_array(const sweep_layout& data, const output_stream& s, std::ptrdiff_t row,
                                         std::ptrdiff_t column, bool along, std::size_t count, T* to) {
  for (std::size_t i = 0; i < count; ++i)
    to[i] = static_cast<T>(static_cast<const double*>(s.data)[entry_offset(data, s, row, column, along, i)]);
}

/// Folds `count` values into entries of an array of the workspace.
template <class T>
[[gnu::noinline]] inline void store_into_array(op code, const sweep_layout& data, const output_stream& s,
                                               std::ptrdiff_t row, std::ptrdiff_t column, bool along, std::size_t count,
                                               const T* from) {
  for (std::size_t i = 0; i < count; ++i) {
    double& all = static_cast<double*>(s.data)[entry_offset(data, s, row, column, along, i)];
    all = ir::numbers::combine(code, all, static_cast<double>(from[i]));
  }
}

/// The same for a scatter, whose labels say where along one axis; a label outside adds nothing.
template <class T, class I>
[[gnu::noinline]] inline void scatter_into_array(const sweep_layout& data, int array, std::ptrdiff_t extent,
                                                 std::ptrdiff_t row, std::ptrdiff_t column, bool along,
                                                 std::size_t count, const I* label, const T* from) {
  const output_stream& s = data.arrays[array];
  for (std::size_t i = 0; i < count; ++i) {
    if (label[i] < 0 || label[i] >= extent) continue;
    const std::ptrdiff_t at = entry_offset(data, s, row, column, along, i);
    static_cast<double*>(s.data)[at + static_cast<std::ptrdiff_t>(label[i]) * data.scatter_strides[array]] +=
        static_cast<double>(from[i]);
  }
}

/// The entries that `label`s name along an axis that counts rows; a label outside, which only a masked row can have, names entry 0.
template <class S, class T, class I>
[[gnu::noinline]] inline void load_lookup(const sweep_layout& data, int lookup, std::ptrdiff_t extent,
                                          std::ptrdiff_t row, std::ptrdiff_t column, bool along, const I* label,
                                          std::size_t count, T* to) {
  const stream& s = data.lookups[lookup];
  for (std::size_t i = 0; i < count; ++i) {
    const std::ptrdiff_t l = label[i] >= 0 && label[i] < extent ? static_cast<std::ptrdiff_t>(label[i]) : 0;
    const std::ptrdiff_t at = entry_offset(data, s, row, column, along, i) + l * data.label_strides[lookup];
    to[i] = load_lane<S, T>(s, at);
  }
}

/// Entries of an input that is read further on along some axes, or back. Beyond the ends they are 0.
template <class S, class T>
[[gnu::noinline]] inline void load_shifted(const sweep_layout& data, int slot, const ir::coordinates& at,
                                           int column_axis, std::ptrdiff_t row, std::ptrdiff_t column, bool along,
                                           std::size_t count, T* to) {
  const stream& s = data.inputs[slot];
  std::ptrdiff_t by[max_rank]{}, further = 0;
  axis_set moved = 0;  // a diagonal moves once
  for (int k = 0; k < at.size(); ++k) {
    if (!at[k].is_shifted()) continue;
    by[k] = at[k].entry + static_cast<std::ptrdiff_t>(at[k].shift().counted(data.extents.of));
    if (!ir::has(moved, at[k].axis)) further += by[k] * data.read_strides[slot][k];
    moved |= ir::only(at[k].axis);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto lane = static_cast<std::ptrdiff_t>(i);
    const std::ptrdiff_t r = along ? row : row + lane, c = along ? column + lane : column;
    bool inside = true;
    for (int k = 0; k < at.size(); ++k) {
      if (!at[k].is_shifted()) continue;
      const int axis = at[k].axis;
      const std::ptrdiff_t entry = (axis == column_axis ? c : r / data.inner_rows[axis] % data.extents[axis]) + by[k];
      inside = inside && entry >= 0 && entry < data.extents[at[k].of];
    }
    to[i] = inside ? load_lane<S, T>(s, row_offset(data, s, r) + c * s.column_stride + further) : T(0);
  }
}

/// The coordinates of the rows from `row` on, along an axis that counts them.
template <class I>
[[gnu::noinline]] inline void load_coordinates(const sweep_layout& data, int axis, std::ptrdiff_t row,
                                               std::size_t count, I* to) {
  for (std::size_t i = 0; i < count; ++i)
    to[i] = static_cast<I>((row + static_cast<std::ptrdiff_t>(i)) / data.inner_rows[axis] % data.extents[axis]);
}

}  // namespace loom::loops
