// SPDX-License-Identifier: BSL-1.0
// loops/frame-inl.h — the values of the loops in registers, and how one step of a plan is performed.
// Two ways to lay lanes share all of it. Along: the lanes are neighbouring entries of one row, and a row value is the
// same in every lane. Across: the lanes are rows, and step j of a pass looks at entry j of each of them.
// A frame has one slot a value; every slot is named by a constant, so after inlining it is registers, not memory.
// Layer 7 (loops).

#include "loom/loops/kernels-inl.h"

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// Which lanes of a vector are entries, and which are past the end.
enum class lanes { all, some };

template <class Program, class T, bool Across>
struct frame {
  static constexpr const plan& P = Program::schedule;
  static constexpr bool across = Across;
  static constexpr int values = P.program.size();
  static constexpr int inputs = P.program.inputs.size();
  static constexpr int outputs = P.program.outputs.size();

  using V = vec<T>;
  using VI = ints_of<V>;
  using TI = lane<VI>;
  using VD = vec<double>;
  using M = mask_of<V>;
  static constexpr int lane_count = width<V>;
  static constexpr call::storages memory = call::memory_of<Program>;
  template <int Slot> using Input = call::element<memory.input(Slot), T>;  // as stored
  template <int Slot> using Output = call::element<memory.output(Slot), T>;
  static constexpr int total_parts = width<V> / width<VD>;  // vectors of double to a vector of T

  const sweep_layout& data;
  const layout::part& here;
  const double* scalars;  // by value
  double* results;        // of the part
  V number[values];
  M mask[values];
  VI index[values];
  VD total[values][total_parts];
  VD lost[values];  // what rounding took from a total of doubles
  // Where the current row (along) or block of rows (across) begins. Across, the rows lie side by side there, in a tile or in
  // memory, and their entries so many numbers apart.
  const void* origin[inputs + 1];
  void* target[outputs + 1];
  std::ptrdiff_t origin_step[inputs + 1];
  std::ptrdiff_t target_step[outputs + 1];
  std::ptrdiff_t row = 0;
  std::ptrdiff_t ahead = 0;  // across: of the first row of the block
  std::size_t active = 0;  // rows of this vector (across), entries of this vector (along, past the last whole one)
  M fresh;            // across: the rows that no vector before had
  std::size_t stale = 0;   // across: the rows before those

  LOOM_INLINE frame(const sweep_layout& call, const layout::part& some, const double* known, double* left) : data(call), here(some), scalars(known), results(left) {}

  /// Input `slot` has an entry for each row and column.
  static constexpr bool has_entries(int slot) {
    const input_info& in = P.program.inputs[slot];
    return in.code == op::tensor && (as_set(in.axes) & P.row_axes) != 0 && (as_set(in.axes) & P.column_axes) != 0;
  }
  LOOM_INLINE std::ptrdiff_t input_step(int slot) const { return Across ? origin_step[slot] : data.inputs[slot].column_stride; }
  LOOM_INLINE std::ptrdiff_t output_step(int slot) const { return Across ? target_step[slot] : data.outputs[slot].column_stride; }
  template <int Slot> LOOM_INLINE const Input<Slot>* entry(std::ptrdiff_t j) const {
    constexpr bool of_rows = Across && has_entries(Slot);
    return static_cast<const Input<Slot>*>(origin[Slot]) + (of_rows ? ahead : 0) + j * input_step(Slot);
  }
  template <int Slot> LOOM_INLINE Output<Slot>* result(std::ptrdiff_t j) const {
    return static_cast<Output<Slot>*>(target[Slot]) + (Across ? ahead : 0) + j * output_step(Slot);
  }
};

// ---- memory ----------------------------------------------------------------------------------------------------------

/// Numbers stored as S, one after the other, as a vector.
template <class V, class S>
LOOM_INLINE V load_lanes(const S* from) {
  if constexpr (std::is_same_v<S, lane<V>>) {
    return load<V>(from);
  } else if constexpr (width<V> == 1) {
    return loaded(*from);
  } else if constexpr (std::is_same_v<S, bf16>) {
    return as<V>(widen(load<vec<std::uint16_t, width<V>>>(reinterpret_cast<const std::uint16_t*>(from))) << 16);
  } else {
    return widen(load<vec<short, width<V>>>(reinterpret_cast<const short*>(from)));
  }
}

/// The vector as numbers of type S, rounded to nearest.
template <class V, class S>
LOOM_INLINE void store_lanes(V v, S* to) {
  if constexpr (std::is_same_v<S, lane<V>>) {
    store(v, to);
  } else if constexpr (width<V> == 1) {
    *to = stored<S>(v);
  } else if constexpr (std::is_same_v<S, bf16>) {
    const auto bits = as<bits_of<V>>(v);
    const auto rounded = bits + (bits >> 16 & 1) + 0x7FFF, quiet = bits | 0x400000;
    const auto upper = select(is_nan(v), quiet, rounded) >> 16;
    store(narrow(upper), reinterpret_cast<std::uint16_t*>(to));
  } else {
    store(narrow(v), reinterpret_cast<short*>(to));
  }
}

template <lanes Which, class V, class S>
LOOM_INLINE V load_along(const S* from, std::ptrdiff_t stride, std::size_t count) {
  if constexpr (Which == lanes::all) {
    if (stride == 1) [[likely]] return load_lanes<V>(from);
  } else if constexpr (std::is_same_v<S, lane<V>> && width<V> > 1) {
    if (stride == 1) [[likely]] return load_first(from, count);
  }
  alignas(64) S buffer[width<V>] = {};
  loops::copy_in(from, stride, Which == lanes::all ? width<V> : count, buffer);
  return load_lanes<V>(buffer);
}

template <lanes Which, class V, class S>
LOOM_INLINE void store_along(V v, S* to, std::ptrdiff_t stride, std::size_t count) {
  if constexpr (Which == lanes::all) {
    if (stride == 1) [[likely]] return store_lanes(v, to);
  } else if constexpr (std::is_same_v<S, lane<V>> && width<V> > 1) {
    if (stride == 1) [[likely]] return store_first(v, to, count);
  }
  alignas(64) S buffer[width<V>];
  store_lanes(v, buffer);
  loops::copy_out(buffer, Which == lanes::all ? width<V> : count, to, stride);
}

/// Entry j of output `Slot`: a vector of entries along, one entry of each row across.
template <lanes Which, int Slot, class F>
LOOM_INLINE void store_entry(F& f, typename F::V v, std::ptrdiff_t j) {
  if constexpr (F::across) store_lanes(v, f.template result<Slot>(j));
  else store_along<Which>(v, f.template result<Slot>(j), f.output_step(Slot), f.active);
}

// ---- the operands of one step ----------------------------------------------------------------------------------------

/// A whole constant as a lane; what a lane cannot hold becomes its extreme, as labels do.
template <std::size_t Bytes>
constexpr std::int64_t whole_lane(double v) {
  if (Bytes == 8) return static_cast<std::int64_t>(v);
  return v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : static_cast<std::int64_t>(v);
}

/// A whole number for a comparison with an index.
template <int Id, class F>
LOOM_INLINE typename F::VI integer_of(const F& f) {
  constexpr node n = F::P.program[Id];
  if constexpr (n.type == kind::index) return f.index[Id];
  else return broadcast<typename F::VI>(static_cast<typename F::TI>(whole_lane<sizeof(typename F::TI)>(n.number())));
}

/// Loads input `Slot` at entry j of the row (element level) or for the row (row level).
template <class Program, class T, bool Across, int Id, lanes Which>
LOOM_INLINE void load_input(frame<Program, T, Across>& f, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr int slot = static_cast<int>(n.bits);
  constexpr bool per_column = F::P.levels[Id] == level::element;
  constexpr bool per_row = (n.axes & F::P.row_axes) != 0;
  const stream& s = f.data.inputs[slot];
  if constexpr (n.code == op::tensor) {
    if constexpr (!Across && per_column) {
      f.number[Id] = load_along<Which, typename F::V>(f.template entry<slot>(j), f.input_step(slot), f.active);
    } else if constexpr (per_column && per_row) {
      f.number[Id] = load_lanes<typename F::V>(f.template entry<slot>(j));
    } else if constexpr (!Across || per_column) {
      f.number[Id] = broadcast<typename F::V>(loaded(*f.template entry<slot>(j)));
    } else {
      alignas(64) T buffer[F::lane_count] = {};
      loops::load_row_values<typename F::template Input<slot>>(f.data, s, f.row, f.active, buffer);
      f.number[Id] = load<typename F::V>(buffer);
    }
  } else {  // index or mask: integers of any size
    alignas(64) typename F::TI buffer[F::lane_count] = {};
    const std::size_t count = Across || Which == lanes::some ? f.active : per_column ? F::lane_count : 1;
    loops::load_integers(f.data, s, f.row, per_column ? j : 0, !Across, count, buffer);
    const typename F::VI v = Across || per_column ? load<typename F::VI>(buffer) : broadcast<typename F::VI>(buffer[0]);
    if constexpr (n.code == op::index) f.index[Id] = v;
    else f.mask[Id] = v != 0;
  }
}

/// What a label names: a number, a mask, or another label.
template <int Id, class F>
using looked_up_type = std::conditional_t<F::P.program[Id].type == kind::index, typename F::TI, lane<typename F::V>>;
template <int Id, class F>
LOOM_INLINE void set_looked_up(F& f, const looked_up_type<Id, F>* entries, bool one) {
  using V = vec<looked_up_type<Id, F>>;
  const V v = one ? broadcast<V>(entries[0]) : load<V>(entries);
  constexpr kind type = F::P.program[Id].type;
  if constexpr (type == kind::index) f.index[Id] = v;
  else if constexpr (type == kind::mask) f.mask[Id] = v != V{};
  else f.number[Id] = v;
}

/// The entry of an input's row that an index names.
template <class Program, class T, bool Across, int Id>
LOOM_INLINE void gather_input(frame<Program, T, Across>& f) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr int from = static_cast<int>(F::P.program[n.operand[0]].bits);
  alignas(64) typename F::TI entry[F::lane_count];
  alignas(64) looked_up_type<Id, F> buffer[F::lane_count] = {};
  store(f.index[n.operand[1]], entry);
  using S = typename F::template Input<from>;
  loops::near_rows<S> rows;
  if constexpr (F::has_entries(from)) {
    if (f.origin[from] != nullptr) rows = {f.template entry<from>(0), f.input_step(from)};
  }
  loops::load_entries(f.data, f.data.inputs[from], rows, f.row, entry, Across ? f.active : 1, buffer);
  set_looked_up<Id>(f, buffer, !Across);
}

/// The same along an axis that counts rows: the row it names is another one.
template <class Program, class T, bool Across, int Id, lanes Which>
LOOM_INLINE void look_up(frame<Program, T, Across>& f, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr int k = lookup_of(F::P, Id);
  constexpr bool per_column = F::P.levels[Id] == level::element;
  alignas(64) typename F::TI label[F::lane_count];
  alignas(64) looked_up_type<Id, F> buffer[F::lane_count] = {};
  store(f.index[n.operand[1]], label);
  using S = typename F::template Input<static_cast<int>(F::P.program[n.operand[0]].bits)>;
  const std::size_t count = Across || Which == lanes::some ? f.active : per_column ? F::lane_count : 1;
  loops::load_lookup<S>(f.data, k, f.data.extents[first_axis(n.over())], f.row, per_column ? j : 0, !Across, label, per_column || Across ? count : 1, buffer);
  set_looked_up<Id>(f, buffer, !Across && !per_column);
}

/// An entry, or the row's entry, of an array of the workspace.
template <class Program, class T, bool Across, int Id, lanes Which>
LOOM_INLINE void load_from_array(frame<Program, T, Across>& f, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr bool per_column = F::P.levels[Id] == level::element;
  alignas(64) T buffer[F::lane_count] = {};
  const std::size_t count = Across || Which == lanes::some ? f.active : per_column ? F::lane_count : 1;
  loops::load_array(f.data, f.data.arrays[F::P.array_of[Id] - 1], f.row, per_column ? j : 0, !Across, per_column || Across ? count : 1, buffer);
  const typename F::V v = Across || per_column ? load<typename F::V>(buffer) : broadcast<typename F::V>(buffer[0]);
  if constexpr (F::P.program[Id].type == kind::mask) f.mask[Id] = v != typename F::V{};
  else f.number[Id] = v;
}

// ---- steps -----------------------------------------------------------------------------------------------------------

template <class Program, class T, bool Across, int Id, lanes Which>
LOOM_INLINE void compute(frame<Program, T, Across>& f, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr value_id a = n.operand[0], b = n.operand[1], c = n.operand[2];
  if constexpr (n.code == op::constant) {
    f.number[Id] = constant<typename F::V>(n.number());
  } else if constexpr (F::P.levels[Id] == level::scalar) {
    f.number[Id] = constant<typename F::V>(f.scalars[Id]);
    if constexpr (n.type == kind::mask) f.mask[Id] = f.number[Id] != typename F::V{};
  } else if constexpr (is_input(n.code)) {
    load_input<Program, T, Across, Id, Which>(f, j);
  } else if constexpr (F::P.array_of[Id] != 0) {
    load_from_array<Program, T, Across, Id, Which>(f, j);
  } else if constexpr (n.code == op::gather) {
    if constexpr ((n.over() & F::P.column_axes) != 0) gather_input<Program, T, Across, Id>(f);
    else look_up<Program, T, Across, Id, Which>(f, j);
  } else if constexpr (n.code == op::onehot) {
    const auto first = static_cast<typename F::TI>(j);
    typename F::VI position;
    if constexpr ((n.over() & F::P.column_axes) == 0) {
      alignas(64) typename F::TI buffer[F::lane_count] = {};
      loops::load_coordinates(f.data, first_axis(n.over()), f.row, Across ? f.active : 1, buffer);
      position = Across ? load<typename F::VI>(buffer) : broadcast<typename F::VI>(buffer[0]);
    } else if constexpr (Across) {
      position = broadcast<typename F::VI>(first);
    } else {
      position = iota<typename F::VI>(first);
    }
    f.number[Id] = keep(position == f.index[a], constant<typename F::V>(1));
  } else if constexpr (n.code == op::where) {
    f.number[Id] = select(f.mask[a], f.number[b], f.number[c]);
  } else if constexpr (n.code == op::logical_and) {
    f.mask[Id] = f.mask[a] & f.mask[b];
  } else if constexpr (n.code == op::logical_or) {
    f.mask[Id] = f.mask[a] | f.mask[b];
  } else if constexpr (n.code == op::logical_not) {
    f.mask[Id] = f.mask[a] == 0;
  } else if constexpr (info(n.code).kind == family::compare) {
    if constexpr (F::P.program[a].type == kind::index || F::P.program[b].type == kind::index)
      f.mask[Id] = compare_labels<Id, Which>(f, j);  // of label_comparisons-inl.h
    else
      f.mask[Id] = kernel<n.code>::apply(f.number[a], f.number[b]);
  } else if constexpr (arity(n.code) == 1) {
    f.number[Id] = kernel<n.code>::apply(f.number[a]);
  } else {
    f.number[Id] = kernel<n.code>::apply(f.number[a], f.number[b]);
  }
}

/// An operand of a reduction or a total as a number: masks count as 0 and 1.
template <int Id, class F>
LOOM_INLINE typename F::V counted(const F& f) {
  if constexpr (F::P.program[Id].type == kind::mask) return keep(f.mask[Id], constant<typename F::V>(1));
  else return f.number[Id];
}

/// Totals are accumulated in double, and those of doubles with what rounding loses: their error does not grow with the number
/// of rows.
template <class Program, class T, bool Across, int Id, lanes Which>
LOOM_INLINE void add_to_total(frame<Program, T, Across>& f) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr value_id a = n.operand[0];
  constexpr bool one_value = !Across && F::P.levels[a] == level::row;  // a row value along: every lane has it
  typename F::V v = counted<a>(f);
  if constexpr (Across) v = select(f.fresh, v, fold<n.code>::template first<typename F::V>());
  else if constexpr (Which == lanes::some || one_value) v = select(first_lanes<typename F::V>(one_value ? 1 : f.active), v, fold<n.code>::template first<typename F::V>());
  if constexpr (sizeof(T) == 8 && n.code == op::sum) {  // Knuth's two-sum: adds only, so contraction cannot touch it
    const typename F::VD before = f.total[Id][0], sum = before + v, added = sum - before;
    f.lost[Id] = f.lost[Id] + ((before - (sum - added)) + (v - added));
    f.total[Id][0] = sum;
  } else if constexpr (sizeof(T) == 8) {
    f.total[Id][0] = fold<n.code>::more(f.total[Id][0], v);
  } else if constexpr (F::lane_count == 1) {
    f.total[Id][0] = fold<n.code>::more(f.total[Id][0], widen(v));
  } else {
    f.total[Id][0] = fold<n.code>::more(f.total[Id][0], widen(lower_half(v)));
    if constexpr (!one_value) f.total[Id][1] = fold<n.code>::more(f.total[Id][1], widen(upper_half(v)));
  }
}

/// Folds entries, or a row value, into the array of a reduction. Sums into what lies side by side go by vectors.
template <class Program, class T, bool Across, int Id, lanes Which>
LOOM_INLINE void add_to_array(frame<Program, T, Across>& f, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr bool per_column = folds_entries(F::P, Id);
  using VD = typename F::VD;
  const output_stream& s = f.data.arrays[F::P.array_of[Id] - 1];
  const typename F::V v = counted<n.operand[0]>(f);
  if constexpr (n.code == op::sum && per_column && !Across && Which == lanes::all) {
    if (s.column_stride == 1) [[likely]] {
      double* to = static_cast<double*>(s.data) + row_offset(f.data, s, f.row) + j;
      if constexpr (F::lane_count == width<VD>) {
        if constexpr (sizeof(T) == 8) store(load<VD>(to) + v, to);
        else store(load<VD>(to) + widen(v), to);
      } else {
        store(load<VD>(to) + widen(lower_half(v)), to);
        to += width<VD>;
        store(load<VD>(to) + widen(upper_half(v)), to);
      }
      return;
    }
  }
  alignas(64) T buffer[F::lane_count];
  store(v, buffer);
  const std::size_t first = Across ? f.stale : 0, count = (Across || (per_column && Which == lanes::some) ? f.active : per_column ? F::lane_count : 1) - first;
  const std::ptrdiff_t row = f.row + static_cast<std::ptrdiff_t>(first), column = per_column ? j : 0;
  if constexpr (n.code == op::scatter) {
    alignas(64) typename F::TI label[F::lane_count];
    store(f.index[n.operand[1]], label);
    loops::scatter_into_array(f.data, F::P.array_of[Id] - 1, f.data.extents[n.scattered_over()], row, column, !Across, count, label + first, buffer + first);
  } else {
    loops::store_into_array(n.code, f.data, s, row, column, !Across, count, buffer + first);
  }
}

template <class Program, class T, bool Across, int Id, int Slot>
LOOM_INLINE void store_row_value(frame<Program, T, Across>& f) {
  using F = frame<Program, T, Across>;
  if constexpr (output_level(F::P, Slot) == level::scalar) {  // the one row of a formula without row axes
    f.results[row_results_before(F::P, Slot)] = static_cast<double>(first_lane(f.number[Id]));
    return;
  }
  const output_stream& s = f.data.outputs[Slot];
  alignas(64) T buffer[F::lane_count];
  store(f.number[Id], buffer);
  loops::store_row_values<typename F::template Output<Slot>>(f.data, s, f.row, Across ? f.active : 1, buffer);
}

/// Step `Index` of the plan, at entry j.
template <class Program, class T, bool Across, int Index, lanes Which>
LOOM_INLINE void perform(frame<Program, T, Across>& f, [[maybe_unused]] typename frame<Program, T, Across>::V* acc, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr step s = F::P.steps[Index];
  constexpr node n = F::P.program[s.id];
  if constexpr (s.what == action::compute) {
    compute<Program, T, Across, s.id, Which>(f, j);
  } else if constexpr (s.what == action::reduce) {
    typename F::V v = counted<n.operand[0]>(f);
    if constexpr (Which == lanes::some) v = select(first_lanes<typename F::V>(f.active), v, fold<n.code>::template first<typename F::V>());
    acc[s.id] = fold<n.code>::more(acc[s.id], v);
  } else if constexpr (s.what == action::total) {
    add_to_total<Program, T, Across, s.id, Which>(f);
  } else if constexpr (s.what == action::accumulate) {
    add_to_array<Program, T, Across, s.id, Which>(f, j);
  } else if constexpr (s.what == action::recall) {
    if constexpr (Across) f.number[s.id] = load_lanes<typename F::V>(f.template result<s.slot>(j));
    else f.number[s.id] = load_along<Which, typename F::V>(f.template result<s.slot>(j), f.output_step(s.slot), f.active);
  } else if constexpr (output_level(F::P, s.slot) == level::element) {  // keep or store
    store_entry<Which, s.slot>(f, f.number[s.id], j);
  } else {
    store_row_value<Program, T, Across, s.id, s.slot>(f);
  }
}

}  // namespace loom::LOOM_TARGET
