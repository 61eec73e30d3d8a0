// SPDX-License-Identifier: BSL-1.0
// derive/running.hpp — derivatives of running values, which are running values again.
// Whatever runs along an axis, dy_t = own_t dx_t + kept_t dy_(t-1): what the entry itself moves, and how much is kept of what moved
// before. So a tangent is the recurrence of own * dx by kept, and an adjoint own * w, where w, all that comes of moving y_t, is what
// y_t receives and what is kept of it by those after: w_t = g_t + kept_(t+1) w_(t+1), the recurrence the other way. No factor is
// infinite where the value is not, and nothing is divided: a product with zeros and a row of -inf have their derivatives.
// Layer 3 (derive).
#pragma once

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::derive::detail {

/// The derivatives of a running value of a graph that is being built.
class running_derivative {
 public:
  /// n: the value, its operands a and b values of `out`, as is the value itself, y.
  constexpr running_derivative(builder& out, const node& n, value_id a, value_id b, value_id y)
      : out_(out), n_(n), a_(a), b_(b), y_(y) {}

  /// What operand k receives when the value receives g.
  constexpr value_id adjoint(int k, value_id g) {
    if (is_of_order(n_.code)) return permuted(k, g, n_.code == op::permuted ? op::unpermuted : op::permuted);
    const running_order back = n_.order().opposite();
    if (n_.code == op::cumsum) return out_.running(op::cumsum, g, no_value, n_.over(), back);
    const value_id kept = find_kept();
    if (n_.order().exclusive) return own(k, recurrence(g, kept, back));
    const value_id later = recurrence(times_kept(kept, g), kept, {back.reverse, true});
    return own(k, out_.binary(op::add, g, later));
  }
  /// How the value moves when operand k moves by t.
  constexpr value_id tangent(int k, value_id t) {
    if (is_of_order(n_.code)) return permuted(k, t, n_.code);
    if (n_.code == op::cumsum) return out_.running(op::cumsum, t, no_value, n_.over(), n_.order());
    const value_id kept = find_kept();
    return recurrence(own(k, t), kept, n_.order());
  }

 private:
  builder& out_;
  const node& n_;
  value_id a_, b_, y_;
  value_id mask_ = no_value;  // of cummax: where a new largest entry is met; of logcumsumexp: where the sum is still 0

  /// The order stays as it is: what is permuted goes back the way that it came, and what all entries have is in its place.
  constexpr value_id permuted(int k, value_id v, op code) {
    if (k == 1 || (out_[v].axes & n_.over()) == 0) return k == 1 ? value_id{no_value} : v;
    return out_.running(code, v, b_, n_.over(), {});
  }
  constexpr value_id recurrence(value_id b, value_id a, running_order order) {
    return out_.running(op::recurrence, b, a, n_.over(), order);
  }
  /// The same value, with or without its own entry.
  constexpr value_id same(bool exclusive) {
    if (n_.order().exclusive == exclusive) return y_;
    return out_.running(n_.code, a_, b_, n_.over(), {n_.order().reverse, exclusive});
  }

  constexpr value_id find_kept() {
    const value_id zero = out_.constant(0), one = out_.constant(1);
    switch (n_.code) {
      case op::cumprod: return a_;
      case op::recurrence: return b_;
      case op::cummax: {
        // The first of equal ones is the one that is new; the very first is, even if it is -inf.
        const int axis = first_axis(n_.over());
        const value_id larger = out_.binary(op::gt, a_, same(true)), here = out_.position(op::position, axis);
        const value_id begin = n_.order().reverse ? out_.position(op::last, axis) : zero;
        mask_ = out_.binary(op::logical_or, larger, out_.binary(op::eq, here, begin));
        return out_.where(mask_, zero, one);
      }
      default: {
        const value_id total = same(false), before = same(true);
        mask_ = out_.binary(op::eq, total, out_.constant(-__builtin_huge_val()));
        return out_.where(mask_, zero, out_.unary(op::exp, out_.binary(op::sub, before, total)));
      }
    }
  }
  constexpr value_id times_kept(value_id kept, value_id g) {
    if (n_.code == op::cummax) return out_.where(mask_, out_.constant(0), g);
    return out_.binary(op::mul0, kept, g);
  }
  /// v times what operand k moves itself.
  constexpr value_id own(int k, value_id v) {
    switch (n_.code) {
      case op::cumprod: return out_.binary(op::mul, v, same(true));
      case op::recurrence: return k == 0 ? v : out_.binary(op::mul, v, same(true));
      case op::cummax: return out_.where(mask_, v, out_.constant(0));
      default: {
        const value_id share = out_.unary(op::exp, out_.binary(op::sub, a_, same(false)));
        return out_.binary(op::mul0, out_.where(mask_, out_.constant(0), share), v);
      }
    }
  }
};

}  // namespace loom::derive::detail
