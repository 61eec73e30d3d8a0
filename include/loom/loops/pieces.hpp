// SPDX-License-Identifier: BSL-1.0
// loops/pieces.hpp — copies of pieces of rows, on the way between memory and the loops along rows.
// Layer 7 (loops).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "loom/loops/tiles.hpp"

namespace loom::inline LOOM_ABI::loops {

/// Whether an operand is copied: not at all; because its entries lie apart; because it is an output that is larger than the caches.
enum class copied : unsigned char { never, apart, sent };

/// Copies `count` entries of `Size` bytes, from stride to stride, counted in entries.
template <std::ptrdiff_t Size>
LOOM_CALLED_BY_LOOPS void copy_entries(const void* from, std::ptrdiff_t from_stride, void* to, std::ptrdiff_t to_stride,
                                       std::ptrdiff_t count) {
  const auto* in = static_cast<const unsigned char*>(from);
  auto* out = static_cast<unsigned char*>(to);
  for (std::ptrdiff_t i = 0; i < count; ++i)
    __builtin_memcpy(out + i * to_stride * Size, in + i * from_stride * Size, Size);
}
using copier = void (*)(const void* from, std::ptrdiff_t from_stride, void* to, std::ptrdiff_t to_stride,
                        std::ptrdiff_t count);

/// What a sweep does with an operand's entries, known from its plan. No entries: 0 bytes.
struct piece_use {
  std::ptrdiff_t size = 0;  ///< bytes of an entry
  std::ptrdiff_t place = 0;  ///< of the copy, in the memory for copies
  std::ptrdiff_t room = 0;  ///< bytes of the copy
  bool parked = false;  ///< values are, so that the copy has to be a row
  bool sent = false;  ///< past the caches, where the output is larger than they are
  copier copy_entries = nullptr;
};

/// What a sweep copies: nothing, whole rows only, or blocks of rows too.
enum class copies : unsigned char { none, of_rows, of_blocks };

/// An operand of a sweep: a row of it, and a piece of memory that the nearest cache holds.
struct piece {
  const strides* lies;
  unsigned char* data;
  unsigned char* row;
  unsigned char* copy;
  unsigned char* at;  ///< where the loops would find the entry of column 0
  const piece_use* use;
  copied how;
  bool whole_rows;  ///< the copy is of rows, not of a block of one
  std::ptrdiff_t waiting;  ///< bytes of rows in the copy that are not sent yet
  std::ptrdiff_t most;  ///< of them, but for one row that is longer
  unsigned char* first;  ///< where they go
};

/// Sends the rows that wait.
inline void send_rows(piece& p, sender send) {
  if (p.waiting != 0) send(p.copy, p.waiting, p.first);
  p.waiting = 0;
}

/// Begins a call: inputs, then outputs.
LOOM_CALLED_BY_LOOPS inline copies begin_pieces(piece* pieces, const piece_use* uses, int inputs, int operands,
                                                const sweep_layout& data, unsigned char* memory) {
  copies made = copies::none;
  for (int k = 0; k < operands; ++k) {
    const piece_use& use = uses[k];
    piece& p = pieces[k];
    p.use = &use;
    p.how = copied::never;
    if (use.size == 0) continue;
    if (k < inputs) {
      p.lies = &data.inputs[k];
      p.data = static_cast<unsigned char*>(const_cast<void*>(data.inputs[k].data));  // which is only read
    } else {
      p.lies = &data.outputs[k - inputs];
      p.data = static_cast<unsigned char*>(data.outputs[k - inputs].data);
    }
    p.copy = memory + use.place;
    const std::ptrdiff_t stride = p.lies->column_stride;
    const bool fits = data.columns <= use.room / use.size,
               large = use.sent && is_uncached(data, use.size) && (fits || !use.parked);
    if (stride != 1) p.how = copied::apart;
    else if (large) p.how = copied::sent;
    p.whole_rows = fits && p.how == copied::sent;
    p.waiting = 0;
    p.most = use.room < sent_bytes ? use.room : sent_bytes;
    p.first = nullptr;
    if (p.how == copied::never) continue;
    if (!p.whole_rows) made = copies::of_blocks;
    else if (made == copies::none) made = copies::of_rows;
  }
  return made;
}
/// Begins a row.
LOOM_CALLED_BY_LOOPS inline void begin_pieces_of_row(piece* pieces, int operands, const sweep_layout& data,
                                                     std::ptrdiff_t row, sender send) {
  for (int k = 0; k < operands; ++k) {
    piece& p = pieces[k];
    if (p.use->size == 0) continue;
    p.at = p.row = p.data + row_offset(data, *p.lies, row) * p.use->size;
    if (!p.whole_rows) continue;
    const std::ptrdiff_t bytes = data.columns * p.use->size;
    if (p.row != p.first + p.waiting || p.waiting + bytes > p.most) send_rows(p, send);
    if (p.waiting == 0) p.first = p.row;
    p.at = p.copy + p.waiting;
    p.waiting += bytes;
  }
}
/// Ends a call.
LOOM_CALLED_BY_LOOPS inline void end_pieces(piece* pieces, int operands, sender send) {
  for (int k = 0; k < operands; ++k)
    if (pieces[k].use->size != 0) send_rows(pieces[k], send);
  finish_sending();
}

/// Before a block of `count` entries from `column` on: of the operands `used`, those that are copied by blocks are where their
/// copies are, and of those the ones that are `read` are copied.
LOOM_CALLED_BY_LOOPS inline void begin_block(piece* operands, operand_set used, operand_set read, std::ptrdiff_t column,
                                             std::ptrdiff_t count) {
  for (; used != 0; used &= used - 1) {
    const int k = std::countr_zero(used);
    piece& p = operands[k];
    if (p.how == copied::never || p.whole_rows) continue;
    // Counted as an integer: no pointer may lead to before an array.
    const auto begin = reinterpret_cast<std::uintptr_t>(p.copy) - static_cast<std::uintptr_t>(column * p.use->size);
    p.at = reinterpret_cast<unsigned char*>(begin);  // NOLINT: an entry of the copy is added before it is used
    const std::ptrdiff_t stride = p.lies->column_stride;
    if ((read >> k & 1) != 0) p.use->copy_entries(p.row + column * stride * p.use->size, stride, p.copy, 1, count);
  }
}

/// After it: of the operands `written` the copies go to memory.
LOOM_CALLED_BY_LOOPS inline void end_block(const piece* operands, operand_set written, std::ptrdiff_t column,
                                           std::ptrdiff_t count, sender send) {
  for (; written != 0; written &= written - 1) {
    const piece& p = operands[std::countr_zero(written)];
    if (p.how == copied::never || p.whole_rows) continue;
    const std::ptrdiff_t stride = p.lies->column_stride;
    unsigned char* const to = p.row + column * stride * p.use->size;
    if (p.how == copied::sent) send(p.copy, count * p.use->size, to);
    else p.use->copy_entries(p.copy, 1, to, stride, count);
  }
}

}  // namespace loom::loops
