// SPDX-License-Identifier: BSL-1.0
// loops/totals-inl.h — the totals of a part of a sweep.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// Whether value Id is a logarithm of entries that a total adds up as that of a product in double.
template <int Id, class R>
inline constexpr bool is_entries_product =
    Id >= 0 && R::shape::along && R::P.program[Id >= 0 ? Id : 0].code == op::log && has_products<R>;

template <class R, int Sweep>
struct sweep_totals {
  static constexpr const plan& P = R::P;
  static constexpr const sweep& S = P.loops[Sweep];
  template <int Id> static constexpr op code_of = P.program[Id].code;

  /// Some totals, from number `First` on.
  template <int First, int... I>
  static LOOM_INLINE void begin([[maybe_unused]] R& r, std::integer_sequence<int, I...>) {
    for (int k = 0; k < R::total_parts; ++k)
      ((r.total[S.totals[First + I]][k] = identity<code_of<S.totals[First + I]>, typename R::VD>()), ...);
    ((r.compensation[S.totals[First + I]] = typename R::VD{}), ...);
    (begin_logarithms<S.totals[First + I]>(r), ...);
  }
  template <int Id>
  static LOOM_INLINE void begin_logarithms([[maybe_unused]] R& r) {
    constexpr value_id a = P.program[Id].operand[0], l = log_in<a, R>;
    if constexpr (is_entries_product<l, R>) {
      r.entries_product[l] = empty_product<typename R::V>();
    } else if constexpr (l != no_value && P.levels[a] == level::row) {
      begin_product<l>(r);
      r.total_logarithm[l] = 0;
    }
  }
  template <int Id>
  static LOOM_INLINE double add_compensation(const R& r, double total) {
    const double whole = total + across_lanes<op::sum>(r.compensation[Id]);
    return total - total == 0 ? whole : total;  // an infinite total has lost nothing
  }
  /// Joins the totals of other rows of the part, if lanes are rows.
  template <int... I>
  static LOOM_INLINE void join([[maybe_unused]] R& r, [[maybe_unused]] R& others, std::integer_sequence<int, I...>) {
    (join_one<S.totals[I]>(r, others), ...);
  }
  template <int Id>
  static LOOM_INLINE void join_one(R& r, R& others) {
    constexpr value_id a = P.program[Id].operand[0], l = log_in<a, R>;
    for (int k = 0; k < R::total_parts; ++k) {
      if constexpr (sizeof(typename R::number) == 8 && reduction(code_of<Id>).compensated)
        add_compensated<Id>(r, others.total[Id][k]);
      else r.total[Id][k] = fold<code_of<Id>>::combine(r.total[Id][k], others.total[Id][k]);
    }
    r.compensation[Id] = r.compensation[Id] + others.compensation[Id];
    if constexpr (l != no_value && P.levels[a] == level::row) {
      end_product<Id>(others);
      r.total_logarithm[l] = r.total_logarithm[l] + others.total_logarithm[l];
    }
  }
  /// Of this part, so not finished: parts are joined first.
  template <int Id>
  static LOOM_INLINE double end_one(R& r) {
    constexpr value_id a = P.program[Id].operand[0];
    typename R::VD v = r.total[Id][0];
    if constexpr (R::total_parts == 2) v = fold<code_of<Id>>::combine(v, r.total[Id][1]);
    double total = across_lanes<code_of<Id>>(v);
    constexpr value_id l = log_in<a, R>;
    if constexpr (is_entries_product<l, R>) {
      const double sum = logarithm_of(r.entries_product[l]);
      total += log_is_subtracted(P, a) ? -sum : sum;
    } else if constexpr (l != no_value && P.levels[a] == level::row) {
      end_product<Id>(r);
      total += r.total_logarithm[l];
    }
    if constexpr (sizeof(typename R::number) == 8 && reduction(code_of<Id>).compensated)
      return add_compensation<Id>(r, total);
    else return total;
  }
  template <int First, int... I>
  static LOOM_INLINE void end([[maybe_unused]] R& r, [[maybe_unused]] double* totals,
                              std::integer_sequence<int, I...>) {
    ((totals[First + I] = end_one<S.totals[First + I]>(r)), ...);
  }
};

/// The totals of entries of a pass, added up by blocks in the type of the data: in double each vector would cost two conversions and two
/// additions. Where a block's total is not finite the block is done again, entry by entry in double: what overflowed may have been the
/// block, not an entry.
template <class R, int Sweep, int Pass>
struct block_totals;

#if LOOM_TARGET_BYTES != 0  // a single lane adds up in double

template <class R, int Sweep, int Pass>
struct block_totals {
  static constexpr const plan& P = R::P;
  static constexpr step_range body = P.loops[Sweep].passes[Pass].body;
  using V = typename R::V;

  using all = std::make_integer_sequence<int, body.end - body.begin>;

  template <int I> static constexpr bool is_total = P.steps[body.begin + I].kind == action::total;
  template <int I> static constexpr value_id id = P.steps[body.begin + I].id;
  template <int I> static constexpr value_id log =
      is_total<I> ? log_in<P.program[id<I>].operand[0], R> : value_id{no_value};
  template <int I> static constexpr bool is_product = is_entries_product<log<I>, R>;
  template <int I> static constexpr bool is_sum_of_log1p = log<I> != no_value && !is_product<I>;

  template <int Unroll, int... I>
  static LOOM_INLINE void begin_block([[maybe_unused]] R& r, accumulator<V> (&acc)[Unroll][R::values],
                                      std::integer_sequence<int, I...>) {
#pragma GCC unroll 16
    for (int u = 0; u < Unroll; ++u) (begin_one<I>(acc[u]), ...);
    (copy_product<I>(r.entries_product, r.product_before), ...);
  }
  template <int I>
  static LOOM_INLINE void begin_one([[maybe_unused]] accumulator<V>* acc) {
    if constexpr (is_total<I>) acc[id<I>].acc = V{};
    if constexpr (is_sum_of_log1p<I>) acc[log<I>].acc = V{};
  }
  template <int I>
  static LOOM_INLINE void copy_product([[maybe_unused]] const entry_product<V>* from,
                                       [[maybe_unused]] entry_product<V>* to) {
    if constexpr (is_product<I>) to[log<I>] = from[log<I>];
  }

  /// After so many vectors of a block, `Step` at a time: makes room for more factors.
  template <std::ptrdiff_t Step, int... I>
  static LOOM_INLINE void after_vectors([[maybe_unused]] R& r, [[maybe_unused]] std::ptrdiff_t count,
                                        std::integer_sequence<int, I...>) {
    static_assert(most_factors % Step == 0);
    if constexpr ((is_product<I> || ...))
      if (count % most_factors == 0) (make_room<I>(r), ...);
  }
  template <int I>
  static LOOM_INLINE bool make_room([[maybe_unused]] R& r) {
    if constexpr (is_product<I>) return take_exponents(r.entries_product[log<I>]);
    else return true;
  }

  /// Adds the block to the totals, and returns true; false if it has to be done again.
  template <int Unroll, int... I>
  static LOOM_INLINE bool end_block(R& r, accumulator<V> (&acc)[Unroll][R::values], std::integer_sequence<int, I...>) {
    V finite{};
    (finish_one<I>(acc, finite), ...);
    if (any(is_nan(finite)) || !(make_room<I>(r) && ...)) {
      (copy_product<I>(r.product_before, r.entries_product), ...);
      return false;
    }
    (add_one<I>(r, acc), ...);
    return true;
  }
  template <int I, int Unroll>
  static LOOM_INLINE void finish_one([[maybe_unused]] accumulator<V> (&acc)[Unroll][R::values],
                                     [[maybe_unused]] V& finite) {
    if constexpr (is_sum_of_log1p<I>)
#pragma GCC unroll 16
      for (int u = 0; u < Unroll; ++u) {
        const V sum = kernel<op::log1p>::apply(acc[u][log<I>].acc);
        acc[0][log<I>].others = u == 0 ? sum : acc[0][log<I>].others + sum;
      }
    if constexpr (is_total<I>) {
#pragma GCC unroll 16
      for (int u = 1; u < Unroll; ++u) acc[0][id<I>].acc = acc[0][id<I>].acc + acc[u][id<I>].acc;
      const V sum = acc[0][id<I>].acc;
      finite = finite + (sum - sum);
    }
    if constexpr (is_sum_of_log1p<I>) finite = finite + (acc[0][log<I>].others - acc[0][log<I>].others);
  }
  template <int I>
  static LOOM_INLINE void add_one([[maybe_unused]] R& r, [[maybe_unused]] accumulator<V> (*acc)[R::values]) {
    if constexpr (is_total<I>) add_in_double(r.total[id<I>], acc[0][id<I>].acc);
    if constexpr (is_sum_of_log1p<I>)
      add_in_double(r.total[id<I>],
                    log_is_subtracted(P, P.program[id<I>].operand[0]) ? -acc[0][log<I>].others : acc[0][log<I>].others);
  }
  static LOOM_INLINE void add_in_double(typename R::VD* total, V v) {
    total[0] = total[0] + widen(lower_half(v));
    total[1] = total[1] + widen(upper_half(v));
  }
};

#endif

}  // namespace loom::LOOM_TARGET
