// SPDX-License-Identifier: BSL-1.0
// loops/passes-inl.h — the passes over a row: lists of steps, and the reductions they fold entries into.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// The steps of sweep `Sweep`; a shape calls them as it walks rows and entries.
template <class R, int Sweep>
struct row_passes {
  using V = typename R::V;
  static constexpr int sweep_number = Sweep;
  static constexpr const plan& P = R::P;
  static constexpr const sweep& S = P.loops[Sweep];

  // ---- lists of steps ----------------------------------------------------------------------------------------------------
  template <int Begin, lanes Which, int... I>
  static LOOM_INLINE void steps([[maybe_unused]] R& r, [[maybe_unused]] accumulator<V>* acc,
                                [[maybe_unused]] std::ptrdiff_t j, std::integer_sequence<int, I...>) {
    constexpr int count = sizeof...(I), half = count / 2;
    if constexpr (count <= 128) {
      (perform<R::template instruction_at<Begin + I>>::template step<P.steps[Begin + I].id, P.steps[Begin + I].slot,
                                                                     Which>(r, acc, j),
       ...);
    } else {  // clang folds at most 256 arguments
      steps<Begin, Which>(r, acc, j, std::make_integer_sequence<int, half>());
      steps<Begin + half, Which>(r, acc, j, std::make_integer_sequence<int, count - half>());
    }
  }
  template <int Begin, int End>
  static LOOM_INLINE void once([[maybe_unused]] R& r) {
    if constexpr (Begin < End) steps<Begin, lanes::all>(r, nullptr, 0, std::make_integer_sequence<int, End - Begin>());
  }
  /// The body of a pass: steps for the entries of one vector.
  template <int Pass> static constexpr int body_begin = S.passes[Pass].body.begin;
  template <int Pass> using body = std::make_integer_sequence<int, S.passes[Pass].body.size()>;

  // ---- reductions --------------------------------------------------------------------------------------------------------
  template <int Pass> using reductions =
      std::make_integer_sequence<int, S.passes[Pass].reductions.end - S.passes[Pass].reductions.begin>;
  template <int Pass, int I> static constexpr value_id reduction_at = P.steps[S.passes[Pass].reductions.begin + I].id;
  template <int Id> static constexpr op code_of = P.program[Id].code;

  template <int Pass, int Unroll, int... I>
  static LOOM_INLINE void begin_reductions([[maybe_unused]] accumulator<V> (&acc)[Unroll][R::values],
                                           std::integer_sequence<int, I...>) {
    for (int u = 0; u < Unroll; ++u)
      ((acc[u][reduction_at<Pass, I>] = begun<code_of<reduction_at<Pass, I>>, V>()), ...);
  }
  /// Joins the unrolled accumulators, and those of the blocks before.
  template <int Pass, int Unroll, int... I>
  static LOOM_INLINE void join_reductions([[maybe_unused]] accumulator<V> (&acc)[Unroll][R::values],
                                          [[maybe_unused]] accumulator<V>* whole, std::integer_sequence<int, I...>) {
    for (int u = 0; u < Unroll; ++u)
      (join<code_of<reduction_at<Pass, I>>>(whole[reduction_at<Pass, I>], acc[u][reduction_at<Pass, I>]), ...);
  }
  template <int Id>
  static LOOM_INLINE void begin_wide([[maybe_unused]] R& r) {
    if constexpr (R::template is_wide<Id>)
      for (int part = 0; part < R::total_parts; ++part) r.wide_sum[Id][part] = typename R::VD{};
  }
  template <int Pass, int... I>
  static LOOM_INLINE void begin_wide_sums([[maybe_unused]] R& r, std::integer_sequence<int, I...>) {
    if constexpr (P.wide.any()) (begin_wide<reduction_at<Pass, I>>(r), ...);
  }
  template <int Id>
  static LOOM_INLINE void end_reduction(R& r, accumulator<V> row) {
    if constexpr (R::template is_wide<Id>) {
      R::shape::template finish_wide<Id>(r);
      return narrow_value<Id>(r);
    }
    const V v = R::shape::template finish_reduction<code_of<Id>>(row);
    if constexpr (P.program[Id].type == kind::mask) r.mask[Id] = v != V{};
    else r.value[Id] = v;
  }
  template <int Pass, int... I>
  static LOOM_INLINE void end_reductions([[maybe_unused]] R& r, [[maybe_unused]] accumulator<V>* whole,
                                         std::integer_sequence<int, I...>) {
    (end_reduction<reduction_at<Pass, I>>(r, whole[reduction_at<Pass, I>]), ...);
  }

  template <int Pass> using totals = block_totals<R, Sweep, Pass>;  // of entries

  // ---- passes ------------------------------------------------------------------------------------------------------------
  using all = std::make_integer_sequence<int, S.passes.count>;

  /// The entries of a row, and what is known after them.
  template <int Pass>
  static LOOM_INLINE void walk(R& r, accumulator<V>* whole) {
    R::shape::template entries<row_passes, Pass>(r, whole);
    end_reductions<Pass>(r, whole, reductions<Pass>());
  }
  template <int Pass>
  static LOOM_INLINE void begin(R& r, accumulator<V> (&whole)[1][R::values]) {
    begin_reductions<Pass>(whole, reductions<Pass>());
    begin_wide_sums<Pass>(r, reductions<Pass>());
  }
  template <int Pass>
  static LOOM_INLINE void after(R& r) {
    once<S.passes[Pass].after.begin, S.passes[Pass].after.end>(r);
  }
  template <int Pass>
  static LOOM_INLINE void one_pass(R& r, accumulator<V> (&whole)[1][R::values]) {
    if constexpr (S.guess.pass >= 0 && Pass == S.guess.pass + 1) return;  // done with the one before
    if constexpr (Pass == S.guess.pass) return with_a_guess<Pass>(r, whole);
    begin<Pass>(r, whole);
    walk<Pass>(r, whole[0]);
    after<Pass>(r);
  }
  /// The sum of a row that is shifted by a guess, or by its largest entry if that was too small. Of the rows of a vector those that the
  /// guess served keep it: no row depends on its neighbours.
  template <int Pass>
  static LOOM_INLINE void with_a_guess(R& r, accumulator<V> (&whole)[1][R::values]) {
    const V highest = constant<V>(shift_guess::highest(sizeof(typename R::number) == 4));
    V& shift = r.value[S.guess.shift];
    const V guess = r.value[S.guess.stand_in];
    typename R::M served{};
    shift = guess;
    for (bool again = false;; again = true) {
      if (again) {
        begin<Pass>(r, whole);
        walk<Pass>(r, whole[0]);
        shift = select(served, guess, shift);
      }
      after<Pass>(r);
      begin<Pass + 1>(r, whole);
      walk<Pass + 1>(r, whole[0]);
      served = r.value[S.guess.sum] < highest;
      if (again || !any(served == 0)) break;
    }
    after<Pass + 1>(r);
  }

  /// Everything that is done for a row, or for the rows of a vector. One function: of functions that inline each other a
  /// compiler optimizes each.
  template <int... Pass>
  static LOOM_INLINE void row(R& r, std::integer_sequence<int, Pass...>) {
    [[maybe_unused]] accumulator<V> whole[1][R::values];
    once<S.before.begin, S.before.end>(r);
    (one_pass<Pass>(r, whole), ...);
  }
};

}  // namespace loom::LOOM_TARGET
