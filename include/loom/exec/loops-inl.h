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
  template <int Id>
  static constexpr op code_of = P.program[Id].code;

  template <int Begin, int Unroll, int... I>
  static HWY_INLINE void begin_reductions([[maybe_unused]] V (&acc)[Unroll][F::values], std::integer_sequence<int, I...>) {
    for (int u = 0; u < Unroll; ++u) ((acc[u][P.steps[Begin + I].id] = fold<code_of<P.steps[Begin + I].id>>::first(D())), ...);
  }
  /// Joins the unrolled accumulators, and those of the blocks before.
  template <int Begin, int Unroll, int... I>
  static HWY_INLINE void join_reductions([[maybe_unused]] V (&acc)[Unroll][F::values], [[maybe_unused]] V* whole, std::integer_sequence<int, I...>) {
    for (int u = 0; u < Unroll; ++u)
      ((whole[P.steps[Begin + I].id] = fold<code_of<P.steps[Begin + I].id>>::more(D(), whole[P.steps[Begin + I].id], acc[u][P.steps[Begin + I].id])), ...);
  }
  template <int Id>
  static HWY_INLINE void end_reduction(F& f, V v) {
    if constexpr (!Across) v = across_lanes<code_of<Id>>(D(), v);
    v = finished<code_of<Id>>(D(), v);
    if constexpr (P.program[Id].type == kind::mask) f.mask[Id] = hn::Ne(v, hn::Zero(D()));
    else f.number[Id] = v;
  }
  template <int Begin, int... I>
  static HWY_INLINE void end_reductions([[maybe_unused]] F& f, [[maybe_unused]] V* whole, std::integer_sequence<int, I...>) {
    (end_reduction<P.steps[Begin + I].id>(f, whole[P.steps[Begin + I].id]), ...);
  }

  // ---- passes --------------------------------------------------------------------------------------------------------
  template <int Pass>
  static HWY_INLINE void pass(F& f) {
    constexpr row_pass R = S.passes[Pass];
    constexpr int begin = R.body.begin, first = R.reductions.begin;
    using body = std::make_integer_sequence<int, R.body.end - R.body.begin>;
    using reductions = std::make_integer_sequence<int, R.reductions.end - R.reductions.begin>;
    V whole[1][F::values];
    begin_reductions<first>(whole, reductions());
    if constexpr (Across) {
      for (std::ptrdiff_t j = 0; j < f.here.column_end; ++j) steps<begin, lanes::all>(f, whole[0], j, body());
    } else {
      // Blocks bound the number of terms that one accumulator sees, and so the rounding error of a long row.
      constexpr int unroll = R.unroll;
      const std::ptrdiff_t width = static_cast<std::ptrdiff_t>(hn::Lanes(D()));
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
        f.active = static_cast<size_t>(columns - j);
        steps<begin, lanes::some>(f, whole[0], j, body());
      }
    }
    end_reductions<first>(f, whole[0], reductions());
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
  using all_totals = std::make_integer_sequence<int, S.totals.count>;
  template <int... I>
  static HWY_INLINE void begin_totals([[maybe_unused]] F& f, std::integer_sequence<int, I...>) {
    for (int k = 0; k < F::total_parts; ++k) ((f.total[S.totals[I]][k] = fold<code_of<S.totals[I]>>::first(typename F::DD())), ...);
    ((f.lost[S.totals[I]] = hn::Zero(typename F::DD())), ...);
  }
  template <int Id>
  static HWY_INLINE double end_total(const F& f) {
    const typename F::DD dd;
    typename F::VD v = f.total[Id][0];
    if constexpr (F::total_parts == 2) v = fold<code_of<Id>>::more(dd, v, f.total[Id][1]);
    const double total = hn::GetLane(finished<code_of<Id>>(dd, across_lanes<code_of<Id>>(dd, v)));
    if constexpr (sizeof(T) == 8 && code_of<Id> == op::sum) {
      const double whole = total + hn::GetLane(hn::SumOfLanes(dd, f.lost[Id]));
      return total - total == 0 ? whole : total;  // an infinite total has lost nothing
    } else {
      return total;
    }
  }
  template <int... I>
  static HWY_INLINE void end_totals([[maybe_unused]] const F& f, [[maybe_unused]] double* totals, std::integer_sequence<int, I...>) {
    ((totals[I] = end_total<S.totals[I]>(f)), ...);
  }

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
    return in.code == op::tensor && (as_set(in.axes) & P.row_axes) != 0 && (as_set(in.axes) & P.column_axes) != 0 && includes(S.rows, as_set(in.axes) & P.row_axes);
  }
  template <int Slot>
  static HWY_INLINE void load_tile([[maybe_unused]] F& f) {
    if constexpr (tiled(Slot)) exec::load_tile(f.data, f.data.inputs[Slot], f.row, f.active, hn::Lanes(D()), f.input_tile(Slot));
  }
  template <int Slot>
  static HWY_INLINE void store_tile([[maybe_unused]] F& f) {
    if constexpr (output_level(P, Slot) == level::element && touches_output(P, S, Slot))
      exec::store_tile(f.data, f.data.outputs[Slot], f.row, f.active, hn::Lanes(D()), f.output_tile(Slot));
  }
  template <int... Slot>
  static HWY_INLINE void load_tiles([[maybe_unused]] F& f, std::integer_sequence<int, Slot...>) { (load_tile<Slot>(f), ...); }
  template <int... Slot>
  static HWY_INLINE void store_tiles([[maybe_unused]] F& f, std::integer_sequence<int, Slot...>) { (store_tile<Slot>(f), ...); }

  static HWY_NOINLINE void run(const loop_data& data, const exec::part& here, double* numbers, double* totals) {
    constexpr bool tiles = Across && S.over == level::element;
    HWY_ALIGN T tile[tiles ? F::tile_size * static_cast<size_t>(F::inputs + F::outputs) : 1];
    F f(data, here, numbers);
    f.tile = tile;
    begin_totals(f, all_totals());
    once<S.hoisted.begin, S.hoisted.end>(f);
    using all_passes = std::make_integer_sequence<int, S.passes.count>;
    if constexpr (Across) {
      const std::ptrdiff_t width = static_cast<std::ptrdiff_t>(hn::Lanes(D()));
      for (f.row = here.row_begin; f.row < here.row_end; f.row += width) {
        f.active = static_cast<size_t>(here.row_end - f.row < width ? here.row_end - f.row : width);
        set_origins(f);
        if constexpr (tiles) load_tiles(f, std::make_integer_sequence<int, F::inputs>());
        once<S.before.begin, S.before.end>(f);
        passes(f, all_passes());
        if constexpr (tiles) store_tiles(f, std::make_integer_sequence<int, F::outputs>());
      }
    } else {
      for (f.row = here.row_begin; f.row < here.row_end; ++f.row) {
        set_origins(f);
        once<S.before.begin, S.before.end>(f);
        passes(f, all_passes());
      }
    }
    end_totals(f, totals, all_totals());
  }
};

/// Sweep `Sweep` over a part of the data of a call.
template <class Program, class T, int Sweep>
void run_sweep(const loop_data& data, const exec::part& here, double* numbers, double* totals) {
  constexpr const plan& p = Program::schedule;
  constexpr std::int64_t known = axis_count(p.column_axes) == 1 ? p.program.axes[first_axis(p.column_axes)].extent : 0;
  // A row of known length needs one of the two, and a single lane has no choice.
  constexpr bool one_lane = hn::MaxLanes(hn::ScalableTag<T>()) == 1;
  if constexpr (one_lane) {
    sweep_loops<Program, T, false, Sweep>::run(data, here, numbers, totals);
  } else if constexpr (p.loops[Sweep].over == level::row) {
    sweep_loops<Program, T, true, Sweep>::run(data, here, numbers, totals);
  } else if constexpr (known > short_row) {
    sweep_loops<Program, T, false, Sweep>::run(data, here, numbers, totals);
  } else {
    if (data.short_rows) sweep_loops<Program, T, true, Sweep>::run(data, here, numbers, totals);
    else sweep_loops<Program, T, false, Sweep>::run(data, here, numbers, totals);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace loom
HWY_AFTER_NAMESPACE();
#endif
