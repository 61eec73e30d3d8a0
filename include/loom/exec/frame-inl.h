// SPDX-License-Identifier: BSL-1.0
// exec/frame-inl.h — the values of the loops in registers, and how one step of a plan is performed.
// Two ways to lay lanes share all of it. Along: the lanes are neighbouring entries of one row, and a row value is the
// same in every lane. Across: the lanes are rows, and step j of a pass looks at entry j of each of them.
// A frame has one slot a value; every slot is named by a constant, so after inlining it is registers, not memory.
// Layer 5 (exec).
#if defined(LOOM_EXEC_FRAME_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LOOM_EXEC_FRAME_INL_H_
#undef LOOM_EXEC_FRAME_INL_H_
#else
#define LOOM_EXEC_FRAME_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <limits>

#include "loom/exec/call.hpp"
#include "loom/exec/kernels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace loom {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using exec::loop_data;
using exec::stream;

/// Which lanes of a vector are entries, and which are past the end.
enum class lanes { all, some };

template <class Program, class T, bool Across>
struct frame {
  static constexpr const plan& P = Program::schedule;
  static constexpr bool across = Across;
  static constexpr int values = P.program.size();
  static constexpr int inputs = P.program.inputs.size();
  static constexpr int outputs = P.program.outputs.size();

  using D = hn::ScalableTag<T>;
  using DI = hn::RebindToSigned<D>;
  using TI = hn::TFromD<DI>;
  using DD = hn::ScalableTag<double>;
  using V = hn::Vec<D>;
  using VI = hn::Vec<DI>;
  using VD = hn::Vec<DD>;
  using M = hn::Mask<D>;
  static constexpr size_t max_lanes = hn::MaxLanes(D());
  static constexpr exec::storages memory = exec::memory_of<Program>;
  template <int Slot> using Input = exec::element<memory.input(Slot), T>;  // as stored
  template <int Slot> using Output = exec::element<memory.output(Slot), T>;
  static constexpr int total_parts = sizeof(T) == 4 && HWY_TARGET != HWY_SCALAR ? 2 : 1;  // vectors of double to a vector of T

  const loop_data& data;
  const exec::part& here;
  double* numbers;  // scalars, by value
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
  size_t active = 0;  // rows of this vector (across), entries of this vector (along, past the last whole one)
  M fresh;            // across: the rows that no vector before had
  size_t stale = 0;   // across: the rows before those

  HWY_INLINE frame(const loop_data& call, const exec::part& some, double* scalars) : data(call), here(some), numbers(scalars) {}

  /// Input `slot` has an entry for each row and column.
  static constexpr bool has_entries(int slot) {
    const input_info& in = P.program.inputs[slot];
    return in.code == op::tensor && (as_set(in.axes) & P.row_axes) != 0 && (as_set(in.axes) & P.column_axes) != 0;
  }
  HWY_INLINE std::ptrdiff_t input_step(int slot) const { return Across ? origin_step[slot] : data.inputs[slot].column_stride; }
  HWY_INLINE std::ptrdiff_t output_step(int slot) const { return Across ? target_step[slot] : data.outputs[slot].column_stride; }
  template <int Slot> HWY_INLINE const Input<Slot>* entry(std::ptrdiff_t j) const {
    constexpr bool of_rows = Across && has_entries(Slot);
    return static_cast<const Input<Slot>*>(origin[Slot]) + (of_rows ? ahead : 0) + j * input_step(Slot);
  }
  template <int Slot> HWY_INLINE Output<Slot>* result(std::ptrdiff_t j) const {
    return static_cast<Output<Slot>*>(target[Slot]) + (Across ? ahead : 0) + j * output_step(Slot);
  }
};

// ---- memory ----------------------------------------------------------------------------------------------------------

/// Numbers stored as S, one after the other, as a vector.
template <class D, class S>
HWY_INLINE hn::Vec<D> load_lanes(D d, const S* from) {
  if constexpr (std::is_same_v<S, hn::TFromD<D>>) {
    return hn::LoadU(d, from);
  } else if constexpr (std::is_same_v<S, bf16>) {
    const hn::RebindToUnsigned<D> du;
    const hn::Rebind<uint16_t, D> dh;
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(du, hn::LoadU(dh, reinterpret_cast<const uint16_t*>(from)))));
  } else if constexpr (HWY_TARGET <= HWY_AVX2) {
    const hn::Rebind<hwy::float16_t, D> dh;
    return hn::PromoteTo(d, hn::LoadU(dh, reinterpret_cast<const hwy::float16_t*>(from)));
  } else {  // Highway's own emulation is not exact everywhere
    HWY_ALIGN hn::TFromD<D> buffer[hn::MaxLanes(D())];
    for (size_t i = 0; i < hn::Lanes(d); ++i) buffer[i] = loaded(from[i]);
    return hn::Load(d, buffer);
  }
}

/// The vector as numbers of type S, rounded to nearest.
template <class D, class S>
HWY_INLINE void store_lanes(D d, hn::Vec<D> v, S* to) {
  if constexpr (std::is_same_v<S, hn::TFromD<D>>) {
    hn::StoreU(v, d, to);
  } else if constexpr (std::is_same_v<S, bf16>) {  // Highway would truncate
    const hn::RebindToUnsigned<D> du;
    const hn::RebindToSigned<D> di;
    const hn::Rebind<uint16_t, D> dh;
    const auto bits = hn::BitCast(du, v);
    const auto even = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1));
    const auto rounded = hn::Add(bits, hn::Add(even, hn::Set(du, 0x7FFF)));
    const auto quiet = hn::Or(bits, hn::Set(du, 0x400000));
    const auto upper = hn::ShiftRight<16>(hn::IfThenElse(hn::RebindMask(du, hn::IsNaN(v)), quiet, rounded));
    hn::StoreU(hn::DemoteTo(dh, hn::BitCast(di, upper)), dh, reinterpret_cast<uint16_t*>(to));
  } else if constexpr (HWY_TARGET <= HWY_AVX2) {
    const hn::Rebind<hwy::float16_t, D> dh;
    hn::StoreU(hn::DemoteTo(dh, v), dh, reinterpret_cast<hwy::float16_t*>(to));
  } else {
    HWY_ALIGN hn::TFromD<D> buffer[hn::MaxLanes(D())];
    hn::Store(v, d, buffer);
    for (size_t i = 0; i < hn::Lanes(d); ++i) to[i] = stored<S>(buffer[i]);
  }
}

template <lanes Which, class D, class S>
HWY_INLINE hn::Vec<D> load_along(D d, const S* from, std::ptrdiff_t stride, size_t count) {
  if constexpr (Which == lanes::all) {
    if (HWY_LIKELY(stride == 1)) return load_lanes(d, from);
  } else if constexpr (std::is_same_v<S, hn::TFromD<D>> && HWY_TARGET <= HWY_AVX2) {
    if (HWY_LIKELY(stride == 1)) return hn::MaskedLoad(hn::FirstN(d, count), d, from);
  }
  HWY_ALIGN S buffer[hn::MaxLanes(D())] = {};
  exec::copy_in(from, stride, Which == lanes::all ? hn::Lanes(d) : count, buffer);
  return load_lanes(d, buffer);
}

template <lanes Which, class D, class S>
HWY_INLINE void store_along(D d, hn::Vec<D> v, S* to, std::ptrdiff_t stride, size_t count) {
  if constexpr (Which == lanes::all) {
    if (HWY_LIKELY(stride == 1)) return store_lanes(d, v, to);
  }
  HWY_ALIGN S buffer[hn::MaxLanes(D())];
  store_lanes(d, v, buffer);
  exec::copy_out(buffer, Which == lanes::all ? hn::Lanes(d) : count, to, stride);
}

/// Entry j of output `Slot`: a vector of entries along, one entry of each row across.
template <lanes Which, int Slot, class F>
HWY_INLINE void store_entry(F& f, typename F::V v, std::ptrdiff_t j) {
  const typename F::D d;
  if constexpr (F::across) store_lanes(d, v, f.template result<Slot>(j));
  else store_along<Which>(d, v, f.template result<Slot>(j), f.output_step(Slot), f.active);
}

// ---- the operands of one step ----------------------------------------------------------------------------------------

/// A whole constant as a lane; what a lane cannot hold becomes its extreme, as labels do.
template <size_t Bytes>
constexpr std::int64_t whole_lane(double v) {
  if (Bytes == 8) return static_cast<std::int64_t>(v);
  return v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : static_cast<std::int64_t>(v);
}

/// A whole number for a comparison with an index.
template <int Id, class F>
HWY_INLINE typename F::VI integer_of(const F& f) {
  constexpr node n = F::P.program[Id];
  if constexpr (n.type == kind::index) return f.index[Id];
  else return hn::Set(typename F::DI(), static_cast<typename F::TI>(whole_lane<sizeof(typename F::TI)>(n.number())));
}

/// Loads input `Slot` at entry j of the row (element level) or for the row (row level).
template <class Program, class T, bool Across, int Id, lanes Which>
HWY_INLINE void load_input(frame<Program, T, Across>& f, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr int slot = static_cast<int>(n.bits);
  constexpr bool per_column = F::P.levels[Id] == level::element;
  constexpr bool per_row = (n.axes & F::P.row_axes) != 0;
  const stream& s = f.data.inputs[slot];
  const typename F::D d;
  if constexpr (n.code == op::tensor) {
    if constexpr (!Across && per_column) {
      f.number[Id] = load_along<Which>(d, f.template entry<slot>(j), f.input_step(slot), f.active);
    } else if constexpr (per_column && per_row) {
      f.number[Id] = load_lanes(d, f.template entry<slot>(j));
    } else if constexpr (!Across || per_column) {
      f.number[Id] = hn::Set(d, loaded(*f.template entry<slot>(j)));
    } else {
      HWY_ALIGN T buffer[F::max_lanes] = {};
      exec::load_row_values<typename F::template Input<slot>>(f.data, s, f.row, f.active, buffer);
      f.number[Id] = hn::Load(d, buffer);
    }
  } else {  // index or mask: integers of any size
    const typename F::DI di;
    HWY_ALIGN typename F::TI buffer[F::max_lanes] = {};
    const size_t count = Across || Which == lanes::some ? f.active : per_column ? hn::Lanes(di) : 1;
    exec::load_integers(f.data, s, f.row, per_column ? j : 0, !Across, count, buffer);
    const typename F::VI v = Across || per_column ? hn::Load(di, buffer) : hn::Set(di, buffer[0]);
    if constexpr (n.code == op::index) f.index[Id] = v;
    else f.mask[Id] = hn::RebindMask(d, hn::Ne(v, hn::Zero(di)));
  }
}

/// What a label names: a number, a mask, or another label.
template <int Id, class F>
using looked_up_type = std::conditional_t<F::P.program[Id].type == kind::index, typename F::TI, hn::TFromD<typename F::D>>;
template <int Id, class F>
HWY_INLINE void set_looked_up(F& f, const looked_up_type<Id, F>* entries, bool one) {
  const hn::ScalableTag<looked_up_type<Id, F>> d;
  const auto v = one ? hn::Set(d, entries[0]) : hn::Load(d, entries);
  constexpr kind type = F::P.program[Id].type;
  if constexpr (type == kind::index) f.index[Id] = v;
  else if constexpr (type == kind::mask) f.mask[Id] = hn::Ne(v, hn::Zero(d));
  else f.number[Id] = v;
}

/// The entry of an input's row that an index names.
template <class Program, class T, bool Across, int Id>
HWY_INLINE void gather_input(frame<Program, T, Across>& f) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr int from = static_cast<int>(F::P.program[n.operand[0]].bits);
  HWY_ALIGN typename F::TI entry[F::max_lanes];
  HWY_ALIGN looked_up_type<Id, F> buffer[F::max_lanes] = {};
  hn::Store(f.index[n.operand[1]], typename F::DI(), entry);
  using S = typename F::template Input<from>;
  exec::near_rows<S> rows;
  if constexpr (F::has_entries(from)) {
    if (f.origin[from] != nullptr) rows = {f.template entry<from>(0), f.input_step(from)};
  }
  exec::load_entries(f.data, f.data.inputs[from], rows, f.row, entry, Across ? f.active : 1, buffer);
  set_looked_up<Id>(f, buffer, !Across);
}

/// The same along an axis that counts rows: the row it names is another one.
template <class Program, class T, bool Across, int Id, lanes Which>
HWY_INLINE void look_up(frame<Program, T, Across>& f, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr int k = lookup_of(F::P, Id);
  constexpr bool per_column = F::P.levels[Id] == level::element;
  HWY_ALIGN typename F::TI label[F::max_lanes];
  HWY_ALIGN looked_up_type<Id, F> buffer[F::max_lanes] = {};
  hn::Store(f.index[n.operand[1]], typename F::DI(), label);
  using S = typename F::template Input<static_cast<int>(F::P.program[n.operand[0]].bits)>;
  const size_t count = Across || Which == lanes::some ? f.active : per_column ? hn::Lanes(typename F::D()) : 1;
  exec::load_lookup<S>(f.data, k, f.data.extents[first_axis(n.over())], f.row, per_column ? j : 0, !Across, label, per_column || Across ? count : 1, buffer);
  set_looked_up<Id>(f, buffer, !Across && !per_column);
}

/// An entry, or the row's entry, of an array of the workspace.
template <class Program, class T, bool Across, int Id, lanes Which>
HWY_INLINE void load_from_array(frame<Program, T, Across>& f, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr bool per_column = F::P.levels[Id] == level::element;
  const typename F::D d;
  HWY_ALIGN T buffer[F::max_lanes] = {};
  const size_t count = Across || Which == lanes::some ? f.active : per_column ? hn::Lanes(d) : 1;
  exec::load_array(f.data, f.data.arrays[F::P.array_of[Id] - 1], f.row, per_column ? j : 0, !Across, per_column || Across ? count : 1, buffer);
  const typename F::V v = Across || per_column ? hn::Load(d, buffer) : hn::Set(d, buffer[0]);
  if constexpr (F::P.program[Id].type == kind::mask) f.mask[Id] = hn::Ne(v, hn::Zero(d));
  else f.number[Id] = v;
}

// ---- steps -----------------------------------------------------------------------------------------------------------

template <class Program, class T, bool Across, int Id, lanes Which>
HWY_INLINE void compute(frame<Program, T, Across>& f, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr value_id a = n.operand[0], b = n.operand[1], c = n.operand[2];
  const typename F::D d;
  if constexpr (n.code == op::constant) {
    f.number[Id] = hn::Set(d, static_cast<T>(n.number()));
  } else if constexpr (F::P.levels[Id] == level::scalar) {
    f.number[Id] = hn::Set(d, static_cast<T>(f.data.numbers[Id]));
    if constexpr (n.type == kind::mask) f.mask[Id] = hn::Ne(f.number[Id], hn::Zero(d));
  } else if constexpr (is_input(n.code)) {
    load_input<Program, T, Across, Id, Which>(f, j);
  } else if constexpr (F::P.array_of[Id] != 0) {
    load_from_array<Program, T, Across, Id, Which>(f, j);
  } else if constexpr (n.code == op::gather) {
    if constexpr ((n.over() & F::P.column_axes) != 0) gather_input<Program, T, Across, Id>(f);
    else look_up<Program, T, Across, Id, Which>(f, j);
  } else if constexpr (n.code == op::onehot) {
    const typename F::DI di;
    const auto first = static_cast<typename F::TI>(j);
    typename F::VI position;
    if constexpr ((n.over() & F::P.column_axes) == 0) {
      HWY_ALIGN typename F::TI buffer[F::max_lanes] = {};
      exec::load_coordinates(f.data, first_axis(n.over()), f.row, Across ? f.active : 1, buffer);
      position = Across ? hn::Load(di, buffer) : hn::Set(di, buffer[0]);
    } else if constexpr (Across) {
      position = hn::Set(di, first);
    } else {
      position = hn::Iota(di, first);
    }
    f.number[Id] = hn::IfThenElseZero(hn::RebindMask(d, hn::Eq(position, f.index[a])), hn::Set(d, T(1)));
  } else if constexpr (n.code == op::where) {
    f.number[Id] = hn::IfThenElse(f.mask[a], f.number[b], f.number[c]);
  } else if constexpr (n.code == op::logical_and) {
    f.mask[Id] = hn::And(f.mask[a], f.mask[b]);
  } else if constexpr (n.code == op::logical_or) {
    f.mask[Id] = hn::Or(f.mask[a], f.mask[b]);
  } else if constexpr (n.code == op::logical_not) {
    f.mask[Id] = hn::Not(f.mask[a]);
  } else if constexpr (info(n.code).kind == family::compare) {
    if constexpr (F::P.program[a].type == kind::index || F::P.program[b].type == kind::index)
      f.mask[Id] = hn::RebindMask(d, kernel<n.code>::apply_integers(integer_of<a>(f), integer_of<b>(f)));
    else
      f.mask[Id] = kernel<n.code>::apply(f.number[a], f.number[b]);
  } else if constexpr (arity(n.code) == 1) {
    f.number[Id] = kernel<n.code>::apply(d, f.number[a]);
  } else {
    f.number[Id] = kernel<n.code>::apply(d, f.number[a], f.number[b]);
  }
}

/// An operand of a reduction or a total as a number: masks count as 0 and 1.
template <int Id, class F>
HWY_INLINE typename F::V counted(const F& f) {
  const typename F::D d;
  if constexpr (F::P.program[Id].type == kind::mask) return hn::IfThenElseZero(f.mask[Id], hn::Set(d, hn::TFromD<typename F::D>(1)));
  else return f.number[Id];
}

/// Totals are accumulated in double, and those of doubles with what rounding loses: their error does not grow with the number
/// of rows.
template <class Program, class T, bool Across, int Id, lanes Which>
HWY_INLINE void add_to_total(frame<Program, T, Across>& f) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr value_id a = n.operand[0];
  constexpr bool one_value = !Across && F::P.levels[a] == level::row;  // a row value along: every lane has it
  const typename F::D d;
  const typename F::DD dd;
  typename F::V v = counted<a>(f);
  if constexpr (Across) v = hn::IfThenElse(f.fresh, v, fold<n.code>::first(d));
  else if constexpr (Which == lanes::some || one_value) v = hn::IfThenElse(hn::FirstN(d, one_value ? 1 : f.active), v, fold<n.code>::first(d));
  if constexpr (sizeof(T) == 8 && n.code == op::sum) {  // Knuth's two-sum: adds only, so contraction cannot touch it
    const typename F::VD before = f.total[Id][0], sum = hn::Add(before, v), added = hn::Sub(sum, before);
    f.lost[Id] = hn::Add(f.lost[Id], hn::Add(hn::Sub(before, hn::Sub(sum, added)), hn::Sub(v, added)));
    f.total[Id][0] = sum;
  } else if constexpr (sizeof(T) == 8) {
    f.total[Id][0] = fold<n.code>::more(dd, f.total[Id][0], v);
  } else {
#if HWY_TARGET == HWY_SCALAR
    f.total[Id][0] = fold<n.code>::more(dd, f.total[Id][0], hn::PromoteTo(dd, v));
#else
    const hn::Half<typename F::D> dh;
    f.total[Id][0] = fold<n.code>::more(dd, f.total[Id][0], hn::PromoteTo(dd, hn::LowerHalf(dh, v)));
    if constexpr (!one_value) f.total[Id][1] = fold<n.code>::more(dd, f.total[Id][1], hn::PromoteTo(dd, hn::UpperHalf(dh, v)));
#endif
  }
}

/// Folds entries, or a row value, into the array of a reduction. Sums into what lies side by side go by vectors.
template <class Program, class T, bool Across, int Id, lanes Which>
HWY_INLINE void add_to_array(frame<Program, T, Across>& f, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr node n = F::P.program[Id];
  constexpr bool per_column = folds_entries(F::P, Id);
  const typename F::D d;
  const typename F::DD dd;
  const stream& s = f.data.arrays[F::P.array_of[Id] - 1];
  const typename F::V v = counted<n.operand[0]>(f);
  if constexpr (n.code == op::sum && per_column && !Across && Which == lanes::all) {
    if (HWY_LIKELY(s.column_stride == 1)) {
      double* to = const_cast<double*>(static_cast<const double*>(s.data)) + row_offset(f.data, s, f.row) + j;
      if constexpr (sizeof(T) == 8) {
        hn::StoreU(hn::Add(hn::LoadU(dd, to), v), dd, to);
      } else {
#if HWY_TARGET == HWY_SCALAR
        hn::StoreU(hn::Add(hn::LoadU(dd, to), hn::PromoteTo(dd, v)), dd, to);
#else
        const hn::Half<typename F::D> dh;
        hn::StoreU(hn::Add(hn::LoadU(dd, to), hn::PromoteTo(dd, hn::LowerHalf(dh, v))), dd, to);
        to += hn::Lanes(dd);
        hn::StoreU(hn::Add(hn::LoadU(dd, to), hn::PromoteTo(dd, hn::UpperHalf(dh, v))), dd, to);
#endif
      }
      return;
    }
  }
  HWY_ALIGN T buffer[F::max_lanes];
  hn::Store(v, d, buffer);
  const size_t first = Across ? f.stale : 0, count = (Across || (per_column && Which == lanes::some) ? f.active : per_column ? hn::Lanes(d) : 1) - first;
  const std::ptrdiff_t row = f.row + static_cast<std::ptrdiff_t>(first), column = per_column ? j : 0;
  if constexpr (n.code == op::scatter) {
    HWY_ALIGN typename F::TI label[F::max_lanes];
    hn::Store(f.index[n.operand[1]], typename F::DI(), label);
    exec::scatter_into_array(f.data, F::P.array_of[Id] - 1, f.data.extents[n.scattered_over()], row, column, !Across, count, label + first, buffer + first);
  } else {
    exec::store_into_array(n.code, f.data, s, row, column, !Across, count, buffer + first);
  }
}

template <class Program, class T, bool Across, int Id, int Slot>
HWY_INLINE void store_row_value(frame<Program, T, Across>& f) {
  using F = frame<Program, T, Across>;
  const typename F::D d;
  if constexpr (output_level(F::P, Slot) == level::scalar) {  // the one row of a formula without row axes
    f.numbers[Id] = static_cast<double>(hn::GetLane(f.number[Id]));
    return;
  }
  const stream& s = f.data.outputs[Slot];
  HWY_ALIGN T buffer[F::max_lanes];
  hn::Store(f.number[Id], d, buffer);
  exec::store_row_values<typename F::template Output<Slot>>(f.data, s, f.row, Across ? f.active : 1, buffer);
}

/// Step `Index` of the plan, at entry j.
template <class Program, class T, bool Across, int Index, lanes Which>
HWY_INLINE void perform(frame<Program, T, Across>& f, [[maybe_unused]] typename frame<Program, T, Across>::V* acc, [[maybe_unused]] std::ptrdiff_t j) {
  using F = frame<Program, T, Across>;
  constexpr step s = F::P.steps[Index];
  constexpr node n = F::P.program[s.id];
  const typename F::D d;
  if constexpr (s.what == action::compute) {
    compute<Program, T, Across, s.id, Which>(f, j);
  } else if constexpr (s.what == action::reduce) {
    typename F::V v = counted<n.operand[0]>(f);
    if constexpr (Which == lanes::some) v = hn::IfThenElse(hn::FirstN(d, f.active), v, fold<n.code>::first(d));
    acc[s.id] = fold<n.code>::more(d, acc[s.id], v);
  } else if constexpr (s.what == action::total) {
    add_to_total<Program, T, Across, s.id, Which>(f);
  } else if constexpr (s.what == action::accumulate) {
    add_to_array<Program, T, Across, s.id, Which>(f, j);
  } else if constexpr (s.what == action::recall) {
    if constexpr (Across) f.number[s.id] = load_lanes(d, f.template result<s.slot>(j));
    else f.number[s.id] = load_along<Which>(d, f.template result<s.slot>(j), f.output_step(s.slot), f.active);
  } else if constexpr (output_level(F::P, s.slot) == level::element) {  // keep or store
    store_entry<Which, s.slot>(f, f.number[s.id], j);
  } else {
    store_row_value<Program, T, Across, s.id, s.slot>(f);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace loom
HWY_AFTER_NAMESPACE();
#endif
