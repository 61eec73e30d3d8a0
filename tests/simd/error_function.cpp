// SPDX-License-Identifier: BSL-1.0
// simd/error_function.cpp — erf, erfc, erfcx and ierfcx of the loops against MPFR.
// Run with the tag [report] to print the measured maxima instead.
#define LOOM_TEST_FUNCTIONS(ONE, TWO) ONE(erf) ONE(erfc) ONE(erfcx) ONE(ierfcx)
#include "simd/loops_of.hpp"

namespace {

using loom::ir::op, trial::big, trial::promise;

int erfcx_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  if (!mpfr_number_p(x)) return mpfr_inf_p(x) && mpfr_sgn(x) > 0 ? mpfr_set_zero(y, 1), 0 : mpfr_abs(y, x, r);
  big t(320), u(320);
  if (mpfr_cmp_d(x, 1e4) < 0) {
    mpfr_sqr(t.v, x, r);
    mpfr_exp(t.v, t.v, r);
    mpfr_erfc(u.v, x, r);
    return mpfr_mul(y, t.v, u.v, r);
  }
  // (1 - 1/(2 x^2) + 3/(4 x^4) - ...) / (x sqrt(pi)); the first term left out is below 1e-44
  mpfr_sqr(t.v, x, r);
  mpfr_d_div(t.v, -0.5, t.v, r);
  mpfr_set_d(u.v, 1, r);
  for (double odd : {9, 7, 5, 3, 1}) {
    mpfr_mul(u.v, u.v, t.v, r);
    mpfr_mul_d(u.v, u.v, odd, r);
    mpfr_add_d(u.v, u.v, 1, r);
  }
  mpfr_const_pi(t.v, r);
  mpfr_sqrt(t.v, t.v, r);
  mpfr_mul(t.v, t.v, x, r);
  return mpfr_div(y, u.v, t.v, r);
}

/// 1/sqrt(pi) - x erfcx(x); far out (1/(2 x^2)) (1 - 3/(2 x^2) + 15/(4 x^4) - ...) / sqrt(pi).
int ierfcx_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  if (!mpfr_number_p(x)) return mpfr_inf_p(x) && mpfr_sgn(x) > 0 ? mpfr_set_zero(y, 1), 0 : mpfr_abs(y, x, r);
  big t(320), u(320);
  mpfr_const_pi(t.v, r);
  mpfr_rec_sqrt(t.v, t.v, r);
  if (mpfr_cmp_d(x, 1e4) < 0) {
    erfcx_of(u.v, x, r);
    mpfr_mul(u.v, u.v, x, r);
    return mpfr_sub(y, t.v, u.v, r);
  }
  big z(320);
  mpfr_sqr(z.v, x, r);
  mpfr_d_div(z.v, 0.5, z.v, r);
  mpfr_set_d(u.v, 1, r);
  for (double odd : {-11, -9, -7, -5, -3}) {
    mpfr_mul(u.v, u.v, z.v, r);
    mpfr_mul_d(u.v, u.v, odd, r);
    mpfr_add_d(u.v, u.v, 1, r);
  }
  mpfr_mul(u.v, u.v, z.v, r);
  return mpfr_mul(y, u.v, t.v, r);
}

}  // namespace

const std::vector<promise>& trial::of_error_function() {
  // clang-format off
  static const std::vector<promise> all{
      {op::erf, loops_of::erf, mpfr_erf, {{-1, 1}, {0.9, 1.1}, {-6, 6}}},
      {op::erfc, loops_of::erfc, mpfr_erfc, {{-1, 1}, {-6, 6}, {0, 11}, {0, 28}}},
      {op::erfcx, loops_of::erfcx, erfcx_of, {{-1, 1}, {-27, 10}, {0, 100}}},
      {op::ierfcx, loops_of::ierfcx, ierfcx_of, {{-1, 1}, {-27, 10}, {0, 100}}},
  };
  // clang-format on
  return all;
}

TEST_CASE("every error function keeps its error bound and its special values on every target") {
  trial::check_all(trial::of_error_function());
}

TEST_CASE("report of measured errors: error_function", "[.][report]") { trial::report(trial::of_error_function()); }
