// SPDX-License-Identifier: BSL-1.0
// loops/shapes/along-inl.h — lanes along a row: neighbouring entries of one row. A row value is the same in every lane.
// The rows follow one after the other; the last vector of a row is a tail. Also the loops of a single lane.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

struct along_rows {
  static constexpr bool along = true;  ///< lanes are columns, for loops/memory.hpp
  static constexpr bool lanes_differ(level at) { return at == level::element; }

  template <int Inputs, int Outputs, int Arrays, class V>
  struct place {
    std::size_t active = 0;  ///< entries of the tail
    std::ptrdiff_t added_to = 0;  ///< entries before it were added to the outputs, of a block that is done again
    loops::copies copied;  ///< of some operand (row_copies-inl.h)
    loops::piece* pieces;
    loops::row_walk* walk;  ///< apart: what other functions write may be in no register
    std::ptrdiff_t input_begin[Inputs + 1];  ///< of labels, masks and what is read further on: where the row begins
    std::ptrdiff_t array_begin[Arrays + 1];  ///< the same of arrays
    loops::entry_range whole[Inputs + 1];  ///< of what is read further on: where a vector is a load like any other
    std::uintptr_t next_row[Inputs + 1];  ///< of an input whose entries are asked for; past the last row, of nothing
    const void* input_entries[Inputs + 1];  ///< of the row, or as if its copy began at column 0
    void* output_entries[Outputs + 1];
  };

  template <lanes Which, class R>
  static LOOM_INLINE std::size_t lanes_in_use(const R& r) {
    return Which == lanes::some ? r.active : R::lane_count;
  }
  /// Lanes that an earlier vector had.
  template <class R>
  static LOOM_INLINE std::size_t repeated(const R&) {
    return 0;
  }
  /// The columns of the lanes at entry j.
  template <class V>
  static LOOM_INLINE V columns_at(std::ptrdiff_t j) {
    return iota<V>(static_cast<lane<V>>(j));
  }

  // ---- memory ----------------------------------------------------------------------------------------------------------
  /// Where the row begins in a stream.
  template <class R>
  static LOOM_INLINE std::ptrdiff_t row_begin(const R& r, const strides& s) {
    if constexpr (R::rows_of_axes)
      if (r.data.row_rank > 1) return layout::offset_at(r.data.row_rank, r.walk->at, s.row_strides);
    return r.row * s.row_strides[0];
  }
  template <int Slot, class R>
  static LOOM_INLINE std::ptrdiff_t input_step(const R& r) {
    return r.data.inputs[Slot].column_stride;
  }
  template <int Slot, class R>
  static LOOM_INLINE auto* input(const R& r, std::ptrdiff_t j) {
    return static_cast<const typename R::template Input<Slot>*>(r.input_row[Slot]) + j * input_step<Slot>(r);
  }
  /// Tensor `Id`, an input, at entry j.
  template <int Id, int Slot, lanes Which, class R>
  static LOOM_INLINE auto load_tensor(const R& r, std::ptrdiff_t j) {
    using V = typename R::V;
    if constexpr (R::P.levels[Id] == level::element && R::lane_count > 1) {
      return load_entries_of<Which, V>(static_cast<const typename R::template Input<Slot>*>(r.input_entries[Slot]) + j,
                                       r.active);
    } else {
      return broadcast<V>(loaded(*input<Slot>(r, j)));
    }
  }
  template <int Slot, class R>
  static LOOM_INLINE auto* output(const R& r, std::ptrdiff_t j) {
    using E = typename R::template Output<Slot>;
    if constexpr (R::lane_count == 1)
      return static_cast<E*>(r.output_row[Slot]) + j * r.data.outputs[Slot].column_stride;
    else return static_cast<E*>(r.output_entries[Slot]) + j;
  }
  template <int Slot, lanes Which, class R>
  static LOOM_INLINE auto load_output(const R& r, std::ptrdiff_t j) {
    return load_entries_of<Which, typename R::V>(output<Slot>(r, j), r.active);
  }
  template <int Slot, lanes Which, class R>
  static LOOM_INLINE void store_output(const R& r, typename R::V v, std::ptrdiff_t j) {
    if constexpr (R::P.adds(Slot)) {
      if constexpr (Which == lanes::some)
        if (j < r.added_to) return;
      v = load_output<Slot, Which>(r, j) + settled(v);
    }
    store_entries_of<Which>(v, output<Slot>(r, j), r.active);
  }

  // ---- reductions --------------------------------------------------------------------------------------------------------
  /// Operand v of a total, where it is an entry or a row value that was not counted yet; else `neutral`.
  template <level At, lanes Which, class R>
  static LOOM_INLINE auto counted_once(const R& r, typename R::V v, typename R::V neutral) {
    if constexpr (At == level::row) return select(first_lanes<typename R::V>(1), v, neutral);
    else if constexpr (Which == lanes::some) return select(first_lanes<typename R::V>(r.active), v, neutral);
    else return v;
  }
  /// The lanes that counted_once leaves.
  template <level At, lanes Which, class R>
  static LOOM_INLINE lane_range counted_lanes(const R& r) {
    return {0, At == level::row ? 1 : lanes_in_use<Which>(r)};
  }
  /// The value of a row reduction in double.
  template <int Id, class R>
  static LOOM_INLINE void finish_wide(R& r) {
    using VD = typename R::VD;
    VD sum = r.wide_sum[Id][0];
    if constexpr (R::total_parts == 2) sum = sum + r.wide_sum[Id][1];
    const VD all = broadcast<VD>(across_lanes<op::sum>(sum));
    for (int part = 0; part < R::total_parts; ++part) r.wide[Id][part] = all;
  }
  /// The value of a row reduction, of the accumulated lanes.
  template <op Code, class V>
  static LOOM_INLINE V finish_reduction(accumulator<V> row) {
    return broadcast<V>(finish_lanes<Code>(row));
  }

  // ---- loops -------------------------------------------------------------------------------------------------------------
  /// A row pass over the entries of a row. Blocks bound the number of terms that one accumulator sees, and so the rounding
  /// error of a long row.
  template <class Passes, int Pass, class R>
  static LOOM_INLINE void entries(R& r) {
    using reductions = typename Passes::template reductions<Pass>;
    using totals = typename Passes::template totals<Pass>;
    using copies = row_copies<R, Passes::sweep_number>;
    constexpr int body = Passes::template body<Pass>;
    constexpr bool folds = reductions::size() > 0;
    constexpr bool by_blocks = Passes::template by_blocks<Pass>;
    using steps = typename Passes::template body_steps<Pass>;
    constexpr int unroll = Passes::S.passes[Pass].unroll;
    constexpr std::ptrdiff_t width = R::lane_count, step = unroll * width;
    accumulator<typename R::V> whole[1][R::values];
    if constexpr (folds) Passes::template begin_reductions<Pass>(whole, reductions());
    if constexpr (R::P.wide.any()) Passes::template begin_wide_sums<Pass>(r, reductions());
    const std::ptrdiff_t columns = r.part.column_end;
    if constexpr (R::P.added != 0) r.added_to = 0;
    // The vector with the label is one of those that are done by what is left of a row.
    constexpr value_id label = by_blocks || width == 1 ? no_value : Passes::S.passes[Pass].label;
    constexpr lanes most = by_blocks ? lanes::block : label != no_value ? lanes::unlabelled : lanes::all;
    std::ptrdiff_t labelled = -1;
    bool all_labelled = false;  // as if every vector had it
    if constexpr (label != no_value) {
      labelled = static_cast<std::ptrdiff_t>(first_lane(r.index[label])) / width * width;
      all_labelled = (Passes::S.guess.pass == Pass - 1 && r.guess_failed) ||
                     !Passes::template are_factors_finite<Pass>(r, typename Passes::template factor_numbers<Pass>());
    }
    for (std::ptrdiff_t j = r.part.column_begin; j < columns;) {
      const std::ptrdiff_t first = j;
      std::ptrdiff_t block = columns - j < accumulation_block * step ? columns : j + accumulation_block * step;
      std::ptrdiff_t most_end = block;
      if constexpr (label != no_value) {
        if (j <= labelled && labelled < block) most_end = block = labelled + (j == labelled ? width : 0);
        if (j == labelled || all_labelled) most_end = j;
        if (block > columns) block = columns;
      }
      accumulator<typename R::V> acc[unroll][R::values];
      if constexpr (folds) Passes::template begin_reductions<Pass>(acc, reductions());
      if constexpr (copies::bytes != 0) copies::template begin_block<Pass>(r, first, block - first);
      if constexpr (by_blocks) totals::begin_block(r, acc, typename totals::all());
      for (; j + step <= most_end; j += step) {
        if constexpr (width > 1 && Pass == fetching_pass(Passes::S))
          fetch_next_row<step>(r, j, typename R::input_numbers());
        unrolled<Passes, Pass, most>(r, acc, j, std::make_integer_sequence<int, unroll>());
        if constexpr (by_blocks)
          totals::template after_vectors<unroll>(r, (j + step - first) / width, typename totals::all());
      }
      if constexpr (by_blocks) {
        if (!totals::end_block(r, acc, typename totals::all())) [[unlikely]] {
          if constexpr (R::P.added != 0) r.added_to = j;
          j = first;
          if constexpr (folds) Passes::template begin_reductions<Pass>(acc, reductions());
        }
      }
      if constexpr (step > 1)  // what is left: whole vectors and a tail, by the same steps
        for (; j < block; j += width) {
          r.active = static_cast<std::size_t>(block - j < width ? block - j : width);
          Passes::template steps<body, width == 1 ? lanes::all : lanes::some>(steps(), r, acc[0], j);
        }
      if constexpr (folds) Passes::template join_reductions<Pass>(acc, whole[0], reductions());
      if constexpr (copies::bytes != 0) copies::template end_block<Pass>(r, first, block - first);
    }
    if constexpr (folds) Passes::template end_reductions<Pass>(r, whole[0], reductions());
  }
  /// Asks for entries of the next row.
  template <std::ptrdiff_t Count, class R, int... I>
  static LOOM_INLINE void fetch_next_row(const R& r, std::ptrdiff_t j, std::integer_sequence<int, I...>) {
    (fetch_entries_below<I, Count>(r, j), ...);
  }
  template <int Slot, std::ptrdiff_t Count, class R>
  static LOOM_INLINE void fetch_entries_below([[maybe_unused]] const R& r, [[maybe_unused]] std::ptrdiff_t j) {
    if constexpr (R::P.program.inputs[Slot].code == op::tensor && has_entries(R::P, Slot)) {
      constexpr std::ptrdiff_t size = sizeof(typename R::template Input<Slot>), line = 64;
#pragma GCC unroll 8
      for (std::ptrdiff_t k = 0; k < Count * size; k += line) {
        // NOLINTNEXTLINE: an address, which no pointer may have
        __builtin_prefetch(reinterpret_cast<const void*>(r.next_row[Slot] + static_cast<std::uintptr_t>(j * size + k)));
      }
    }
  }
  template <class Passes, int Pass, lanes Which, class R, int Unroll, int... U>
  static LOOM_INLINE void unrolled(R& r, accumulator<typename R::V> (&acc)[Unroll][R::values], std::ptrdiff_t j,
                                   std::integer_sequence<int, U...>) {
    constexpr std::ptrdiff_t width = R::lane_count;
    constexpr int body = Passes::template body<Pass>;
    (Passes::template steps<body, Which>(typename Passes::template body_steps<Pass>(), r, acc[U], j + U * width), ...);
  }

  template <class Passes>
  [[gnu::noinline]] static LOOM_OF_TARGET void rows(const sweep_layout& data, const layout::part& part,
                                                    const double* scalars, double* results) {
    typename Passes::registers r(data, part, scalars, results);
    using R = decltype(r);
    using copies = row_copies<R, Passes::sweep_number>;
    using inputs = typename R::input_numbers;
    using outputs = typename R::output_numbers;
    alignas(64) unsigned char memory[copies::bytes + 1];
    loops::piece pieces[copies::operands + 1];
    if constexpr (copies::bytes != 0) copies::begin(r, pieces, memory);
    constexpr bool put_off = Passes::puts_off_end;
    constexpr int first = put_off ? Passes::S.row_totals : 0, totals = Passes::S.totals.count - first;
    Passes::template begin<first, totals>(r);
    std::conditional_t<put_off, row_ends<R, Passes::sweep_number>, no_row_ends> ends(&r);
    loops::row_walk walk;
    r.walk = &walk;
    loops::row_shift shifts[R::inputs + 1];
    r.shifts = shifts;
    if constexpr (layout::reads_shifted(R::P.program)) find_shifts<Passes::sweep_number>(r, shifts, inputs());
    if constexpr (R::rows_of_axes) layout::find_row(data, part.row_begin, walk.at);
    constexpr axis_set asked = loops::axes_asked_for(R::P, Passes::S);
    if constexpr (asked != 0) loops::move_coordinates(data, asked, part.row_begin, walk.coordinates);
    for (r.row = r.part.row_begin; r.row < r.part.row_end; ++r.row) {
      find_rows<Passes::sweep_number>(r, inputs(), outputs());
      if constexpr (R::arrays > 0) find_arrays(r, typename R::array_numbers());
      if constexpr (copies::bytes != 0) copies::begin_row(r, inputs(), outputs());
      Passes::row(typename Passes::before_guess(), typename Passes::after_guess(), r);
      if constexpr (put_off) ends.add(r);
      if constexpr (R::rows_of_axes) layout::find_next_row(data, walk.at);
      if constexpr (asked != 0) find_next_coordinates<asked>(r, std::make_integer_sequence<int, ir::max_axes>());
    }
    Passes::template end<first, totals>(r);
    if constexpr (put_off) ends.end();
    if constexpr (copies::bytes != 0) copies::end(r);
  }
  template <int Sweep, class R, int... I, int... O>
  static LOOM_INLINE void find_rows(R& r, std::integer_sequence<int, I...>, std::integer_sequence<int, O...>) {
    (find_input<Sweep, I>(r), ...);
    (find_output<O>(r), ...);
  }
  template <axis_set Asked, class R, int... A>
  static LOOM_INLINE void find_next_coordinates(R& r, std::integer_sequence<int, A...>) {
    ((ir::has(Asked, A) ? loops::find_next_coordinate(r.data, A, r.walk->coordinates) : void()), ...);
  }
  template <int Sweep, int Slot, class R>
  static LOOM_INLINE void find_input(R& r) {
    const stream& s = r.data.inputs[Slot];
    if constexpr (is_read_shifted<R, Sweep>(Slot)) {
      r.input_begin[Slot] = loops::shifted_row(r.shifts[Slot], r.walk->coordinates, row_begin(r, s));
      r.whole[Slot] = r.input_begin[Slot] == loops::no_row ? loops::no_entries : r.shifts[Slot].whole;
    } else if constexpr (R::P.program.inputs[Slot].code != op::tensor) {
      r.input_begin[Slot] = row_begin(r, s);
    }
    if constexpr (R::P.program.inputs[Slot].code == op::tensor) {
      using E = typename R::template Input<Slot>;
      // Data without entries may have no address.
      r.input_row[Slot] = static_cast<const E*>(s.data) + (s.data != nullptr ? row_begin(r, s) : 0);
      const std::ptrdiff_t bytes = s.row_strides[r.data.row_rank - 1] * static_cast<std::ptrdiff_t>(sizeof(E));
      r.next_row[Slot] = reinterpret_cast<std::uintptr_t>(r.input_row[Slot]) + static_cast<std::uintptr_t>(bytes);
    } else {
      r.input_row[Slot] = nullptr;
    }
  }
  template <int Slot, class R>
  static LOOM_INLINE void find_output(R& r) {
    const output_stream& s = r.data.outputs[Slot];
    if constexpr (output_level(R::P, Slot) == level::element)
      r.output_row[Slot] = static_cast<typename R::template Output<Slot>*>(s.data) + row_begin(r, s);
    else r.output_row[Slot] = nullptr;
  }
};

}  // namespace loom::LOOM_TARGET
