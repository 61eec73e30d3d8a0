// SPDX-License-Identifier: BSL-1.0
// loops/totals-inl.h — the totals of a part of a sweep.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

template <class R, int Sweep>
struct sweep_totals {
  static constexpr const plan& P = R::P;
  static constexpr const sweep& S = P.loops[Sweep];
  using all = std::make_integer_sequence<int, S.totals.count>;
  template <int Id> static constexpr op code_of = P.program[Id].code;

  template <int... I>
  static LOOM_INLINE void begin([[maybe_unused]] R& r, std::integer_sequence<int, I...>) {
    for (int k = 0; k < R::total_parts; ++k)
      ((r.total[S.totals[I]][k] = identity<code_of<S.totals[I]>, typename R::VD>()), ...);
    ((r.compensation[S.totals[I]] = typename R::VD{}), ...);
  }
  template <int Id>
  static LOOM_INLINE double add_compensation(const R& r, double total) {
    const double whole = total + across_lanes<op::sum>(r.compensation[Id]);
    return total - total == 0 ? whole : total;  // an infinite total has lost nothing
  }
  /// Of this part, so not finished: parts are joined first.
  template <int Id>
  static LOOM_INLINE double end_one(const R& r) {
    typename R::VD v = r.total[Id][0];
    if constexpr (R::total_parts == 2) v = fold<code_of<Id>>::combine(v, r.total[Id][1]);
    const double total = across_lanes<code_of<Id>>(v);
    if constexpr (sizeof(typename R::number) == 8 && reduction(code_of<Id>).compensated)
      return add_compensation<Id>(r, total);
    else return total;
  }
  template <int... I>
  static LOOM_INLINE void end([[maybe_unused]] const R& r, [[maybe_unused]] double* totals,
                              std::integer_sequence<int, I...>) {
    ((totals[I] = end_one<S.totals[I]>(r)), ...);
  }
};

}  // namespace loom::LOOM_TARGET
