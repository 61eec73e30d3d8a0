// SPDX-License-Identifier: BSL-1.0
// loops/label_comparisons-inl.h — comparisons of labels that lanes cannot hold.
// A lane holds what a gather needs of a label: one beyond it is a lane's extreme, which no axis has. Beside a literal that is no
// extreme, that is exact as well. Beside another label, or a larger literal, all 64 bits are compared; labels of at most 32 bits
// with a sign, as most are, never need it.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// The input whose labels an index has.
constexpr int label_source(const plan& p, int id) {
  const node& n = p.program[id];
  return static_cast<int>(n.code == op::gather ? p.program[n.operand[0]].bits : n.bits);
}

/// A literal that the extreme of a lane of 32 bits could be taken for.
constexpr bool is_extreme(const plan& p, int id) {
  const node& n = p.program[id];
  return n.code == op::constant && (n.number() >= static_cast<double>(INT32_MAX) || n.number() <= static_cast<double>(INT32_MIN));
}

/// Whether lanes of type I may be too short for the labels of an input.
template <class I>
LOOM_INLINE bool are_wide(const stream& labels) {
  return labels.type == element_type::u64 || (sizeof(I) == 4 && (labels.type == element_type::i64 || labels.type == element_type::u32));
}

/// The 64 bits of a whole number, in every lane: a literal, the labels of an input, or those that other labels name.
template <int Id, lanes Which, class F>
LOOM_INLINE void load_bits(const F& f, [[maybe_unused]] std::ptrdiff_t j, std::uint64_t* to) {
  constexpr node n = F::P.program[Id];
  constexpr bool per_column = F::P.levels[Id] == level::element;
  std::size_t count = F::across || Which == lanes::some ? f.active : F::lane_count;
  if constexpr (n.code == op::constant) {
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::uint64_t>(static_cast<std::int64_t>(n.number()));
  } else {
    constexpr bool one = !F::across && !per_column;
    const std::size_t several = one ? 1 : count;
    if constexpr (n.code == op::gather) {
      constexpr int from = static_cast<int>(F::P.program[n.operand[0]].bits);
      using S = typename F::template Input<from>;
      alignas(64) typename F::TI names[F::lane_count];
      store(f.index[n.operand[1]], names);
      if constexpr ((n.over() & F::P.column_axes) != 0) loops::load_entries(f.data, f.data.inputs[from], loops::near_rows<S>(), f.row, names, several, to);
      else loops::load_lookup<S>(f.data, lookup_of(F::P, Id), f.data.extents[first_axis(n.over())], f.row, per_column ? j : 0, !F::across, names, several, to);
    } else {
      loops::load_integers(f.data, f.data.inputs[n.bits], f.row, per_column ? j : 0, !F::across, several, to);
    }
    for (std::size_t i = several; i < count; ++i) to[i] = to[0];
  }
}

/// Comparison `Id`, of an index with another or with a literal.
template <int Id, lanes Which, class F>
LOOM_INLINE typename F::M compare_labels(const F& f, [[maybe_unused]] std::ptrdiff_t j) {
  using TI = typename F::TI;
  using VI = typename F::VI;
  constexpr node n = F::P.program[Id];
  constexpr value_id a = n.operand[0], b = n.operand[1];
  constexpr bool of_labels = F::P.program[a].type == kind::index && F::P.program[b].type == kind::index;
  constexpr bool of_extreme = sizeof(TI) == 4 && (is_extreme(F::P, a) || is_extreme(F::P, b));
  if constexpr (of_labels || of_extreme) {
    const stream& left = f.data.inputs[label_source(F::P, of_labels || F::P.program[a].type == kind::index ? a : b)];
    const stream& right = of_labels ? f.data.inputs[label_source(F::P, b)] : left;
    if (of_extreme || are_wide<TI>(left) || are_wide<TI>(right)) {
      std::uint64_t p[F::lane_count] = {}, q[F::lane_count] = {};
      alignas(64) TI holds[F::lane_count];
      load_bits<a, Which>(f, j, p);
      load_bits<b, Which>(f, j, q);
      constexpr bool a_is_label = F::P.program[a].type == kind::index, b_is_label = F::P.program[b].type == kind::index;
      loops::compare_bits(n.code, p, a_is_label && left.type == element_type::u64, q, b_is_label && right.type == element_type::u64, F::lane_count, holds);
      return load<VI>(holds) != VI{};
    }
  }
  return kernel<n.code>::apply(integer_of<a>(f), integer_of<b>(f));
}

}  // namespace loom::LOOM_TARGET
