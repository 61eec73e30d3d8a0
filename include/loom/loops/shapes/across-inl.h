// SPDX-License-Identifier: BSL-1.0
// loops/shapes/across-inl.h — lanes across rows: lane i is row i of a block, and every vector of an operand is entry j of its
// rows. For that the rows of the block have to lie side by side: in a tile, or in memory itself.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// Rows that are worked on together, and their tiles if they have any.
struct row_block {
  unsigned char* tiles = nullptr;
  std::ptrdiff_t first = 0, count = 0, size = 0;
  bool tiled = false;
};

struct across_rows {
  static constexpr bool along = false;  ///< lanes are rows, for loops/memory.hpp
  static constexpr bool lanes_differ(level) { return true; }

  template <int Inputs, int Outputs, int Arrays, class V>
  struct place {
    std::ptrdiff_t row_in_block = 0;  ///< of the first lane
    /// Whether the rows of the block are neighbours along one axis; where they begin in what has one entry for each.
    bool in_one_line = false;
    std::ptrdiff_t input_begin[Inputs + 1], array_begin[Arrays + 1];
    std::size_t active = 0;  ///< rows of this vector
    const loops::row_coordinates* block_coordinates = &loops::of_first_row;  ///< of its first row, along axes asked for
    unsigned present = ~0u;  ///< a bit for each lane that memory has, of few rows side by side: those that are rows
    // A tile is padded with copies of its last row; memory is not. Without a tile, the last vector starts early and overlaps
    // rows already processed; totals skip them.
    std::size_t repeated_rows = 0;
    mask_of<V> new_rows;
    std::ptrdiff_t input_step[Inputs + 1];  // from one entry of a row to the next
    std::ptrdiff_t output_step[Outputs + 1];
  };

  template <lanes, class R>
  static LOOM_INLINE std::size_t lanes_in_use(const R& r) {
    return r.active;
  }
  template <class R>
  static LOOM_INLINE std::size_t repeated(const R& r) {
    return r.repeated_rows;
  }
  template <class V>
  static LOOM_INLINE V columns_at(std::ptrdiff_t j) {
    return broadcast<V>(static_cast<lane<V>>(j));
  }

  // ---- memory ----------------------------------------------------------------------------------------------------------
  /// What lies side by side, one entry for each row of the vector; of rows that are fewer, where memory can be left out, no more than those.
  template <class S, class R>
  static LOOM_INLINE auto load_rows([[maybe_unused]] const R& r, const S* from) {
#if LOOM_TARGET_BYTES == 64
    if constexpr (std::is_same_v<S, typename R::number>) return load_some(from, r.present);
#endif
    return load_lanes<typename R::V>(from);
  }
  template <class S, class R>
  static LOOM_INLINE void store_rows([[maybe_unused]] const R& r, typename R::V v, S* to) {
#if LOOM_TARGET_BYTES == 64
    if constexpr (std::is_same_v<S, typename R::number>) return store_some(v, to, r.present);
#endif
    store_lanes(v, to);
  }
  /// Where the row begins in a stream.
  template <class R>
  static LOOM_INLINE std::ptrdiff_t row_begin(const R& r, const strides& s) {
    if constexpr (R::rows_of_axes) return layout::offset_over_axes(r.data, s, r.row);
    else return r.row * s.row_strides[0];
  }
  /// Entries from one row of the block to the next, in an input or an array.
  template <class R, class Stream>
  static LOOM_INLINE std::ptrdiff_t stride_of_rows(const R& r, const Stream& s) {
    return s.row_strides[r.data.row_rank - 1];
  }
  /// Whether what an input has of the rows of a vector lies side by side: the usual case of labels and weights; and where.
  template <int Slot, class R>
  static LOOM_INLINE bool rows_are_contiguous(const R& r) {
    return r.in_one_line && stride_of_rows(r, r.data.inputs[Slot]) == 1 && r.active == R::lane_count;
  }
  template <int Slot, class R>
  static LOOM_INLINE std::ptrdiff_t row_at(const R& r) {
    return r.input_begin[Slot] + r.row_in_block;
  }

  template <int Slot, class R>
  static LOOM_INLINE std::ptrdiff_t input_step(const R& r) {
    return r.input_step[Slot];
  }
  template <int Slot, class R>
  static LOOM_INLINE auto* input(const R& r, std::ptrdiff_t j) {
    return static_cast<const typename R::template Input<Slot>*>(r.input_row[Slot]) +
           (has_entries(R::P, Slot) ? r.row_in_block : 0) + j * r.input_step[Slot];
  }
  template <int Slot, class R>
  static LOOM_INLINE auto* output(const R& r, std::ptrdiff_t j) {
    return static_cast<typename R::template Output<Slot>*>(r.output_row[Slot]) + r.row_in_block +
           j * r.output_step[Slot];
  }

  template <int Id, int Slot, lanes Which, class R>
  static LOOM_INLINE auto load_tensor(const R& r, std::ptrdiff_t j) {
    using V = typename R::V;
    if constexpr (R::P.levels[Id] != level::element) {
      if constexpr (std::is_same_v<typename R::template Input<Slot>, typename R::number> && R::lane_count > 1) {
        if (rows_are_contiguous<Slot>(r))
          return load<V>(static_cast<const typename R::number*>(r.data.inputs[Slot].data) + row_at<Slot>(r));
      }
      if (const stream& s = r.data.inputs[Slot]; r.in_one_line && stride_of_rows(r, s) == 0)
        return broadcast<V>(loaded(static_cast<const typename R::template Input<Slot>*>(s.data)[r.input_begin[Slot]]));
      alignas(64) typename R::number buffer[R::lane_count] = {};
      loops::load_row_values<typename R::template Input<Slot>>(r.data, r.data.inputs[Slot], r.row, r.active, buffer);
      return load<V>(buffer);
    } else if constexpr ((R::P.program[Id].axes & R::P.row_axes) != 0) {
      if constexpr (layout::reads_windows(R::P.program))
        if (r.data.shape == loop_shape::in_place && stride_of_rows(r, r.data.inputs[Slot]) == 0) {
          const auto* const row = static_cast<const typename R::template Input<Slot>*>(r.input_row[Slot]);
          return broadcast<V>(loaded(row[j * r.input_step[Slot]]));
        }
      return load_rows(r, input<Slot>(r, j));
    } else {  // the same in every row
      return broadcast<V>(loaded(*input<Slot>(r, j)));
    }
  }
  template <int Slot, lanes Which, class R>
  static LOOM_INLINE auto load_output(const R& r, std::ptrdiff_t j) {
    return load_rows(r, output<Slot>(r, j));
  }
  template <int Slot, lanes Which, class R>
  static LOOM_INLINE void store_output(const R& r, typename R::V v, std::ptrdiff_t j) {
    if constexpr (R::P.adds(Slot)) {
      const auto old = load_output<Slot, Which>(r, j);
      v = select(r.new_rows, old + settled(v), old);
    } else if constexpr (R::P.in_place != 0) {  // rows that the last vector repeats have lost their data
      v = select(r.new_rows, v, load_output<Slot, Which>(r, j));
    }
    store_rows(r, v, output<Slot>(r, j));
  }

  // ---- reductions --------------------------------------------------------------------------------------------------------
  template <level At, lanes Which, class R>
  static LOOM_INLINE auto counted_once(const R& r, typename R::V v, typename R::V neutral) {
    return select(r.new_rows, v, neutral);
  }
  template <level At, lanes Which, class R>
  static LOOM_INLINE lane_range counted_lanes(const R& r) {
    return {r.repeated_rows, r.active};
  }
  template <int Id, class R>
  static LOOM_INLINE void finish_wide(R& r) {
    for (int part = 0; part < R::total_parts; ++part) r.wide[Id][part] = r.wide_sum[Id][part];
  }
  template <op Code, class V>
  static LOOM_INLINE V finish_reduction(accumulator<V> row) {
    return finish<Code>(row);
  }

  // ---- loops -------------------------------------------------------------------------------------------------------------
  /// The entries of the rows of a vector, and of vectors `beside` it, and what follows them for those.
  template <class Passes, int Pass, class R, class... Rs>
  static LOOM_INLINE void entries(R& r, Rs&... beside) {
    using reductions = typename Passes::template reductions<Pass>;
    constexpr int body = Passes::template body<Pass>, more = sizeof...(Rs);
    using steps = typename Passes::template body_steps<Pass>;
    constexpr std::int64_t columns = known_columns(R::P);
    constexpr bool folds = reductions::size() > 0;
    accumulator<typename R::V> whole[1 + more][R::values];
    if constexpr (folds) Passes::template begin_reductions<Pass>(whole, reductions());
    if constexpr (R::P.wide.any()) {
      Passes::template begin_wide_sums<Pass>(r, reductions());
      (Passes::template begin_wide_sums<Pass>(beside, reductions()), ...);
    }
    if constexpr (more == 0 && columns > 0 && columns * Passes::S.passes[Pass].cost <= most_unrolled) {
      unrolled<Passes, Pass>(r, whole[0], std::make_integer_sequence<int, static_cast<int>(columns)>());
    } else {  // in blocks, as along rows
      constexpr std::ptrdiff_t block = folds ? 4 * accumulation_block : PTRDIFF_MAX;
      if constexpr (folds) keep_in_memory(whole);
      for (std::ptrdiff_t j = 0; j < r.part.column_end;) {
        const std::ptrdiff_t end = r.part.column_end - j < block ? r.part.column_end : j + block;
        accumulator<typename R::V> acc[1 + more][R::values];
        if constexpr (folds) Passes::template begin_reductions<Pass>(acc, reductions());
        for (; j < end; ++j) {
          if constexpr (more > 0) {
            fetch_entries<Passes::sweep_number>(r, j + entries_ahead, typename R::input_numbers());
            (fetch_entries<Passes::sweep_number>(beside, j + entries_ahead, typename R::input_numbers()), ...);
          }
          Passes::template steps<body>(steps(), r, acc[0], j);
          [[maybe_unused]] int k = 0;
          (Passes::template steps<body>(steps(), beside, acc[++k], j), ...);
        }
        if constexpr (folds) Passes::template join_each<Pass>(acc, whole, reductions());
      }
    }
    if constexpr (folds) Passes::template end_reductions<Pass>(r, whole[0], reductions());
    [[maybe_unused]] int k = 0;
    (Passes::template end_pass<Pass>(beside, whole[++k]), ...);
  }
  static constexpr std::ptrdiff_t entries_ahead = 16;
  /// Asks for entries j of the rows, which no prefetcher of a processor foresees where they are pages apart.
  template <int Sweep, class R, int... I>
  static LOOM_INLINE void fetch_entries(const R& r, std::ptrdiff_t j, std::integer_sequence<int, I...>) {
    (fetch_entry<Sweep, I>(r, j), ...);
  }
  template <int Sweep, int Slot, class R>
  static LOOM_INLINE void fetch_entry([[maybe_unused]] const R& r, [[maybe_unused]] std::ptrdiff_t j) {
    if constexpr (tiles_of<R, Sweep>::has_tile(Slot) && !tiles_of<R, Sweep>::of_integers(Slot)) {
      // NOLINTNEXTLINE: an address, which no pointer may have
      __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(input<Slot>(r, 0)) +
                                                       static_cast<std::uintptr_t>(j * r.input_step[Slot]) *
                                                           sizeof(typename R::template Input<Slot>)));
    }
  }
  /// A short row of known length needs no loop.
  static constexpr std::int64_t most_unrolled = 256;  // vector instructions
  template <class Passes, int Pass, class R, int... J>
  static LOOM_INLINE void unrolled(R& r, accumulator<typename R::V>* whole, std::integer_sequence<int, J...>) {
    constexpr int body = Passes::template body<Pass>;
    (Passes::template steps<body>(typename Passes::template body_steps<Pass>(), r, whole, J), ...);
  }

  template <class Passes>
  [[gnu::noinline]] static LOOM_OF_TARGET void rows(const sweep_layout& data, const layout::part& part,
                                                    const double* scalars, double* results) {
    typename Passes::registers r(data, part, scalars, results);
    using R = decltype(r);
    using tiles = tiles_of<R, Passes::sweep_number>;
    using inputs = typename R::input_numbers;
    using outputs = typename R::output_numbers;
    constexpr bool over_elements = Passes::S.over == level::element;
    constexpr std::ptrdiff_t width = R::lane_count;
    Passes::template begin<0, Passes::S.totals.count>(r);
    loops::row_shift shifts[R::inputs + 1];
    r.shifts = shifts;
    if constexpr (layout::reads_shifted(R::P.program)) find_shifts<Passes::sweep_number>(r, shifts, inputs());
    constexpr const layout::shape_choice& choice = layout::shape_choice_of<typename R::program, Passes::sweep_number>;
    constexpr layout::operand_set windows = choice.windows;
    [[maybe_unused]] std::conditional_t<choice.vectors_abreast == 1, const R*, vectors_beside<Passes, R>> beside(&r);
    loops::window of_inputs[windows != 0 ? R::inputs : 1];
    r.windows = of_inputs;
    constexpr axis_set asked = loops::axes_asked_for(R::P, Passes::S);
    loops::row_coordinates coordinates;
    r.block_coordinates = &coordinates;
    if constexpr (asked != 0) loops::move_coordinates(data, asked, part.row_begin, coordinates);
    alignas(64) unsigned char memory[tiles::bytes + 1];
    row_block b;
    b.tiles = memory;
    b.tiled = over_elements && data.shape != loop_shape::in_place;
    const std::ptrdiff_t fit = tiles::rows(data);
    b.size = b.tiled ? fit : over_elements ? data.line : data.rows;
    const std::ptrdiff_t least = !over_elements || b.tiled ? 0 : b.size < width ? b.size : width;
    r.in_one_line = !R::rows_of_axes || windows != 0 || loops::in_one_line(data, width);
    for (b.first = r.part.row_begin; b.first < r.part.row_end; b.first += b.count) {
      b.count = r.part.row_end - b.first < b.size ? r.part.row_end - b.first : b.size;
      if constexpr (R::rows_of_axes && windows == 0)
        if (r.in_one_line) b.count = loops::rows_within_line(data, b.first, b.count);
      for (int k = 0; k < R::inputs && windows != 0; ++k)
        if ((windows >> k & 1) != 0)
          loops::find_window(data, R::P.program.inputs[k].at, Passes::S.rows, choice.line_axis, innermost_column(R::P),
                             coordinates, of_inputs[k]);
      if (b.tiled) tiles::load(r, b, inputs(), outputs());
      r.row = b.first;
      tiles::find(r, b, inputs(), outputs());
      if constexpr (R::arrays > 0) find_arrays(r, typename R::array_numbers());
      std::ptrdiff_t i = 0;
      if constexpr (choice.vectors_abreast > 1)
        if (!b.tiled) i = beside.walk(r, b);
      for (; i < b.count; i += width) {
        const std::ptrdiff_t rest = b.count - i < width ? b.count - i : width, active = rest > least ? rest : least;
        r.row_in_block = i + rest - active;
        r.row = b.first + r.row_in_block;
        r.active = static_cast<std::size_t>(active);
        r.present = b.tiled || active == width ? ~0u : (1u << active) - 1;
        r.repeated_rows = static_cast<std::size_t>(active - rest);
        r.new_rows = first_lanes<typename R::V>(r.active) & (first_lanes<typename R::V>(r.repeated_rows) == 0);
        for (int k = 0; k < R::inputs && windows != 0; ++k)
          if ((windows >> k & 1) != 0) loops::find_whole_columns(r.row_in_block, active, of_inputs[k]);
        Passes::row(typename Passes::before_guess(), typename Passes::after_guess(), r);
      }
      if (b.tiled) tiles::store(r, b, outputs());
      if constexpr (asked != 0) loops::move_coordinates(data, asked, b.count, coordinates);
    }
    if (R::outputs > 0 && loops::is_uncached(data, sizeof(double))) loops::finish_sending();
    if constexpr (choice.vectors_abreast > 1) beside.end(r);
    Passes::template end<0, Passes::S.totals.count>(r);
  }

  /// The registers of the vectors beside that of `r`, for a part: their totals are joined with its own at the end.
  template <class Passes, class R>
  struct vectors_beside {
    static_assert(layout::vectors_abreast == 4);
    R second, third, fourth;

    explicit LOOM_INLINE vectors_beside(const R* r)
        : second(r->data, r->part, r->scalars, r->results),
          third(r->data, r->part, r->scalars, r->results),
          fourth(r->data, r->part, r->scalars, r->results) {
      constexpr int totals = Passes::S.totals.count;
      Passes::template begin<0, totals>(second);
      Passes::template begin<0, totals>(third);
      Passes::template begin<0, totals>(fourth);
    }
    /// The rows of a block in place, as many as make whole vectors abreast; returns how many those are.
    LOOM_INLINE std::ptrdiff_t walk(R& r, const row_block& b) {
      return b.count < layout::vectors_abreast * R::lane_count ? 0 : walk_abreast<Passes>(b, r, second, third, fourth);
    }
    LOOM_INLINE void end(R& r) {
      Passes::join_totals(r, second);
      Passes::join_totals(r, third);
      Passes::join_totals(r, fourth);
    }
  };
  template <class Passes, class R, class... Rs>
  static LOOM_INLINE std::ptrdiff_t walk_abreast(const row_block& b, R& r, Rs&... beside) {
    constexpr std::ptrdiff_t width = R::lane_count, step = width * (1 + sizeof...(Rs));
    r.active = width;
    r.present = ~0u;
    r.repeated_rows = 0;
    r.new_rows = first_lanes<typename R::V>(r.active);
    (find_block_of(beside, r), ...);
    std::ptrdiff_t i = 0;
    for (; i + step <= b.count; i += step) {
      std::ptrdiff_t at = r.row_in_block = i;
      r.row = b.first + i;
      ((beside.row_in_block = at += width, beside.row = b.first + at), ...);
      Passes::row(typename Passes::before_guess(), typename Passes::after_guess(), r, beside...);
    }
    return i;
  }
  template <class R>
  static LOOM_INLINE void find_block_of(R& to, const R& r) {
    static_cast<typename R::place&>(to) = r;
    to.shifts = r.shifts;
    for (int k = 0; k < R::inputs; ++k) to.input_row[k] = r.input_row[k];
    for (int k = 0; k < R::outputs; ++k) to.output_row[k] = r.output_row[k];
  }

  /// The tiles of a sweep, one after the other; operands are numbered: inputs, then outputs.
  template <class R, int Sweep>
  struct tiles_of {
    static constexpr const sweep& S = R::P.loops[Sweep];
    static constexpr layout::operand_set tiled = layout::shape_choice_of<typename R::program, Sweep>.tiled;
    static constexpr std::ptrdiff_t one = tile_bytes(std::popcount(tiled));
    static constexpr std::size_t bytes = static_cast<std::size_t>(std::popcount(tiled) * one);
    static constexpr bool has_tile(int operand) { return (tiled >> operand & 1) != 0; }

    /// Rows of a tile: whole lines of memory, an odd number of them, so that its columns do not compete for one place in a cache. Of a
    /// transposed one a few, which the nearest cache holds from one end to the other; but one vector of rows that come from memory,
    /// which is waited for less if it is asked for little by little.
    static std::ptrdiff_t rows(const sweep_layout& data) {
      constexpr std::ptrdiff_t size = sizeof(typename R::number), line = 64 / size;
      constexpr std::ptrdiff_t near_bytes = one < 8192 ? one : 8192, most_transposed = 7, cached_bytes = 4 << 20;
      const std::ptrdiff_t columns = data.columns > 0 ? data.columns : 1;
      if (data.shape == loop_shape::copied_tile) return ((one / 64 / columns - 1) | 1) * line;
      const std::ptrdiff_t lines = near_bytes / 64 / columns;
      if (lines < 2 || data.rows * columns * size > cached_bytes) return R::lane_count;
      return ((lines < most_transposed ? lines - 1 : most_transposed) | 1) * line;
    }
    template <int Operand>
    static constexpr std::ptrdiff_t tile = std::popcount(tiled & ((layout::operand_set{1} << Operand) - 1)) * one;

    template <int... I, int... O>
    static LOOM_INLINE void load(const R& r, const row_block& b, std::integer_sequence<int, I...>,
                                 std::integer_sequence<int, O...>) {
      (load_one<I, typename R::template Input<I>>(r, b, r.data.inputs[I], r.data.inputs[I].data), ...);
      if constexpr (R::P.added != 0) (load_added<O>(r, b), ...);
    }
    template <int... O>
    static LOOM_INLINE void store(const R& r, const row_block& b, std::integer_sequence<int, O...>) {
      (store_one<O>(r, b), ...);
    }
    template <int... I, int... O>
    static LOOM_INLINE void find(R& r, const row_block& b, std::integer_sequence<int, I...>,
                                 std::integer_sequence<int, O...>) {
      (find_one<I, const typename R::template Input<I>>(r, b, r.data.inputs[I], r.input_row[I], r.input_step[I]), ...);
      (find_one<R::inputs + O, typename R::template Output<O>>(r, b, r.data.outputs[O], r.output_row[O],
                                                               r.output_step[O]),
       ...);
    }

    template <int Operand, class E>
    static LOOM_INLINE void load_one([[maybe_unused]] const R& r, [[maybe_unused]] const row_block& b,
                                     [[maybe_unused]] const strides& s, [[maybe_unused]] const void* data) {
      constexpr std::size_t width = R::lane_count;
      const auto count = static_cast<std::size_t>(b.count);
      if constexpr (has_tile(Operand) && of_integers(Operand))
        loops::load_integer_tile(r.data, r.data.inputs[Operand], b.first, count, (count + width - 1) / width * width,
                                 b.size, reinterpret_cast<typename R::TI*>(b.tiles + tile<Operand>));
      else if constexpr (has_tile(Operand))
        loops::load_tile(&transpose<E>, r.data, s, static_cast<const E*>(data), b.first, count,
                         (count + width - 1) / width * width, b.size, reinterpret_cast<E*>(b.tiles + tile<Operand>));
    }
    template <int Slot>
    static LOOM_INLINE void load_added(const R& r, const row_block& b) {
      if constexpr (R::P.adds(Slot))
        load_one<R::inputs + Slot, typename R::template Output<Slot>>(r, b, r.data.outputs[Slot],
                                                                      r.data.outputs[Slot].data);
    }
    template <int Slot>
    static LOOM_INLINE void store_one([[maybe_unused]] const R& r, [[maybe_unused]] const row_block& b) {
      constexpr int operand = R::inputs + Slot;
      if constexpr (has_tile(operand))
        loops::store_tile(r.data, r.data.outputs[Slot], b.first, static_cast<std::size_t>(b.count), b.size,
                          reinterpret_cast<typename R::template Output<Slot>*>(b.tiles + tile<operand>), &send);
    }

    /// Whether an operand is read or written entry by entry, not as row values or labels of several rows.
    static constexpr bool by_entry(int operand) {
      if (operand >= R::inputs) return output_level(R::P, operand - R::inputs) == level::element;
      const input_info& in = R::P.program.inputs[operand];
      return S.over == level::element && (as_set(in.axes) & R::P.column_axes) != 0;
    }
    /// Labels and masks, as integers of lanes in a tile; in memory they are of any size.
    static constexpr bool of_integers(int operand) {
      return operand < R::inputs && R::P.program.inputs[operand].code != op::tensor;
    }
    /// Where the block at r.row begins: in a tile, or in memory.
    template <int Operand, class E, class Stream, class Pointer>
    static LOOM_INLINE void find_one([[maybe_unused]] R& r, [[maybe_unused]] const row_block& b,
                                     [[maybe_unused]] const Stream& s, Pointer& at,
                                     [[maybe_unused]] std::ptrdiff_t& step) {
      constexpr bool may_be_tiled = has_tile(Operand);
      if constexpr (Operand < R::inputs && (!by_entry(Operand) || of_integers(Operand)))
        r.input_begin[Operand] = row_begin(r, s);
      at = nullptr;
      step = 0;
      if (may_be_tiled && b.tiled) {
        at = reinterpret_cast<E*>(b.tiles + tile<Operand>);
        step = b.size;
      } else if constexpr (by_entry(Operand) && !of_integers(Operand)) {
        at = static_cast<E*>(s.data) + row_begin(r, s);
        step = s.column_stride;
      } else if constexpr (Operand >= R::inputs) {
        if constexpr (output_level(R::P, Operand - R::inputs) == level::row)
          at = static_cast<E*>(s.data) + row_begin(r, s);
      }
    }
  };
};

}  // namespace loom::LOOM_TARGET
