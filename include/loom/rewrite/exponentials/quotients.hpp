// SPDX-License-Identifier: BSL-1.0
// rewrite/exponentials/quotients.hpp — where exponentials are observed: logarithms, products, quotients and powers of them.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/exponentials.hpp"

namespace loom::inline LOOM_ABI::rewrite::detail {

/// What stands for a value as it was written; no_value: itself, of better operands.
constexpr value_id exponential_algebra::observed(value_id v) {
  const node n = out_[v];
  switch (n.code) {
    case op::log: {
      const fact& f = known(n.operand[0]);
      if (f.low > 1e-30 && f.high < 1e30) return no_value;  // nothing in it can overflow or vanish
      return log_of(n.operand[0], deep);
    }
    case op::log1p:
      return code(n.operand[0]) == op::exp ? no_value : log_of(out_.binary(op::add, number(1), n.operand[0]), deep);
    case op::div: return quotient(n.operand[0], n.operand[1]);
    case op::mul: return product(v);
    case op::square:
    case op::sqrt:
    case op::pow: return observed_power(v, n);
    default: return no_value;
  }
}

constexpr value_id exponential_algebra::observed_power(value_id v, const node& n) {
  const op of = code(n.operand[0]);
  if (n.code == op::square && of != op::exp) return no_value;
  if (n.code == op::sqrt && (of == op::sum || of == op::square)) return no_value;  // a norm
  if (n.code == op::pow) {
    if (is(n.operand[1], -1)) return quotient(number(1), n.operand[0]);
    if (of == op::sub || of == op::neg || of == op::expm1) return no_value;  // a complement has its digits
    if (!known(n.operand[0]).nonnegative()) return no_value;
  }
  if (vanishes(n.operand[0])) return no_value;
  const value_id l = log_of(v, deep);
  return l == no_value ? l : as("power of an exponential", out_.unary(op::exp, l));
}

constexpr value_id exponential_algebra::built(const term& t) {
  return scaled(t.coefficient, weighted_exp(t.weight, t.exponent));
}

constexpr value_id exponential_algebra::product(value_id v) {
  for (int k = 0; k < 2; ++k) {  // times the reciprocal of a sum
    const value_id r = operand(v, k);
    const bool power = code(r) == op::pow && is(operand(r, 1), -1);
    if (!power && !(code(r) == op::div && is(operand(r, 0), 1))) continue;
    if (const value_id q = quotient(operand(v, 1 - k), operand(r, power ? 0 : 1)); q != no_value) return q;
  }
  const auto exponent_of = [&](value_id f) {
    const bool scaled_exp = code(f) == op::mul && (code(operand(f, 0)) == op::exp || code(operand(f, 1)) == op::exp);
    return code(f) == op::exp || scaled_exp ? monomial(f, deep).exponent : no_value;
  };
  if (exponent_of(operand(v, 0)) == no_value || exponent_of(operand(v, 1)) == no_value) return no_value;
  return as("product of exponentials", built(monomial(v, deep)));
}

constexpr value_id exponential_algebra::quotient(value_id a, value_id b) {
  terms foot;
  if (!collect(b, {}, foot, deep) || !is_exponential(foot)) return no_value;
  if (foot.size() == 1 && foot[0].is_plain()) {
    const term top = monomial(a, deep);
    if (top.exponent == no_value || foot[0].coefficient == 0) return no_value;  // a / exp(b) is fine
    return as("quotient of exponentials",
              built({top.coefficient / foot[0].coefficient, over(top.weight, foot[0].weight),
                     minus(top.exponent, foot[0].exponent)}));
  }
  terms top;
  if (collect(a, {}, top, deep))
    if (const value_id r = hyperbolic(top, foot); r != no_value) return r;
  return over_terms(a, foot);
}

/// a over a sum of positive terms.
constexpr value_id exponential_algebra::over_terms(value_id a, const terms& foot) {
  bool shifted_before = true;  // here, or by the user
  for (const term& t : foot) {
    if (!is_positive(t)) return no_value;
    shifted_before = shifted_before && t.exponent != no_value && code(t.exponent) == op::sub &&
                     code(operand(t.exponent, 1)) == op::stop_gradient;
  }
  if (shifted_before) return no_value;
  terms tops;
  const bool read = !is_bounded(foot) && collect(a, {}, tops, deep) && is_exponential(tops);
  if (read && (tops.size() > 1 || tops[0].over != 0)) return terms_over_terms(tops, foot);
  const bool masked = code(a) == op::where && is(operand(a, 2), 0);
  const term top = read ? tops[0] : monomial(masked ? operand(a, 1) : a, deep);
  const value_id mask = read ? top.mask : masked ? final_of(operand(a, 0)) : no_value;
  value_id v = softmax_of(top, foot, mask);
  if (v == no_value) v = sigmoid_of(top, foot);
  if (v == no_value) {
    if (is_bounded(foot) || (foot.size() == 1 && foot[0].over == 0) || hides_exponential(top.weight) ||
        hides_exponential(foot))
      return no_value;
    const shifted_sum s = shifted(foot);
    const value_id e = out_.binary(op::sub, or_zero(top.exponent), s.shift);
    const value_id above = weighted_exp(top.weight, where(mask, e, minus_infinity()));
    v = as("quotient of exponentials", out_.binary(op::div, scaled(top.coefficient, above), s.total));
  } else {
    v = top.weight == no_value ? v : out_.binary(op::mul, top.weight, v);
  }
  return where(mask, v, number(0));
}

/// A sum over a sum: of one shift if what is above is below as well.
constexpr value_id exponential_algebra::terms_over_terms(const terms& top, const terms& foot) {
  if (hides_exponential(top) || hides_exponential(foot)) return no_value;
  const shifted_sum below = shifted(foot);
  bool shared = true;
  for (const term& t : top) {
    bool found = false;
    for (const term& f : foot)
      found = found || (f.exponent == t.exponent && f.over == t.over && f.mask == t.mask && f.weight == no_value);
    shared = shared && found;
  }
  if (shared) return as("quotient of exponentials", out_.binary(op::div, shifted(top, below.shift).total, below.total));
  const shifted_sum above = shifted(top);
  const value_id share = out_.binary(op::div, above.total, below.total);
  return as("quotient of exponentials", weighted_exp(share, out_.binary(op::sub, above.shift, below.shift)));
}

/// A term over the sum of the row that it is in, without the weight of the term.
constexpr value_id exponential_algebra::softmax_of(const term& top, const terms& foot, value_id mask) {
  const term& f = foot[0];
  if (foot.size() != 1 || f.weight != no_value || top.exponent == no_value || f.exponent != top.exponent ||
      !includes(axes(top.exponent), f.over) || (f.mask != no_value && f.mask != mask))
    return no_value;
  const value_id row = where(f.mask, top.exponent, minus_infinity());
  return scaled(top.coefficient / f.coefficient, as("softmax as a quotient", out_.reduce(op::softmax, row, f.over)));
}

/// A term over the sum of two of which it is one.
constexpr value_id exponential_algebra::sigmoid_of(const term& top, const terms& foot) {
  if (foot.size() != 2 || !foot[0].is_unit() || !foot[1].is_unit()) return no_value;
  for (int k = 0; k < 2; ++k)
    if (foot[k].exponent == top.exponent) {
      const value_id e = plus(foot[k].exponent, log_of_number(foot[k].coefficient / foot[1 - k].coefficient));
      return scaled(top.coefficient / foot[k].coefficient,
                    as("sigmoid", out_.unary(op::sigmoid, or_zero(minus(e, foot[1 - k].exponent)))));
    }
  return no_value;
}

// ---- differences of two ------------------------------------------------------------------------------------------------

/// exp(a) - exp(b) as exp(the larger) times expm1 of minus the distance, in size and sign.
constexpr exponential_algebra::shifted_sum exponential_algebra::difference(const term& p, const term& m) {
  const value_id a = or_zero(p.exponent), b = or_zero(m.exponent), zero = number(0);
  const value_id first = out_.binary(op::gt, a, b), gap = out_.binary(op::sub, b, a);
  const value_id fall = out_.where(first, gap, zero), rise = out_.where(first, zero, out_.unary(op::neg, gap));
  return {out_.where(first, a, b),
          out_.where(first, out_.unary(op::neg, out_.unary(op::expm1, fall)), out_.unary(op::expm1, rise))};
}

constexpr value_id exponential_algebra::hyperbolic(const terms& top, const terms& foot) {
  if (foot.size() != 2 || !foot[0].is_unit() || !foot[1].is_unit()) return no_value;
  if (is_difference(top) && foot[0].coefficient == foot[1].coefficient)
    for (int k = 0; k < 2; ++k)
      if (top[0].exponent == foot[k].exponent && top[1].exponent == foot[1 - k].exponent) {
        const bool opposite = top[1].exponent == minus(no_value, top[0].exponent);
        const value_id half =
            opposite ? top[0].exponent : scaled(0.5, or_zero(minus(top[0].exponent, top[1].exponent)));
        return scaled(top[0].coefficient / foot[0].coefficient, as("hyperbolic tangent", out_.unary(op::tanh, half)));
      }
  if (!is_difference(foot)) return no_value;
  const bool one = top.size() == 1 && top[0].is_plain() && top[0].exponent != no_value;
  if (!one && !is_difference(top)) return no_value;
  const shifted_sum below = difference(foot[0], foot[1]);
  const shifted_sum above = one ? shifted_sum{top[0].exponent, top[0].weight} : difference(top[0], top[1]);
  const value_id e = weighted_exp(above.total, out_.binary(op::sub, above.shift, below.shift));
  return scaled(top[0].coefficient / foot[0].coefficient,
                as("quotient of differences of exponentials", out_.binary(op::div, e, below.total)));
}

}  // namespace loom::rewrite::detail
