// SPDX-License-Identifier: BSL-1.0
// loops/passes-inl.h — the passes over a row: lists of steps, and the reductions they fold entries into.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// The steps of sweep `Sweep`; a shape calls them as it walks rows and entries.
template <class R, int Sweep>
struct passes {
  using registers = R;
  using V = typename R::V;
  static constexpr int sweep_number = Sweep;
  static constexpr const plan& P = R::P;
  static constexpr const sweep& S = P.loops[Sweep];
  /// Whether `row` leaves the end of a row to others (shapes/row_ends-inl.h).
  static constexpr bool puts_off_end = R::shape::along && row_ends_wait<R, Sweep>;

  // ---- lists of steps ----------------------------------------------------------------------------------------------------
  /// The steps of a pass: for every entry, for the reductions among them, and after the last entry. No steps are the same function, wherever
  /// they would begin.
  template <int Pass> static constexpr int body = S.passes[Pass].body.begin;
  template <int Pass> static constexpr int after = S.passes[Pass].after.size() == 0 ? 0 : S.passes[Pass].after.begin;
  template <int Count> using numbers = std::make_integer_sequence<int, Count>;
  template <int Pass> using body_steps = numbers<S.passes[Pass].body.size()>;
  template <int Pass> using reductions = numbers<S.passes[Pass].reductions.size()>;
  template <int Pass>
  using after_steps = numbers<puts_off_end && Pass + 1 == S.passes.count ? 0 : S.passes[Pass].after.size()>;

  /// Some steps from the one of number `Begin` on; those of a body for one vector of entries, from entry j on.
  template <int Begin, lanes Which = lanes::all, int... I>
  static LOOM_INLINE void steps(std::integer_sequence<int, I...>, [[maybe_unused]] R& r,
                                [[maybe_unused]] accumulator<V>* acc = nullptr, [[maybe_unused]] std::ptrdiff_t j = 0) {
    constexpr int count = sizeof...(I), half = count / 2;
    if constexpr (count <= 128) {
      (perform<loops::instruction_at<typename R::program, Begin + I>>::template step<P.steps[Begin + I].id,
                                                                                     P.steps[Begin + I].slot, Which>(
           r, acc, j),
       ...);
    } else {  // clang folds at most 256 arguments
      steps<Begin, Which>(numbers<half>(), r, acc, j);
      steps<Begin + half, Which>(numbers<count - half>(), r, acc, j);
    }
  }

  /// What the products of a body that are 0 where no label is multiply 0 with: values of the row.
  template <int Pass>
  static constexpr auto factors_of_zero() {
    base::fixed_vector<value_id, S.passes[Pass].body.size() + 1> found;
    for (int i = body<Pass>; i < S.passes[Pass].body.end; ++i) {
      const value_id v = P.steps[i].id;
      const node& n = P.program[v];
      if (n.code == op::mul && P.zero_unlabelled[v])
        found.push_back(n.operand[P.zero_unlabelled[n.operand[0]] ? 1 : 0]);
    }
    return found;
  }
  template <int Pass> static constexpr auto factors = factors_of_zero<Pass>();
  template <int Pass> using factor_numbers = numbers<factors<Pass>.size()>;
  /// Whether they are finite.
  template <int Pass, int... I>
  static LOOM_INLINE bool are_factors_finite(const R& r, std::integer_sequence<int, I...>) {
    return first_lane((V{} + ... + less_itself(r.value[factors<Pass>[I]]))) == 0;
  }

  // ---- reductions --------------------------------------------------------------------------------------------------------
  template <int Pass, int I> static constexpr value_id reduction_at = P.steps[S.passes[Pass].reductions.begin + I].id;
  template <int Id> static constexpr op code_of = P.program[Id].code;

  template <int Pass, int Unroll, int... I>
  static LOOM_INLINE void begin_reductions([[maybe_unused]] accumulator<V> (&acc)[Unroll][R::values],
                                           std::integer_sequence<int, I...>) {
#pragma GCC unroll 16
    for (int u = 0; u < Unroll; ++u)
      ((acc[u][reduction_at<Pass, I>] = begun<code_of<reduction_at<Pass, I>>, V>()), ...);
  }
  /// Joins the unrolled accumulators, and those of the blocks before.
  template <int Pass, int Unroll, int... I>
  static LOOM_INLINE void join_reductions([[maybe_unused]] accumulator<V> (&acc)[Unroll][R::values],
                                          [[maybe_unused]] accumulator<V>* whole, std::integer_sequence<int, I...>) {
#pragma GCC unroll 16
    for (int u = 0; u < Unroll; ++u)
      (join<code_of<reduction_at<Pass, I>>>(whole[reduction_at<Pass, I>], acc[u][reduction_at<Pass, I>]), ...);
  }
  template <int Id>
  static LOOM_INLINE void begin_wide([[maybe_unused]] R& r) {
    if constexpr (R::is_wide(Id))
      for (int part = 0; part < R::total_parts; ++part) r.wide_sum[Id][part] = typename R::VD{};
  }
  template <int Pass, int... I>
  static LOOM_INLINE void begin_wide_sums([[maybe_unused]] R& r, std::integer_sequence<int, I...>) {
    if constexpr (P.wide.any()) (begin_wide<reduction_at<Pass, I>>(r), ...);
  }
  /// Joins each accumulator with its own of the blocks before.
  template <int Pass, int Vectors, int... I>
  static LOOM_INLINE void join_each([[maybe_unused]] accumulator<V> (&acc)[Vectors][R::values],
                                    [[maybe_unused]] accumulator<V> (&whole)[Vectors][R::values],
                                    std::integer_sequence<int, I...>) {
#pragma GCC unroll 16
    for (int v = 0; v < Vectors; ++v)
      (join<code_of<reduction_at<Pass, I>>>(whole[v][reduction_at<Pass, I>], acc[v][reduction_at<Pass, I>]), ...);
  }
  template <int Id>
  static LOOM_INLINE void end_reduction(R& r, accumulator<V> row) {
    if constexpr (R::is_wide(Id)) {
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

  /// Totals of entries; whether they go by blocks.
  template <int Pass> using totals = block_totals<R, Sweep, Pass>;
  template <int Pass>
  static constexpr bool by_blocks = S.passes[Pass].by_blocks && sizeof(typename R::number) == 4 && R::lane_count > 1;

  // ---- rows --------------------------------------------------------------------------------------------------------------
  /// Begins the loops: `Count` totals from number `First` on, and the scalars that the loops use.
  template <int First, int Count>
  static LOOM_INLINE void begin(R& r) {
    sweep_totals<R, Sweep>::template begin<First>(r, numbers<Count>());
    steps<S.hoisted.begin>(numbers<S.hoisted.size()>(), r);
  }
  template <int First, int Count>
  static LOOM_INLINE void end(R& r) {
    sweep_totals<R, Sweep>::template end<First>(r, r.results + row_results(P), numbers<Count>());
  }
  static LOOM_INLINE void join_totals(R& r, R& others) {
    sweep_totals<R, Sweep>::join(r, others, numbers<S.totals.count>());
  }

  static constexpr int guess = S.guess.pass;
  static constexpr bool guesses = guess >= 0;
  using before_guess = numbers<guesses ? guess : S.passes.count>;
  using after_guess = numbers<guesses ? S.passes.count - guess - 2 : 0>;

  /// Everything that is done for a row, or for the rows of a vector, or of others `beside` it. One function: of functions that inline each
  /// other a compiler optimizes each.
  template <int... Before, int... After, class... Rs>
  static LOOM_INLINE void row(std::integer_sequence<int, Before...>, std::integer_sequence<int, After...>, R& r,
                              Rs&... beside) {
    using shape = typename R::shape;
    steps<S.before.begin>(numbers<S.before.size()>(), r);
    (steps<S.before.begin>(numbers<S.before.size()>(), beside), ...);
    ((shape::template entries<passes, Before>(r, beside...), steps<after<Before>>(after_steps<Before>(), r)), ...);
    if constexpr (guesses) {
      // The sum of a row that is shifted by a guess, or by its largest entry if that was too small. Of the rows of a vector those
      // that the guess served keep it: no row depends on its neighbours.
      constexpr int sum = guess + 1;
      const V highest = constant<V>(shift_guess::highest(sizeof(typename R::number) == 4));
      const V stand_in = r.value[S.guess.stand_in];
      V& shift = r.value[S.guess.shift];
      typename R::M served{};
      shift = stand_in;
      ((beside.guess_served = served, beside.value[S.guess.shift] = beside.value[S.guess.stand_in]), ...);
      for (bool again = false;; again = true) {
        r.guess_failed = again;
        ((beside.guess_failed = again), ...);
        if (again) {
          shape::template entries<passes, guess>(r, beside...);
          shift = select(served, stand_in, shift);
          ((beside.value[S.guess.shift] =
                select(beside.guess_served, beside.value[S.guess.stand_in], beside.value[S.guess.shift])),
           ...);
        }
        steps<after<guess>>(after_steps<guess>(), r);
        (steps<after<guess>>(after_steps<guess>(), beside), ...);
        shape::template entries<passes, sum>(r, beside...);
        const V size = abs(r.value[S.guess.sum]);  // exp_of_guess may overflow either way
        served = size < highest;
        ((beside.guess_served = abs(beside.value[S.guess.sum]) < highest), ...);
        if (again || (all_below(size, highest) && ... && all_below(abs(beside.value[S.guess.sum]), highest))) break;
      }
      steps<after<sum>>(after_steps<sum>(), r);
      (steps<after<sum>>(after_steps<sum>(), beside), ...);
    }
    ((shape::template entries<passes, guess + 2 + After>(r, beside...),
      steps<after<guess + 2 + After>>(after_steps<guess + 2 + After>(), r)),
     ...);
  }

  /// What follows the entries of a row beside another one.
  template <int Pass>
  static LOOM_INLINE void end_pass(R& r, [[maybe_unused]] accumulator<V>* whole) {
    if constexpr (reductions<Pass>::size() > 0) end_reductions<Pass>(r, whole, reductions<Pass>());
    if constexpr (!guesses || (Pass != guess && Pass != guess + 1)) steps<after<Pass>>(after_steps<Pass>(), r);
  }
};

}  // namespace loom::LOOM_TARGET
