// SPDX-License-Identifier: BSL-1.0
// loops/pieces.hpp — copies of pieces of rows, on the way between memory and the loops along rows.
// Layer 7 (loops).
#pragma once

#include <cstddef>
#include <cstdint>

#include "loom/loops/tiles.hpp"

namespace loom::inline LOOM_ABI::loops {

/// Whether an operand is copied: not at all; because its entries lie apart; because it is an output that is larger than the caches.
enum class copied : unsigned char { never, apart, sent };

/// An operand of a sweep: a row of it, and a piece of memory that the nearest cache holds.
struct piece {
  unsigned char* row = nullptr;
  unsigned char* copy = nullptr;
  std::ptrdiff_t stride = 1;  ///< of entries
  std::ptrdiff_t size = 0;  ///< bytes of an entry
  copied how = copied::never;
  bool whole_rows = false;  ///< the piece is a row, not a block of one
  // Where the loops find the entries: that of column j at `at + (j - first) * size`.
  unsigned char* at = nullptr;
  std::ptrdiff_t first = 0;
};

/// Begins a call: an operand of `rows` rows of `columns` entries, of `size` bytes, and its piece, of `room` bytes if it is a row of an output
/// that values are parked in, else of a block. True if it is copied.
[[gnu::noinline]] inline bool begin_piece(piece& p, unsigned char* copy, std::ptrdiff_t size, std::ptrdiff_t stride,
                                          bool stored, std::ptrdiff_t room, std::ptrdiff_t rows,
                                          std::ptrdiff_t columns) {
  const bool large = stored && rows * columns > uncached_bytes / size && (room == 0 || columns * size <= room);
  p = {nullptr,
       copy,
       stride,
       size,
       stride != 1 ? copied::apart
       : large     ? copied::sent
                   : copied::never,
       room != 0 && stride == 1,
       nullptr,
       0};
  return p.how != copied::never;
}
/// Begins a row.
[[gnu::noinline]] inline void begin_row(piece& p, void* row) {
  p.row = static_cast<unsigned char*>(row);
  p.at = p.whole_rows && p.how != copied::never ? p.copy : p.row;
  p.first = 0;
}

template <std::ptrdiff_t Size>
void copy_sized(const unsigned char* from, std::ptrdiff_t from_stride, unsigned char* to, std::ptrdiff_t to_stride,
                std::ptrdiff_t count) {
  for (std::ptrdiff_t i = 0; i < count; ++i)
    __builtin_memcpy(to + i * to_stride * Size, from + i * from_stride * Size, Size);
}
/// Copies `count` entries of `size` bytes, from stride to stride, counted in entries.
[[gnu::noinline]] inline void copy_entries(std::ptrdiff_t size, const void* from, std::ptrdiff_t from_stride, void* to,
                                           std::ptrdiff_t to_stride, std::ptrdiff_t count) {
  const auto* in = static_cast<const unsigned char*>(from);
  auto* out = static_cast<unsigned char*>(to);
  switch (size) {
    case 2: return copy_sized<2>(in, from_stride, out, to_stride, count);
    case 4: return copy_sized<4>(in, from_stride, out, to_stride, count);
    default: return copy_sized<8>(in, from_stride, out, to_stride, count);
  }
}

/// Before a block of `count` entries from `column` on: of the operands `used`, a bit of each, those that are copied by blocks are where their
/// copies are, and of those the ones that are `read` are copied.
[[gnu::noinline]] inline void begin_block(piece* operands, unsigned used, unsigned read, std::ptrdiff_t column,
                                          std::ptrdiff_t count) {
  for (; used != 0; used &= used - 1) {
    const int k = __builtin_ctz(used);
    piece& p = operands[k];
    if (p.how == copied::never || p.whole_rows) continue;
    p.at = p.copy;
    p.first = column;
    if ((read >> k & 1u) != 0) copy_entries(p.size, p.row + column * p.stride * p.size, p.stride, p.copy, 1, count);
  }
}

/// After it: of the operands `written` the copies go to memory. Of a row, column 0 and all its entries, if `whole_rows`.
[[gnu::noinline]] inline void end_block(const piece* operands, unsigned written, bool whole_rows, std::ptrdiff_t column,
                                        std::ptrdiff_t count, sender send) {
  for (; written != 0; written &= written - 1) {
    const piece& p = operands[__builtin_ctz(written)];
    if (p.how == copied::never || p.whole_rows != whole_rows) continue;
    unsigned char* const to = p.row + column * p.stride * p.size;
    if (p.how == copied::sent) send(p.copy, count * p.size, to);
    else copy_entries(p.size, p.copy, 1, to, p.stride, count);
  }
}

}  // namespace loom::loops
