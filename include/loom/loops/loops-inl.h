// SPDX-License-Identifier: BSL-1.0
// loops/loops-inl.h — the loops of a sweep: rows, row passes, entries.
// Long rows run with lanes along the row; short ones, and neighbours in memory, with lanes across rows. Both walk the same plan.
// Layer 7 (loops).

#include "loom/loops/frame-inl.h"
#include "loom/loops/label_comparisons-inl.h"

namespace loom::inline LOOM_ABI::LOOM_TARGET {

template <class Program, class T, bool Across, int Sweep>
struct sweep_loops {
  using F = frame<Program, T, Across>;
  using V = typename F::V;
  static constexpr const plan& P = F::P;
  static constexpr const sweep& S = P.loops[Sweep];

  // ---- one list of steps ---------------------------------------------------------------------------------------------
  template <int Begin, lanes Which, int... I>
  static LOOM_INLINE void steps([[maybe_unused]] F& f, [[maybe_unused]] V* acc, [[maybe_unused]] std::ptrdiff_t j, std::integer_sequence<int, I...>) {
    (perform<Program, T, Across, Begin + I, Which>(f, acc, j), ...);
  }
  template <int Begin, int End>
  static LOOM_INLINE void once(F& f) {
    steps<Begin, lanes::all>(f, nullptr, 0, std::make_integer_sequence<int, End - Begin>());
  }

  // ---- reductions of a pass ------------------------------------------------------------------------------------------
  template <int Id>
  static constexpr op code_of = P.program[Id].code;

  template <int Begin, int Unroll, int... I>
  static LOOM_INLINE void begin_reductions([[maybe_unused]] V (&acc)[Unroll][F::values], std::integer_sequence<int, I...>) {
    for (int u = 0; u < Unroll; ++u) ((acc[u][P.steps[Begin + I].id] = fold<code_of<P.steps[Begin + I].id>>::template first<V>()), ...);
  }
  /// Joins the unrolled accumulators, and those of the blocks before.
  template <int Begin, int Unroll, int... I>
  static LOOM_INLINE void join_reductions([[maybe_unused]] V (&acc)[Unroll][F::values], [[maybe_unused]] V* whole, std::integer_sequence<int, I...>) {
    for (int u = 0; u < Unroll; ++u)
      ((whole[P.steps[Begin + I].id] = fold<code_of<P.steps[Begin + I].id>>::more(whole[P.steps[Begin + I].id], acc[u][P.steps[Begin + I].id])), ...);
  }
  template <int Id>
  static LOOM_INLINE void end_reduction(F& f, V v) {
    if constexpr (Across) v = finished<code_of<Id>>(v);
    else v = broadcast<V>(finished<code_of<Id>>(across_lanes<code_of<Id>>(v)));
    if constexpr (P.program[Id].type == kind::mask) f.mask[Id] = v != V{};
    else f.number[Id] = v;
  }
  template <int Begin, int... I>
  static LOOM_INLINE void end_reductions([[maybe_unused]] F& f, [[maybe_unused]] V* whole, std::integer_sequence<int, I...>) {
    (end_reduction<P.steps[Begin + I].id>(f, whole[P.steps[Begin + I].id]), ...);
  }

  // ---- passes --------------------------------------------------------------------------------------------------------
  template <int Pass>
  static LOOM_INLINE void pass(F& f) {
    constexpr row_pass R = S.passes[Pass];
    constexpr int begin = R.body.begin, first = R.reductions.begin;
    using body = std::make_integer_sequence<int, R.body.end - R.body.begin>;
    using reductions = std::make_integer_sequence<int, R.reductions.end - R.reductions.begin>;
    V whole[1][F::values];
    begin_reductions<first>(whole, reductions());
    if constexpr (Across && known_columns(P) > 0 && known_columns(P) * R.cost <= most_unrolled) {
      all_columns<begin>(f, whole[0], body(), std::make_integer_sequence<int, static_cast<int>(known_columns(P))>());
    } else if constexpr (Across) {
      for (std::ptrdiff_t j = 0; j < f.here.column_end; ++j) steps<begin, lanes::all>(f, whole[0], j, body());
    } else {
      // Blocks bound the number of terms that one accumulator sees, and so the rounding error of a long row.
      constexpr int unroll = R.unroll;
      constexpr std::ptrdiff_t width = F::lane_count;
      const std::ptrdiff_t columns = f.here.column_end;
      std::ptrdiff_t j = f.here.column_begin;
      while (j + width <= columns) {
        const std::ptrdiff_t block = columns - j < accumulation_block * unroll * width ? columns : j + accumulation_block * unroll * width;
        V acc[unroll][F::values];
        begin_reductions<first>(acc, reductions());
        if constexpr (unroll > 1) {
          for (; j + unroll * width <= block; j += unroll * width)
            unrolled<begin>(f, acc, j, width, body(), std::make_integer_sequence<int, unroll>());
        }
        for (; j + width <= block; j += width) steps<begin, lanes::all>(f, acc[0], j, body());
        join_reductions<first>(acc, whole[0], reductions());
      }
      if (j < columns) {
        f.active = static_cast<std::size_t>(columns - j);
        steps<begin, lanes::some>(f, whole[0], j, body());
      }
    }
    end_reductions<first>(f, whole[0], reductions());
    once<R.after.begin, R.after.end>(f);
  }
  template <int Begin, int Unroll, class Body, int... U>
  static LOOM_INLINE void unrolled(F& f, V (&acc)[Unroll][F::values], std::ptrdiff_t j, std::ptrdiff_t width, Body, std::integer_sequence<int, U...>) {
    (steps<Begin, lanes::all>(f, acc[U], j + U * width, Body()), ...);
  }
  /// A short row of known length needs no loop.
  static constexpr std::int64_t most_unrolled = 256;  // vector instructions
  template <int Begin, class Body, int... J>
  static LOOM_INLINE void all_columns(F& f, V* whole, Body, std::integer_sequence<int, J...>) {
    (steps<Begin, lanes::all>(f, whole, J, Body()), ...);
  }
  template <int... Pass>
  static LOOM_INLINE void passes([[maybe_unused]] F& f, std::integer_sequence<int, Pass...>) {
    (pass<Pass>(f), ...);
  }

  // ---- totals --------------------------------------------------------------------------------------------------------
  using all_totals = std::make_integer_sequence<int, S.totals.count>;
  template <int... I>
  static LOOM_INLINE void begin_totals([[maybe_unused]] F& f, std::integer_sequence<int, I...>) {
    for (int k = 0; k < F::total_parts; ++k) ((f.total[S.totals[I]][k] = fold<code_of<S.totals[I]>>::template first<typename F::VD>()), ...);
    ((f.lost[S.totals[I]] = typename F::VD{}), ...);
  }
  template <int Id>
  static LOOM_INLINE double end_total(const F& f) {
    typename F::VD v = f.total[Id][0];
    if constexpr (F::total_parts == 2) v = fold<code_of<Id>>::more(v, f.total[Id][1]);
    const double total = finished<code_of<Id>>(across_lanes<code_of<Id>>(v));
    if constexpr (sizeof(T) == 8 && code_of<Id> == op::sum) {
      const double whole = total + across_lanes<op::sum>(f.lost[Id]);
      return total - total == 0 ? whole : total;  // an infinite total has lost nothing
    } else {
      return total;
    }
  }
  template <int... I>
  static LOOM_INLINE void end_totals([[maybe_unused]] const F& f, [[maybe_unused]] double* totals, std::integer_sequence<int, I...>) {
    ((totals[I] = end_total<S.totals[I]>(f)), ...);
  }

  // ---- rows ----------------------------------------------------------------------------------------------------------
  // Operands are numbered: inputs, then outputs. Those with an entry for each row and column have a tile, if they need one.
  static constexpr bool over_elements = S.over == level::element;
  static constexpr bool has_tile(int operand) {
    if (!Across || !over_elements) return false;
    if (operand < F::inputs) return F::has_entries(operand) && reads_input(P, S, operand);
    return output_level(P, operand - F::inputs) == level::element && touches_output(P, S, operand - F::inputs);
  }
  static constexpr std::size_t tiles_before(int operand) {
    std::size_t n = 0;
    for (int i = 0; i < operand; ++i) n += has_tile(i);
    return n;
  }
  // All tiles stay on the stack and in the second-level cache; short rows fit into the smallest one.
  static constexpr std::size_t all_tiles = tiles_before(F::inputs + F::outputs);
  static constexpr std::size_t tile_bytes = LOOM_TILE_BYTES / (all_tiles < 2 ? 2 : all_tiles) < 4096 ? 4096 : LOOM_TILE_BYTES / (all_tiles < 2 ? 2 : all_tiles) / 64 * 64;
  static constexpr std::ptrdiff_t line = 64 / sizeof(T);

  /// Rows that are worked on together, and their tiles if they have any.
  struct block {
    unsigned char* tiles = nullptr;
    std::ptrdiff_t first = 0, count = 0, size = 0;
    bool tiled = false;

    template <int Operand, class S>
    LOOM_INLINE S* tile() const {
      constexpr std::size_t begin = tiles_before(Operand) * tile_bytes;
      return reinterpret_cast<S*>(tiles + begin);
    }
  };
  /// Rows of a tile: whole lines of memory, an odd number of them, so that its columns do not compete for one place in a cache.
  static constexpr std::ptrdiff_t rows_of_tile(std::ptrdiff_t columns, std::ptrdiff_t width) {
    const std::ptrdiff_t fit = static_cast<std::ptrdiff_t>(tile_bytes / sizeof(T)) / (columns > 0 ? columns : 1);
    return fit < line ? fit / width * width : ((fit / line - 1) | 1) * line;
  }

  template <int Slot>
  static LOOM_INLINE void load_tile([[maybe_unused]] const F& f, [[maybe_unused]] const block& b) {
    constexpr std::size_t width = F::lane_count;
    const auto count = static_cast<std::size_t>(b.count);
    if constexpr (has_tile(Slot))
      loops::load_tile(f.data, f.data.inputs[Slot], b.first, count, (count + width - 1) / width * width, b.size, b.template tile<Slot, typename F::template Input<Slot>>());
  }
  template <int Slot>
  static LOOM_INLINE void store_tile([[maybe_unused]] const F& f, [[maybe_unused]] const block& b) {
    if constexpr (has_tile(F::inputs + Slot))
      loops::store_tile(f.data, f.data.outputs[Slot], b.first, static_cast<std::size_t>(b.count), b.size, b.template tile<F::inputs + Slot, typename F::template Output<Slot>>());
  }

  using all_inputs = std::make_integer_sequence<int, F::inputs>;
  using all_outputs = std::make_integer_sequence<int, F::outputs>;
  template <int... I>
  static LOOM_INLINE void load_tiles(const F& f, const block& b, std::integer_sequence<int, I...>) { (load_tile<I>(f, b), ...); }
  template <int... O>
  static LOOM_INLINE void store_tiles(const F& f, const block& b, std::integer_sequence<int, O...>) { (store_tile<O>(f, b), ...); }

  /// Whether an operand is read or written where its rows are, not as row values or labels of several rows.
  static constexpr bool by_entry(int operand) {
    if (operand >= F::inputs) return output_level(P, operand - F::inputs) == level::element;
    const input_info& in = P.program.inputs[operand];
    return in.code == op::tensor && (!Across || (over_elements && (as_set(in.axes) & P.column_axes) != 0));
  }
  /// Where the row, or the block of rows, at f.row is found: in a tile, or in memory.
  template <int Operand, class E, class Stream, class Pointer>
  static LOOM_INLINE void find([[maybe_unused]] const F& f, [[maybe_unused]] const block& b, [[maybe_unused]] const Stream& s, Pointer& at, [[maybe_unused]] std::ptrdiff_t& step) {
    constexpr bool may_be_tiled = has_tile(Operand);
    if constexpr (!by_entry(Operand)) {
      at = nullptr;
      step = 0;
    } else if (may_be_tiled && b.tiled) {
      at = b.template tile<Operand, E>();
      step = b.size;
    } else {
      at = static_cast<E*>(s.data) + row_offset(f.data, s, f.row);
      step = s.column_stride;
    }
  }
  template <int... I, int... O>
  static LOOM_INLINE void find_rows(F& f, const block& b, std::integer_sequence<int, I...>, std::integer_sequence<int, O...>) {
    (find<I, const typename F::template Input<I>>(f, b, f.data.inputs[I], f.origin[I], f.origin_step[I]), ...);
    (find<F::inputs + O, typename F::template Output<O>>(f, b, f.data.outputs[O], f.target[O], f.target_step[O]), ...);
  }

  [[gnu::noinline]] static void run(const sweep_layout& data, const layout::part& here, const double* scalars, double* results) {
    F f(data, here, scalars, results);
    begin_totals(f, all_totals());
    once<S.hoisted.begin, S.hoisted.end>(f);
    using all_passes = std::make_integer_sequence<int, S.passes.count>;
    block b;
    if constexpr (Across) {
      alignas(64) unsigned char tiles[all_tiles * tile_bytes + 1];
      constexpr std::ptrdiff_t width = F::lane_count;
      const std::ptrdiff_t fit = data.side_by_side ? rows_of_tile(data.columns, width) : width;
      b.tiles = tiles;
      b.tiled = over_elements && (data.short_rows || fit >= line);
      const std::ptrdiff_t least = over_elements && !b.tiled ? width : 0;
      b.size = b.tiled ? fit : over_elements ? data.row_extents[data.row_rank - 1] : data.rows;
      for (b.first = here.row_begin; b.first < here.row_end; b.first += b.size) {
        b.count = here.row_end - b.first < b.size ? here.row_end - b.first : b.size;
        if (b.tiled) load_tiles(f, b, all_inputs());
        f.row = b.first;
        find_rows(f, b, all_inputs(), all_outputs());
        for (std::ptrdiff_t i = 0; i < b.count; i += width) {
          // Past the last row a tile has copies of it; memory has not, so the last vector steps back over rows that are done.
          const std::ptrdiff_t rest = b.count - i < width ? b.count - i : width, active = rest > least ? rest : least;
          f.ahead = i + rest - active;
          f.row = b.first + f.ahead;
          f.active = static_cast<std::size_t>(active);
          f.stale = static_cast<std::size_t>(active - rest);
          f.fresh = first_lanes<V>(f.active) & (first_lanes<V>(f.stale) == 0);
          once<S.before.begin, S.before.end>(f);
          passes(f, all_passes());
        }
        if (b.tiled) store_tiles(f, b, all_outputs());
      }
    } else {
      for (f.row = here.row_begin; f.row < here.row_end; ++f.row) {
        find_rows(f, b, all_inputs(), all_outputs());
        once<S.before.begin, S.before.end>(f);
        passes(f, all_passes());
      }
    }
    end_totals(f, results + row_results(P), all_totals());
  }
};

/// Sweep `Sweep` over a part of the data of a call.
template <class Program, class T, int Sweep>
void run_sweep(const sweep_layout& data, const layout::part& here, const double* scalars, double* results) {
  constexpr const plan& p = Program::schedule;
  constexpr std::int64_t known = known_columns(p);
  // A long row of known length needs one of the two, unless its axis is not the last: rows may lie side by side then. A single
  // lane has no choice.
  constexpr bool one_lane = lane_count<T> == 1;
  if constexpr (one_lane) {
    sweep_loops<Program, T, false, Sweep>::run(data, here, scalars, results);
  } else if constexpr (p.loops[Sweep].over == level::row) {
    sweep_loops<Program, T, true, Sweep>::run(data, here, scalars, results);
  } else if constexpr (known > short_row && rows_are_innermost(p)) {
    sweep_loops<Program, T, false, Sweep>::run(data, here, scalars, results);
  } else {
    if (data.short_rows || data.side_by_side) sweep_loops<Program, T, true, Sweep>::run(data, here, scalars, results);
    else sweep_loops<Program, T, false, Sweep>::run(data, here, scalars, results);
  }
}

}  // namespace loom::LOOM_TARGET

#undef LOOM_INLINE
