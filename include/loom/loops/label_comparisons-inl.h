// SPDX-License-Identifier: BSL-1.0
// loops/label_comparisons-inl.h — comparisons of labels that lanes cannot hold, and labels as numbers.
// A lane holds what a gather needs of a label: one beyond it is a lane's extreme, which no axis has. Beside a literal that is no
// extreme, that is exact as well. Beside another label, or a larger literal, all 64 bits are compared; labels of at most 32 bits
// with a sign, as most are, never need it; nor do positions along an axis, which no extreme equals.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// The input whose labels an index has.
constexpr int label_source(const plan& p, int id) {
  const node& n = p.program[id];
  return static_cast<int>(n.code == op::gather ? p.program[n.operand[0]].bits : n.bits);
}

/// An index that is data: the positions along an axis are none.
constexpr bool is_label(const plan& p, int id) {
  const op code = p.program[id].code;
  return p.program[id].type == kind::index && code != op::position && code != op::last;
}

/// A literal that the extreme of a lane of 32 bits could be taken for.
constexpr bool is_extreme(const plan& p, int id) {
  const node& n = p.program[id];
  return n.code == op::constant &&
         (n.constant_value() >= static_cast<double>(INT32_MAX) || n.constant_value() <= static_cast<double>(INT32_MIN));
}

/// Whether lanes of type I may be too short for the labels of an input.
template <class I>
LOOM_INLINE bool are_wide(const stream& labels) {
  return labels.type == element_type::u64 ||
         (sizeof(I) == 4 && (labels.type == element_type::i64 || labels.type == element_type::u32));
}

/// The 64 bits of a whole number, in every lane: a literal, the labels of an input, or those that other labels name.
template <int Id, lanes Which, class R>
LOOM_INLINE void load_bits(const R& r, [[maybe_unused]] std::ptrdiff_t j, std::uint64_t* to) {
  constexpr node n = R::P.program[Id];
  if constexpr (n.code == op::index && !R::P.program.inputs[static_cast<int>(n.bits)].is_shifted()) {
    const stream& s = r.data.inputs[n.bits];
    const auto* const labels = static_cast<const std::int64_t*>(s.data);
    if (s.type == element_type::i64) {  // the usual ones of more than 32 bits
      if constexpr (!lanes_differ<Id, R>) {
        for (int i = 0; i < R::lane_count; ++i) to[i] = static_cast<std::uint64_t>(labels[r.input_begin[n.bits]]);
        return;
      } else if (const std::ptrdiff_t at = integers_begin<Id, Which>(r, j); at != loops::no_row) {
        __builtin_memcpy(to, labels + at, R::lane_count * sizeof(*to));
        return;
      }
    }
  }
  if constexpr (n.code == op::constant) {
    for (int i = 0; i < R::lane_count; ++i)
      to[i] = static_cast<std::uint64_t>(static_cast<std::int64_t>(n.constant_value()));
  } else {
    const std::size_t count = lanes_in_use<Id, Which>(r);
    if constexpr (n.code == op::gather) {
      constexpr int from = static_cast<int>(R::P.program[n.operand[0]].bits);
      using S = typename R::template Input<from>;
      alignas(64) typename R::TI label[R::lane_count];
      store(r.index[n.operand[1]], label);
      if constexpr ((n.over() & R::P.column_axes) != 0)
        loops::load_entries(r.data, r.data.inputs[from], loops::near_rows<S>(), r.row, label, count, to);
      else
        loops::load_lookup<S>(r.data, lookup_of(R::P, Id), r.data.extents[first_axis(n.over())], r.row,
                              column_of<Id, R>(j), R::shape::along, label, count, to);
    } else if constexpr (R::P.program.inputs[static_cast<int>(n.bits)].is_shifted()) {
      load_shifted_lanes<Id, Which>(r, j, to);
    } else {
      loops::load_integers(r.data, r.data.inputs[n.bits], r.row, column_of<Id, R>(j), R::shape::along, count, to);
    }
    if constexpr (!lanes_differ<Id, R>)
      for (int i = 1; i < R::lane_count; ++i) to[i] = to[0];
  }
}

/// Whole numbers with a sign compared by all their 64 bits, lane by lane: all bits of `holds` where it is true.
template <op Code, int Lanes, class TI>
LOOM_INLINE void compare_signed(const std::uint64_t* a, const std::uint64_t* b, TI* holds) {
  using V = vec<std::int64_t>;
  if constexpr (Lanes > 1)
    for (int i = 0; i < Lanes; i += width<V>)
      store(__builtin_convertvector(kernel<Code>::apply(as<V>(load<bits_of<V>>(a + i)), as<V>(load<bits_of<V>>(b + i))),
                                    vec<TI, width<V>>),
            holds + i);
}

/// Comparison `Id`, of an index with another or with a literal.
template <int Id, lanes Which, class R>
LOOM_INLINE typename R::M compare_labels(const R& r, [[maybe_unused]] std::ptrdiff_t j) {
  using TI = typename R::TI;
  using VI = typename R::VI;
  constexpr node n = R::P.program[Id];
  constexpr value_id a = n.operand[0], b = n.operand[1];
  constexpr bool of_labels = is_label(R::P, a) && is_label(R::P, b);
  constexpr bool of_extreme =
      sizeof(TI) == 4 && (is_extreme(R::P, a) ? is_label(R::P, b) : is_extreme(R::P, b) && is_label(R::P, a));
  if constexpr (of_labels || of_extreme) {
    const stream& left = r.data.inputs[label_source(R::P, is_label(R::P, a) ? a : b)];
    const stream& right = of_labels ? r.data.inputs[label_source(R::P, b)] : left;
    if (of_extreme || are_wide<TI>(left) || are_wide<TI>(right)) {
      alignas(64) std::uint64_t p[R::lane_count] = {}, q[R::lane_count] = {};
      load_bits<a, Which>(r, j, p);
      load_bits<b, Which>(r, j, q);
      const bool a_is_unsigned = is_label(R::P, a) && left.type == element_type::u64;
      const bool b_is_unsigned = is_label(R::P, b) && right.type == element_type::u64;
      alignas(64) TI holds[R::lane_count];
      if (R::lane_count == 1 || a_is_unsigned || b_is_unsigned)
        loops::compare_bits(n.code, p, a_is_unsigned, q, b_is_unsigned, R::lane_count, holds);
      else compare_signed<n.code, R::lane_count>(p, q, holds);
      return load<VI>(holds) != VI{};
    }
  }
  return kernel<n.code>::apply(integer_of<a>(r), integer_of<b>(r));
}

/// An index as numbers, rounded where they are too large for their type.
template <int Id, lanes Which, class R>
LOOM_INLINE typename R::V number_of(const R& r, [[maybe_unused]] std::ptrdiff_t j) {
  constexpr value_id a = R::P.program[Id].operand[0];
  if constexpr (is_label(R::P, a)) {
    const stream& labels = r.data.inputs[label_source(R::P, a)];
    if (are_wide<typename R::TI>(labels)) {
      std::uint64_t bits[R::lane_count] = {};
      alignas(64) typename R::number numbers[R::lane_count];
      load_bits<a, Which>(r, j, bits);
      for (int i = 0; i < R::lane_count; ++i)
        numbers[i] = labels.type == element_type::u64
                         ? static_cast<typename R::number>(bits[i])
                         : static_cast<typename R::number>(static_cast<std::int64_t>(bits[i]));
      return load<typename R::V>(numbers);
    }
  }
  if constexpr (R::lane_count == 1) return static_cast<typename R::number>(r.index[a]);
  else return __builtin_convertvector(r.index[a], typename R::V);
}

}  // namespace loom::LOOM_TARGET
