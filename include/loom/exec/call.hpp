// SPDX-License-Identifier: BSL-1.0
// exec/call.hpp — one call, its types erased: what is bound, and what the loops read.
// Only the loops are templates over the formula; everything before them is ordinary code over this data, compiled once.
// Layer 5 (exec).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "loom/exec/storage.hpp"
#include "loom/ir/evaluate.hpp"

namespace loom::exec {

enum class element_type : std::uint8_t { f32, f64, bf16, f16, boolean, i8, u8, i16, u16, i32, u32, i64, u64, other };

template <class T>
constexpr element_type type_of() {
  using U = std::remove_cv_t<T>;
  if constexpr (std::is_same_v<U, float>) return element_type::f32;
  else if constexpr (std::is_same_v<U, double>) return element_type::f64;
  else if constexpr (number_of_16_bits<U> && sizeof(U) == 2) return storage_of<U> == storage::bf16 ? element_type::bf16 : element_type::f16;
  else if constexpr (std::is_same_v<U, bool>) return element_type::boolean;
  else if constexpr (std::is_integral_v<U> && sizeof(U) == 1) return std::is_signed_v<U> ? element_type::i8 : element_type::u8;
  else if constexpr (std::is_integral_v<U> && sizeof(U) == 2) return std::is_signed_v<U> ? element_type::i16 : element_type::u16;
  else if constexpr (std::is_integral_v<U> && sizeof(U) == 4) return std::is_signed_v<U> ? element_type::i32 : element_type::u32;
  else if constexpr (std::is_integral_v<U> && sizeof(U) == 8) return std::is_signed_v<U> ? element_type::i64 : element_type::u64;
  else return element_type::other;
}

constexpr std::ptrdiff_t size_of(element_type t) {
  switch (t) {
    case element_type::f64: case element_type::i64: case element_type::u64: return 8;
    case element_type::f32: case element_type::i32: case element_type::u32: return 4;
    case element_type::bf16: case element_type::f16: case element_type::i16: case element_type::u16: return 2;
    default: return 1;
  }
}

/// An integer of any of the types, as 64 bits; what exceeds them (a huge unsigned label) becomes -1, which no axis has.
inline std::int64_t load_integer(const void* data, std::ptrdiff_t i, element_type t) {
  switch (t) {
    case element_type::i8: return static_cast<const std::int8_t*>(data)[i];
    case element_type::u8: return static_cast<const std::uint8_t*>(data)[i];
    case element_type::i16: return static_cast<const std::int16_t*>(data)[i];
    case element_type::u16: return static_cast<const std::uint16_t*>(data)[i];
    case element_type::i32: return static_cast<const std::int32_t*>(data)[i];
    case element_type::u32: return static_cast<const std::uint32_t*>(data)[i];
    case element_type::i64: return static_cast<const std::int64_t*>(data)[i];
    case element_type::u64: {
      const std::uint64_t v = static_cast<const std::uint64_t*>(data)[i];
      return v > static_cast<std::uint64_t>(INT64_MAX) ? -1 : static_cast<std::int64_t>(v);
    }
    default: return static_cast<const unsigned char*>(data)[i] != 0;
  }
}

/// Stores a number as any of the types of numbers.
inline void store_number(void* to, element_type t, double v) {
  switch (t) {
    case element_type::f32: *static_cast<float*>(to) = static_cast<float>(v); break;
    case element_type::bf16: *static_cast<bf16*>(to) = stored<bf16>(v); break;
    case element_type::f16: *static_cast<f16*>(to) = stored<f16>(v); break;
    default: *static_cast<double*>(to) = v;
  }
}

/// A bound view, its type erased. Extents and strides in the order of the declaration.
struct bound {
  const void* data = nullptr;
  element_type type = element_type::other;
  std::ptrdiff_t extents[max_rank]{};
  std::ptrdiff_t strides[max_rank]{};
  double number = 0;  ///< of a scalar
};

using loom::max_outputs;

/// Where the loops find an operand: along rows, and along the entries of a row. Strides in elements.
struct stream {
  const void* data = nullptr;
  element_type type = element_type::other;
  std::ptrdiff_t column_stride = 0;
  std::ptrdiff_t row_strides[max_rank]{};
};

/// Everything a sweep reads beside its plan.
struct loop_data {
  std::ptrdiff_t rows = 1;
  std::ptrdiff_t columns = 1;
  int row_rank = 0;  ///< axes that count rows, joined where memory allows
  std::ptrdiff_t row_extents[max_rank]{};
  std::ptrdiff_t extents[max_axes]{};
  stream inputs[max_inputs];
  stream outputs[max_outputs];
  stream arrays[max_arrays];    ///< of double, in the workspace
  stream lookups[max_lookups];  ///< the gathered input, without the axis its labels lie on
  std::ptrdiff_t label_strides[max_lookups]{};
  std::ptrdiff_t scatter_strides[max_arrays]{};  ///< of an array that a scatter writes, along the axis of its labels
  std::ptrdiff_t inner_rows[max_axes]{};  ///< rows from one coordinate of an axis to the next
  double numbers[LOOM_MAX_NODES];  ///< scalar values and totals, by value id; only those of the plan are ever set
  // Either lets lanes run across rows: through tiles, or directly if rows that are neighbours do not fit into them.
  bool short_rows = false;
  bool side_by_side = false;  ///< rows are neighbours in memory, in every operand
};

/// A part of a sweep: some of its rows, or, of elementwise data that lies in one row, some of its entries.
struct part {
  std::ptrdiff_t row_begin = 0, row_end = 0;
  std::ptrdiff_t column_begin = 0, column_end = 0;
};

/// The loops of one sweep for one target. Totals of the part go to `totals`, in the order of the sweep's.
using part_function = void (*)(const loop_data& data, const part& p, double* numbers, double* totals);

// What the loops call, rather than carry a copy of wherever it is needed: none of it is run for an entry of a row that
// is contiguous in memory.

/// Offset of row `row` where rows are counted by several axes, in elements.
[[gnu::noinline]] inline std::ptrdiff_t offset_over_axes(const loop_data& data, const stream& s, std::ptrdiff_t row) {
  std::ptrdiff_t offset = 0;
  for (int i = data.row_rank - 1; i > 0; --i) {
    offset += row % data.row_extents[i] * s.row_strides[i];
    row /= data.row_extents[i];
  }
  return offset + row * s.row_strides[0];
}

/// Offset of row `row` in a stream, in elements.
inline std::ptrdiff_t row_offset(const loop_data& data, const stream& s, std::ptrdiff_t row) {
  if (data.row_rank == 1) [[likely]] return row * s.row_strides[0];
  return offset_over_axes(data, s, row);
}

/// Rows that follow each other along the innermost of the axes that count rows: equally far apart in every stream.
struct row_run {
  std::ptrdiff_t offset;  ///< of the first
  std::ptrdiff_t stride;
  std::size_t count;
};

/// The first of the runs that make up `count` rows from `row` on.
inline row_run run_of_rows(const loop_data& data, const stream& s, std::ptrdiff_t row, std::size_t count) {
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

/// A label as a lane: one of 64 bits that the lane cannot hold becomes its extreme, which no axis has.
template <class I>
constexpr I lane_of(std::int64_t v) {
  if constexpr (sizeof(I) == 8) return v;
  else return static_cast<I>(v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : v);
}
/// An entry of an input as a lane: a number stored as S, a mask as 0 or 1, or a label.
template <class S, class T>
T load_lane(const stream& s, std::ptrdiff_t at) {
  if constexpr (std::is_integral_v<T>) return lane_of<T>(load_integer(s.data, at, s.type));
  else return s.type == element_type::boolean ? static_cast<T>(static_cast<const unsigned char*>(s.data)[at] != 0) : loaded(static_cast<const S*>(s.data)[at]);
}
template <class From, class I>
void copy_integers(const From* from, std::ptrdiff_t stride, std::size_t count, I* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = lane_of<I>(from[static_cast<std::ptrdiff_t>(i) * stride]);
}

/// `count` integers as lanes of type I: entry `column` of the rows from `row` on, or `count` entries from there along one row.
template <class I>
[[gnu::noinline]] inline void load_integers(const loop_data& data, const stream& s, std::ptrdiff_t row, std::ptrdiff_t column, bool along, std::size_t count, I* to) {
  while (count > 0) {
    const row_run r = along ? row_run{row_offset(data, s, row), s.column_stride, count} : run_of_rows(data, s, row, count);
    const std::ptrdiff_t at = r.offset + column * s.column_stride;
    switch (s.type) {  // the usual types, and the others one by one
      case element_type::i32: copy_integers(static_cast<const std::int32_t*>(s.data) + at, r.stride, r.count, to); break;
      case element_type::i64: copy_integers(static_cast<const std::int64_t*>(s.data) + at, r.stride, r.count, to); break;
      case element_type::u8: copy_integers(static_cast<const std::uint8_t*>(s.data) + at, r.stride, r.count, to); break;
      default:
        for (std::size_t i = 0; i < r.count; ++i) to[i] = lane_of<I>(load_integer(s.data, at + static_cast<std::ptrdiff_t>(i) * r.stride, s.type));
    }
    to += r.count;
    row += static_cast<std::ptrdiff_t>(r.count);
    count -= r.count;
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
[[gnu::noinline]] inline void load_entries(const loop_data& data, const stream& s, near_rows<S> rows, std::ptrdiff_t row, const I* entry, std::size_t count, T* to) {
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
[[gnu::noinline]] inline void load_row_values(const loop_data& data, const stream& s, std::ptrdiff_t row, std::size_t count, T* to) {
  for (std::size_t i = 0; i < count;) {
    const row_run r = run_of_rows(data, s, row + static_cast<std::ptrdiff_t>(i), count - i);
    const S* from = static_cast<const S*>(s.data) + r.offset;
    for (std::size_t k = 0; k < r.count; ++k) to[i++] = loaded(from[static_cast<std::ptrdiff_t>(k) * r.stride]);
  }
}
template <class S, class T>
[[gnu::noinline]] inline void store_row_values(const loop_data& data, const stream& s, std::ptrdiff_t row, std::size_t count, const T* from) {
  for (std::size_t i = 0; i < count;) {
    const row_run r = run_of_rows(data, s, row + static_cast<std::ptrdiff_t>(i), count - i);
    S* to = const_cast<S*>(static_cast<const S*>(s.data)) + r.offset;
    for (std::size_t k = 0; k < r.count; ++k) to[static_cast<std::ptrdiff_t>(k) * r.stride] = stored<S>(from[i++]);
  }
}

/// Where entry i of what a vector sees lies in a stream: along a row from `column` on, or entry `column` of the rows from `row` on.
inline std::ptrdiff_t entry_offset(const loop_data& data, const stream& s, std::ptrdiff_t row, std::ptrdiff_t column, bool along, std::size_t i) {
  const auto step = static_cast<std::ptrdiff_t>(i);
  return row_offset(data, s, along ? row : row + step) + (along ? column + step : column) * s.column_stride;
}

/// `count` entries of an array of the workspace.
template <class T>
[[gnu::noinline]] inline void load_array(const loop_data& data, const stream& s, std::ptrdiff_t row, std::ptrdiff_t column, bool along, std::size_t count, T* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<T>(static_cast<const double*>(s.data)[entry_offset(data, s, row, column, along, i)]);
}

/// Folds `count` values into entries of an array of the workspace.
template <class T>
[[gnu::noinline]] inline void store_into_array(op code, const loop_data& data, const stream& s, std::ptrdiff_t row, std::ptrdiff_t column, bool along, std::size_t count,
                                          const T* from) {
  for (std::size_t i = 0; i < count; ++i) {
    double& all = const_cast<double*>(static_cast<const double*>(s.data))[entry_offset(data, s, row, column, along, i)];
    all = math::combine(code, all, static_cast<double>(from[i]));
  }
}

/// The same for a scatter, whose labels say where along one axis; a label outside adds nothing.
template <class T, class I>
[[gnu::noinline]] inline void scatter_into_array(const loop_data& data, int array, std::ptrdiff_t extent, std::ptrdiff_t row, std::ptrdiff_t column, bool along, std::size_t count,
                                            const I* label, const T* from) {
  const stream& s = data.arrays[array];
  for (std::size_t i = 0; i < count; ++i) {
    if (label[i] < 0 || label[i] >= extent) continue;
    const std::ptrdiff_t at = entry_offset(data, s, row, column, along, i);
    const_cast<double*>(static_cast<const double*>(s.data))[at + static_cast<std::ptrdiff_t>(label[i]) * data.scatter_strides[array]] += static_cast<double>(from[i]);
  }
}

/// The entries that `label`s name along an axis that counts rows; a label outside, which only a masked row can have, names entry 0.
template <class S, class T, class I>
[[gnu::noinline]] inline void load_lookup(const loop_data& data, int lookup, std::ptrdiff_t extent, std::ptrdiff_t row, std::ptrdiff_t column, bool along, const I* label,
                                     std::size_t count, T* to) {
  const stream& s = data.lookups[lookup];
  for (std::size_t i = 0; i < count; ++i) {
    const std::ptrdiff_t l = label[i] >= 0 && label[i] < extent ? static_cast<std::ptrdiff_t>(label[i]) : 0;
    const std::ptrdiff_t at = entry_offset(data, s, row, column, along, i) + l * data.label_strides[lookup];
    to[i] = load_lane<S, T>(s, at);
  }
}

/// The coordinates of the rows from `row` on, along an axis that counts them.
template <class I>
[[gnu::noinline]] inline void load_coordinates(const loop_data& data, int axis, std::ptrdiff_t row, std::size_t count, I* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<I>((row + static_cast<std::ptrdiff_t>(i)) / data.inner_rows[axis] % data.extents[axis]);
}

template <class S>
[[gnu::noinline]] inline void copy_in(const S* from, std::ptrdiff_t stride, std::size_t count, S* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = from[static_cast<std::ptrdiff_t>(i) * stride];
}
template <class S>
[[gnu::noinline]] inline void copy_out(const S* from, std::size_t count, S* to, std::ptrdiff_t stride) {
  for (std::size_t i = 0; i < count; ++i) to[static_cast<std::ptrdiff_t>(i) * stride] = from[i];
}

/// A vector of 16 bytes of any compiler, on any machine, and two of them interleaved.
template <std::size_t Bytes> using bits_of = std::conditional_t<Bytes == 2, std::uint16_t, std::conditional_t<Bytes == 4, std::uint32_t, std::uint64_t>>;
template <std::size_t Bytes> using sixteen_bytes [[gnu::vector_size(16)]] = bits_of<Bytes>;

template <class V, int... I>
inline void interleave(const V& a, const V& b, V* to, std::integer_sequence<int, I...>) {
  constexpr int n = sizeof...(I);
  to[0] = __builtin_shufflevector(a, b, (I / 2 + I % 2 * n)...);
  to[1] = __builtin_shufflevector(a, b, (n / 2 + I / 2 + I % 2 * n)...);
}

/// to[j * to_stride + i] = from[i * from_stride + j] for i < rows, j < columns, a square at a time; the last squares overlap
/// those before them.
template <class S>
void transpose(const S* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, S* to, std::ptrdiff_t to_stride) {
  using V = sixteen_bytes<sizeof(S)>;
  constexpr int n = 16 / sizeof(S);
  if (rows < n || columns < n) {
    for (std::ptrdiff_t i = 0; i < rows; ++i)
      for (std::ptrdiff_t j = 0; j < columns; ++j) to[j * to_stride + i] = from[i * from_stride + j];
    return;
  }
  for (std::ptrdiff_t i = 0; i < rows; i += n) {
    if (i > rows - n) i = rows - n;
    for (std::ptrdiff_t j = 0; j < columns; j += n) {
      if (j > columns - n) j = columns - n;
      V square[2][n];
      for (int k = 0; k < n; ++k) std::memcpy(&square[0][k], from + (i + k) * from_stride + j, 16);
      int now = 0;
      for (int size = 1; size < n; size *= 2, now = 1 - now)
        for (int k = 0; k < n / 2; ++k) interleave(square[now][k], square[now][k + n / 2], &square[1 - now][2 * k], std::make_integer_sequence<int, n>());
      for (int k = 0; k < n; ++k) std::memcpy(to + (j + k) * to_stride + i, &square[now][k], 16);
    }
  }
}

// Rows that are neighbours in memory reach a tile column by column, a few lines of each. No prefetcher of a processor keeps as many
// places in mind as there are columns, so the lines that the next block will ask for are asked for here.

/// Copies numbers that lie side by side, and asks for as many that follow them.
template <class S>
inline void fetch(const S* from, std::size_t count, S* to) {
  const char* next = reinterpret_cast<const char*>(from) + count * sizeof(S);
  for (std::size_t i = 0; i < count * sizeof(S); i += 64) __builtin_prefetch(next + i, 0, 2);
  std::memcpy(to, from, count * sizeof(S));
}

/// Bytes of an output that no cache holds until somebody reads it: it is written past the caches.
inline constexpr std::ptrdiff_t uncached_bytes = 32 << 20;

/// The same copy, past the caches: memory is not read before it is overwritten.
template <class S>
inline void send(const S* from, std::size_t count, S* to) {
#if defined(__x86_64__)
  using V [[gnu::vector_size(16)]] = float;
  const char* in = reinterpret_cast<const char*>(from);
  char* out = reinterpret_cast<char*>(to);
  std::size_t bytes = count * sizeof(S), head = (64 - reinterpret_cast<std::uintptr_t>(out) % 64) % 64;
  if (head > bytes) head = bytes;
  std::memcpy(out, in, head);
  for (bytes -= head, in += head, out += head; bytes >= 64; bytes -= 64, in += 64, out += 64)
    for (int i = 0; i < 64; i += 16) {
      V v;
      std::memcpy(&v, in + i, 16);
#if defined(__clang__)
      __builtin_nontemporal_store(v, reinterpret_cast<V*>(out + i));
#else
      __builtin_ia32_movntps(reinterpret_cast<float*>(out + i), v);
#endif
    }
  std::memcpy(out, in, bytes);
#else
  std::memcpy(to, from, count * sizeof(S));
#endif
}

/// The numbers of rows, at strides of rows and columns, go to other strides of both.
template <class S>
void move(const S* from, std::ptrdiff_t from_row, std::ptrdiff_t from_column, std::ptrdiff_t rows, std::ptrdiff_t columns, S* to, std::ptrdiff_t to_row, std::ptrdiff_t to_column) {
  if (from_column == 1 && to_row == 1) {
    transpose(from, from_row, rows, columns, to, to_column);
  } else if (from_row == 1 && to_column == 1) {
    transpose(from, from_column, columns, rows, to, to_row);
  } else {
    for (std::ptrdiff_t i = 0; i < rows; ++i)
      for (std::ptrdiff_t j = 0; j < columns; ++j) to[i * to_row + j * to_column] = from[i * from_row + j * from_column];
  }
}

/// Columns of `count` rows, side by side: entry j of row i goes to j * pitch + i. Rows past `count`, up to `filled`, repeat the
/// last one, so that what their lanes compute is as tame as the data.
template <class S>
[[gnu::noinline]] inline void load_tile(const loop_data& data, const stream& s, std::ptrdiff_t row, std::size_t count, std::size_t filled, std::ptrdiff_t pitch, S* tile) {
  for (std::size_t i = 0; i < count;) {
    const row_run r = run_of_rows(data, s, row + static_cast<std::ptrdiff_t>(i), count - i);
    const S* from = static_cast<const S*>(s.data) + r.offset;
    if (r.stride == 1)
      for (std::ptrdiff_t j = 0; j < data.columns; ++j) fetch(from + j * s.column_stride, r.count, tile + j * pitch + i);
    else
      move(from, r.stride, s.column_stride, static_cast<std::ptrdiff_t>(r.count), data.columns, tile + i, 1, pitch);
    i += r.count;
  }
  for (std::ptrdiff_t j = 0; j < data.columns; ++j, tile += pitch)
    for (std::size_t i = count; i < filled; ++i) tile[i] = tile[count - 1];
}
template <class S>
[[gnu::noinline]] inline void store_tile(const loop_data& data, const stream& s, std::ptrdiff_t row, std::size_t count, std::ptrdiff_t pitch, const S* tile) {
  const bool uncached = data.rows * data.columns > uncached_bytes / static_cast<std::ptrdiff_t>(sizeof(S));
  for (std::size_t i = 0; i < count;) {
    const row_run r = run_of_rows(data, s, row + static_cast<std::ptrdiff_t>(i), count - i);
    S* to = const_cast<S*>(static_cast<const S*>(s.data)) + r.offset;
    if (r.stride != 1)
      move(tile + i, 1, pitch, static_cast<std::ptrdiff_t>(r.count), data.columns, to, r.stride, s.column_stride);
    else if (uncached)
      for (std::ptrdiff_t j = 0; j < data.columns; ++j) send(tile + j * pitch + i, r.count, to + j * s.column_stride);
    else
      for (std::ptrdiff_t j = 0; j < data.columns; ++j) std::memcpy(to + j * s.column_stride, tile + j * pitch + i, r.count * sizeof(S));
    i += r.count;
  }
#if defined(__x86_64__)
  if (uncached) __builtin_ia32_sfence();  // what was sent comes before what others are told
#endif
}

}  // namespace loom::exec
