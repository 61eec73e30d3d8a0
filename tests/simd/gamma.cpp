// SPDX-License-Identifier: BSL-1.0
// simd/gamma.cpp — the gamma functions of the loops against MPFR.
// Run with the tag [report] to print the measured maxima instead.
#define LOOM_TEST_FUNCTIONS(ONE, TWO) ONE(lgamma) ONE(digamma) ONE(trigamma)
#include "simd/loops_of.hpp"

namespace {

using loom::ir::op, trial::big, trial::promise;

int lgamma_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  int sign;
  return mpfr_lgamma(y, &sign, x, r);
}

/// psi'(x): reflection below 0, recurrence up to 64, then the asymptotic series.
int trigamma_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  big w(300), z(300), t(300), sum(300);
  if (mpfr_nan_p(x) || (mpfr_inf_p(x) && mpfr_sgn(x) < 0)) return mpfr_set_nan(y), 0;
  if (mpfr_inf_p(x)) return mpfr_set_zero(y, 1), 0;
  if (mpfr_sgn(x) <= 0) {
    mpfr_rint(t.v, x, r);
    mpfr_sub(t.v, x, t.v, r);
    if (mpfr_zero_p(t.v)) return mpfr_set_inf(y, 1), 0;
    mpfr_const_pi(z.v, r);
    mpfr_mul(t.v, t.v, z.v, r);
    mpfr_sin(t.v, t.v, r);
    mpfr_div(t.v, z.v, t.v, r);
    mpfr_sqr(t.v, t.v, r);
    mpfr_d_sub(w.v, 1, x, r);
    trigamma_of(z.v, w.v, r);
    return mpfr_sub(y, t.v, z.v, r);
  }
  mpfr_set(w.v, x, r);
  mpfr_set_zero(sum.v, 1);
  for (; mpfr_cmp_d(w.v, 64) < 0; mpfr_add_d(w.v, w.v, 1, r)) {
    mpfr_sqr(t.v, w.v, r);
    mpfr_d_div(t.v, 1, t.v, r);
    mpfr_add(sum.v, sum.v, t.v, r);
  }
  mpfr_d_div(w.v, 1, w.v, r);
  mpfr_sqr(z.v, w.v, r);
  mpfr_add(sum.v, sum.v, w.v, r);
  mpfr_div_d(t.v, z.v, 2, r);
  mpfr_add(sum.v, sum.v, t.v, r);
  // sum of B(2k) w^(2k+1), Bernoulli's numbers up to B(20) being exact ratios
  constexpr double bernoulli[][2] = {{1, 6},       {-1, 30}, {1, 42},      {-1, 30},     {5, 66},
                                     {-691, 2730}, {7, 6},   {-3617, 510}, {43867, 798}, {-174611, 330}};
  for (const auto& b : bernoulli) {
    mpfr_mul(w.v, w.v, z.v, r);
    mpfr_mul_d(t.v, w.v, b[0], r);
    mpfr_div_d(t.v, t.v, b[1], r);
    mpfr_add(sum.v, sum.v, t.v, r);
  }
  return mpfr_set(y, sum.v, r);
}

double log_gamma_scale(double x) { return std::fmax(1, std::fabs(std::lgamma(std::fabs(x)))); }
double digamma_scale(double x) { return std::fmax(1, std::log(std::fabs(x))); }

}  // namespace

const std::vector<promise>& trial::of_gamma() {
  // clang-format off
  static const std::vector<promise> all{
      {op::lgamma, loops_of::lgamma, lgamma_of, {{0, 1}, {0.9, 1.1}, {1.9, 2.1}, {1, 10}, {0, 100}}, nullptr, INFINITY, 0},
      {op::lgamma, loops_of::lgamma, lgamma_of, {{-3, 0}, {-15, 0}, {-100, 100}}, log_gamma_scale},
      {op::digamma, loops_of::digamma, mpfr_digamma, {{0, 1}, {1, 3}, {0, 100}}, digamma_scale, INFINITY, 0},
      {op::digamma, loops_of::digamma, mpfr_digamma, {{-3, 0}, {-15, 0}, {-100, 100}}, digamma_scale, INFINITY, -INFINITY, 8},
      {op::trigamma, loops_of::trigamma, trigamma_of, {{0, 1}, {1, 7}, {0, 100}}, nullptr, INFINITY, 0},
      {op::trigamma, loops_of::trigamma, trigamma_of, {{-3, 0}, {-15, 0}, {-100, 100}}, nullptr, INFINITY, -INFINITY, 7},
  };
  // clang-format on
  return all;
}

TEST_CASE("every gamma function keeps its error bound and its special values on every target") {
  trial::check_all(trial::of_gamma());
}

TEST_CASE("report of measured errors: gamma", "[.][report]") { trial::report(trial::of_gamma()); }
