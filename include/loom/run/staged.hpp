// SPDX-License-Identifier: BSL-1.0
// run/staged.hpp — the stages of a program, each a program of its own, and the workspace that they share.
// Layer 8 (run).
#pragma once

#include "loom/call/check_data.hpp"
#include "loom/call/storage.hpp"
#include "loom/loops/chains.hpp"
#include "loom/loops/matrices.hpp"
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

  /// Whether an input is the tile that a product makes, a band of it at a time; or an output the one that is multiplied.
  static constexpr bool is_band(const stage_input& in) { return in.value != no_value && map.makes(in.value); }
  static constexpr bool is_band(const stage_output& out) {
    return tile != 0 && out.of_program < 0 && map.program[out.value].axes == tile;
  }
  static constexpr int bands() {
    int count = 0;
    for (const stage_input& in : made.inputs) count += is_band(in);
    for (const stage_output& out : made.outputs) count += is_band(out);
    return count;
  }

  static constexpr bool is_possible() { return can_run(schedule, made, tile); }
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

/// Whether a program runs in stages: it has running values, or products of matrices and a workspace for something else as well.
template <class Program>
constexpr bool runs_in_stages() {
  if constexpr ((Program::schedule.arrays.empty() && !Program::schedule.refused()) || !may_have_stages(Program::simple))
    return false;
  else if constexpr (memory_of<Program>.in_place != 0) return false;  // a factor is read after its gradient is there
  else if constexpr (!stages_of<Program>::map.possible) return false;
  else
    return []<int... S>(std::integer_sequence<int, S...>) {
      return (in_stage<Program, S>::is_possible() && ...);
    }(std::make_integer_sequence<int, stages_of<Program>::map.tiles.size()>());
}

/// What a call of a program walks, per entry of it.
template <class Program>
constexpr schedule::walk_list walks() {
  schedule::walk_list r;
  if constexpr (runs_in_stages<Program>())
    [&]<int... S>(std::integer_sequence<int, S...>) {
      (add_walks(r, stages_of<Program>::map, S, in_stage<Program, S>::schedule), ...);
    }(std::make_integer_sequence<int, stages_of<Program>::map.tiles.size()>());
  else add_walks(r, Program::schedule);
  return r;
}

// ---- memory ----------------------------------------------------------------------------------------------------------

/// The rows of a band where the caller leaves it to Loom: as many as its part of a second-level cache holds.
inline constexpr std::ptrdiff_t band_bytes = std::ptrdiff_t{3} << 20;
inline constexpr std::ptrdiff_t least_band_rows = 16;
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

/// From one row of a band to the next: an odd number of lines, so that columns are in many sets of a cache; and never the row itself, or
/// loops would take a band for one row.
constexpr std::ptrdiff_t band_stride(std::ptrdiff_t columns) { return ((columns / 16 + 1) | 1) * 16; }

/// How the workspace of a call is cut.
struct stage_memory {
  std::ptrdiff_t kept = 0;  ///< bytes of arrays that stages hand on
  std::ptrdiff_t arrays = 0;  ///< of the arrays of one plan, the most that a stage has
  std::ptrdiff_t scratch = 0;  ///< of a product
  std::ptrdiff_t row = 0;  ///< of one row of all bands of a stage, the most that one has
  std::ptrdiff_t rows = 0;  ///< of a tile, the most

  constexpr std::ptrdiff_t fixed() const { return kept + arrays + scratch + cache_line; }
  constexpr std::ptrdiff_t with_rows(std::ptrdiff_t n) const {
    byte_count all{fixed()};
    all.add(n < rows ? n : rows, row);
    return all.bytes;
  }
  /// Numbers that the workspace must hold.
  constexpr std::ptrdiff_t least() const { return (with_rows(least_band_rows) + 7) / 8; }
  /// And those with which products do least for what they load.
  constexpr std::ptrdiff_t best() const {
    const std::ptrdiff_t n = row == 0 ? 0 : band_bytes / row;
    return (with_rows(n > least_band_rows ? n : least_band_rows) + 7) / 8;
  }
  /// Rows of a band in a workspace of so many numbers.
  constexpr std::ptrdiff_t band_rows(std::ptrdiff_t numbers) const {
    const std::ptrdiff_t n = row == 0 ? rows : (numbers * 8 - fixed()) / row;
    return n < rows ? n / least_band_rows * least_band_rows : rows;
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

/// Bytes of scratch memory for a product of these extents in any order, or of bands of it.
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

/// The workspace of a program whose tensors have T's precision.
template <class Program, class T>
stage_memory memory_of_stages(const std::ptrdiff_t* extents) {
  constexpr const stage_map& m = stages_of<Program>::map;
  stage_memory r;
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
  const auto add_stage = [&]<int S>(std::integral_constant<int, S>) {
    using stage = in_stage<Program, S>;
    if constexpr (!stage::made.outputs.empty()) {
      byte_count arrays;
      arrays.add(workspace_size(stage::schedule, extents), sizeof(double));
      if (arrays.bytes > r.arrays) r.arrays = arrays.bytes;
      if constexpr (stage::tile != 0) {
        byte_count row;
        for (int k = 0; k < stage::bands(); ++k) row.add(band_stride(extents[stage::roles.columns]), sizeof(T));
        if (row.bytes > r.row) r.row = row.bytes;
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

/// Numbers that the workspace of a program must hold.
template <class Program, class T>
std::ptrdiff_t workspace_needed(const std::ptrdiff_t* extents) {
  if constexpr (runs_in_stages<Program>()) return memory_of_stages<Program, T>(extents).least();
  else return workspace_size(Program::schedule, extents);
}

}  // namespace loom::run
