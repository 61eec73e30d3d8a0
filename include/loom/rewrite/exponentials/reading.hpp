// SPDX-License-Identifier: BSL-1.0
// rewrite/exponentials/reading.hpp — a value read as a sum of exponentials.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/exponentials.hpp"

namespace loom::inline LOOM_ABI::rewrite::detail {

/// The logarithm that v has by its name; no_value: none.
constexpr value_id exponential_algebra::named_log(value_id v) {
  const node n = out_[v];
  switch (n.code) {
    case op::exp: return final_of(n.operand[0]);
    case op::softmax: return out_.reduce(op::log_softmax, final_of(n.operand[0]), n.over());
    case op::sigmoid: return out_.unary(op::neg, out_.unary(op::softplus, minus(no_value, final_of(n.operand[0]))));
    default: return no_value;
  }
}

/// v as one term that is neither summed nor masked.
constexpr exponential_term exponential_algebra::monomial(value_id v, int depth) {
  const node n = out_[v];
  if (depth <= 0 || spent()) return {1, final_of(v)};
  switch (n.code) {
    case op::constant: return {n.constant_value()};
    case op::exp:
    case op::softmax:
    case op::sigmoid: return {1, no_value, named_log(v), no_value, 0, n.code != op::exp};
    case op::neg: {
      term t = monomial(n.operand[0], depth - 1);
      t.coefficient = -t.coefficient;
      return t;
    }
    case op::mul:
    case op::div: {
      const term a = monomial(n.operand[0], depth - 1), b = monomial(n.operand[1], depth - 1);
      const bool constants = (a.is_unit() && a.exponent == no_value) || (b.is_unit() && b.exponent == no_value);
      if (a.exponent == no_value && b.exponent == no_value && !constants) return {1, final_of(v)};
      if (n.code == op::mul)
        return {a.coefficient * b.coefficient,
                times(a.weight, b.weight),
                plus(a.exponent, b.exponent),
                no_value,
                0,
                a.exponent == no_value ? b.bounded : a.bounded && (b.exponent == no_value || b.bounded)};
      if (b.coefficient == 0) return {1, final_of(v)};
      // A share of a sum, as a sigmoid or a softmax is before it has its name: at most 1, which facts round up.
      const bool share =
          (code(n.operand[1]) == op::add || code(n.operand[1]) == op::sum) && known(v).low >= 0 && known(v).high < 2;
      return {a.coefficient / b.coefficient,
              over(a.weight, b.weight),
              minus(a.exponent, b.exponent),
              no_value,
              0,
              share || (b.exponent == no_value && a.bounded)};
    }
    case op::square: {
      const term a = monomial(n.operand[0], depth - 1);
      if (a.exponent == no_value) return {1, final_of(v)};
      return {a.coefficient * a.coefficient,
              a.weight == no_value ? no_value : out_.unary(op::square, a.weight),
              scaled(2, a.exponent),
              no_value,
              0,
              a.bounded};
    }
    case op::gather: {
      const term a = monomial(n.operand[0], depth - 1);
      if (a.exponent == no_value) break;
      return {a.coefficient, picked(n, a.weight), picked(n, a.exponent), no_value, 0, a.bounded};
    }
    case op::sqrt:
    case op::pow:
    case op::add:
    case op::sub:
    case op::sum:
    case op::prod:
    case op::reduce_max:
    case op::reduce_min:
    case op::cumsum:
    case op::cumprod:
    case op::cosh:
      if (!vanishes(v))
        if (const value_id l = positive_log_of(v, depth - 1); l != no_value) return {1, no_value, l};
      break;
    default: break;
  }
  return {1, final_of(v)};
}

/// Adds a term to those that are like it, or as one more; false: there is no place.
constexpr bool exponential_algebra::put(const term& t, terms& to) {
  if (t.coefficient == 0) return true;
  for (term& known : to)
    if (known.weight == t.weight && known.exponent == t.exponent && known.mask == t.mask && known.over == t.over) {
      known.coefficient += t.coefficient;
      return true;
    }
  return to.try_push(t);
}

/// v times the term `by`, as terms; false: it cannot be read so.
constexpr bool exponential_algebra::collect(value_id v, term by, terms& to, int depth) {
  if (spent()) return false;
  const node n = out_[v];
  const auto one = [&](const term& t) {
    return put({by.coefficient * t.coefficient, times(by.weight, t.weight), plus(by.exponent, t.exponent), by.mask,
                by.over, t.exponent == no_value ? by.bounded : t.bounded && (by.exponent == no_value || by.bounded)},
               to);
  };
  const auto exp_of = [&](double c, value_id exponent) { return one({c, no_value, exponent}); };
  term negative = by;
  negative.coefficient = -by.coefficient;
  if (depth <= 0) return one({1, final_of(v)});
  switch (n.code) {
    case op::add:
    case op::sub:
      return collect(n.operand[0], by, to, depth - 1) &&
             collect(n.operand[1], n.code == op::add ? by : negative, to, depth - 1);
    case op::neg: return collect(n.operand[0], negative, to, depth - 1);
    case op::expm1: return exp_of(1, final_of(n.operand[0])) && exp_of(-1, no_value);
    case op::cosh:
    case op::sinh: {
      const value_id x = final_of(n.operand[0]);
      return exp_of(0.5, x) && exp_of(n.code == op::cosh ? 0.5 : -0.5, minus(no_value, x));
    }
    case op::sum: {
      const axis_set caught =
          axes(by.weight) | axes(by.exponent) | axes(by.mask);  // what varies along the sum stays outside
      if ((caught & n.over()) != 0 || by.over != 0) break;
      by.over = n.over();
      return collect(n.operand[0], by, to, depth - 1);
    }
    case op::where: {
      const bool else_zero = is(n.operand[2], 0), then_zero = is(n.operand[1], 0);
      if (else_zero == then_zero) break;
      const value_id m = final_of(n.operand[0]);
      by.mask = both(by.mask, else_zero ? m : out_.unary(op::logical_not, m));
      return collect(n.operand[else_zero ? 1 : 2], by, to, depth - 1);
    }
    case op::gather: {  // of a sum, term by term
      terms parts;
      if (!collect(n.operand[0], {}, parts, depth - 2) || parts.size() < 2 || !is_exponential(parts)) break;
      const axis_set caught = axes(by.weight) | axes(by.exponent) | axes(by.mask);
      bool fits = true;
      for (const term& t : parts) fits = fits && (t.over == 0 || (by.over == 0 && (t.over & caught) == 0));
      if (!fits) break;
      for (const term& t : parts) {
        const bool summed = (t.over & n.over()) != 0;  // nothing is left to be picked from
        const auto part = [&](value_id whole) { return summed ? whole : picked(n, whole); };
        if (!put({by.coefficient * t.coefficient, times(by.weight, part(t.weight)), plus(by.exponent, part(t.exponent)),
                  both(by.mask, part(t.mask)), static_cast<axis_set>(by.over | t.over)},
                 to))
          return false;
      }
      return true;
    }
    case op::mul:
    case op::div: {
      bool taken = false;
      const bool fits = collect_product(n, by, to, depth, taken);
      if (taken) return fits;
      break;
    }
    default: break;
  }
  return one(monomial(v, depth));
}

/// A sum of exponentials times one term, or over one. Other sums are weights: w exp(a) - exp(a) would hide that 1 - w is 0.
constexpr bool exponential_algebra::collect_product(const node& n, const term& by, terms& to, int depth, bool& taken) {
  for (int k = 0; k < (n.code == op::mul ? 2 : 1); ++k) {
    const op of = code(n.operand[k]);
    switch (of) {
      case op::add:
      case op::sub:
      case op::sum:
      case op::expm1:
      case op::cosh:
      case op::sinh:
      case op::where:
      case op::neg: break;
      case op::mul:
      case op::div:
        if (hides_exponential(monomial(n.operand[k], depth - 1).weight)) break;  // there is a sum in it
        continue;
      default: continue;
    }
    terms parts;
    if (!collect(n.operand[k], {}, parts, depth - 2) || !is_exponential(parts)) continue;
    const term f = monomial(n.operand[1 - k], depth - 1);
    if (n.code == op::div && f.coefficient == 0) return false;
    bool one_sign = true;
    for (const term& t : parts) one_sign = one_sign && t.coefficient > 0;
    if (!one_sign && f.weight != no_value) continue;  // it has a logarithm of its own, or stays a factor
    term m = by;
    if (n.code == op::mul) {
      m.coefficient *= f.coefficient;
      m.weight = times(by.weight, f.weight);
      m.exponent = plus(by.exponent, f.exponent);
    } else {
      m.coefficient /= f.coefficient;
      m.weight = over(by.weight, f.weight);
      m.exponent = minus(by.exponent, f.exponent);
    }
    m.bounded = false;
    taken = true;
    return collect(n.operand[k], m, to, depth - 1);
  }
  return false;
}

}  // namespace loom::rewrite::detail
