// SPDX-License-Identifier: BSL-1.0
// loops/steps-inl.h — how one step of a plan is performed.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

template <int Id, lanes Which, class R>
LOOM_INLINE void compute(R& r, [[maybe_unused]] std::ptrdiff_t j) {
  using V = typename R::V;
  constexpr node n = R::P.program[Id];
  constexpr value_id a = n.operand[0], b = n.operand[1], c = n.operand[2];
  if constexpr (n.code == op::constant) {
    r.value[Id] = constant<V>(n.constant_value());
  } else if constexpr (R::P.levels[Id] == level::scalar) {
    r.value[Id] = constant<V>(r.scalars[Id]);
    if constexpr (n.type == kind::mask) r.mask[Id] = r.value[Id] != V{};
  } else if constexpr (is_input(n.code)) {
    load_input<Id, Which>(r, j);
  } else if constexpr (R::P.array_of[Id] != 0) {
    load_from_array<Id, Which>(r, j);
  } else if constexpr (n.code == op::gather) {
    if constexpr ((n.over() & R::P.column_axes) != 0) gather_input<Id>(r);
    else look_up<Id, Which>(r, j);
  } else if constexpr (n.code == op::onehot) {
    r.value[Id] = masked(position_along<Id>(r, j) == r.index[a], constant<V>(1));
  } else if constexpr (n.code == op::where) {
    r.value[Id] = select(r.mask[a], r.value[b], r.value[c]);
  } else if constexpr (n.code == op::logical_and) {
    r.mask[Id] = r.mask[a] & r.mask[b];
  } else if constexpr (n.code == op::logical_or) {
    r.mask[Id] = r.mask[a] | r.mask[b];
  } else if constexpr (n.code == op::logical_not) {
    r.mask[Id] = r.mask[a] == 0;
  } else if constexpr (info(n.code).kind == family::compare) {
    if constexpr (R::P.program[a].type == kind::index || R::P.program[b].type == kind::index)
      r.mask[Id] = compare_labels<Id, Which>(r, j);
    else r.mask[Id] = kernel<n.code>::apply(r.value[a], r.value[b]);
  } else if constexpr (arity(n.code) == 1) {
    r.value[Id] = kernel<n.code>::apply(r.value[a]);
  } else {
    r.value[Id] = kernel<n.code>::apply(r.value[a], r.value[b]);
  }
}

/// Totals are accumulated in double, and those of doubles with what rounding loses: their error does not grow with the number
/// of rows.
template <int Id, lanes Which, class R>
LOOM_INLINE void add_to_total(R& r) {
  constexpr op code = R::P.program[Id].code;
  constexpr value_id a = R::P.program[Id].operand[0];
  constexpr level at = R::P.levels[a];
  const typename R::V v =
      R::shape::template counted_once<at, Which>(r, entry_of<code>(counted<a>(r)), identity<code, typename R::V>());
  if constexpr (sizeof(typename R::number) == 8 &&
                reduction(code).compensated) {  // Knuth's two-sum: adds only, so contraction cannot touch it
    const typename R::VD before = r.total[Id][0], sum = before + v, added = sum - before;
    r.compensation[Id] = r.compensation[Id] + ((before - (sum - added)) + (v - added));
    r.total[Id][0] = sum;
  } else if constexpr (sizeof(typename R::number) == 8) {
    r.total[Id][0] = combine<code>(r.total[Id][0], v);
  } else if constexpr (R::lane_count == 1) {
    r.total[Id][0] = combine<code>(r.total[Id][0], widen(v));
  } else {
    r.total[Id][0] = combine<code>(r.total[Id][0], widen(lower_half(v)));
    if constexpr (lanes_differ<a, R>) r.total[Id][1] = combine<code>(r.total[Id][1], widen(upper_half(v)));
  }
}

/// Adds a vector to numbers of an array that lie one after the other.
template <class R>
LOOM_INLINE void add_lanes(typename R::V v, double* to) {
  using VD = typename R::VD;
  if constexpr (sizeof(typename R::number) == 8) {
    store(load<VD>(to) + v, to);
  } else if constexpr (R::lane_count == width<VD>) {
    store(load<VD>(to) + widen(v), to);
  } else {
    store(load<VD>(to) + widen(lower_half(v)), to);
    to += width<VD>;
    store(load<VD>(to) + widen(upper_half(v)), to);
  }
}

/// Folds entries, or a row value, into the array of a reduction. Sums into what is contiguous go by vectors.
template <int Id, lanes Which, class R>
LOOM_INLINE void add_to_array(R& r, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr node n = R::P.program[Id];
  constexpr bool per_column = folds_entries(R::P, Id),
                 each = R::shape::lanes_differ(per_column ? level::element : level::row);
  const output_stream& s = r.data.arrays[R::P.array_of[Id] - 1];
  const typename R::V v = entry_of<n.code>(counted<n.operand[0]>(r));
  if constexpr (reduction(n.code).compensated && per_column && R::shape::along && Which == lanes::all) {
    if (s.column_stride == 1) [[likely]]
      return add_lanes<R>(v, static_cast<double*>(s.data) + row_offset(r.data, s, r.row) + j);
  }
  alignas(64) typename R::number buffer[R::lane_count];
  store(v, buffer);
  const std::size_t first = R::shape::repeated(r),
                    count = (each ? R::shape::template lanes_in_use<Which>(r) : 1) - first;
  const std::ptrdiff_t row = r.row + static_cast<std::ptrdiff_t>(first), column = per_column ? j : 0;
  if constexpr (n.code == op::scatter) {
    alignas(64) typename R::TI label[R::lane_count];
    store(r.index[n.operand[1]], label);
    loops::scatter_into_array(r.data, R::P.array_of[Id] - 1, r.data.extents[n.scattered_over()], row, column,
                              R::shape::along, count, label + first, buffer + first);
  } else {
    loops::store_into_array(n.code, r.data, s, row, column, R::shape::along, count, buffer + first);
  }
}

template <int Id, int Slot, class R>
LOOM_INLINE void store_row_value(R& r) {
  if constexpr (output_level(R::P, Slot) == level::scalar) {  // the one row of a formula without row axes
    r.results[row_results_before(R::P, Slot)] = static_cast<double>(first_lane(r.value[Id]));
  } else {
    alignas(64) typename R::number buffer[R::lane_count];
    store(r.value[Id], buffer);
    loops::store_row_values<typename R::template Output<Slot>>(r.data, r.data.outputs[Slot], r.row,
                                                               lanes_in_use<Id, lanes::all>(r), buffer);
  }
}

/// Step `Index` of the plan, at entry j.
template <int Index, lanes Which, class R>
LOOM_INLINE void perform(R& r, [[maybe_unused]] typename R::V* acc, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr step s = R::P.steps[Index];
  constexpr node n = R::P.program[s.id];
  if constexpr (s.kind == action::compute) {
    compute<s.id, Which>(r, j);
  } else if constexpr (s.kind == action::reduce) {
    typename R::V v = entry_of<n.code>(counted<n.operand[0]>(r));
    if constexpr (Which == lanes::some)
      v = select(first_lanes<typename R::V>(r.active), v, identity<n.code, typename R::V>());
    acc[s.id] = combine<n.code>(acc[s.id], v);
  } else if constexpr (s.kind == action::total) {
    add_to_total<s.id, Which>(r);
  } else if constexpr (s.kind == action::accumulate) {
    add_to_array<s.id, Which>(r, j);
  } else if constexpr (s.kind == action::recall) {
    r.value[s.id] = R::shape::template load_output<s.slot, Which>(r, j);
  } else if constexpr (output_level(R::P, s.slot) == level::element) {  // keep or store
    R::shape::template store_output<s.slot, Which>(r, r.value[s.id], j);
  } else {
    store_row_value<s.id, s.slot>(r);
  }
}

}  // namespace loom::LOOM_TARGET
