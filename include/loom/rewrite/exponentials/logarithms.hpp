// SPDX-License-Identifier: BSL-1.0
// rewrite/exponentials/logarithms.hpp — the logarithm of what is built from exponentials.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/exponentials.hpp"

namespace loom::inline LOOM_ABI::rewrite::detail {

/// log v, where v is known not to be negative: then v is its exponential. (Of what may be negative the logarithm is NaN where v is
/// not: right for who takes a logarithm, wrong for who multiplies.)
constexpr value_id exponential_algebra::positive_log_of(value_id v, int depth) {
  return never_negative(v) ? log_of(v, depth) : no_value;
}

/// log v, taken apart, and NaN where v is negative; no_value: nothing in it is exponential.
constexpr value_id exponential_algebra::log_of(value_id v, int depth) {
  if (depth <= 0 || spent()) return no_value;
  const node n = out_[v];
  if (const value_id l = named_log(v); l != no_value)
    return as(n.code == op::softmax   ? "log of a sum of exponentials"
              : n.code == op::sigmoid ? "log of a sigmoid"
                                      : "log of an exponential",
              l);
  switch (n.code) {
    case op::mul:
    case op::div: return log_of_product(n, v, depth);
    case op::sqrt: {
      const value_id l = log_of(n.operand[0], depth - 1);
      return l == no_value ? l : scaled(0.5, l);
    }
    case op::square:
    case op::abs: {
      const value_id l = known(n.operand[0]).nonnegative() ? log_of(n.operand[0], depth - 1)
                                                           : log_of_magnitude(n.operand[0], depth - 1);
      return l == no_value || n.code == op::abs ? l : scaled(2, l);
    }
    case op::pow:
      return known(n.operand[0]).nonnegative() ? raised(log_of(n.operand[0], depth - 1), final_of(n.operand[1]))
                                               : no_value;
    case op::where: return log_of_choice(n, depth);
    case op::gather:
      if (vanishes(n.operand[0])) {  // the logarithm of an entry that is not picked must not be taken
        terms picked;
        return collect(v, {}, picked, depth - 1) ? log_of_terms(picked) : no_value;
      }
      [[fallthrough]];
    case op::stop_gradient: {
      const value_id l = log_of(n.operand[0], depth - 1);
      return l == no_value ? l : out_.make(n.code, l, final_of(n.operand[1]), no_value, n.bits);
    }
    case op::prod: {
      const value_id l = log_of(n.operand[0], depth - 1);
      return l == no_value ? l : out_.reduce(op::sum, l, n.over());
    }
    case op::reduce_max:
    case op::reduce_min: {
      const value_id l = log_of(n.operand[0], depth - 1);
      return l == no_value ? l : out_.reduce(n.code, l, n.over());
    }
    case op::cumsum:
    case op::cumprod: return log_of_running(n, depth);
    case op::erfc: return log_of_erfc(final_of(n.operand[0]));
    case op::neg: {
      const op of = code(n.operand[0]);
      if (of == op::mul || of == op::div) return log_of_negation(n.operand[0], depth);
      break;
    }
    case op::add:
    case op::sub:
      if (const value_id l = log_beside_tanh(n); l != no_value) return as("log of what is left of a tanh", l);
      break;
    case op::sum:
    case op::expm1:
    case op::cosh:
    case op::sinh: break;
    default: return no_value;
  }
  terms s;
  return collect(v, {}, s, depth - 1) ? log_of_terms(s) : no_value;
}

/// log(1 - tanh(a)), log(1 + tanh(a)), log(1 - tanh(a)^2), where tanh(a) may round to 1.
constexpr value_id exponential_algebra::log_beside_tanh(const node& n) {
  const int one = is(n.operand[0], 1) ? 0 : 1;
  value_id t = n.operand[1 - one];
  bool is_less = n.code == op::sub;
  if (!is(n.operand[one], 1) || (is_less && one == 1)) return no_value;
  if (code(t) == op::neg) {
    is_less = !is_less;
    t = operand(t, 0);
  }
  if (is_less && code(t) == op::square && code(operand(t, 0)) == op::tanh)
    return scaled(-2, out_.unary(op::logcosh, final_of(operand(operand(t, 0), 0))));
  if (code(t) != op::tanh) return no_value;
  const value_id twice = scaled(is_less ? 2 : -2, final_of(operand(t, 0)));
  return out_.binary(op::sub, number(numeric::log(2)), out_.unary(op::softplus, twice));
}

/// The logarithm of a factor, of which `log` is what is known.
constexpr value_id exponential_algebra::log_of_factor(value_id v, value_id log) {
  if (log != no_value) return log;
  return code(v) == op::constant ? log_of_number(out_[v].constant_value()) : out_.unary(op::log, final_of(v));
}

/// Of a product, or a quotient: one sign at least is known, so that both sides are NaN where it is negative.
constexpr value_id exponential_algebra::log_of_product(const node& n, value_id v, int depth) {
  const value_id a = n.operand[0], b = n.operand[1];
  if (is(a, 0) || is(b, 0) || (!known(a).nonnegative() && !known(b).nonnegative())) return no_value;
  for (value_id f : n.operand)
    if (code(f) == op::constant && out_[f].constant_value() < 0) return no_value;
  if (n.code == op::div)
    if (const value_id l = log_of_quotient(quotient(a, b)); l != no_value) return l;
  if (code(a) == op::constant || code(b) == op::constant) {  // a share of a sum is a sum of shares
    terms s;
    if (collect(v, {}, s, depth - 1) && s.size() > 1 && is_exponential(s)) return log_of_terms(s);
  }
  const value_id log_a = log_of(a, depth - 1), log_b = log_of(b, depth - 1);
  if (log_a == no_value && log_b == no_value) return no_value;
  const value_id x = log_of_factor(a, log_a), y = log_of_factor(b, log_b);
  return or_zero(n.code == op::mul ? plus(x, y) : minus(x, y));
}

constexpr value_id exponential_algebra::log_of_choice(const node& n, int depth) {
  const value_id a = log_of(n.operand[1], depth - 1), b = log_of(n.operand[2], depth - 1);
  if (a == no_value && b == no_value) return no_value;
  const auto side = [&](value_id v, value_id log) {
    return is(v, 0) ? minus_infinity() : or_zero(log_of_factor(v, log));
  };
  const value_id x = side(n.operand[1], a), y = side(n.operand[2], b);
  return out_.where(final_of(n.operand[0]), x, y);
}

/// Of a running sum of exponentials; of a running product of what is not negative, for the product may leave the range of numbers
/// where no factor does. What is there before the first entry has the logarithm of what is there before it.
constexpr value_id exponential_algebra::log_of_running(const node& n, int depth) {
  const bool sum = n.code == op::cumsum;
  if (sum && vanishes(n.operand[0])) return no_value;  // the logarithm of a weight would have no slope
  value_id l = log_of(n.operand[0], depth - 1);
  if (l == no_value && !sum && known(n.operand[0]).nonnegative()) l = log_of_factor(n.operand[0], l);
  if (l == no_value) return l;
  return as(sum ? "log of a running sum of exponentials" : "log of a running product",
            out_.make(sum ? op::logcumsumexp : op::cumsum, l, no_value, no_value, n.bits));
}

/// Of minus a product or quotient, as canonical forms have it: the sign belongs to the factor whose sign is not known.
constexpr value_id exponential_algebra::log_of_negation(value_id v, int depth) {
  const node q = out_[v];
  for (int k = 1; k >= 0; --k) {
    if (known(q.operand[k]).nonnegative()) continue;
    const value_id negative = out_.unary(op::neg, q.operand[k]), other = q.operand[1 - k];
    return log_of(k == 1 ? out_.binary(q.code, other, negative) : out_.binary(q.code, negative, other), depth - 1);
  }
  return no_value;
}

/// Of a quotient just built: a sigmoid, a softmax, an exponential, behind a mask or not.
constexpr value_id exponential_algebra::log_of_quotient(value_id q) {
  if (q == no_value) return q;
  const node n = out_[q];
  switch (n.code) {
    case op::exp: return n.operand[0];
    case op::softmax: return as("log of a sum of exponentials", out_.reduce(op::log_softmax, n.operand[0], n.over()));
    case op::sigmoid: return out_.unary(op::neg, out_.unary(op::softplus, minus(no_value, n.operand[0])));
    case op::where: {
      const value_id l = is(n.operand[2], 0) ? log_of_quotient(n.operand[1]) : no_value;
      return l == no_value ? l : out_.where(n.operand[0], l, minus_infinity());
    }
    default: return no_value;
  }
}

/// log |v| of a product of a row, or of its square, whatever its sign.
constexpr value_id exponential_algebra::log_of_magnitude(value_id v, int depth) {
  const node n = out_[v];
  if (depth <= 0 || spent()) return no_value;
  if (n.code == op::square) {
    const value_id l = log_of_magnitude(n.operand[0], depth - 1);
    return l == no_value ? l : scaled(2, l);
  }
  if (n.code != op::prod) return no_value;
  value_id l = log_of_magnitude(n.operand[0], depth - 1);
  if (l == no_value) l = out_.unary(op::log, out_.unary(op::abs, final_of(n.operand[0])));
  return out_.reduce(op::sum, l, n.over());
}

// ---- normal tails ------------------------------------------------------------------------------------------------------

/// Each branch has an argument of its own, so that neither is infinite where the other is taken.
constexpr value_id exponential_algebra::log_of_erfc(value_id x) {
  const value_id zero = number(0), right = out_.binary(op::gt, x, zero), above = out_.where(right, x, zero),
                 below = out_.where(right, zero, x);
  const value_id tail =
      out_.binary(op::sub, out_.unary(op::log, out_.unary(op::erfcx, above)), out_.unary(op::square, above));
  const value_id rest = out_.unary(op::log1p, out_.unary(op::neg, out_.unary(op::erf, below)));
  return as("log of a normal tail", out_.where(right, tail, rest));
}

// ---- sums --------------------------------------------------------------------------------------------------------------

/// Of the size of one term without a weight of its own.
constexpr value_id exponential_algebra::log_of_term(const term& t) {
  value_id e = t.exponent;
  const axis_set along = t.over & static_cast<axis_set>(axes(e) | axes(t.mask)), missing = without(t.over, along);
  if (t.mask != no_value) e = out_.where(t.mask, or_zero(e), minus_infinity());
  if (along != 0) e = as("log of a sum of exponentials", out_.reduce(op::logsumexp, e, along));
  if (missing != 0) e = plus(e, out_.unary(op::log, out_.extent(missing)));
  if (t.weight != no_value) {
    const bool is_extent = code(t.weight) == op::extent;
    const value_id l = out_.unary(op::log, is_extent ? t.weight : operand(t.weight, 1));
    e = is_extent ? plus(e, l) : minus(e, l);
  }
  return plus(e, log_of_number(t.coefficient < 0 ? -t.coefficient : t.coefficient));
}

/// Of positive terms without weights; no_value: it is 0.
constexpr value_id exponential_algebra::log_of_units(const terms& s) {
  value_id l = log_of_term(s[0]);
  for (int i = 1; i < s.size(); ++i) {
    const value_id next = log_of_term(s[i]);
    if (l == no_value && next == no_value) l = number(numeric::log(2));
    else if (l == no_value || next == no_value) l = as("softplus", out_.unary(op::softplus, plus(l, next)));
    else l = as("log of a sum of two exponentials", out_.binary(op::logaddexp, l, next));
  }
  return l;
}

constexpr value_id exponential_algebra::log_of_terms(const terms& s) {
  terms all, above, below;
  bool plain = true;
  for (const term& t : s) {
    if (t.coefficient == 0) continue;
    all.push_back(t);
    (t.coefficient > 0 ? above : below).push_back(t);
    plain = plain && has_plain_weight(t);
  }
  if (!is_exponential(all)) return no_value;
  if (all.size() == 1 && all[0].is_plain() && all[0].weight != no_value)
    return plus(all[0].exponent, out_.unary(op::log, scaled(all[0].coefficient, all[0].weight)));
  if (!plain) {
    if (hides_exponential(all)) return no_value;
    for (const term& t : all)
      if (t.is_unit() && t.exponent == no_value) return no_value;  // log1p keeps the digits of what is small beside 1
    const shifted_sum r = shifted(all);
    return as("log of a weighted sum of exponentials", out_.binary(op::add, r.shift, out_.unary(op::log, r.total)));
  }
  if (above.empty()) return no_value;
  if (all.size() == 2 && above.size() == 2 && all[0].is_unit() && all[1].is_unit() &&
      all[0].coefficient == all[1].coefficient && all[0].exponent != no_value &&
      all[1].exponent == minus(no_value, all[0].exponent))
    return plus(as("log of a hyperbolic cosine", out_.unary(op::logcosh, all[0].exponent)),
                log_of_number(2 * all[0].coefficient));
  // A factor that all have comes out, so that no exponent is rounded for it.
  const double factor = all[0].coefficient < 0 ? -all[0].coefficient : all[0].coefficient;
  bool common = factor != 1 && all.size() > 1;
  for (const term& t : all) common = common && (t.coefficient == factor || t.coefficient == -factor);
  if (common) {
    for (term& t : all) t.coefficient /= factor;
    const value_id l = log_of_terms(all);
    return l == no_value ? l : plus(l, log_of_number(factor));
  }
  if (below.empty()) return or_zero(log_of_units(above));
  const value_id larger = log_of_units(above), smaller = log_of_units(below), gap = minus(smaller, larger);
  if (gap == no_value) return no_value;
  const value_id a = operand_of_tail(larger), b = operand_of_tail(smaller);
  if (a != no_value && b != no_value) {
    const value_id other = out_.unary(op::softplus, minus(no_value, b));
    return as("log of a difference of sigmoids", minus(plus(larger, out_.unary(op::log1mexp, minus(a, b))), other));
  }
  return as("log of a difference of exponentials", plus(larger, log1m_exp(gap)));
}

/// log(1 - exp(e)) of probabilities whose complements are probabilities: sigmoids, shares of a row, parts of one; no_value: of something else.
constexpr value_id exponential_algebra::log_of_complement(value_id e) {
  const node n = out_[e];
  switch (n.code) {
    case op::neg:
      if (code(n.operand[0]) != op::softplus) return no_value;
      return out_.unary(op::neg, out_.unary(op::softplus, minus(no_value, operand(n.operand[0], 0))));
    case op::log_softmax: return log_of_others(e, n, out_.binary(op::gt, e, number(-numeric::log(2))));
    case op::gather: {
      const node row = out_[n.operand[0]];
      if (row.code == op::log_softmax && row.over() == n.over()) {
        const value_id named = out_.make(op::onehot, n.operand[1], no_value, no_value, n.bits);
        return log_of_others(e, row, out_.binary(op::gt, named, number(0)));
      }
      const value_id all = log_of_complement(n.operand[0]);
      return all == no_value ? all : picked(n, all);
    }
    case op::reduce_max:
    case op::reduce_min: {
      const value_id each = log_of_complement(n.operand[0]);
      return each == no_value ? each
                              : out_.reduce(n.code == op::reduce_max ? op::reduce_min : op::reduce_max, each, n.over());
    }
    case op::logsumexp: {  // of the entries of a row that a mask keeps, those that it leaves out
      const node kept = out_[n.operand[0]];
      if (kept.code != op::where || !is(kept.operand[2], -numeric::infinity)) return no_value;
      const node row = out_[kept.operand[1]];
      if (row.code != op::log_softmax || row.over() != n.over()) return no_value;
      return beside(
          e, out_.reduce(op::logsumexp, out_.where(kept.operand[0], minus_infinity(), kept.operand[1]), n.over()));
    }
    case op::logcumsumexp: {  // of the entries of a row up to one, those after it
      const node row = out_[n.operand[0]];
      if (row.code != op::log_softmax || row.over() != n.over()) return no_value;
      return beside(e, out_.running(op::logcumsumexp, n.operand[0], no_value, n.over(),
                                    {!n.order().reverse, !n.order().exclusive}));
    }
    case op::sub: {  // of a mean, the mean
      if (code(n.operand[0]) != op::logsumexp || code(n.operand[1]) != op::log) return no_value;
      const axis_set over = out_[n.operand[0]].over();
      const node& count = out_[operand(n.operand[1], 0)];
      if (count.code != op::extent || count.over() != over) return no_value;
      const value_id each = log_of_complement(operand(n.operand[0], 0));
      return each == no_value ? each : minus(out_.reduce(op::logsumexp, each, over), n.operand[1]);
    }
    default: return no_value;
  }
}

/// log(1 - exp(e)) of a share of a row, by the sum of the entries but those of a mask: its own, or that of the one entry that may have more
/// than half.
constexpr value_id exponential_algebra::log_of_others(value_id e, const node& row, value_id own) {
  const value_id others = out_.reduce(op::logsumexp, out_.where(own, minus_infinity(), row.operand[0]), row.over());
  return beside(e, out_.binary(op::sub, others, out_.reduce(op::logsumexp, row.operand[0], row.over())));
}
/// What is less than half of 1 is 1 less something; what is more, the rest, which has digits that 1 less it has not.
constexpr value_id exponential_algebra::beside(value_id e, value_id rest) {
  const value_id half = number(-numeric::log(2));
  return out_.where(out_.binary(op::gt, e, half), rest, out_.unary(op::log1mexp, out_.binary(op::min, e, half)));
}

constexpr value_id exponential_algebra::log1m_exp(value_id e) {
  const value_id l = log_of_complement(e);
  return l == no_value ? out_.unary(op::log1mexp, e) : l;
}

/// The axes of the largest exponent.
constexpr axis_set exponential_algebra::axes_of_shift(const terms& s) const {
  axis_set all = 0;
  for (const term& t : s) all |= without(axes(t.weight) | axes(t.exponent) | axes(t.mask), t.over);
  return all;
}

/// No sum goes along an axis along which the shift varies: such a sum is shifted by itself, and is the weight of what it is shifted by.
constexpr exponential_terms exponential_algebra::with_sums_apart(const terms& s, axis_set varies) {
  terms r = s;
  for (term& t : r) {
    if ((t.over & varies) == 0) continue;
    terms alone;
    alone.push_back(t);
    const shifted_sum sum = shifted(alone);
    t = {1, sum.total, sum.shift};
  }
  return r;
}

/// The largest exponent whose weight is not 0; 0 where there is none, or where it is infinite.
constexpr value_id exponential_algebra::shift_of(const terms& s) {
  const value_id zero = number(0);
  value_id largest = no_value;
  for (const term& t : s) {
    value_id counts = t.mask;
    if (t.weight != no_value && known(t.weight).zero) counts = both(counts, out_.binary(op::ne, t.weight, zero));
    value_id e = where(counts, or_zero(t.exponent), minus_infinity());
    if (const axis_set along = t.over & axes(e); along != 0) e = out_.reduce(op::reduce_max, e, along);
    largest = largest == no_value ? e : out_.binary(op::max, largest, e);
  }
  const value_id finite = out_.binary(op::lt, out_.unary(op::abs, largest), number(numeric::infinity));
  return out_.unary(op::stop_gradient, out_.where(finite, largest, zero));
}

constexpr exponential_algebra::shifted_sum exponential_algebra::shifted(const terms& given, value_id shift) {
  const terms s = with_sums_apart(given, shift == no_value ? axes_of_shift(given) : axes(shift));
  shifted_sum r{shift == no_value ? shift_of(s) : shift};
  const value_id zero = number(0);
  for (const term& t : s) {
    const value_id e = where(t.mask, out_.binary(op::sub, or_zero(t.exponent), r.shift), minus_infinity());
    // Where it is masked out a weight may be NaN; where it is 0 the exponential may be infinite.
    const value_id weight = t.weight == no_value ? no_value : where(t.mask, t.weight, zero);
    value_id each = weighted_exp(weight, e);
    const axis_set along = t.over & axes(each), missing = without(t.over, along);
    if (along != 0) each = out_.reduce(op::sum, each, along);
    if (missing != 0) each = out_.binary(op::mul, each, out_.extent(missing));
    r.total = plus(r.total, scaled(t.coefficient, each));
  }
  return r;
}

}  // namespace loom::rewrite::detail
