// SPDX-License-Identifier: BSL-1.0
// ir/composites.hpp — composites of the surface language as primitives.
// Layer 1 (ir).
#pragma once

#include "loom/ir/computed_index.hpp"

namespace loom::inline LOOM_ABI::ir {
namespace composites {

// One value a statement: the order in which a compiler evaluates arguments must not decide the numbering.
constexpr value_id elementwise(builder& out, op code, value_id a, value_id b, value_id c) {
  // Written with "not inside" first, so that a NaN passes through, as <cmath> users expect.
  if (code == op::relu) {
    const value_id zero = out.constant(0);
    return out.where(out.binary(op::le, a, zero), zero, a);
  }
  if (code == op::clamp) {
    const value_id below_hi = out.where(out.binary(op::gt, a, c), c, a);
    return out.where(out.binary(op::lt, a, b), b, below_hi);
  }
  // Of a logarithm, so that every rule about those reads it.
  if (code == op::log2 || code == op::log10) {
    const value_id natural = out.unary(op::log, a);
    return out.binary(op::mul, natural,
                      out.constant(code == op::log2 ? 1.44269504088896340736 : 0.434294481903251827651));
  }
  if (code == op::lbeta) {
    const value_id of_a = out.unary(op::lgamma, a), of_b = out.unary(op::lgamma, b);
    const value_id of_both = out.unary(op::lgamma, out.binary(op::add, a, b));
    return out.binary(op::sub, out.binary(op::add, of_a, of_b), of_both);
  }
  if (code == op::number) return out[a].type == kind::mask ? one_where(out, a) : as_number(out, a);
  if (code == op::isnan) return out.binary(op::ne, a, a);
  if (code == op::isfinite) {
    const value_id size = out.unary(op::abs, a);
    return out.binary(op::lt, size, out.constant(__builtin_huge_val()));
  }
  return out.make(code, a, b, c);
}

/// A reduction, or a row function; that of a single number takes no loop.
constexpr value_id folded(builder& out, op code, value_id e, axis_set over) {
  if (over != 0 || !is_reduction(code)) return out.reduce(code, e, over);
  return reduction(code).entry == itself ? e : out.unary(reduction(code).entry, e);
}

constexpr value_id mean(builder& out, value_id e, axis_set over) {
  if (over == 0) return e;
  const value_id entries = out.extent(over);
  return out.binary(op::div, out.reduce(op::sum, e, over), entries);
}

constexpr value_id reduced(builder& out, op code, value_id e, axis_set over) {
  if (code == op::mean) return mean(out, e, over);
  if (code == op::var) return mean(out, out.unary(op::square, out.binary(op::sub, e, mean(out, e, over))), over);
  if (code == op::stddev) {  // not the root of var, whose slope at 0 is infinite: a norm has one of 0
    const value_id length = folded(out, op::norm, out.binary(op::sub, e, mean(out, e, over)), over);
    return over == 0 ? length : out.binary(op::div, length, out.unary(op::sqrt, out.extent(over)));
  }
  if (code == op::count) return folded(out, op::sum, one_where(out, e), over);
  return folded(out, code, e, over);
}

}  // namespace composites
}  // namespace loom::ir
