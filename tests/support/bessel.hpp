// SPDX-License-Identifier: BSL-1.0
// tests/support/bessel.hpp — the modified Bessel functions in MPFR, by their definition: the power series, whose terms all have one
// sign; from 100 on, where that of exp(-x) needs too many, the asymptotic series, which is right there to exp(-200).
#pragma once

#include <mpfr.h>

namespace loom::test {

namespace detail {

struct bessel_number {
  mpfr_t v;
  bessel_number() { mpfr_init2(v, 400); }
  ~bessel_number() { mpfr_clear(v); }
  bessel_number(const bessel_number&) = delete;
  bessel_number& operator=(const bessel_number&) = delete;
};

/// Over the first term, the sum of the others of I_n(a). Whether the series was the asymptotic one.
inline bool bessel_terms(mpfr_ptr sum, mpfr_srcptr a, long n) {
  constexpr mpfr_rnd_t r = MPFR_RNDN;
  const bool far = mpfr_cmp_ui(a, 100) > 0;
  bessel_number term, square;
  mpfr_set_ui(term.v, 1, r);
  mpfr_set_ui(sum, 0, r);
  mpfr_sqr(square.v, a, r);
  for (long k = 1; k < 400; ++k) {
    if (far) {
      mpfr_mul_si(term.v, term.v, (2 * k - 1) * (2 * k - 1) - 4 * n * n, r);
      mpfr_div_si(term.v, term.v, 8 * k, r);
      mpfr_div(term.v, term.v, a, r);
      if (k > 150) break;
    } else {
      mpfr_mul(term.v, term.v, square.v, r);
      mpfr_div_si(term.v, term.v, 4 * k * (k + n), r);
    }
    mpfr_add(sum, sum, term.v, r);
    if (mpfr_zero_p(term.v) || mpfr_get_exp(term.v) < mpfr_get_exp(sum) - 300) break;
  }
  return far;
}

inline int scaled_bessel(mpfr_ptr y, mpfr_srcptr x, long n, mpfr_rnd_t round) {
  constexpr mpfr_rnd_t r = MPFR_RNDN;
  bessel_number a, sum, first;
  if (mpfr_nan_p(x)) return mpfr_set_nan(y), 0;
  mpfr_abs(a.v, x, r);
  if (mpfr_inf_p(a.v) || (n == 1 && mpfr_zero_p(x))) return mpfr_set_zero(y, n == 1 && mpfr_signbit(x) ? -1 : 1), 0;
  if (bessel_terms(sum.v, a.v, n)) {
    mpfr_const_pi(first.v, r);
    mpfr_mul(first.v, first.v, a.v, r);
    mpfr_mul_ui(first.v, first.v, 2, r);
    mpfr_rec_sqrt(first.v, first.v, r);
  } else {
    mpfr_neg(first.v, a.v, r);
    mpfr_exp(first.v, first.v, r);
    if (n == 1) {
      mpfr_mul(first.v, first.v, a.v, r);
      mpfr_div_ui(first.v, first.v, 2, r);
    }
  }
  mpfr_add_ui(sum.v, sum.v, 1, r);
  mpfr_mul(sum.v, sum.v, first.v, r);
  if (n == 1 && mpfr_signbit(x)) mpfr_neg(sum.v, sum.v, r);
  return mpfr_set(y, sum.v, round);
}

}  // namespace detail

inline int i0e_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t round) { return detail::scaled_bessel(y, x, 0, round); }
inline int i1e_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t round) { return detail::scaled_bessel(y, x, 1, round); }
inline int log_i0_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t round) {
  constexpr mpfr_rnd_t r = MPFR_RNDN;
  detail::bessel_number a, l;
  if (mpfr_nan_p(x)) return mpfr_set_nan(y), 0;
  mpfr_abs(a.v, x, r);
  if (mpfr_inf_p(a.v)) return mpfr_set_inf(y, 1), 0;
  if (detail::bessel_terms(l.v, a.v, 0)) {
    detail::scaled_bessel(l.v, a.v, 0, r);
    mpfr_log(l.v, l.v, r);
    mpfr_add(l.v, l.v, a.v, r);
  } else {
    mpfr_log1p(l.v, l.v, r);
  }
  return mpfr_set(y, l.v, round);
}

}  // namespace loom::test
