// SPDX-License-Identifier: BSL-1.0
// loops/chains-inl.h — a chain of states, step by step, its states in vectors.
// A table has a row for each move, or each state before, and in it an entry for each state. Entries behind the last state are
// minus infinity in a table of moves, so nothing comes of them.
// Layer 7 (loops).

#define LOOM_INLINE inline LOOM_OF_TARGET __attribute__((always_inline))

namespace loom::inline LOOM_ABI::LOOM_TARGET {

template <class T>
class chain_runner {
 public:
  LOOM_OF_TARGET explicit chain_runner(const loops::chain_problem<T>& p)
      : p_(p), row_(loops::chain_row(p.states)), pad_(loops::chain_pad(p.band, p.moves)) {
    const std::ptrdiff_t table = p.moves * row_, with_pad = row_ + pad_;
    moves_ = p.scratch;
    weights_ = moves_ + table;
    totals_ = weights_ + table;
    before_ = totals_ + table + pad_;
    now_ = before_ + with_pad;
    received_ = now_ + with_pad;
    later_ = received_ + with_pad;
    for (std::ptrdiff_t k = 0; k < 5 * with_pad; ++k) totals_[table + k] = 0;
    for (double* row : {before_, now_})
      for (std::ptrdiff_t k = -pad_; k < row_; ++k) row[k] = -__builtin_inf();
  }

  LOOM_OF_TARGET void run() {
    std::ptrdiff_t outer = 1, inner = 1;
    for (int k = 0; k < p_.rank; ++k) (k < p_.own ? outer : inner) *= p_.extents[k];
    for (std::ptrdiff_t i = 0; i < outer; ++i) {
      const int moves = ir::arity(p_.code) - 1;
      take_moves(p_.of[moves], offset(i, 0, p_.of[moves].batch));
      for (std::ptrdiff_t k = 0; k < p_.moves * row_; ++k) totals_[k] = 0;
      for (std::ptrdiff_t j = 0; j < inner; ++j) run_batch(i, j);
      if (p_.code == op::chain_moves) put_totals(p_.data + offset(i, 0, p_.batch));
    }
  }

 private:
  using V = vec<double>;
  static constexpr int lanes = width<V>;
  const loops::chain_problem<T>& p_;
  std::ptrdiff_t row_, pad_;
  double *moves_, *weights_, *totals_, *before_, *now_, *received_, *later_;

  LOOM_OF_TARGET std::ptrdiff_t offset(std::ptrdiff_t outer, std::ptrdiff_t inner,
                                       const std::ptrdiff_t* strides) const {
    std::ptrdiff_t at = 0;
    for (int k = p_.rank - 1; k >= 0; --k) {
      std::ptrdiff_t& rest = k < p_.own ? outer : inner;
      at += rest % p_.extents[k] * strides[k];
      rest /= p_.extents[k];
    }
    return at;
  }

  LOOM_OF_TARGET void take_moves(const loops::chain_operand& a, std::ptrdiff_t at) {
    for (std::ptrdiff_t r = 0; r < p_.moves; ++r)
      for (std::ptrdiff_t s = 0; s < row_; ++s)
        moves_[r * row_ + s] = s < p_.states ? a.at(at + r * a.from + s * a.to) : -__builtin_inf();
  }
  LOOM_OF_TARGET void take_states(const loops::chain_operand& x, std::ptrdiff_t at, double* to) const {
    for (std::ptrdiff_t s = 0; s < p_.states; ++s) to[s] = x.at(at + s * x.to);
  }
  LOOM_OF_TARGET void put_states(std::ptrdiff_t at, const double* from) const {
    for (std::ptrdiff_t s = 0; s < p_.states; ++s) p_.data[at + s * p_.to] = static_cast<T>(from[s]);
  }
  LOOM_OF_TARGET void put_totals(T* to) const {
    for (std::ptrdiff_t r = 0; r < p_.moves; ++r)
      for (std::ptrdiff_t s = 0; s < p_.states; ++s)
        to[r * p_.from + s * p_.to] = static_cast<T>(totals_[r * row_ + s]);
  }

  LOOM_OF_TARGET void run_batch(std::ptrdiff_t outer, std::ptrdiff_t inner) {
    std::ptrdiff_t at[3] = {};
    for (int k = 0; k < 3; ++k) at[k] = offset(outer, inner, p_.of[k].batch);
    const std::ptrdiff_t to = offset(outer, inner, p_.batch);
    if (p_.code == op::chain_back) go_back(at, to);
    else if (p_.code == op::chain_moves) add_moves(at);
    else go_on(at[0], to);
  }

  LOOM_OF_TARGET void go_on(std::ptrdiff_t at, std::ptrdiff_t to) {
    for (std::ptrdiff_t t = 0; t < p_.steps; ++t) {
      take_states(p_.of[0], at + t * p_.of[0].along, now_);
      if (t > 0) add_step();
      put_states(to + t * p_.along, now_);
      for (std::ptrdiff_t s = 0; s < p_.states; ++s) before_[s] = now_[s];
    }
  }
  LOOM_OF_TARGET void go_back(const std::ptrdiff_t* at, std::ptrdiff_t to) {
    for (std::ptrdiff_t t = p_.steps - 1; t >= 0; --t) {
      take_states(p_.of[0], at[0] + t * p_.of[0].along, received_);
      if (t < p_.steps - 1) {
        weigh(at[1], t + 1);
        take_back();
      }
      put_states(to + t * p_.along, received_);
      for (std::ptrdiff_t s = 0; s < p_.states; ++s) later_[s] = received_[s];
    }
  }
  LOOM_OF_TARGET void add_moves(const std::ptrdiff_t* at) {
    for (std::ptrdiff_t t = 1; t < p_.steps; ++t) {
      take_states(p_.of[0], at[0] + t * p_.of[0].along, received_);
      weigh(at[1], t);
      for (std::ptrdiff_t r = 0; r < p_.moves; ++r)
        for (std::ptrdiff_t s = 0; s < row_; s += lanes) {
          double* const total = totals_ + r * row_ + s;
          store(load<V>(total) + share(r, s, received_), total);
        }
    }
  }

  /// What comes to states s, s + 1, ... from the r-th state before, or by move r.
  LOOM_INLINE V score(std::ptrdiff_t r, std::ptrdiff_t s) const {
    const V move = load<V>(moves_ + r * row_ + s);
    return move + (p_.band ? load<V>(before_ + s - r) : broadcast<V>(before_[r]));
  }
  LOOM_INLINE V largest(std::ptrdiff_t s) const {
    V m = -infinity<V>();
    for (std::ptrdiff_t r = 0; r < p_.moves; ++r) {
      const V v = score(r, s);
      m = select(is_nan(v), v, select(v > m, v, m));
    }
    return m;
  }
  /// What is taken out of the scores: nothing, if there is nothing or no end to them.
  static LOOM_INLINE V shift_of(V m) { return select(abs(m) < infinity<V>(), m, V{}); }

  LOOM_OF_TARGET void add_step() {
    for (std::ptrdiff_t s = 0; s < row_; s += lanes) {
      V z = largest(s);
      if (!p_.best) {
        const V shift = shift_of(z);
        V sum = V{};
        for (std::ptrdiff_t r = 0; r < p_.moves; ++r) sum = sum + exp<V>(score(r, s) - shift);
        z = shift + log<V>(sum);
      }
      store(load<V>(now_ + s) + z, now_ + s);
    }
  }

  /// How much of each state at step t comes from each before it, or by each move.
  LOOM_OF_TARGET void weigh(std::ptrdiff_t at, std::ptrdiff_t t) {
    const loops::chain_operand& y = p_.of[1];
    take_states(y, at + (t - 1) * y.along, before_);
    take_states(y, at + t * y.along, now_);
    const V zero = V{}, one = constant<V>(1.0), nothing = -infinity<V>();
    for (std::ptrdiff_t s = 0; s < row_; s += lanes) {
      const V m = largest(s), here = load<V>(now_ + s);
      if (p_.best) {
        V left = select(here == nothing, zero, one);
        for (std::ptrdiff_t r = 0; r < p_.moves; ++r) {
          const V found = select(score(r, s) == m, left, zero);
          store(found, weights_ + r * row_ + s);
          left = left - found;
        }
        continue;
      }
      const V shift = shift_of(m);
      V sum = V{};
      for (std::ptrdiff_t r = 0; r < p_.moves; ++r) {
        const V e = exp<V>(score(r, s) - shift);
        store(e, weights_ + r * row_ + s);
        sum = sum + e;
      }
      const V each = select(here == nothing, zero, select(sum == zero, zero, one / sum));
      for (std::ptrdiff_t r = 0; r < p_.moves; ++r) {
        double* const w = weights_ + r * row_ + s;
        store(load<V>(w) * each, w);
      }
    }
  }
  /// The part of v that goes back by r; none of what nothing came by, whatever it is.
  LOOM_INLINE V share(std::ptrdiff_t r, std::ptrdiff_t s, const double* v) const {
    const V w = load<V>(weights_ + r * row_ + s);
    return select(w == V{}, V{}, w * load<V>(v + s));
  }
  LOOM_OF_TARGET void take_back() {
    for (std::ptrdiff_t r = 0; r < p_.moves; ++r) {
      V all = V{};
      for (std::ptrdiff_t s = 0; s < row_; s += lanes) {
        const V part = share(r, s, later_);
        if (p_.band) store(load<V>(received_ + s - r) + part, received_ + s - r);
        else all = all + part;
      }
      if (!p_.band) {
        double lane[lanes], sum = 0;
        store(all, lane);
        for (double v : lane) sum += v;
        received_[r] += sum;
      }
    }
  }
};

template <class T>
[[gnu::noinline]] LOOM_OF_TARGET void run_chain(const loops::chain_problem<T>& p) {
  chain_runner<T>(p).run();
}

}  // namespace loom::LOOM_TARGET
#undef LOOM_INLINE
