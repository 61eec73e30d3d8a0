// SPDX-License-Identifier: BSL-1.0
// run/staged.hpp — the stages of a program, each a program of its own, and the workspace that they share.
// Layer 8 (run).
#pragma once

#include "loom/call/check_data.hpp"
#include "loom/call/storage.hpp"
#include "loom/loops/chains.hpp"
#include "loom/loops/matrices.hpp"
#include "loom/loops/sorting.hpp"
#include "loom/schedule/in_place.hpp"
#include "loom/schedule/stage_program.hpp"
#include "loom/schedule/walks.hpp"

namespace loom::inline LOOM_ABI::run {

/// The stages of a program.
template <class Program>
struct stages_of {
  static constexpr stage_map map = map_stages(Program::simple);
  static constexpr output_set exact = exact_outputs(memory_of<Program>), added = memory_of<Program>.added;
  static constexpr output_set direct = map.direct_outputs(exact, added);
};

/// A stage as a program of its own.
template <class Program, int Stage>
struct in_stage {
  static constexpr const stage_map& map = stages_of<Program>::map;
  static constexpr stage_program made = make_stage(map, Stage, stages_of<Program>::direct);

  /// A set of outputs of the program as one of the stage, with or without what is kept and the tiles.
  static constexpr output_set in_its_slots(output_set of_program, bool others) {
    output_set set = 0;
    for (int k = 0; k < made.outputs.size(); ++k) {
      const int slot = made.outputs[k].of_program;
      if (slot < 0 ? others : (of_program >> slot & 1) != 0) set |= output_set{1} << k;
    }
    return set;
  }
  static constexpr output_set added = in_its_slots(stages_of<Program>::added, false);
  /// Values may be parked in what is kept, and in tiles: their numbers are as wide as those of the loops.
  static constexpr plan schedule =
      compiler::stage::schedule(made.program, {in_its_slots(stages_of<Program>::exact, true), added});
  static constexpr axis_set tile = map.tiles[Stage];
  static constexpr tile_roles roles = roles_in(schedule, made, tile);

  /// Whether an input is the tile that a product makes, a block of it at a time; or an output the one that is multiplied.
  static constexpr bool is_block(const stage_input& in) { return in.value != no_value && map.makes(in.value); }
  static constexpr bool is_block(const stage_output& out) {
    return tile != 0 && out.is_kept() && map.program[out.value].axes == tile;
  }
  /// Whether an output is what a block leaves of a fold, or what scales it: one entry for each row, or column.
  static constexpr bool is_part(int slot) {
    for (const tile_fold& f : made.folds)
      if (f.slot == slot || f.coefficient == slot) return !schedule.program.outputs[slot].axes.empty();
    return false;
  }
  static constexpr value_id tile_value() {
    for (const stage_input& in : made.inputs)
      if (is_block(in)) return in.value;
    return no_value;
  }
  static constexpr int input_blocks() {
    int count = 0;
    for (const stage_input& in : made.inputs) count += is_block(in);
    return count;
  }
  /// The block that an output is: that of the tile itself if each entry is read before it is written.
  static constexpr int block_of_output(int slot) {
    if (slot == overwriting) return 0;
    int number = input_blocks();
    for (int k = 0; k < slot; ++k) number += is_block(made.outputs[k]) && k != overwriting;
    return number;
  }
  static constexpr int blocks() { return block_of_output(made.outputs.size()); }
  /// Whether a block is as it was made when the loops are done.
  static constexpr bool leaves_tile() { return overwriting < 0; }

  static constexpr bool is_possible() { return can_run(schedule, made, tile, map.in_blocks); }

 private:
  /// The output that overwrites the tile, or -1.
  static constexpr int find_overwriting() {
    if (!map.in_blocks || input_blocks() != 1) return -1;
    int tile_input = 0;
    while (!is_block(made.inputs[tile_input])) ++tile_input;
    for (int k = 0; k < made.outputs.size(); ++k) {
      if (!is_block(made.outputs[k])) continue;
      plan over = schedule;
      over.in_place = output_set{1} << k;
      over.program.outputs[k].input = static_cast<std::int8_t>(tile_input);
      bool parks = false;
      for (const step& it : over.steps) parks = parks || (it.kind == action::park && it.slot == k);
      return !parks && first_overwritten_read(over).slot < 0 ? k : -1;
    }
    return -1;
  }
  static constexpr int overwriting = find_overwriting();
};

/// How the tensors of a stage are stored: as those of the program, and what is kept as the loops compute it.
template <class Program, int Stage>
constexpr storages memory_of_stage() {
  constexpr const stage_program& s = in_stage<Program, Stage>::made;
  storages memory;
  for (int k = 0; k < s.inputs.size(); ++k)
    if (s.inputs[k].of_program >= 0) memory.inputs |= storage_bits(k, memory_of<Program>.input(s.inputs[k].of_program));
  for (int k = 0; k < s.outputs.size(); ++k)
    if (s.outputs[k].of_program >= 0)
      memory.outputs |= storage_bits(k, memory_of<Program>.output(s.outputs[k].of_program));
  memory.added = in_stage<Program, Stage>::added;
  return memory;
}

}  // namespace loom::run

namespace loom::inline LOOM_ABI::call {
template <class Program, int Stage>
inline constexpr storages memory_of<run::in_stage<Program, Stage>> = run::memory_of_stage<Program, Stage>();
}  // namespace loom::call

namespace loom::inline LOOM_ABI::run {

/// The next stage with a tile, if it sees the tile of stage S once more in the same blocks; or 0.
template <class Program, int S, int Later = S + 2>
constexpr int recalled_in() {
  constexpr const stage_map& m = stages_of<Program>::map;
  if constexpr (!m.in_blocks || Later >= m.tiles.size() || m.tiles[S] == 0) {
    return 0;
  } else if constexpr (in_stage<Program, Later>::made.outputs.empty()) {
    return recalled_in<Program, S, Later + 2>();
  } else {
    using one = in_stage<Program, S>;
    using other = in_stage<Program, Later>;
    return m.tiles[Later] == m.tiles[S] && one::input_blocks() == 1 && one::blocks() == 1 && one::leaves_tile() &&
                   other::input_blocks() == 1 && one::tile_value() == other::tile_value() &&
                   one::roles.rows == other::roles.rows && m.is_symmetric(S) == m.is_symmetric(Later)
               ? Later
               : 0;
  }
}
/// Whether those stages, and what is between them, may take some rows after the others: no row needs the folds of another one, and
/// nothing is done twice that adds up.
template <class Program, int First, int Last>
constexpr bool takes_parts_of_rows() {
  constexpr const stage_map& m = stages_of<Program>::map;
  if (m.is_symmetric(First)) return false;
  value_set of_folds, of_all_rows;  // what the folds are part of; and what is there only when they are all there
  for (int i = 0; i < m.program.size(); ++i) {
    const node& n = m.program[i];
    const int s = m.stage_of[i];
    if (s < First || s > Last) continue;
    const bool is_fold = m.folds_tile(i);
    if (s == First && is_fold && m.kept[i] && n.axes != only(in_stage<Program, First>::roles.rows)) return false;
    if (s > First && s < Last && m.kept[i] && (m.is_made(i) || needs_arrays(n.code))) return false;
    bool sees_folds = s == First && is_fold, sees_all_rows = false;
    for (value_id o : n.operand) {
      if (o == no_value) continue;
      sees_folds = sees_folds || of_folds[o];
      sees_all_rows = sees_all_rows || of_all_rows[o];
    }
    const bool joins_rows = s > First && sees_folds && !ir::is_elementwise(n.code) && !(is_fold && n.axes != 0);
    if (sees_folds) of_folds.insert(i);
    if (!sees_all_rows && !joins_rows) continue;
    of_all_rows.insert(i);
    if (s == Last || m.kept[i]) return false;
  }
  for (int k = 0; k < m.program.outputs.size(); ++k) {
    const int s = m.stage_of_output(m.program.outputs[k]);
    if (s > First && s < Last && (stages_of<Program>::added >> k & 1) != 0) return false;
  }
  return true;
}

/// Whether a program runs in stages: it has running values, or products of matrices and a workspace, which a call must bring for something
/// else as well, or has brought for that.
template <class Program, bool HasWorkspace = false>
constexpr bool runs_in_stages() {
  if constexpr (!may_run_in_stages(Program::simple, Program::schedule, HasWorkspace)) return false;
  else if constexpr (memory_of<Program>.in_place != 0) return false;  // a factor is read after its gradient is there
  else if constexpr (!run_in_stages(stages_of<Program>::map, Program::schedule)) return false;
  else
    return []<int... S>(std::integer_sequence<int, S...>) {
      return (in_stage<Program, S>::is_possible() && ...);
    }(std::make_integer_sequence<int, stages_of<Program>::map.tiles.size()>());
}

// ---- memory ----------------------------------------------------------------------------------------------------------

/// The rows of a block at least, of which it is whole panels of products, and at most; its columns at most.
inline constexpr std::ptrdiff_t least_block_rows = 16, panel_block_rows = 48, most_block_columns = LOOM_BLOCK_COLUMNS,
                                most_block_rows = (most_block_columns * 3 / 8 + 15) / 16 * 16;
static_assert(LOOM_BLOCK_COLUMNS >= 16 && LOOM_BLOCK_COLUMNS % 16 == 0, "LOOM_BLOCK_COLUMNS is a multiple of 16");
/// The rows of a tile that are worth while to take by themselves, with all their blocks kept for a later stage.
inline constexpr std::ptrdiff_t least_recalled_rows = most_block_rows / 2;
/// The rows and columns of a square block, of which a tile has five or more each way if it has the columns: few are on the diagonal.
inline constexpr std::ptrdiff_t least_square = (most_block_rows * 3 / 4 + 15) / 16 * 16;
/// The rows of a block of whole rows, where the caller leaves it to Loom: as many as so much memory holds.
inline constexpr std::ptrdiff_t whole_rows_bytes = std::ptrdiff_t{3} << 20;
inline constexpr std::ptrdiff_t cache_line = 64;

/// Bytes, or as many as there are no bytes of.
struct byte_count {
  std::ptrdiff_t bytes = 0;
  constexpr void add(std::ptrdiff_t entries, std::ptrdiff_t size) {
    if (__builtin_mul_overflow(entries, size, &entries) || __builtin_add_overflow(entries, cache_line - 1, &entries) ||
        __builtin_add_overflow(bytes, entries / cache_line * cache_line, &bytes))
      bytes = PTRDIFF_MAX / 2;
  }
};

constexpr std::ptrdiff_t entries_over(axis_set axes, const std::ptrdiff_t* extents) {
  std::ptrdiff_t n = 1;
  for (int a = 0; a < max_axes; ++a)
    if (has(axes, a) && __builtin_mul_overflow(n, extents[a], &n)) n = PTRDIFF_MAX / 2;
  return n;
}

/// The columns of a block of a tile that has so many.
constexpr std::ptrdiff_t block_columns(std::ptrdiff_t columns, bool in_blocks) {
  return in_blocks && columns > most_block_columns ? most_block_columns : columns;
}
/// From one row of a block to the next: an odd number of lines, so that columns are in many sets of a cache; and never a row of the tile,
/// or loops would take it for one long row.
constexpr std::ptrdiff_t block_stride(std::ptrdiff_t width, std::ptrdiff_t columns) {
  const std::ptrdiff_t stride = ((width / 16 + 1) | 1) * 16;
  return stride == columns ? stride + 32 : stride;
}
/// Rows of a block, fewer than there are: whole panels of products if it may have so many.
constexpr std::ptrdiff_t whole_panels(std::ptrdiff_t rows) {
  return rows / (rows < panel_block_rows ? least_block_rows : panel_block_rows) *
         (rows < panel_block_rows ? least_block_rows : panel_block_rows);
}

/// The blocks of a tile.
struct block_extents {
  std::ptrdiff_t rows = 0, columns = 0, stride = 0;

  /// As many rows as columns, in the same memory.
  constexpr block_extents square(std::ptrdiff_t n) const {
    std::ptrdiff_t side = rows;
    while (side < n && (side + least_block_rows) * block_stride(side + least_block_rows, n) <= rows * stride)
      side += least_block_rows;
    const std::ptrdiff_t few = n / 5 > least_square ? n / 5 : least_square;  // fewer are on the diagonal
    if (side > few) side = few;
    side = side < n ? whole_panels(side) : n;
    return {side, side, block_stride(side, n)};
  }
};

/// The number of blocks of the first rows of a tile.
constexpr std::ptrdiff_t blocks_in(const block_extents& b, std::ptrdiff_t rows, std::ptrdiff_t columns,
                                   bool symmetric) {
  const std::ptrdiff_t across = b.columns > 0 ? (columns + b.columns - 1) / b.columns : 1;
  const std::ptrdiff_t down = b.rows > 0 ? (rows + b.rows - 1) / b.rows : 1;
  return symmetric ? across * (across + 1) / 2 : across * down;
}
/// How the workspace of a call is cut.
struct stage_memory {
  bool in_blocks = false;
  std::ptrdiff_t kept = 0;  ///< bytes of arrays that stages hand on
  std::ptrdiff_t parts = 0;  ///< of what blocks of a tile leave of its folds, the most that a stage has
  std::ptrdiff_t arrays = 0;  ///< of the arrays of one plan, the most that a stage has
  std::ptrdiff_t scratch = 0;  ///< of a product
  std::ptrdiff_t row = 0;  ///< of one row of all blocks of a stage, the most that one has
  std::ptrdiff_t rows = 0;  ///< of a tile, the most
  std::ptrdiff_t panels = 0;  ///< of factors, for the blocks of some columns: where there is memory left

  constexpr std::ptrdiff_t fixed() const { return kept + parts + arrays + scratch + cache_line; }
  constexpr std::ptrdiff_t with_rows(std::ptrdiff_t n) const {
    byte_count all{fixed()};
    all.add(n < rows ? n : rows, row);
    return all.bytes;
  }
  /// Numbers that the workspace must hold.
  constexpr std::ptrdiff_t least() const { return (with_rows(least_block_rows) + 7) / 8; }
  /// And those with which products do least for what they load.
  constexpr std::ptrdiff_t best() const {
    const std::ptrdiff_t n = in_blocks ? most_block_rows : row == 0 ? 0 : whole_rows_bytes / row;
    byte_count all{with_rows(n > least_block_rows ? n : least_block_rows)};
    all.add(1, panels);
    return (all.bytes + 7) / 8;
  }
  /// Whether a workspace of so many numbers has room for panels.
  constexpr bool has_panels(std::ptrdiff_t numbers) const { return in_blocks && numbers >= best(); }
  /// Rows of a block in it.
  constexpr std::ptrdiff_t block_rows(std::ptrdiff_t numbers) const {
    std::ptrdiff_t n = row == 0 ? rows : (numbers * 8 - fixed()) / row;
    if (in_blocks && n > most_block_rows) n = most_block_rows;
    return n < rows ? whole_panels(n) : rows;
  }
};

/// The values that stages hand on, in order.
template <class Program>
constexpr auto kept_values() {
  fixed_vector<value_id, LOOM_MAX_NODES> r;
  const stage_map& m = stages_of<Program>::map;
  for (int i = 0; i < m.program.size(); ++i)
    if (m.kept[i]) r.push_back(static_cast<value_id>(i));
  return r;
}
/// Whether a value is kept in the workspace: not if it is a number, or written to an output at once, or another one's mirror image.
template <class Program>
constexpr bool is_kept_in_workspace(value_id v) {
  const stage_map& m = stages_of<Program>::map;
  return m.program[v].axes != 0 && m.direct_output(v, stages_of<Program>::direct) < 0 && m.kept_as(v) == v;
}

/// More than the blocks of a product ever take: see loops/matrices.hpp.
inline constexpr std::ptrdiff_t most_product_scratch = std::ptrdiff_t{712} << 10;

/// Bytes of scratch memory for a product of these extents in any order, or of blocks of it.
template <class T>
constexpr std::ptrdiff_t product_scratch_bytes(std::ptrdiff_t a, std::ptrdiff_t b, std::ptrdiff_t c) {
  std::ptrdiff_t most = 0;
  for (int turn = 0; turn < 3; ++turn) {
    const double bytes = (static_cast<double>(a + b + 64) * static_cast<double>(c) + 512) * double{sizeof(T)};
    if (bytes > static_cast<double>(most))
      most = bytes < double{most_product_scratch} ? static_cast<std::ptrdiff_t>(bytes) : most_product_scratch;
    const std::ptrdiff_t first = a;
    a = b;
    b = c;
    c = first;
  }
  return (most + cache_line - 1) / cache_line * cache_line;
}

/// Bytes of scratch memory for a chain.
constexpr std::ptrdiff_t chain_scratch_bytes(const node& n, const std::ptrdiff_t* extents) {
  const ir::chain_axes c = n.chain();
  byte_count r;
  r.add(loops::chain_scratch(c.band, extents[c.to], extents[c.from]), sizeof(double));
  return r.bytes;
}

/// Bytes of the panels of what makes the tile of a stage, and of what it is multiplied by along its columns, for one block of those.
template <class Stage, class T>
constexpr std::ptrdiff_t panel_bytes(const stage_map& m, int s, const std::ptrdiff_t* extents) {
  if (!m.in_blocks) return 0;
  const std::ptrdiff_t width = block_columns(extents[Stage::roles.columns], true);
  byte_count r;
  for (int k = 0; k < m.products.size(); ++k) {
    const matrix_product& p = m.products[k];
    if (p.id == Stage::tile_value()) r.add(loops::panels_of<T>(width, extents[p.over]), sizeof(T));
    else if (!m.makes_tile[k] && m.stage_of[m.tile_of(k)] == s && p.over == Stage::roles.columns)
      r.add(loops::panels_of<T>(extents[m.other_of(k) == p.right ? p.columns : p.rows], width), sizeof(T));
  }
  return r.bytes;
}

/// The workspace of a program whose tensors have T's precision.
template <class Program, class T>
stage_memory memory_of_stages(const std::ptrdiff_t* extents) {
  constexpr const stage_map& m = stages_of<Program>::map;
  stage_memory r;
  r.in_blocks = m.in_blocks;
  byte_count kept;
  for (value_id v : kept_values<Program>())
    if (is_kept_in_workspace<Program>(v)) kept.add(entries_over(m.program[v].axes, extents), sizeof(T));
  r.kept = kept.bytes;
  for (const matrix_product& p : m.products) {
    const std::ptrdiff_t bytes = product_scratch_bytes<T>(extents[p.rows], extents[p.columns], extents[p.over]);
    if (bytes > r.scratch) r.scratch = bytes;
  }
  if constexpr (has_chains(stages_of<Program>::map.program))
    for (const node& n : m.program.nodes)
      if (is_chain(n.code))
        if (const std::ptrdiff_t bytes = chain_scratch_bytes(n, extents); bytes > r.scratch) r.scratch = bytes;
  if constexpr (has_orders(stages_of<Program>::map.program))
    for (const node& n : m.program.nodes) {
      byte_count bytes;
      if (n.code == op::order) bytes.add(extents[first_axis(n.over())], loops::bytes_of_sorted_entry);
      if (bytes.bytes > r.scratch) r.scratch = bytes.bytes;
    }
  const auto add_stage = [&]<int S>(std::integral_constant<int, S>) {
    using stage = in_stage<Program, S>;
    if constexpr (!stage::made.outputs.empty()) {
      byte_count arrays;
      arrays.add(workspace_size(stage::schedule, extents), sizeof(double));
      if (arrays.bytes > r.arrays) r.arrays = arrays.bytes;
      if constexpr (stage::tile != 0) {
        byte_count row, parts;
        for (int k = 0; k < stage::blocks(); ++k)
          row.add(
              block_stride(block_columns(extents[stage::roles.columns], m.in_blocks), extents[stage::roles.columns]),
              sizeof(T));
        for (int k = 0; k < stage::made.outputs.size(); ++k)
          if (stage::is_part(k))
            parts.add(entries_over(as_set(stage::schedule.program.outputs[k].axes), extents), sizeof(T));
        if (const std::ptrdiff_t bytes = panel_bytes<stage, T>(m, S, extents); bytes > r.panels) r.panels = bytes;
        if (row.bytes > r.row) r.row = row.bytes;
        if (parts.bytes > r.parts) r.parts = parts.bytes;
        if (extents[stage::roles.rows] > r.rows) r.rows = extents[stage::roles.rows];
      }
    }
  };
  [&]<int... S>(std::integer_sequence<int, S...>) {
    (add_stage(std::integral_constant<int, S>()), ...);
  }(std::make_integer_sequence<int, m.tiles.size()>());
  return r;
}

/// The axes of what a workspace holds.
template <class Program>
constexpr axis_set workspace_axes() {
  axis_set axes = 0;
  if constexpr (runs_in_stages<Program>()) {
    const stage_map& m = stages_of<Program>::map;
    for (value_id v : kept_values<Program>()) axes |= m.program[v].axes;
    for (axis_set tile : m.tiles) axes |= tile;
  } else {
    for (const array_info& a : Program::schedule.arrays) axes |= as_set(a.axes);
  }
  return axes;
}

/// Numbers that the workspace of a program must hold, if it has one.
template <class Program, class T, bool HasWorkspace = false>
std::ptrdiff_t workspace_needed(const std::ptrdiff_t* extents) {
  if constexpr (runs_in_stages<Program, HasWorkspace>()) return memory_of_stages<Program, T>(extents).least();
  else return workspace_size(Program::schedule, extents);
}

}  // namespace loom::run
