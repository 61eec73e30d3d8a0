// SPDX-License-Identifier: BSL-1.0
// ir/running.hpp — what running values are: the definition, entry by entry, in numbers of double or wider.
// Layer 1 (ir).
#pragma once

#include "loom/ir/evaluate.hpp"

namespace loom::inline LOOM_ABI::ir {

/// What a running value is before its first entry: the value of an exclusive one there.
constexpr double running_identity(op code) {
  return code == op::cumprod ? 1.0 : code == op::cummax || code == op::logcumsumexp ? -__builtin_huge_val() : 0.0;
}

/// A running value, one entry after the other. Sums keep what rounding loses (Neumaier, 1974).
template <class N>
class running_value {
 public:
  constexpr explicit running_value(op code) : code_(code), y_(running_identity(code)) {}

  constexpr N value() const {
    if (code_ == op::cumsum) return is_finite(y_) ? N(y_ + lost_) : y_;
    if (code_ == op::logcumsumexp && is_finite(y_)) {
      const N sum = sum_ + lost_;
      return y_ + numbers::evaluate<op::log>(sum, sum, sum);
    }
    return y_;
  }

  /// One more entry: v; of a recurrence also the factor a of what was before.
  constexpr void next(const N& v, const N& a) {
    switch (code_) {
      case op::cumsum: return add(y_, v);
      case op::cumprod: y_ = y_ * v; return;
      case op::cummax: y_ = numbers::maximum(y_, v); return;
      case op::recurrence: y_ = N(v + numbers::mul0(a, y_)); return;
      default: return next_exponential(v);
    }
  }

 private:
  op code_;
  N y_;  // of a logarithm of a sum the largest entry, beside which stands the sum of exponentials
  N sum_ = N(0), lost_ = N(0);

  static constexpr bool is_finite(const N& v) { return v < N(__builtin_huge_val()) && v > N(-__builtin_huge_val()); }
  constexpr void add(N& sum, const N& e) {
    const N total = sum + e;
    if (is_finite(total))
      lost_ += (sum < 0 ? N(-sum) : sum) >= (e < 0 ? N(-e) : e) ? N((sum - total) + e) : N((e - total) + sum);
    sum = total;
  }
  constexpr void next_exponential(const N& v) {
    if (v > y_) {
      const N scale = exponential(y_ - v);
      sum_ = sum_ * scale;
      lost_ = lost_ * scale;
      y_ = v;
      add(sum_, N(1));
    } else if (v == y_) {  // of infinities as well
      add(sum_, N(1));
    } else if (v < y_) {
      add(sum_, exponential(v - y_));
    } else {
      y_ = v + y_;  // a NaN, or after one
    }
  }
  static constexpr N exponential(const N& v) { return numbers::evaluate<op::exp>(v, v, v); }
};

}  // namespace loom::ir
