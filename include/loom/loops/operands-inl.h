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

/// Labels and masks as vectors of those of memory; false if they have to be loaded one by one.
template <class R>
LOOM_INLINE bool load_integers_of_rows(const R& r, const stream& s, typename R::VI& v) {
  if constexpr (!R::shape::along && R::lane_count > 1) {
    if (!are_side_by_side(r, s)) return false;
    if (s.type == call::element_type::i32)
      v = __builtin_convertvector(
          load<vec<std::int32_t, R::lane_count>>(static_cast<const std::int32_t*>(s.data) + r.row), typename R::VI);
    else if (s.type == call::element_type::boolean)
      v = __builtin_convertvector(
          load<vec<std::uint8_t, R::lane_count>>(static_cast<const std::uint8_t*>(s.data) + r.row), typename R::VI);
    else return false;
    return true;
  } else if constexpr (R::shape::along) {  // one row
    if (r.data.row_rank != 1) return false;
    const std::ptrdiff_t at = r.row * s.row_strides[0];
    using TI = typename R::TI;
    if (s.type == call::element_type::i32)
      v = broadcast<typename R::VI>(static_cast<TI>(static_cast<const std::int32_t*>(s.data)[at]));
    else if (s.type == call::element_type::boolean)
      v = broadcast<typename R::VI>(static_cast<TI>(static_cast<const std::uint8_t*>(s.data)[at]));
    else return false;
    return true;
  }
  return false;
}

/// Of an input that is read further on along a row of one axis, and along no other, which of its axes that is; else -1.
constexpr int shifted_along_row(const plan& p, const ir::input_info& in) {
  int r = -1;
  for (int k = 0; k < in.at.size(); ++k) {
    const ir::coordinate& c = in.at[k];
    const bool of_row = c.axis >= 0 && p.column_axes == ir::only(c.axis);
    if ((c.is_shifted() && !of_row) || (of_row && r >= 0)) return -1;
    if (of_row) r = k;
  }
  return r;
}
template <int Id, lanes Which, class T, class R>
LOOM_INLINE void load_shifted_lanes(const R& r, [[maybe_unused]] std::ptrdiff_t j, T* to) {
  constexpr int slot = static_cast<int>(R::P.program[Id].bits);
  constexpr ir::input_info in = R::P.program.inputs[slot];
  static constexpr ir::coordinates at = in.at;
  using S =
      std::conditional_t<R::P.program[Id].code == op::tensor, typename R::template Input<slot>, lane<typename R::V>>;
  loops::load_shifted<S>(r.data, slot, at, R::P.column_order.empty() ? -1 : R::P.column_order.back(), r.row,
                         column_of<Id, R>(j), R::shape::along, lanes_in_use<Id, Which>(r), to);
}
/// The same as a vector.
template <int Id, lanes Which, class R>
LOOM_INLINE void load_shifted(R& r, std::ptrdiff_t j) {
  constexpr node n = R::P.program[Id];
  constexpr int slot = static_cast<int>(n.bits);
  [[maybe_unused]] constexpr int k = shifted_along_row(R::P, R::P.program.inputs[slot]);
  if constexpr (R::shape::along && R::lane_count > 1 && Which != lanes::some && n.code == op::tensor &&
                k >= 0) {  // away from the ends, a load like any other
    constexpr ir::coordinate c = R::P.program.inputs[slot].at.items[k];
    const std::ptrdiff_t by = c.entry + static_cast<std::ptrdiff_t>(c.shift().counted(r.data.extents.of));
    const stream& s = r.data.inputs[slot];
    if (s.column_stride == 1 && j + by >= 0 && j + by + R::lane_count <= r.data.extents[c.of]) [[likely]] {
      const auto* const row = static_cast<const typename R::template Input<slot>*>(r.input_row[slot]);
      r.value[Id] = load_lanes<typename R::V>(row + j + by);
      return;
    }
  }
  using T = std::conditional_t<n.code == op::tensor, typename R::number, typename R::TI>;
  alignas(64) T buffer[R::lane_count] = {};
  load_shifted_lanes<Id, Which>(r, j, buffer);
  const auto v = spread<Id, R, std::conditional_t<n.code == op::tensor, typename R::V, typename R::VI>>(buffer);
  if constexpr (n.code == op::tensor) r.value[Id] = v;
  else if constexpr (n.code == op::index) r.index[Id] = v;
  else r.mask[Id] = v != 0;
}

/// Loads input `Id` at entry j of the row, or for the row.
template <int Id, lanes Which, class R>
LOOM_INLINE void load_input(R& r, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr node n = R::P.program[Id];
  constexpr int slot = static_cast<int>(n.bits);
  if constexpr (R::P.program.inputs[slot].is_shifted()) {
    load_shifted<Id, Which>(r, j);
  } else if constexpr (n.code == op::tensor) {
    r.value[Id] = R::shape::template load_tensor<Id, slot, Which>(r, j);
  } else {  // index or mask: integers of any size
    typename R::VI v;
    if (R::P.levels[Id] == level::element || !load_integers_of_rows(r, r.data.inputs[slot], v)) {
      alignas(64) typename R::TI buffer[R::lane_count] = {};
      loops::load_integers(r.data, r.data.inputs[slot], r.row, column_of<Id, R>(j), R::shape::along,
                           lanes_in_use<Id, Which>(r), buffer);
      v = spread<Id, R, typename R::VI>(buffer);
    }
    if constexpr (n.code == op::index) r.index[Id] = v;
    else r.mask[Id] = v != 0;
  }
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

/// The entries that labels name, of rows that lie side by side; of a label that names none, any.
template <class V>
LOOM_INLINE V named_entries(const lane<V>* rows, std::ptrdiff_t step, std::ptrdiff_t columns, ints_of<V> label) {
  using VI = ints_of<V>;
  constexpr std::ptrdiff_t few = 16;  // up to here a look at every column costs less than a gather
  if (columns > few) {
    const VI inside = masked((label >= 0) & (label < broadcast<VI>(static_cast<lane<VI>>(columns))), label);
    return gather(rows, inside * broadcast<VI>(static_cast<lane<VI>>(step)) + iota<VI>(0));
  }
  V entry = load<V>(rows);
  for (std::ptrdiff_t j = 1; j < columns; ++j)
    entry = select(label == broadcast<VI>(static_cast<lane<VI>>(j)), load<V>(rows + j * step), entry);
  return entry;
}

/// The entry of an input's row that an index names.
template <int Id, class R>
LOOM_INLINE void gather_input(R& r) {
  constexpr node n = R::P.program[Id];
  constexpr int from = static_cast<int>(R::P.program[n.operand[0]].bits);
  using S = typename R::template Input<from>;
  loops::near_rows<S> rows;
  if constexpr (R::shape::along && n.type == kind::number) {
    const std::ptrdiff_t label = first_lane(r.index[n.operand[1]]);
    const std::ptrdiff_t inside = label >= 0 && label < r.data.columns ? label : 0;
    r.value[Id] =
        broadcast<typename R::V>(static_cast<typename R::number>(loaded(*R::shape::template input<from>(r, inside))));
    return;
  } else if constexpr (has_entries(R::P, from)) {
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
      const std::ptrdiff_t at = row_offset(r.data, s, r.row) + inside * r.data.label_strides[k] + j;
      r.value[Id] = load_entries_of<Which, typename R::V>(static_cast<const S*>(s.data) + at, r.active);
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
  if constexpr (R::is_wide(Id)) {
    using VD = typename R::VD;
    alignas(64) double wide[R::lane_count] = {};
    loops::load_array(r.data, r.data.arrays[R::P.array_of[Id] - 1], r.row, column_of<Id, R>(j), R::shape::along,
                      lanes_in_use<Id, Which>(r), wide);
    for (int part = 0; part < R::total_parts; ++part)
      r.wide[Id][part] = lanes_differ<Id, R> ? load<VD>(wide + part * width<VD>) : broadcast<VD>(wide[0]);
    return narrow_value<Id>(r);
  }
  const output_stream& s = r.data.arrays[R::P.array_of[Id] - 1];
  if constexpr (R::shape::along && Which != lanes::some && lanes_differ<Id, R> && R::P.program[Id].type == kind::number)
    if (s.column_stride == 1) [[likely]] {
      r.value[Id] = load_narrowed<R>(static_cast<const double*>(s.data) + row_offset(r.data, s, r.row) + j);
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
    constexpr bool each = R::shape::lanes_differ(level::row);
    alignas(64) typename R::TI buffer[R::lane_count] = {};
    loops::load_coordinates(r.data, first_axis(axis), r.row, each ? R::shape::template lanes_in_use<lanes::all>(r) : 1,
                            buffer);
    if constexpr (each) return load<typename R::VI>(buffer);
    else return broadcast<typename R::VI>(buffer[0]);
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
