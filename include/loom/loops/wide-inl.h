// SPDX-License-Identifier: BSL-1.0
// loops/wide-inl.h — values that are computed in double though the data is float: a vector of them is one or two of double.
// Each has its value in float as well, for whoever is not wide; the compiler drops what nobody uses.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// Part `Part` of a value as doubles.
template <int Id, int Part, class R>
LOOM_INLINE typename R::VD widened(const R& r) {
  using VD = typename R::VD;
  constexpr node n = R::P.program[Id];
  if constexpr (n.code == op::constant) return constant<VD>(n.constant_value());
  else if constexpr (R::P.levels[Id] == level::scalar) return constant<VD>(r.scalars[Id]);
  else if constexpr (R::is_wide(Id)) return r.wide[Id][Part];
  else if constexpr (R::lane_count == 1) return widen(r.value[Id]);
  else if constexpr (Part == 0) return widen(lower_half(r.value[Id]));
  else return widen(upper_half(r.value[Id]));
}

/// The value of float, once its parts are known.
template <int Id, class R>
LOOM_INLINE void narrow_value(R& r) {
  if constexpr (R::lane_count == 1) r.value[Id] = narrow(r.wide[Id][0]);
  else r.value[Id] = join(narrow(r.wide[Id][0]), narrow(r.wide[Id][R::total_parts - 1]));
}

template <int Id, int Part, class R>
LOOM_INLINE void compute_part(R& r) {
  constexpr node n = R::P.program[Id];
  if constexpr (arity(n.code) == 1) r.wide[Id][Part] = kernel<n.code>::apply(widened<n.operand[0], Part>(r));
  else r.wide[Id][Part] = kernel<n.code>::apply(widened<n.operand[0], Part>(r), widened<n.operand[1], Part>(r));
}
template <int Id, class R>
LOOM_INLINE void compute_wide(R& r) {
  compute_part<Id, 0>(r);
  if constexpr (R::total_parts == 2) compute_part<Id, 1>(r);
  narrow_value<Id>(r);
}

template <int Id, class R>
LOOM_INLINE void store_parts(const R& r, double* to) {
  for (int part = 0; part < R::total_parts; ++part) store(r.wide[Id][part], to + part * width<typename R::VD>);
}

/// Some lanes of the whole vector, of part `Part`; those before it or behind it are none of its own.
template <int Part, class VD>
LOOM_INLINE VD only_lanes(VD v, lane_range some) {
  const std::size_t before = Part * width<VD>;
  return drop(first_lanes<VD>(some.first - before), masked(first_lanes<VD>(some.end - before), v));
}

/// Adds some lanes of a value to a sum of doubles.
template <int Id, class R>
LOOM_INLINE void add_wide(R& r, typename R::VD* sum, lane_range some) {
  sum[0] = sum[0] + only_lanes<0>(widened<Id, 0>(r), some);
  if constexpr (R::total_parts == 2) sum[1] = sum[1] + only_lanes<1>(widened<Id, 1>(r), some);
}

}  // namespace loom::LOOM_TARGET
