// SPDX-License-Identifier: BSL-1.0
// ir/chain.hpp — what chains are: the definition, state by state, in numbers of double or wider.
// Layer 1 (ir).
#pragma once

#include "loom/ir/evaluate.hpp"
#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::ir {

/// What comes to one state from those before it: their scores, one after the other, twice: first(v) for each, then second(v).
template <class N>
class chain_sum {
 public:
  constexpr explicit chain_sum(bool best) : best_(best) {}

  constexpr void first(const N& v) {
    if (!(v == v) || v > most_) most_ = v;
  }
  /// How much of the sum one score is, before it is divided by `sum`; of the largest, whether it is the first of its size.
  constexpr N second(const N& v) {
    N part = N(0);
    if (best_) part = N(v == most_ && !(sum_ > N(0)) ? 1 : 0);
    else part = exponential(v - shift());
    sum_ += part;
    return part;
  }
  constexpr const N& sum() const { return sum_; }
  constexpr N value() const { return best_ ? most_ : N(shift() + numbers::evaluate<op::log>(sum_, sum_, sum_)); }

 private:
  bool best_;
  N most_ = N(-__builtin_huge_val()), sum_ = N(0);

  constexpr N shift() const {
    return most_ < N(__builtin_huge_val()) && most_ > N(-__builtin_huge_val()) ? most_ : N(0);
  }
  static constexpr N exponential(const N& v) { return numbers::evaluate<op::exp>(v, v, v); }
};

}  // namespace loom::ir
