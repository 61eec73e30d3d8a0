// SPDX-License-Identifier: BSL-1.0
// loops/tiles.hpp — rows side by side: tiles, and the transposes between them and memory.
// Layer 7 (loops).
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "loom/layout/streams.hpp"

namespace loom::inline LOOM_ABI::loops {

/// A vector of 16 bytes of any compiler, on any machine, and two of them interleaved.
template <std::size_t Bytes> using bits_of =
    std::conditional_t<Bytes == 2, std::uint16_t, std::conditional_t<Bytes == 4, std::uint32_t, std::uint64_t>>;
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
void transpose(const S* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, S* to,
               std::ptrdiff_t to_stride) {
  using V = sixteen_bytes<sizeof(S)>;
  constexpr int n = 16 / sizeof(S);
  if (rows < n || columns < n) {
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
      LOOM_SHORT_LOOP
      for (std::ptrdiff_t j = 0; j < columns; ++j) to[j * to_stride + i] = from[i * from_stride + j];
    }
    return;
  }
  for (std::ptrdiff_t i = 0; i < rows; i += n) {
    if (i > rows - n) i = rows - n;
    for (std::ptrdiff_t j = 0; j < columns; j += n) {
      if (j > columns - n) j = columns - n;
      V square[2][n];
#pragma GCC unroll 16
      for (int k = 0; k < n; ++k) __builtin_memcpy(&square[0][k], from + (i + k) * from_stride + j, 16);
      int now = 0;
#pragma GCC unroll 16
      for (int size = 1; size < n; size *= 2, now = 1 - now)
#pragma GCC unroll 16
        for (int k = 0; k < n / 2; ++k)
          interleave(square[now][k], square[now][k + n / 2], &square[1 - now][2 * k],
                     std::make_integer_sequence<int, n>());
#pragma GCC unroll 16
      for (int k = 0; k < n; ++k) __builtin_memcpy(to + (j + k) * to_stride + i, &square[now][k], 16);
    }
  }
}

/// Whether the rows of a block are neighbours along one axis. Where that is short, they are not: too many lanes would be empty.
inline bool in_one_line(const sweep_layout& data, std::ptrdiff_t lanes) {
  return data.row_rank == 1 || data.row_extents[data.row_rank - 1] >= 4 * lanes;
}
/// How many of `count` rows from `first` on lie before the end of a line.
LOOM_CALLED_BY_LOOPS inline std::ptrdiff_t rows_within_line(const sweep_layout& data, std::ptrdiff_t first,
                                                            std::ptrdiff_t count) {
  if (data.row_rank == 1) return count;
  const std::ptrdiff_t line = data.row_extents[data.row_rank - 1], rest = line - first % line;
  return count < rest ? count : rest;
}

// Rows that are neighbours in memory reach a tile column by column, a few lines of each. No prefetcher of a processor keeps as many
// places in mind as there are columns, so the lines that the next block will ask for are asked for here.

/// Copies numbers that lie side by side, and asks for as many that follow them.
template <class S>
inline void fetch(const S* from, std::size_t count, S* to) {
  const char* next = reinterpret_cast<const char*>(from) + count * sizeof(S);
  for (std::size_t i = 0; i < count * sizeof(S); i += 64) __builtin_prefetch(next + i, 0, 2);
  __builtin_memcpy(to, from, count * sizeof(S));
}

/// Bytes of an output that no cache holds until somebody reads it: it is written past the caches.
inline constexpr std::ptrdiff_t uncached_bytes = 8 << 20;

/// Whether an output is written so, of entries of `size` bytes.
inline bool is_uncached(const sweep_layout& data, std::ptrdiff_t size) {
  return data.rows * data.columns > uncached_bytes / size;
}
/// Bytes that are sent together, of rows that follow each other: for a short one alone the way is long.
inline constexpr std::ptrdiff_t sent_bytes = 8192;

/// How a target copies bytes past the caches: memory is not read before it is overwritten (loops/lanes-inl.h).
using sender = void (*)(const unsigned char* from, std::ptrdiff_t bytes, unsigned char* to);

/// What was sent comes before what others are told.
inline void finish_sending() {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

/// How a target transposes; what `transpose` does.
template <class S>
using transposition = void (*)(const S* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                               S* to, std::ptrdiff_t to_stride);

/// The numbers of rows, at strides of rows and columns, go to other strides of both.
template <class S>
void move(transposition<S> turn, const S* from, std::ptrdiff_t from_row, std::ptrdiff_t from_column,
          std::ptrdiff_t rows, std::ptrdiff_t columns, S* to, std::ptrdiff_t to_row, std::ptrdiff_t to_column) {
  if (from_column == 1 && to_row == 1) {
    turn(from, from_row, rows, columns, to, to_column);
  } else if (from_row == 1 && to_column == 1) {
    turn(from, from_column, columns, rows, to, to_row);
  } else {
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
      LOOM_SHORT_LOOP
      for (std::ptrdiff_t j = 0; j < columns; ++j)
        to[i * to_row + j * to_column] = from[i * from_row + j * from_column];
    }
  }
}

/// Columns of `count` rows, side by side: entry j of row i goes to j * pitch + i. Rows past `count`, up to `filled`, repeat the
/// last one, so that what their lanes compute is as tame as the data.
template <class S>
LOOM_CALLED_BY_LOOPS inline void load_tile(transposition<S> turn, const sweep_layout& data, const strides& s,
                                           const S* entries, std::ptrdiff_t row, std::size_t count, std::size_t filled,
                                           std::ptrdiff_t pitch, S* tile) {
  for (std::size_t i = 0; i < count;) {
    const row_run r = run_of_rows(data, s, row + static_cast<std::ptrdiff_t>(i), count - i);
    const S* from = entries + r.offset;
    if (r.stride == 1)
      for (std::ptrdiff_t j = 0; j < data.columns; ++j)
        fetch(from + j * s.column_stride, r.count, tile + j * pitch + i);
    else
      move<S>(turn, from, r.stride, s.column_stride, static_cast<std::ptrdiff_t>(r.count), data.columns, tile + i, 1,
              pitch);
    i += r.count;
  }
  for (std::ptrdiff_t j = 0; j < data.columns; ++j, tile += pitch) {
    LOOM_SHORT_LOOP
    for (std::size_t i = count; i < filled; ++i) tile[i] = tile[count - 1];
  }
}
/// Transposes rows of a tile to where they follow each other in memory, past the caches.
template <class S>
LOOM_CALLED_BY_LOOPS inline void send_transposed(const S* tile, std::ptrdiff_t pitch, std::ptrdiff_t rows,
                                                 std::ptrdiff_t columns, S* to, sender send) {
  constexpr std::ptrdiff_t entries = sent_bytes / sizeof(S);
  alignas(64) S copy[entries];
  const std::ptrdiff_t most = entries / columns;
  for (; rows > 0; rows -= most, tile += most, to += most * columns) {
    const std::ptrdiff_t some = rows < most ? rows : most;
    transpose<S>(tile, pitch, columns, some, copy, columns);
    send(reinterpret_cast<const unsigned char*>(copy), some * columns * static_cast<std::ptrdiff_t>(sizeof(S)),
         reinterpret_cast<unsigned char*>(to));
  }
}
/// Back by squares of 16 bytes: a row that is no whole number of vectors would end in a store of some lanes, which costs several of all.
template <class S>
LOOM_CALLED_BY_LOOPS inline void store_tile(const sweep_layout& data, const output_stream& s, std::ptrdiff_t row,
                                            std::size_t count, std::ptrdiff_t pitch, const S* tile, sender send) {
  constexpr std::ptrdiff_t size = sizeof(S);
  const bool uncached = is_uncached(data, size),
             together = uncached && s.column_stride == 1 && data.columns <= sent_bytes / size;
  for (std::size_t i = 0; i < count;) {
    const row_run r = run_of_rows(data, s, row + static_cast<std::ptrdiff_t>(i), count - i);
    S* to = static_cast<S*>(s.data) + r.offset;
    if (r.stride == 1 && uncached)
      for (std::ptrdiff_t j = 0; j < data.columns; ++j)
        send(reinterpret_cast<const unsigned char*>(tile + j * pitch + i), static_cast<std::ptrdiff_t>(r.count) * size,
             reinterpret_cast<unsigned char*>(to + j * s.column_stride));
    else if (r.stride == 1)
      for (std::ptrdiff_t j = 0; j < data.columns; ++j)
        __builtin_memcpy(to + j * s.column_stride, tile + j * pitch + i, r.count * sizeof(S));
    else if (together && r.stride == data.columns)
      send_transposed(tile + i, pitch, static_cast<std::ptrdiff_t>(r.count), data.columns, to, send);
    else
      move<S>(&transpose<S>, tile + i, 1, pitch, static_cast<std::ptrdiff_t>(r.count), data.columns, to, r.stride,
              s.column_stride);
    i += r.count;
  }
}

}  // namespace loom::loops
