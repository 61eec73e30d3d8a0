// SPDX-License-Identifier: BSL-1.0
// exec/loops-inl.h — the loops of a sweep: rows, row passes, entries.
// Long rows run with lanes along the row, short ones with lanes across rows; both walk the same plan.
// Layer 5 (exec).
#if defined(LOOM_EXEC_LOOPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LOOM_EXEC_LOOPS_INL_H_
#undef LOOM_EXEC_LOOPS_INL_H_
#else
#define LOOM_EXEC_LOOPS_INL_H_
#endif

#include <utility>

#include "loom/exec/frame-inl.h"

HWY_BEFORE_NAMESPACE();
namespace loom {
namespace HWY_NAMESPACE {

template <class Program, class T, bool Across, int Sweep>
struct sweep_loops {
  using F = frame<Program, T, Across>;
  using D = typename F::D;
  using V = typename F::V;
  static constexpr const plan& P = F::P;
  static constexpr const sweep& S = P.loops[Sweep];

  // ---- one list of steps ---------------------------------------------------------------------------------------------
  template <int Begin, lanes Which, int... I>
  static HWY_INLINE void steps([[maybe_unused]] F& f, [[maybe_unused]] V* acc, [[maybe_unused]] std::ptrdiff_t j, std::integer_sequence<int, I...>) {
    (perform<Program, T, Across, Begin + I, Which>(f, acc, j), ...);
  }
  template <int Begin, int End>
  static HWY_INLINE void once(F& f) {
    steps<Begin, lanes::all>(f, nullptr, 0, std::make_integer_sequence<int, End - Begin>());
  }

  // ---- reductions of a pass ------------------------------------------------------------------------------------------
  template <int Index, int Unroll>
  static HWY_INLINE void begin_reduction([[maybe_unused]] V (&acc)[Unroll][F::values]) {
    if constexpr (P.steps[Index].what == action::reduce) {
      constexpr value_id id = P.steps[Index].id;
      for (int u = 0; u < Unroll; ++u) acc[u][id] = fold<P.program[id].code>::first(D());
    }
  }
  template <int Begin, int Unroll, int... I>
  static HWY_INLINE void begin_reductions([[maybe_unused]] V (&acc)[Unroll][F::values], std::integer_sequence<int, I...>) {
    (begin_reduction<Begin + I>(acc), ...);
  }
  /// Joins the unrolled accumulators, and those of the blocks before.
  template <int Index, int Unroll>
  static HWY_INLINE void join_reduction([[maybe_unused]] V (&acc)[Unroll][F::values], [[maybe_unused]] V* whole) {
    if constexpr (P.steps[Index].what == action::reduce) {
      constexpr value_id id = P.steps[Index].id;
      for (int u = 0; u < Unroll; ++u) whole[id] = fold<P.program[id].code>::more(D(), whole[id], acc[u][id]);
    }
  }
  template <int Begin, int Unroll, int... I>
  static HWY_INLINE void join_reductions([[maybe_unused]] V (&acc)[Unroll][F::values], [[maybe_unused]] V* whole, std::integer_sequence<int, I...>) {
    (join_reduction<Begin + I>(acc, whole), ...);
  }
  template <int Index>
  static HWY_INLINE void end_reduction([[maybe_unused]] F& f, [[maybe_unused]] V* whole) {
    if constexpr (P.steps[Index].what == action::reduce) {
      constexpr value_id id = P.steps[Index].id;
      constexpr op code = P.program[id].code;
      V v = whole[id];
      if constexpr (!Across) v = across_lanes<code>(D(), v);
      v = finished<code>(D(), v);
      if constexpr (P.program[id].type == kind::mask) f.mask[id] = hn::Ne(v, hn::Zero(D()));
      else f.number[id] = v;
    }
  }
  template <int Begin, int... I>
  static HWY_INLINE void end_reductions([[maybe_unused]] F& f, [[maybe_unused]] V* whole, std::integer_sequence<int, I...>) {
    (end_reduction<Begin + I>(f, whole), ...);
  }

  // ---- passes --------------------------------------------------------------------------------------------------------
  template <int Pass>
  static HWY_INLINE void pass(F& f) {
    constexpr row_pass R = S.passes[Pass];
    constexpr int begin = R.body.begin;
    using body = std::make_integer_sequence<int, R.body.end - R.body.begin>;
    V whole[1][F::values];
    begin_reductions<begin>(whole, body());
    if constexpr (Across) {
      for (std::ptrdiff_t j = 0; j < f.data.columns; ++j) steps<begin, lanes::all>(f, whole[0], j, body());
    } else {
      // Blocks bound the number of terms that one accumulator sees, and so the rounding error of a long row.
      constexpr int unroll = R.unroll;
      const std::ptrdiff_t width = static_cast<std::ptrdiff_t>(hn::Lanes(D()));
      const std::ptrdiff_t columns = f.data.columns;
      std::ptrdiff_t j = 0;
      while (j + width <= columns) {
        const std::ptrdiff_t block = columns - j < accumulation_block * unroll * width ? columns : j + accumulation_block * unroll * width;
        V acc[unroll][F::values];
        begin_reductions<begin>(acc, body());
        if constexpr (unroll > 1) {
          for (; j + unroll * width <= block; j += unroll * width)
            unrolled<begin>(f, acc, j, width, body(), std::make_integer_sequence<int, unroll>());
        }
        for (; j + width <= block; j += width) steps<begin, lanes::all>(f, acc[0], j, body());
        join_reductions<begin>(acc, whole[0], body());
      }
      if (j < columns) {
        f.active = static_cast<size_t>(columns - j);
        steps<begin, lanes::some>(f, whole[0], j, body());
      }
    }
    end_reductions<begin>(f, whole[0], body());
    once<R.after.begin, R.after.end>(f);
  }
  template <int Begin, int Unroll, class Body, int... U>
  static HWY_INLINE void unrolled(F& f, V (&acc)[Unroll][F::values], std::ptrdiff_t j, std::ptrdiff_t width, Body, std::integer_sequence<int, U...>) {
    (steps<Begin, lanes::all>(f, acc[U], j + U * width, Body()), ...);
  }
  template <int... Pass>
  static HWY_INLINE void passes([[maybe_unused]] F& f, std::integer_sequence<int, Pass...>) {
    (pass<Pass>(f), ...);
  }

  // ---- totals --------------------------------------------------------------------------------------------------------
  template <int Index>
  static HWY_INLINE void begin_total([[maybe_unused]] F& f) {
    if constexpr (P.steps[Index].what == action::total)
      for (int k = 0; k < F::total_parts; ++k) f.total[P.steps[Index].id][k] = fold<P.program[P.steps[Index].id].code>::first(typename F::DD());
  }
  template <int Index>
  static HWY_INLINE void end_total([[maybe_unused]] F& f, [[maybe_unused]] double* numbers) {
    if constexpr (P.steps[Index].what == action::total) {
      constexpr value_id id = P.steps[Index].id;
      constexpr op code = P.program[id].code;
      const typename F::DD dd;
      typename F::VD v = f.total[id][0];
      if constexpr (F::total_parts == 2) v = fold<code>::more(dd, v, f.total[id][1]);
      numbers[id] = hn::GetLane(finished<code>(dd, across_lanes<code>(dd, v)));
    }
  }
  static constexpr int first_step = S.hoisted.begin;
  static constexpr int last_step = S.passes.empty() ? S.before.end : S.passes.back().after.end;
  using all_steps = std::make_integer_sequence<int, last_step - first_step>;
  template <int... I>
  static HWY_INLINE void begin_totals([[maybe_unused]] F& f, std::integer_sequence<int, I...>) { (begin_total<first_step + I>(f), ...); }
  template <int... I>
  static HWY_INLINE void end_totals([[maybe_unused]] F& f, [[maybe_unused]] double* numbers, std::integer_sequence<int, I...>) { (end_total<first_step + I>(f, numbers), ...); }

  // ---- rows ----------------------------------------------------------------------------------------------------------
  static HWY_INLINE void set_origins(F& f) {
    for (int i = 0; i < F::inputs; ++i) {
      const stream& s = f.data.inputs[i];
      f.origin[i] = static_cast<const T*>(s.data) + row_offset(f.data, s, f.row);
    }
    for (int i = 0; i < F::outputs; ++i) {
      const stream& s = f.data.outputs[i];
      f.target[i] = const_cast<T*>(static_cast<const T*>(s.data)) + row_offset(f.data, s, f.row);
    }
  }

  /// Input `slot` is copied into a tile: it has an entry for each row and column.
  static constexpr bool tiled(int slot) {
    const input_info& in = P.program.inputs[slot];
    return in.code == op::tensor && (as_set(in.axes) & P.row_axes) != 0 && (as_set(in.axes) & P.column_axes) != 0;
  }
  template <int Slot>
  static HWY_INLINE void load_tile([[maybe_unused]] F& f) {
    if constexpr (tiled(Slot)) exec::load_tile(f.data, f.data.inputs[Slot], f.row, f.active, hn::Lanes(D()), f.input_tile(Slot));
  }
  template <int Slot>
  static HWY_INLINE void store_tile([[maybe_unused]] F& f) {
    if constexpr (output_level(P, Slot) == level::element && Sweep == P.loops.size() - 1)
      exec::store_tile(f.data, f.data.outputs[Slot], f.row, f.active, hn::Lanes(D()), f.output_tile(Slot));
  }
  template <int... Slot>
  static HWY_INLINE void load_tiles([[maybe_unused]] F& f, std::integer_sequence<int, Slot...>) { (load_tile<Slot>(f), ...); }
  template <int... Slot>
  static HWY_INLINE void store_tiles([[maybe_unused]] F& f, std::integer_sequence<int, Slot...>) { (store_tile<Slot>(f), ...); }

  static HWY_NOINLINE void run(const loop_data& data, double* numbers) {
    constexpr bool tiles = Across && S.over == level::element;
    HWY_ALIGN T tile[tiles ? F::tile_size * static_cast<size_t>(F::inputs + F::outputs) : 1];
    F f(data, numbers);
    f.tile = tile;
    begin_totals(f, all_steps());
    once<S.hoisted.begin, S.hoisted.end>(f);
    using all_passes = std::make_integer_sequence<int, S.passes.count>;
    if constexpr (Across) {
      const std::ptrdiff_t width = static_cast<std::ptrdiff_t>(hn::Lanes(D()));
      for (f.row = 0; f.row < data.rows; f.row += width) {
        f.active = static_cast<size_t>(data.rows - f.row < width ? data.rows - f.row : width);
        set_origins(f);
        if constexpr (tiles) load_tiles(f, std::make_integer_sequence<int, F::inputs>());
        once<S.before.begin, S.before.end>(f);
        passes(f, all_passes());
        if constexpr (tiles) store_tiles(f, std::make_integer_sequence<int, F::outputs>());
      }
    } else {
      for (f.row = 0; f.row < data.rows; ++f.row) {
        set_origins(f);
        once<S.before.begin, S.before.end>(f);
        passes(f, all_passes());
      }
    }
    end_totals(f, numbers, all_steps());
  }
};

/// Sweep `Sweep` over the data of a call; its totals go to `numbers`.
template <class Program, class T, int Sweep>
void run_sweep(const loop_data& data, double* numbers) {
  constexpr const plan& p = Program::schedule;
  constexpr std::int64_t known = axis_count(p.column_axes) == 1 ? p.program.axes[first_axis(p.column_axes)].extent : 0;
  // A row of known length needs one of the two.
  if constexpr (p.loops[Sweep].over == level::row) {
    sweep_loops<Program, T, true, Sweep>::run(data, numbers);
  } else if constexpr (known > short_row) {
    sweep_loops<Program, T, false, Sweep>::run(data, numbers);
  } else {
    if (data.short_rows) sweep_loops<Program, T, true, Sweep>::run(data, numbers);
    else sweep_loops<Program, T, false, Sweep>::run(data, numbers);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace loom
HWY_AFTER_NAMESPACE();
#endif
