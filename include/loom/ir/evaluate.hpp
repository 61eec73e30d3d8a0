// SPDX-License-Identifier: BSL-1.0
// ir/evaluate.hpp — what each op means, for any number type: the oracle every back end answers to.
// Written with unqualified calls, so that double takes Loom's constexpr functions and a multiprecision type its own.
// Layer 1 (ir).
#pragma once

#include "loom/ir/op.hpp"
#include "loom/numeric/elementary.hpp"
#include "loom/numeric/remainders.hpp"
#include "loom/numeric/special.hpp"

namespace loom::inline LOOM_ABI::ir::numbers {

template <class N> constexpr N sign(const N& x) { return x > 0 ? N(1) : x < 0 ? N(-1) : x; }
/// To the nearest whole number, half away from zero.
template <class N> constexpr N round_away(const N& x) {
  const N size = x < 0 ? N(-x) : x, whole = floor(size);
  if (whole == size || x != x) return x;
  const N nearest = size - whole < N(0.5) ? whole : N(whole + 1);
  return x < 0 ? N(-nearest) : nearest;
}
template <class N> constexpr N log_ndtr(const N& x) {
  const N z = N(-0.707106781186547524401) * x;
  return z > 0 ? N(log(N(erfcx(z) / 2)) - x * x / 2) : log1p(N(-erfc(N(-z)) / 2));
}
template <class N> constexpr N sigmoid(const N& x) {
  return x >= 0 ? N(1 / (1 + exp(N(-x)))) : N(exp(x) / (1 + exp(x)));
}
template <class N> constexpr N softplus(const N& x) {
  return (x > 0 ? x : x == x ? N(0) : x) + log1p(exp(x > 0 ? N(-x) : x));
}
template <class N> constexpr N log_softplus(const N& x) {
  const N e = exp(x < 0 ? x : N(0));
  return !(x < 0) ? N(log(softplus(x))) : e == 0 ? x : N(x + log(N(log1p(e) / e)));
}
template <class N> constexpr N log1mexp(const N& x) {
  return x > N(-0.6931471805599453) ? log(N(-expm1(x))) : log1p(N(-exp(x)));
}
template <class N> constexpr N logcosh(const N& x) {
  const N size = x < 0 ? N(-x) : x;
  if (size < 1) return log1p(N(2 * sinh(N(size / 2)) * sinh(N(size / 2))));
  return size + (log1p(exp(N(-2 * size))) - log(N(2)));
}
template <class N> constexpr N minimum(const N& a, const N& b) { return a != a || a < b ? a : b; }
template <class N> constexpr N maximum(const N& a, const N& b) { return a != a || a > b ? a : b; }
template <class N> constexpr N max(const N& a, const N& b) { return a > b ? a : b; }  // NaN: either
template <class N> constexpr N min(const N& a, const N& b) { return a < b ? a : b; }
template <class N> constexpr N mul0(const N& a, const N& b) { return a == 0 ? N(0) : N(a * b); }
template <class N> constexpr N xlogy(const N& a, const N& b) { return a == 0 ? N(0) : N(a * log(b)); }
template <class N> constexpr N logaddexp(const N& a, const N& b) {
  if (a == b) return a + log(N(2));
  return a > b ? N(a + log1p(exp(N(b - a)))) : N(b + log1p(exp(N(a - b))));
}
template <class N> constexpr N share(const N& a, const N& b) { return a == b ? N(N(1) / 2) : sigmoid(N(a - b)); }
template <class N> constexpr N sqrt1pm1(const N& x) {
  const N root = sqrt(N(1 + x));
  return x > 1 ? N(root - 1) : N(x / (root + 1));
}
template <class N> constexpr N quadratic_root(const N& a, const N& b) {
  const N root = sqrt(N(a * a + b));
  return N(a + a) + root < 0 ? N(b / N(root - a)) : N(a + root);
}
template <class N> constexpr N hypot(const N& a, const N& b) {
  const N m = maximum(a < 0 ? N(-a) : a, b < 0 ? N(-b) : b);
  if (!(m > 0) || m - m != 0) return m;  // 0, infinite, NaN
  const N p = a / m, q = b / m;
  return m * sqrt(N(p * p + q * q));
}
/// By what a label of 0 or 1 leaves of it: softplus(-|a|) + a ((a >= 0) - b).
template <class N> constexpr N logit_loss(const N& a, const N& b) {
  return softplus(a < 0 ? a : N(-a)) + mul0(N((a >= 0 ? N(1) : N(0)) - b), a);
}
template <class N> constexpr N logit_gap(const N& a, const N& b) {
  return a >= 0 ? N((1 - b) - sigmoid(N(-a))) : N(sigmoid(a) - b);
}
template <class N> constexpr N sqrt_product(const N& a, const N& b) { return sqrt(N(a * b)); }
template <class N> constexpr N exprel(const N& x) { return x == 0 ? N(1) : N(expm1(x) / x); }
template <class N> constexpr N exprel_slope(const N& x) {
  if (x > 1) return exprel(x) * (1 - 1 / x) + 1 / x;
  return x < -1 ? N((exp(x) - exprel(x)) / x) : N(exprel(x) - exprel_2(x) / 2);
}
template <class N> constexpr N over_expm1(const N& x) {
  return x > 0 ? N(exp(N(-x)) / exprel(N(-x))) : N(1 / exprel(x));
}
template <class N> constexpr N log1prel(const N& x) { return x == 0 ? N(1) : N(log1p(x) / x); }
template <class N> constexpr N log1prel_slope(const N& x) {
  return x > 1 ? N((1 / (1 + x) - log1prel(x)) / x) : N(log1prel_2(x) / 2 - 1 / (1 + x));
}
template <class N> constexpr N expm1_rest(const N& x) {
  return x > -1 && x < 1 ? N(x * x * exprel_2(x) / 2) : N(expm1(x) - x);
}
template <class N> constexpr N log1p_rest(const N& x) {
  return x > -1 && x < 1 ? N(x * x * log1prel_2(x) / 2) : N(x - log1p(x));
}
template <class N> constexpr N log1p_gap(const N& a, const N& b) {
  if (minimum(a, b) < -1) return log1p(minimum(a, b));
  return a >= b ? N(log1p(N((a - b) / (1 + b)))) : N(-log1p(N((b - a) / (1 + a))));
}
template <class N> constexpr N erf_gap(const N& a, const N& b) {
  if (minimum(a, b) > N(0.5)) return erfc(b) - erfc(a);
  if (maximum(a, b) < N(-0.5)) return erfc(N(-a)) - erfc(N(-b));
  return erf(a) - erf(b);
}
template <class N> constexpr N kl_div(const N& a, const N& b) {
  const N u = (b - a) / a;
  if (u > N(-0.5) && u < 1) return a * log1p_rest(u);
  const N ratio = a / b;
  return ratio == 0 ? b : N(mul0(a, N(log(ratio))) - a + b);
}
constexpr double square(double x) { return x * x; }

/// The op on numbers; masks are 0 and 1.
template <op Code, class N>
constexpr N evaluate(const N& a, [[maybe_unused]] const N& b, [[maybe_unused]] const N& c) {
  [[maybe_unused]] const N& x = a;
#define LOOM_UNARY(name, cost, text, notation, ulp, domain, range, course, weight, formula, ...) \
  if constexpr (Code == op::name) return formula;                                                \
  else
#define LOOM_BINARY(name, cost, text, notation, ulp, domain_a, domain_b, fact, order, weight, formula, ...) \
  if constexpr (Code == op::name) return formula;                                                           \
  else
#define LOOM_COMPARE(name, text, order, formula)               \
  if constexpr (Code == op::name) return N((formula) ? 1 : 0); \
  else
#define LOOM_UNARY_COMPOSED(name, notation, domain, range, course, formula, ...) \
  if constexpr (Code == op::name) return formula;                                \
  else
#define LOOM_BINARY_COMPOSED(name, notation, domain_a, domain_b, fact, order, formula, ...) \
  if constexpr (Code == op::name) return formula;                                           \
  else
#include "loom/ir/ops.def"
  if constexpr (Code == op::logical_and) return N(a != 0 && b != 0 ? 1 : 0);
  else if constexpr (Code == op::logical_or) return N(a != 0 || b != 0 ? 1 : 0);
  else if constexpr (Code == op::logical_not) return N(a == 0 ? 1 : 0);
  else if constexpr (Code == op::where) return a != 0 ? b : c;
  else return a;  // number, stop_gradient, with_slope
}

/// The same, for an op known only at run time. Spelled out again: sixty instantiations cost more than one switch.
template <class N>
constexpr N evaluate(op code, const N& a, const N& b, const N& c) {
  const N& x = a;
  switch (code) {
#define LOOM_UNARY(name, cost, text, notation, ulp, domain, range, course, weight, formula, ...) \
  case op::name: return formula;
#define LOOM_BINARY(name, cost, text, notation, ulp, domain_a, domain_b, fact, order, weight, formula, ...) \
  case op::name: return formula;
#define LOOM_COMPARE(name, text, order, formula) \
  case op::name: return N((formula) ? 1 : 0);
#define LOOM_UNARY_COMPOSED(name, notation, domain, range, course, formula, ...) \
  case op::name: return formula;
#define LOOM_BINARY_COMPOSED(name, notation, domain_a, domain_b, fact, order, formula, ...) \
  case op::name: return formula;
#include "loom/ir/ops.def"
    case op::logical_and: return N(a != 0 && b != 0 ? 1 : 0);
    case op::logical_or: return N(a != 0 || b != 0 ? 1 : 0);
    case op::logical_not: return N(a == 0 ? 1 : 0);
    case op::where: return a != 0 ? b : c;
    case op::with_slope:
    case op::number:
    case op::stop_gradient: return a;
    default: break;
  }
  __builtin_unreachable();  // not elementwise
}

// ---- reductions --------------------------------------------------------------------------------------------------------

template <class N> constexpr N finite_or_zero(const N& v) { return v < N(infinity) && v > N(-infinity) ? v : N(0); }
/// Of a norm whose largest entry is m: no square overflows or vanishes; a row of zeros, and one with an infinity, is m.
template <class N> constexpr bool is_scale(const N& m) { return m > 0 && m < N(infinity); }
template <class N> constexpr N ratio_squared(const N& v, const N& m) {
  return is_scale(m) ? N((v / m) * (v / m)) : N(0);
}
template <class N> constexpr N scaled_root(const N& m, const N& s) { return is_scale(m) ? N(m * sqrt(s)) : m; }

/// Folds one more entry into a reduction, or joins two parts of it. The loops have combine and finish of vectors.
template <class N>
constexpr N combine(op code, const N& acc, const N& v) {
  switch (code) {
#define LOOM_REDUCTION(code, name, word, cost, entry, identity, combine, ...) \
  case op::code: return combine;
#define LOOM_MASK_REDUCTION(code, name, word, cost, identity, combine, ...) \
  case op::code: return combine;
#include "loom/ir/reductions.def"
    default: break;
  }
  __builtin_unreachable();
}

/// What a reduction is once its last entry is in.
template <class N>
constexpr N finish(op code, const N& v) {
  switch (code) {
#define LOOM_REDUCTION(code, name, word, cost, entry, identity, combine, finish, ...) \
  case op::code: return finish;
#define LOOM_MASK_REDUCTION(code, ...) \
  case op::code: return v;
#include "loom/ir/reductions.def"
    default: break;
  }
  __builtin_unreachable();
}

/// The same, of a sum and what rounding took from it: a rest may be less than that.
template <class N>
constexpr N finish_sum(op code, const N& sum, const N& lost) {
  if (!(sum < N(infinity) && sum > N(-infinity))) return finish(code, sum);  // an infinite sum has lost nothing
  return code == op::rest ? N(N(sum - N(1)) + lost) : finish(code, N(sum + lost));
}

/// An entry of a reduction, as it is folded.
template <class N>
constexpr N entry(op code, const N& v) {
  return reduction(code).entry == itself ? v : evaluate(reduction(code).entry, v, v, v);
}

/// Of a composed reduction with the scale m: what entry v adds to its sum s, and what the sum makes of it.
template <class N>
constexpr N term(op code, const N& v, const N& m) {
  switch (code) {
#define LOOM_REDUCTION_COMPOSED(code, name, cost, entry, scale, fact, term, ...) \
  case op::code: return term;
#include "loom/ir/reductions.def"
    default: break;
  }
  __builtin_unreachable();
}
template <class N>
constexpr N finish(op code, const N& m, const N& s) {
  switch (code) {
#define LOOM_REDUCTION_COMPOSED(code, name, cost, entry, scale, fact, term, finish, ...) \
  case op::code: return finish;
#include "loom/ir/reductions.def"
    default: break;
  }
  __builtin_unreachable();
}

}  // namespace loom::ir::numbers
