// SPDX-License-Identifier: BSL-1.0
// src/accuracy/decimal.hpp — a number type for the interpreter with as many digits as one asks for and no overflow: it says what a
// formula means. By MPFR.
#pragma once

#include <boost/multiprecision/mpfr.hpp>

#include "loom/ir/evaluate.hpp"

namespace loom::accuracy {

namespace detail {
template <unsigned Digits>
inline constexpr boost::multiprecision::mpfr_allocation_type place =
    Digits == 0 ? boost::multiprecision::allocate_dynamic : boost::multiprecision::allocate_stack;
}  // namespace detail

/// A number of `Digits` decimal digits; of 0: as many as decimal<0>::default_precision(n) has said in this thread.
template <unsigned Digits> using decimal =
    boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<Digits, detail::place<Digits>>,
                                  boost::multiprecision::et_off>;

template <class Decimal> bool is_nan(const Decimal& x) { return x != x; }
template <class Decimal> bool is_finite(const Decimal& x) { return mpfr_number_p(x.backend().data()) != 0; }
template <class Decimal> double magnitude(const Decimal& x) { return static_cast<double>(x < 0 ? Decimal(-x) : x); }

}  // namespace loom::accuracy

// What Boost leaves out, or writes with a loss of digits, straight from MPFR. In its namespace, where the reference
// formulas find it by their arguments. Functions by series have 80 digits, whatever the type has.
namespace boost::multiprecision {

template <unsigned D, mpfr_allocation_type W> using loom_decimal = number<mpfr_float_backend<D, W>, et_off>;

#define LOOM_DECIMAL(name, function)                             \
  template <unsigned D, mpfr_allocation_type W>                  \
  loom_decimal<D, W> name(const loom_decimal<D, W>& x) {         \
    loom_decimal<D, W> r;                                        \
    function(r.backend().data(), x.backend().data(), MPFR_RNDN); \
    return r;                                                    \
  }
// clang-format off
LOOM_DECIMAL(abs, mpfr_abs)
LOOM_DECIMAL(sqrt, mpfr_sqrt)
LOOM_DECIMAL(exp, mpfr_exp) LOOM_DECIMAL(expm1, mpfr_expm1)
LOOM_DECIMAL(log, mpfr_log) LOOM_DECIMAL(log1p, mpfr_log1p)
LOOM_DECIMAL(sin, mpfr_sin) LOOM_DECIMAL(cos, mpfr_cos) LOOM_DECIMAL(tan, mpfr_tan)
LOOM_DECIMAL(asin, mpfr_asin) LOOM_DECIMAL(acos, mpfr_acos) LOOM_DECIMAL(atan, mpfr_atan)
LOOM_DECIMAL(sinh, mpfr_sinh) LOOM_DECIMAL(cosh, mpfr_cosh) LOOM_DECIMAL(tanh, mpfr_tanh)
LOOM_DECIMAL(asinh, mpfr_asinh) LOOM_DECIMAL(acosh, mpfr_acosh) LOOM_DECIMAL(atanh, mpfr_atanh)
LOOM_DECIMAL(erf, mpfr_erf) LOOM_DECIMAL(erfc, mpfr_erfc) LOOM_DECIMAL(digamma, mpfr_digamma)
#undef LOOM_DECIMAL

template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> lgamma(const loom_decimal<D, W>& x) {
  loom_decimal<D, W> r;
  int sign = 0;
  mpfr_lgamma(r.backend().data(), &sign, x.backend().data(), MPFR_RNDN);
  return r;
}
// clang-format on
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> pow(const loom_decimal<D, W>& a, const loom_decimal<D, W>& b) {
  loom_decimal<D, W> r;
  mpfr_pow(r.backend().data(), a.backend().data(), b.backend().data(), MPFR_RNDN);
  return r;
}
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> atan2(const loom_decimal<D, W>& a, const loom_decimal<D, W>& b) {
  loom_decimal<D, W> r;
  mpfr_atan2(r.backend().data(), a.backend().data(), b.backend().data(), MPFR_RNDN);
  return r;
}
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> floor(const loom_decimal<D, W>& x) {
  loom_decimal<D, W> r;
  mpfr_floor(r.backend().data(), x.backend().data());
  return r;
}
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> sign(const loom_decimal<D, W>& x) {
  return x > 0 ? loom_decimal<D, W>(1) : x < 0 ? loom_decimal<D, W>(-1) : x;
}
/// By the series where the difference would lose digits.
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> exprel_2(const loom_decimal<D, W>& x) {
  if (abs(x) > 1) return 2 * (expm1(x) - x) / (x * x);
  loom_decimal<D, W> y = 1;
  for (int k = 80; k > 2; --k) y = 1 + x / k * y;
  return y;
}
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> log1prel_2(const loom_decimal<D, W>& x) {
  if (abs(x) > loom_decimal<D, W>(0.25)) return 2 * (x - log1p(x)) / (x * x);
  loom_decimal<D, W> y = 0;
  for (int k = 160; k > 1; --k) y = loom_decimal<D, W>(2) / k - x * y;
  return y;
}
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> exprel_3(const loom_decimal<D, W>& x) {
  if (abs(x) > 1) return 3 * (exprel_2(x) - 1) / x;
  loom_decimal<D, W> y = 1;
  for (int k = 80; k > 3; --k) y = 1 + x / k * y;
  return y;
}
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> log1prel_3(const loom_decimal<D, W>& x) {
  if (abs(x) > loom_decimal<D, W>(0.25)) return 3 * (1 - log1prel_2(x)) / (2 * x);
  loom_decimal<D, W> y = 0;
  for (int k = 160; k > 2; --k) y = loom_decimal<D, W>(3) / k - x * y;
  return y;
}
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> erfcx(const loom_decimal<D, W>& x) {
  return exp(loom_decimal<D, W>(x * x)) * erfc(x);
}

template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> ierfcx(const loom_decimal<D, W>& x) {
  const loom_decimal<D, W> root = 1 / sqrt(2 * acos(loom_decimal<D, W>(0)));
  if (x < 1e6) return root - x * erfcx(x);
  const loom_decimal<D, W> z = 1 / (2 * x * x);
  return root * z * (1 - 3 * z * (1 - 5 * z * (1 - 7 * z * (1 - 9 * z))));
}

/// The terms after the first of exp(-x) I_n(x) over its first, for x >= 0 and n of 0 and 1: the power series, then the asymptotic one.
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> bessel_terms(const loom_decimal<D, W>& x, int n) {
  loom_decimal<D, W> term = 1, sum = 0;
  const bool near = x < 200;
  for (int k = 1; k < 2000 && abs(term) > abs(sum) * 1e-100; ++k)
    sum += term = near ? loom_decimal<D, W>(term * x * x / (4 * k * (k + n)))
                       : loom_decimal<D, W>(term * ((2 * k - 1) * (2 * k - 1) - 4 * n) / (8 * k * x));
  return sum;
}
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> bessel_far(const loom_decimal<D, W>& x) {  // the first asymptotic term
  return 1 / sqrt(loom_decimal<D, W>(4 * acos(loom_decimal<D, W>(0)) * x));
}
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> i0e(const loom_decimal<D, W>& x) {
  const loom_decimal<D, W> a = abs(x), first = a < 200 ? exp(loom_decimal<D, W>(-a)) : bessel_far(a);
  return first * (1 + bessel_terms(a, 0));
}
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> i1e(const loom_decimal<D, W>& x) {
  const loom_decimal<D, W> a = abs(x),
                           first = a < 200 ? loom_decimal<D, W>(exp(loom_decimal<D, W>(-a)) * a / 2) : bessel_far(a);
  const loom_decimal<D, W> y = first * (1 + bessel_terms(a, 1));
  return x < 0 ? loom_decimal<D, W>(-y) : y;
}
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> log_i0(const loom_decimal<D, W>& x) {
  const loom_decimal<D, W> a = abs(x);
  return a < 200 ? log1p(bessel_terms(a, 0)) : loom_decimal<D, W>(a + log(i0e(a)));
}

/// For x > 0: the recurrence up to 60, then the asymptotic series with Bernoulli numbers from zeta values.
template <unsigned D, mpfr_allocation_type W>
loom_decimal<D, W> trigamma(loom_decimal<D, W> x) {
  if (!(x > 0)) return loom_decimal<D, W>(std::numeric_limits<double>::quiet_NaN());
  loom_decimal<D, W> r = 0;
  for (; x < 60; x += 1) r += 1 / (x * x);
  r += 1 / x + 1 / (2 * x * x);
  loom_decimal<D, W> two_pi, factorial = 2, power = x;  // (2n)!, x^(2n+1)
  mpfr_const_pi(two_pi.backend().data(), MPFR_RNDN);
  two_pi *= 2;
  loom_decimal<D, W> circle = 1;
  for (unsigned n = 1; n <= 60; ++n) {
    loom_decimal<D, W> zeta;
    mpfr_zeta_ui(zeta.backend().data(), 2 * n, MPFR_RNDN);
    circle *= two_pi * two_pi;
    power *= x * x;
    const loom_decimal<D, W> bernoulli = 2 * factorial * zeta / circle;
    r += (n % 2 == 1 ? bernoulli : loom_decimal<D, W>(-bernoulli)) / power;
    factorial *= (2 * n + 1) * (2 * n + 2);
  }
  return r;
}

}  // namespace boost::multiprecision
