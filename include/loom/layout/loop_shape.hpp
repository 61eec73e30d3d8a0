// SPDX-License-Identifier: BSL-1.0
// layout/loop_shape.hpp — the shape of a sweep's loops: what the lanes of a vector are, and where they are loaded from.
// The plan says which shapes are possible, so that no other is compiled; the data of a call decides among them.
// Layer 6 (layout).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "loom/call/storage.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::layout {

// clang-format off
/// The shapes, one row each.
///   lanes  the struct in loops/shapes that runs it: which entries the lanes of a vector are
///   words  when it is chosen and how its lanes run (layout/shape_words.hpp)
#define LOOM_LOOP_SHAPES(LOOM_SHAPE)                                                                                             \
  /*         name             lanes        words */                                                                              \
  LOOM_SHAPE(row_values,      across_rows, "Row values: lanes across rows.")                                                     \
  LOOM_SHAPE(along_memory,    along_rows,  "Contiguous rows: lanes along memory, all rows joined into one.")                     \
  LOOM_SHAPE(along_row,       along_rows,  "Long rows, or a single one: lanes along the row.")                                   \
  LOOM_SHAPE(transposed_tile, across_rows, "Short rows: lanes across rows, through a transposed tile.")                          \
  LOOM_SHAPE(copied_tile,     across_rows, "Rows side by side in memory: lanes across rows, through a tile of whole cache lines.")\
  LOOM_SHAPE(in_place,        across_rows, "Rows side by side and too long for a tile: lanes across rows, in place.")

#define LOOM_SHAPE_NAME(name, lanes, words) name,
// clang-format on

enum class loop_shape : std::uint8_t { LOOM_LOOP_SHAPES(LOOM_SHAPE_NAME) };

#undef LOOM_SHAPE_NAME

// ---- tiles -------------------------------------------------------------------------------------------------------------

/// Whether an input has an entry for each row and column: numbers, labels or a mask.
constexpr bool has_entries(const plan& p, int slot) {
  const input_info& in = p.program.inputs[slot];
  return !in.is_shifted() && (as_set(in.axes) & p.row_axes) != 0 && (as_set(in.axes) & p.column_axes) != 0;
}

/// A set of operands, a bit of each. They are numbered: inputs, then outputs.
using operand_set = std::uint64_t;
static_assert(max_inputs + max_outputs <= 64);

/// Whether an operand has a tile where lanes run across rows.
constexpr bool has_tile(const plan& p, const sweep& s, int operand) {
  if (s.over != level::element) return false;
  const int inputs = p.program.inputs.size();
  if (operand < inputs) return has_entries(p, operand) && reads_input(p, s, operand);
  return output_level(p, operand - inputs) == level::element && touches_output(p, s, operand - inputs);
}

/// The operands that have one.
constexpr operand_set tiled_operands(const plan& p, const sweep& s) {
  operand_set found = 0;
  for (int k = p.program.inputs.size() + p.program.outputs.size() - 1; k >= 0; --k)
    found |= has_tile(p, s, k) ? operand_set{1} << k : 0;
  return found;
}

/// Bytes of one tile. All tiles of a sweep stay on the stack and in the second-level cache.
constexpr std::ptrdiff_t tile_bytes(int tiles) {
  constexpr std::ptrdiff_t all = LOOM_TILE_BYTES, least = 4096;  // 64 columns of the widest vector
  const std::ptrdiff_t each = all / (tiles < 2 ? 2 : tiles) / 64 * 64;
  return each < least ? least : each;
}

// ---- the choice --------------------------------------------------------------------------------------------------------

/// Whether a sweep does more to row values than to compute them: it then has to see each row once.
constexpr bool acts_on_rows(const plan& p, const sweep& s) {
  for (int i = s.before.begin; i < end_of(s); ++i) {
    bool in_body = false;
    for (const row_pass& pass : s.passes) in_body = in_body || (i >= pass.body.begin && i < pass.body.end);
    if (!in_body && p.steps[i].kind != action::compute) return true;
  }
  return false;
}

/// Whether a sweep reads entries further on along some axis: those of short rows are no tile.
constexpr bool reads_shifted_entries(const plan& p, const sweep& s) {
  for (int k = 0; k < p.program.inputs.size(); ++k) {
    const input_info& in = p.program.inputs[k];
    if (in.is_shifted() && (as_set(in.axes) & p.column_axes) != 0 && reads_input(p, s, k)) return true;
  }
  return false;
}

/// The inputs of which a sweep reads entries along several axes, windows: lanes across rows are neighbours there, too.
constexpr operand_set windows_of(const plan& p, const sweep& s) {
  operand_set found = 0;
  for (int k = 0; k < p.program.inputs.size(); ++k) {
    const input_info& in = p.program.inputs[k];
    if (in.is_sum() && in.is_shifted() && (as_set(in.axes) & p.column_axes) != 0 && reads_input(p, s, k))
      found |= operand_set{1} << k;
  }
  return found;
}

/// The axis whose rows are neighbours; -1 if there is one row.
constexpr int innermost_row(const plan& p, const sweep& s) {
  int axis = -1;
  for (const int a : p.row_order)
    if (has(s.rows, a)) axis = a;
  return axis;
}

/// Whether neighbours along an axis read neighbours, or the same entry, along each axis of these inputs that ends somewhere.
constexpr bool read_neighbours(const plan& p, operand_set inputs, int axis) {
  for (int k = 0; k < p.program.inputs.size(); ++k)
    for (const ir::coordinate& c : p.program.inputs[k].at)
      if ((inputs >> k & 1) != 0 && c.is_shifted() && c.steps_along(axis) != 0 && c.steps_along(axis) != 1)
        return false;
  return true;
}

/// Whether a row has a value that is made of its entries.
constexpr bool reduces_rows(const sweep& s) {
  for (const row_pass& pass : s.passes)
    if (pass.reductions.begin != pass.reductions.end) return true;
  return false;
}

/// Whether an entry depends on where it is.
constexpr bool counts_positions(const plan& p) {
  for (const input_info& in : p.program.inputs)
    if (in.is_shifted()) return true;
  for (const node& n : p.program.nodes)
    if (n.code == op::position) return true;
  return false;
}

/// What the plan alone says about the shape of a sweep.
struct shape_choice {
  std::uint32_t possible = 0;  ///< a bit for each shape
  std::ptrdiff_t longest_in_tile = 0;  ///< columns of which a tile holds a cache line of rows
  std::ptrdiff_t longest_transposed = 0;  ///< columns of a short row
  operand_set tiled = 0;  ///< the operands that have a tile
  operand_set windows = 0;  ///< the inputs that are read along several axes
  int line_axis = -1;  ///< where there are some, rows in place are neighbours along this axis alone
  int part_of_vector = 1;  ///< the fewest rows side by side are this part of one: the whole, half, a quarter
  int vectors_abreast = 1;  ///< of rows in place, that are walked together

  constexpr bool allows(loop_shape shape) const { return (possible >> static_cast<int>(shape) & 1) != 0; }
  constexpr void allow(loop_shape shape) { possible |= std::uint32_t{1} << static_cast<int>(shape); }
};

/// The part of a vector that has to be rows where other lanes can be left out: all of it where entries are looked up, which leaves out none;
/// half where an output is read, for a load waits for the store before it if it overlaps lanes that were left out of that; else a quarter.
constexpr int least_part_of_vector(const plan& p, const sweep& s) {
  for (const node& n : p.program.nodes)
    if (n.code == op::gather) return 1;
  bool reads_outputs = p.added != 0 || p.in_place != 0;
  for (int i = s.hoisted.begin; i < end_of(s); ++i) reads_outputs = reads_outputs || p.steps[i].kind == action::recall;
  return reads_outputs ? 2 : 4;
}

// Rows side by side that are walked in place: each of their entries is in another page of memory. A line of each at a time, most of the
// time would go by in finding pages; of a few lines, memory gives what it can.

inline constexpr int vectors_abreast = 4;
inline constexpr int most_cost_abreast = 128;  ///< of an entry, in vector instructions; then registers are few

/// Whether the rows of a plan lie side by side, as its inputs are declared, and a sweep does little enough to each entry. Labels and masks
/// of entries are better off in a tile, where they are as wide as the lanes.
constexpr bool walks_vectors_abreast(const plan& p, const sweep& s, operand_set tiled) {
  int cost = 0;
  for (const row_pass& pass : s.passes) cost += pass.cost;
  if (cost > most_cost_abreast || columns_are_innermost(p)) return false;
  for (int k = 0; k < p.program.inputs.size(); ++k)
    if ((tiled >> k & 1) != 0 && p.program.inputs[k].code != op::tensor) return false;
  return true;
}

constexpr shape_choice possible_loop_shapes(const plan& p, const sweep& s) {
  shape_choice choice;
  choice.part_of_vector = least_part_of_vector(p, s);
  choice.tiled = tiled_operands(p, s);
  choice.longest_in_tile = tile_bytes(std::popcount(choice.tiled)) / 64;
  const bool stores_entries = choice.tiled >> p.program.inputs.size() != 0;
  choice.longest_transposed = !reduces_rows(s) ? short_row_of_entries : stores_entries ? short_stored_row : short_row;
  if (choice.longest_transposed > choice.longest_in_tile) choice.longest_transposed = choice.longest_in_tile;
  if (s.over == level::row) {
    choice.allow(loop_shape::row_values);
    return choice;
  }
  const std::int64_t columns = known_columns(p);
  const bool one_row = s.rows == 0, long_rows = columns > choice.longest_transposed,
             joinable = p.elementwise && !acts_on_rows(p, s) && !counts_positions(p);
  if (joinable) choice.allow(loop_shape::along_memory);
  if (!(joinable && one_row)) choice.allow(loop_shape::along_row);
  if (one_row || (long_rows && columns_are_innermost(p))) return choice;
  if (!long_rows && !reads_shifted_entries(p, s)) choice.allow(loop_shape::transposed_tile);
  choice.windows = windows_of(p, s);
  if (choice.windows != 0) {  // which are in no tile
    choice.line_axis = innermost_row(p, s);
    if (read_neighbours(p, choice.windows, choice.line_axis)) choice.allow(loop_shape::in_place);
    return choice;
  }
  const bool abreast = walks_vectors_abreast(p, s, choice.tiled);
  if (abreast) choice.vectors_abreast = vectors_abreast;
  if (columns <= choice.longest_in_tile) choice.allow(loop_shape::copied_tile);
  if (abreast || columns == 0 || columns > choice.longest_in_tile) choice.allow(loop_shape::in_place);
  return choice;
}

/// Entries of 16 bits are loaded by whole vectors.
constexpr shape_choice of_storage(shape_choice choice, const call::storages& memory) {
  if (memory.inputs != 0 || memory.outputs != 0) choice.part_of_vector = 1;
  return choice;
}

template <class Program, int Sweep>
inline constexpr shape_choice shape_choice_of =
    of_storage(possible_loop_shapes(Program::schedule, Program::schedule.loops[Sweep]), call::memory_of<Program>);

/// A row of doubles is long from half as many columns on: it takes as many vectors.
constexpr shape_choice of_numbers(shape_choice choice, std::size_t bytes) {
  const std::ptrdiff_t longest =
      (choice.longest_transposed > short_row_of_entries ? short_row : short_row_of_entries) / 2;
  if (bytes == sizeof(double) && choice.longest_transposed > longest) choice.longest_transposed = longest;
  return choice;
}

inline constexpr std::ptrdiff_t most_lanes = 16;  ///< of any target

/// The shape of a sweep over so many rows and columns. `side_by_side`: rows are neighbours in memory, in every operand.
constexpr loop_shape choose_loop_shape(const shape_choice& choice, std::ptrdiff_t rows, std::ptrdiff_t columns,
                                       bool side_by_side) {
  if (choice.allows(loop_shape::row_values)) return loop_shape::row_values;
  if (rows == 1 && choice.allows(loop_shape::along_memory)) return loop_shape::along_memory;
  if (rows > 1 && side_by_side && columns <= choice.longest_in_tile && choice.allows(loop_shape::copied_tile))
    return loop_shape::copied_tile;
  if (rows > 1 && side_by_side && choice.allows(loop_shape::in_place)) return loop_shape::in_place;
  if (rows > 1 && columns <= choice.longest_transposed && choice.allows(loop_shape::transposed_tile))
    return loop_shape::transposed_tile;
  return loop_shape::along_row;
}

}  // namespace loom::layout
