// SPDX-License-Identifier: BSL-1.0
// loops/operands-inl.h — how the operands of a step reach the registers: inputs, labels, what labels name, arrays.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// A whole constant as a lane; what a lane cannot hold becomes its extreme, as labels do.
template <std::size_t Bytes>
constexpr std::int64_t whole_lane(double v) {
  if (Bytes == 8) return static_cast<std::int64_t>(v);
  return v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : static_cast<std::int64_t>(v);
}

/// A whole number for a comparison with an index.
template <int Id, class R>
LOOM_INLINE typename R::VI integer_of(const R& r) {
  constexpr node n = R::P.program[Id];
  if constexpr (n.type == kind::index) return r.index[Id];
  else
    return broadcast<typename R::VI>(
        static_cast<typename R::TI>(whole_lane<sizeof(typename R::TI)>(n.constant_value())));
}

/// An operand of a reduction or a total as a number: masks count as 0 and 1.
template <int Id, class R>
LOOM_INLINE typename R::V counted(const R& r) {
  if constexpr (R::P.program[Id].type == kind::mask) return masked(r.mask[Id], constant<typename R::V>(1));
  else return r.value[Id];
}

/// Input `Id` is v: numbers, labels, or a mask as 0 and 1.
template <int Id, class R, class V>
LOOM_INLINE void set_input(R& r, V v) {
  constexpr op code = R::P.program[Id].code;
  if constexpr (code == op::tensor) r.value[Id] = v;
  else if constexpr (code == op::index) r.index[Id] = v;
  else r.mask[Id] = v != 0;
}

/// Labels or masks that lie side by side from entry `at` on, as a vector; false if they have to be loaded one by one.
template <class VI>
LOOM_INLINE bool load_short_integers(const stream& s, std::ptrdiff_t at, VI& v) {
  constexpr int n = width<VI>;
  if (s.type == call::element_type::i32) {
    v = __builtin_convertvector(load<vec<std::int32_t, n>>(static_cast<const std::int32_t*>(s.data) + at), VI);
  } else if (s.type == call::element_type::boolean || s.type == call::element_type::u8) {
    const auto bytes = load<vec<std::uint8_t, n>>(static_cast<const std::uint8_t*>(s.data) + at);
    const auto pairs = __builtin_convertvector(bytes, vec<std::uint16_t, n>);  // g++ widens well by a factor of 2
    v = __builtin_convertvector(__builtin_convertvector(pairs, vec<std::int32_t, n>), VI);
  } else {
    return false;
  }
  return true;
}
/// Labels of 64 bits, as loops::lane_of has them.
template <class VI, class VL = vec<std::int64_t>>
[[gnu::noinline]] LOOM_OF_TARGET void load_long_integers(const std::int64_t* from, lane<VI>* to) {
  for (int i = 0; i < width<VI>; i += width<VL>) {
    VL bits = load<VL>(from + i);
    if constexpr (sizeof(lane<VI>) == 4) {
      bits = select(bits < INT32_MIN, broadcast<VL>(INT32_MIN), bits);
      bits = select(bits > INT32_MAX, broadcast<VL>(INT32_MAX), bits);
    }
    store(__builtin_convertvector(bits, vec<lane<VI>, width<VL>>), to + i);
  }
}
template <class VI>
LOOM_INLINE bool load_integers_at(const stream& s, std::ptrdiff_t at, VI& v) {
  if (s.type != call::element_type::i64) return load_short_integers(s, at, v);
  alignas(64) lane<VI> buffer[width<VI>];
  load_long_integers<VI>(static_cast<const std::int64_t*>(s.data) + at, buffer);
  v = load<VI>(buffer);
  return true;
}
/// Those at column `column` of the rows from `row` on, which lie side by side from entry `at` on; loops::no_row: they do not.
template <class VI>
[[gnu::noinline]] LOOM_OF_TARGET void load_integers_of_rows(const sweep_layout& data, const stream& s,
                                                            std::ptrdiff_t row, std::ptrdiff_t column,
                                                            std::ptrdiff_t at, std::size_t count, lane<VI>* to) {
  VI v;
  if (at != loops::no_row && load_short_integers(s, at, v)) store(v, to);
  else loops::load_integers(data, s, row, column, false, count, to);
}
/// One of them in every lane.
template <class R>
LOOM_INLINE typename R::VI integer_at(const stream& s, std::ptrdiff_t at) {
  using TI = typename R::TI;
  return broadcast<typename R::VI>(s.type == call::element_type::i32
                                       ? static_cast<TI>(static_cast<const std::int32_t*>(s.data)[at])
                                       : loops::load_label<TI>(s.data, at, s.type));
}
/// Where the labels or the mask of a vector lie side by side, in input `Id`; loops::no_row if they do not.
template <int Id, lanes Which, class R>
LOOM_INLINE std::ptrdiff_t integers_begin(const R& r, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr int slot = static_cast<int>(R::P.program[Id].bits);
  const stream& s = r.data.inputs[slot];
  if constexpr (R::shape::along) {
    const bool is_whole = Which != lanes::some || r.active == R::lane_count;
    return s.column_stride == 1 && is_whole ? r.input_begin[slot] + j : loops::no_row;
  } else {
    if (!R::shape::template rows_are_contiguous<slot>(r)) return loops::no_row;
    return R::shape::template row_at<slot>(r) + column_of<Id, R>(j) * s.column_stride;
  }
}
/// Labels or masks of input `Id` at entry j of the row, or for the row; false if they have to be loaded one by one.
template <int Id, lanes Which, class R>
LOOM_INLINE bool load_integers_together(const R& r, [[maybe_unused]] std::ptrdiff_t j, typename R::VI& v) {
  constexpr int slot = static_cast<int>(R::P.program[Id].bits);
  constexpr bool by_entry = R::P.levels[Id] == level::element;
  const stream& s = r.data.inputs[slot];
  if constexpr (R::shape::along) {
    if constexpr (by_entry && R::lane_count > 1) {
      const std::ptrdiff_t at = integers_begin<Id, Which>(r, j);
      return at != loops::no_row && load_integers_at(s, at, v);
    }
    v = integer_at<R>(s, r.input_begin[slot] + column_of<Id, R>(j) * s.column_stride);
  } else if constexpr (by_entry && !has_entries(R::P, slot)) {  // the same in every row
    v = integer_at<R>(s, j * s.column_stride);
  } else {
    if constexpr (by_entry)
      if (r.input_row[slot] != nullptr) {
        v = load<typename R::VI>(static_cast<const typename R::TI*>(r.input_row[slot]) + r.row_in_block +
                                 j * r.input_step[slot]);
        return true;
      }
    alignas(64) typename R::TI buffer[R::lane_count] = {};
    load_integers_of_rows<typename R::VI>(r.data, s, r.row, column_of<Id, R>(j), integers_begin<Id, Which>(r, j),
                                          r.active, buffer);
    v = load<typename R::VI>(buffer);
  }
  return true;
}

template <int Id, lanes Which, class T, class R>
LOOM_INLINE void load_shifted_lanes(const R& r, [[maybe_unused]] std::ptrdiff_t j, T* to) {
  constexpr int slot = static_cast<int>(R::P.program[Id].bits);
  constexpr ir::input_info in = R::P.program.inputs[slot];
  static constexpr ir::coordinates at = in.at;
  using S =
      std::conditional_t<R::P.program[Id].code == op::tensor, typename R::template Input<slot>, lane<typename R::V>>;
  loops::load_shifted<S>(r.data, slot, at, innermost_column(R::P), r.row, column_of<Id, R>(j), R::shape::along,
                         lanes_in_use<Id, Which>(r), to);
}
#if LOOM_TARGET_BYTES > 0  // a single lane has no neighbours
/// Where the entries at j of the row are neighbours in memory, or those at column j of the rows: a load like any other. Of labels and masks
/// those of a whole vector; false if they have to be loaded one by one.
template <int Id, lanes Which, class R>
LOOM_INLINE bool load_shifted_together(R& r, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr node n = R::P.program[Id];
  constexpr int slot = static_cast<int>(n.bits);
  constexpr loops::row_reading reading = loops::reading_of(R::P, R::P.program.inputs[slot]);
  if constexpr (R::P.levels[Id] != level::element || reading.by_several || (!R::shape::along && reading.along_rows)) {
    return false;
  } else {
    const stream& s = r.data.inputs[slot];
    if constexpr (R::shape::along && n.code == op::tensor)
      if (j >= r.whole[slot].first && j <= r.whole[slot].last) [[likely]] {
        const auto* const from = static_cast<const typename R::template Input<slot>*>(s.data);
        r.value[Id] = load_lanes<typename R::V>(from + (r.input_begin[slot] + j));
        return true;
      }
    std::ptrdiff_t first = j, extent = r.data.columns, at = 0;
    [[maybe_unused]] std::ptrdiff_t begin = 0, end = R::lane_count;  // of what is inside, along a row
    if constexpr (reading.along_row >= 0) {
      constexpr ir::coordinate c = R::P.program.inputs[slot].at.items[reading.along_row];
      first = j + r.shifts[slot].columns;
      extent = r.data.extents[c.of];
    }
    bool is_inside = true;
    if constexpr (R::shape::along) {
      is_inside = r.input_begin[slot] != loops::no_row;
      if (is_inside && s.column_stride != 1) return false;
      at = r.input_begin[slot] + j;
      if constexpr (Which == lanes::some) end = static_cast<std::ptrdiff_t>(r.active);
      if constexpr (reading.along_row >= 0) {
        if (first < 0) begin = -first;
        if (end > extent - first) end = extent - first;
      }
    } else {
      if (s.row_strides[r.data.row_rank - 1] != 1 || r.active != R::lane_count ||
          (r.data.row_rank > 1 && r.data.shape != layout::loop_shape::in_place))
        return false;
      is_inside = first >= 0 && first < extent;
      at = layout::row_offset(r.data, s, r.row) + first * s.column_stride;
    }
    if constexpr (n.code == op::tensor) {
      using E = typename R::template Input<slot>;
      using V = typename R::V;
      const E* const array = static_cast<const E*>(s.data);
      if (!is_inside) {
        r.value[Id] = V{};
      } else if (begin == 0 && end == R::lane_count) {
        r.value[Id] = load_lanes<V>(array + at);
      } else {
        r.value[Id] = load_lanes_between<V>(array, at, begin, end);
      }
    } else {
      typename R::VI v{};
      if (is_inside && (begin != 0 || end != R::lane_count || !load_integers_at(s, at, v))) return false;
      set_input<Id>(r, v);
    }
    return true;
  }
}
/// The entries at column j of the rows of a vector, of an input that is read along several axes: neighbours, of which some at an end may be
/// left out. False if they have to be loaded one by one.
template <int Id, lanes Which, class R>
LOOM_INLINE bool load_window([[maybe_unused]] R& r, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr node n = R::P.program[Id];
  constexpr int slot = static_cast<int>(n.bits);
  constexpr ir::input_info in = R::P.program.inputs[slot];
  if constexpr (R::shape::along || !in.is_sum() || R::P.levels[Id] != level::element ||
                (as_set(in.axes) & R::P.column_axes) == 0) {
    return false;
  } else {
    const loops::window& w = r.windows[slot];
    const stream& s = r.data.inputs[slot];
    const std::ptrdiff_t at = r.data.further[slot] + r.row_in_block + j * s.column_stride;
    const bool is_whole = j >= w.whole.first && j <= w.whole.last;
    if constexpr (n.code == op::tensor) {
      using V = typename R::V;
      using E = typename R::template Input<slot>;
      const E* const rows = static_cast<const E*>(r.input_row[slot]);
      if (is_whole) [[likely]] {
        r.value[Id] = R::shape::load_rows(r, rows + at);
      } else {
        const auto [begin, end] = loops::lanes_of(w, r.row_in_block, j, static_cast<std::ptrdiff_t>(r.active));
        r.value[Id] = begin < end ? load_lanes_between<V>(rows, at, begin, end) : V{};
      }
    } else {
      typename R::VI v{};
      if (is_whole && r.active == R::lane_count) {
        if (!load_integers_at(s, r.input_begin[slot] + at, v)) return false;
      } else {
        const auto [begin, end] = loops::lanes_of(w, r.row_in_block, j, static_cast<std::ptrdiff_t>(r.active));
        if (begin < end) return false;
      }
      set_input<Id>(r, v);
    }
    return true;
  }
}
#endif
template <int Id, lanes Which, class R>
LOOM_INLINE void load_shifted(R& r, std::ptrdiff_t j) {
  constexpr node n = R::P.program[Id];
#if LOOM_TARGET_BYTES > 0
  if (load_window<Id, Which>(r, j) || load_shifted_together<Id, Which>(r, j)) return;
#endif
  using T = std::conditional_t<n.code == op::tensor, typename R::number, typename R::TI>;
  alignas(64) T buffer[R::lane_count] = {};
  load_shifted_lanes<Id, Which>(r, j, buffer);
  set_input<Id>(r, spread<Id, R, std::conditional_t<n.code == op::tensor, typename R::V, typename R::VI>>(buffer));
}

/// Labels or a mask of input `Id`, of any size, at entry j of the row, or for the row.
template <int Id, lanes Which, class R>
LOOM_INLINE void load_integers(R& r, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr int slot = static_cast<int>(R::P.program[Id].bits);
  typename R::VI v;
  if (!load_integers_together<Id, Which>(r, j, v)) {
    alignas(64) typename R::TI buffer[R::lane_count] = {};
    loops::load_integers(r.data, r.data.inputs[slot], r.row, column_of<Id, R>(j), R::shape::along,
                         lanes_in_use<Id, Which>(r), buffer);
    v = spread<Id, R, typename R::VI>(buffer);
  }
  set_input<Id>(r, v);
}

/// The type of what a label names: a number, a mask, or another label.
template <int Id, class R>
using looked_up_type = std::conditional_t<R::P.program[Id].type == kind::index, typename R::TI, lane<typename R::V>>;
template <int Id, class R>
LOOM_INLINE void set_looked_up(R& r, const looked_up_type<Id, R>* entries) {
  using V = vec<looked_up_type<Id, R>>;
  const V v = spread<Id, R, V>(entries);
  constexpr kind type = R::P.program[Id].type;
  if constexpr (type == kind::index) r.index[Id] = v;
  else if constexpr (type == kind::mask) r.mask[Id] = v != V{};
  else r.value[Id] = v;
}

/// Up to here a look at every entry costs less than a gather.
inline constexpr std::ptrdiff_t few_entries = 16;

/// How far the entries that labels name lie from the first one; of a label that names none, 0.
template <class VI>
LOOM_INLINE VI offsets_of(VI label, std::ptrdiff_t entries, std::ptrdiff_t step) {
  const VI inside = masked((label >= 0) & (label < broadcast<VI>(static_cast<lane<VI>>(entries))), label);
  return inside * broadcast<VI>(static_cast<lane<VI>>(step));
}

/// The entries of a table that labels name; of a label that names none, any.
template <class V>
LOOM_INLINE V table_entries(const lane<V>* table, std::ptrdiff_t step, std::ptrdiff_t entries, ints_of<V> label) {
  using VI = ints_of<V>;
  if (entries > few_entries) return gather(table, offsets_of(label, entries, step));
  V entry = broadcast<V>(table[0]);
  for (std::ptrdiff_t j = 1; j < entries; ++j)
    entry = select(label == broadcast<VI>(static_cast<lane<VI>>(j)), broadcast<V>(table[j * step]), entry);
  return entry;
}

/// The same of rows that lie side by side.
template <class V>
LOOM_INLINE V named_entries(const lane<V>* rows, std::ptrdiff_t step, std::ptrdiff_t columns, ints_of<V> label) {
  using VI = ints_of<V>;
  if (columns > few_entries) return gather(rows, offsets_of(label, columns, step) + iota<VI>(0));
  V entry = load<V>(rows);
  for (std::ptrdiff_t j = 1; j < columns; ++j)
    entry = select(label == broadcast<VI>(static_cast<lane<VI>>(j)), load<V>(rows + j * step), entry);
  return entry;
}

/// The entries of inputs that the labels of a vector name, each of its row.
template <int Id, class R>
LOOM_INLINE void gather_entries(R& r) {
  constexpr node n = R::P.program[Id];
  constexpr int from = static_cast<int>(R::P.program[n.operand[0]].bits);
  using S = typename R::template Input<from>;
  loops::near_rows<S> rows;
  if constexpr (R::lane_count > 1 && n.type == kind::number && std::is_same_v<S, typename R::number> &&
                !R::P.program.inputs[from].is_shifted() &&
                (as_set(R::P.program.inputs[from].axes) & R::P.row_axes) == 0) {
    const stream& s = r.data.inputs[from];
    if (s.column_stride >= 0 && s.column_stride * r.data.columns < INT32_MAX) [[likely]] {
      r.value[Id] = table_entries<typename R::V>(static_cast<const S*>(s.data), s.column_stride, r.data.columns,
                                                 r.index[n.operand[1]]);
      return;
    }
  } else if constexpr (R::P.program.inputs[from].code == op::tensor && has_entries(R::P, from)) {
    if (r.input_row[from] != nullptr)
      rows = {R::shape::template input<from>(r, 0), R::shape::template input_step<from>(r)};
    if constexpr (!R::shape::along && R::lane_count > 1 && n.type == kind::number &&
                  std::is_same_v<S, typename R::number>) {
      if (rows.data != nullptr && rows.step >= 0 && rows.step * r.data.columns < INT32_MAX) [[likely]] {
        r.value[Id] = named_entries<typename R::V>(rows.data, rows.step, r.data.columns, r.index[n.operand[1]]);
        return;
      }
    }
  }
  alignas(64) typename R::TI label[R::lane_count];
  alignas(64) looked_up_type<Id, R> buffer[R::lane_count] = {};
  store(r.index[n.operand[1]], label);
  loops::load_entries(r.data, r.data.inputs[from], rows, r.row, label, lanes_in_use<Id, lanes::all>(r), buffer);
  set_looked_up<Id>(r, buffer);
}
/// The entry of an input's row that an index names.
template <int Id, class R>
LOOM_INLINE void gather_input(R& r) {
  constexpr node n = R::P.program[Id];
  if constexpr (R::shape::along && n.type == kind::number) {
    constexpr int from = static_cast<int>(R::P.program[n.operand[0]].bits);
    const std::ptrdiff_t label = first_lane(r.index[n.operand[1]]);
    const std::ptrdiff_t inside = label >= 0 && label < r.data.columns ? label : 0;
    r.value[Id] =
        broadcast<typename R::V>(static_cast<typename R::number>(loaded(*R::shape::template input<from>(r, inside))));
  } else {
    gather_entries<Id>(r);
  }
}

/// The same along an axis that counts rows: the row it names is another one.
template <int Id, lanes Which, class R>
LOOM_INLINE void look_up(R& r, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr node n = R::P.program[Id];
  constexpr int k = lookup_of(R::P, Id);
  using S = typename R::template Input<static_cast<int>(R::P.program[n.operand[0]].bits)>;
  if constexpr (R::shape::along && R::lane_count > 1 && n.type == kind::number && lanes_differ<Id, R> &&
                !lanes_differ<n.operand[1], R>) {  // a row of its own
    if (const stream& s = r.data.lookups[k]; s.column_stride == 1) [[likely]] {
      const std::ptrdiff_t named = first_lane(r.index[n.operand[1]]);
      const std::ptrdiff_t inside = named >= 0 && named < r.data.extents[first_axis(n.over())] ? named : 0;
      const std::ptrdiff_t at = R::shape::row_begin(r, s) + inside * r.data.label_strides[k] + j;
      r.value[Id] = load_entries_of<Which, typename R::V>(static_cast<const S*>(s.data) + at, r.active);
      return;
    }
  }
  if constexpr (R::lane_count > 1 && std::is_same_v<S, typename R::number> && n.type == kind::number &&
                lanes_differ<n.operand[1], R>) {  // a table, the same for all lanes
    const stream& s = r.data.lookups[k];
    const std::ptrdiff_t extent = r.data.extents[first_axis(n.over())], stride = r.data.label_strides[k];
    const bool has_columns = R::P.levels[Id] == level::element && s.column_stride != 0;
    if (!has_columns && layout::is_one_row(r.data, s) && stride >= 0 && extent * stride < INT32_MAX) {
      r.value[Id] = table_entries<typename R::V>(static_cast<const S*>(s.data), stride, extent, r.index[n.operand[1]]);
      return;
    }
  }
  alignas(64) typename R::TI label[R::lane_count];
  alignas(64) looked_up_type<Id, R> buffer[R::lane_count] = {};
  store(r.index[n.operand[1]], label);
  loops::load_lookup<S>(r.data, k, r.data.extents[first_axis(n.over())], r.row, column_of<Id, R>(j), R::shape::along,
                        label, lanes_in_use<Id, Which>(r), buffer);
  set_looked_up<Id>(r, buffer);
}

/// Neighbouring doubles as lanes.
template <class R>
LOOM_INLINE typename R::V load_narrowed(const double* from) {
  using VD = typename R::VD;
  if constexpr (sizeof(typename R::number) == sizeof(double)) return load<typename R::V>(from);
  else if constexpr (R::lane_count == width<VD>) return narrow(load<VD>(from));
  else return join(narrow(load<VD>(from)), narrow(load<VD>(from + width<VD>)));
}

/// An entry, or the row's entry, of an array of the workspace.
template <int Id, lanes Which, class R>
LOOM_INLINE void load_from_array(R& r, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr int array = R::P.array_of[Id] - 1;
  if constexpr (!R::shape::along && R::P.program[Id].type == kind::number) {
    const output_stream& s = r.data.arrays[array];
    const double* const from =
        static_cast<const double*>(s.data) + r.array_begin[array] + column_of<Id, R>(j) * s.column_stride;
    const std::ptrdiff_t stride = R::shape::stride_of_rows(r, s);
    if (r.in_one_line && stride == 0) {  // rows share the entry
      if constexpr (R::is_wide(Id))
        for (int part = 0; part < R::total_parts; ++part) r.wide[Id][part] = broadcast<typename R::VD>(*from);
      r.value[Id] = broadcast<typename R::V>(static_cast<typename R::number>(*from));
      return;
    }
    if constexpr (!R::is_wide(Id))
      if (r.in_one_line && stride == 1 && r.active == R::lane_count) {
        r.value[Id] = load_narrowed<R>(from + r.row_in_block);
        return;
      }
  }
  if constexpr (R::is_wide(Id)) {
    using VD = typename R::VD;
    alignas(64) double wide[R::lane_count] = {};
    loops::load_array(r.data, r.data.arrays[array], r.row, column_of<Id, R>(j), R::shape::along,
                      lanes_in_use<Id, Which>(r), wide);
    for (int part = 0; part < R::total_parts; ++part)
      r.wide[Id][part] = lanes_differ<Id, R> ? load<VD>(wide + part * width<VD>) : broadcast<VD>(wide[0]);
    return narrow_value<Id>(r);
  }
  const output_stream& s = r.data.arrays[array];
  if constexpr (R::shape::along && Which != lanes::some && lanes_differ<Id, R> && R::P.program[Id].type == kind::number)
    if (s.column_stride == 1) [[likely]] {
      r.value[Id] = load_narrowed<R>(static_cast<const double*>(s.data) + r.array_begin[array] + j);
      return;
    }
  alignas(64) typename R::number buffer[R::lane_count] = {};
  loops::load_array(r.data, s, r.row, column_of<Id, R>(j), R::shape::along, lanes_in_use<Id, Which>(r), buffer);
  const typename R::V v = spread<Id, R, typename R::V>(buffer);
  if constexpr (R::P.program[Id].type == kind::mask) r.mask[Id] = v != typename R::V{};
  else r.value[Id] = v;
}

/// The position of entry j, or of the row, along the axis of a one-hot, or of an axis that is its own index.
template <int Id, class R>
LOOM_INLINE typename R::VI position_along(const R& r, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr axis_set axis = R::P.program[Id].over();
  if constexpr ((axis & R::P.column_axes) != 0) {
    return R::shape::template columns_at<typename R::VI>(j);
  } else {  // an axis that counts rows
    if constexpr (R::shape::along) {
      return broadcast<typename R::VI>(static_cast<typename R::TI>(r.walk->coordinates.at[first_axis(axis)]));
    } else {
      using VI = typename R::VI;
      constexpr int a = first_axis(axis);
      const loops::row_coordinates& block = *r.block_coordinates;
      const std::ptrdiff_t inner = r.data.inner_rows[a], line = inner == 1 ? r.data.extents[a] : inner,
                           first = (inner == 1 ? block.at[a] : block.before[a]) + r.row_in_block;
      if (first >= 0 && first + static_cast<std::ptrdiff_t>(r.active) <= line)
        return inner == 1 ? iota<VI>(static_cast<typename R::TI>(first))
                          : broadcast<VI>(static_cast<typename R::TI>(block.at[a]));
      alignas(64) typename R::TI buffer[R::lane_count] = {};
      loops::load_coordinates(r.data, a, r.row, r.active, buffer);
      return load<VI>(buffer);
    }
  }
}
/// The same, and as many more as an axis that is its own index says.
template <int Id, class R>
LOOM_INLINE typename R::VI moved_position(const R& r, std::ptrdiff_t j) {
  constexpr std::int32_t offset = R::P.program[Id].offset();
  const auto at = position_along<Id>(r, j);
  if constexpr (offset == 0) return at;
  else return at + broadcast<typename R::VI>(static_cast<typename R::TI>(offset));
}

}  // namespace loom::LOOM_TARGET
