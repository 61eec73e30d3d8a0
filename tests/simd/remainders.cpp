// SPDX-License-Identifier: BSL-1.0
// simd/remainders.cpp — the exponential and the logarithm less their tangents, of the loops against MPFR.
// Run with the tag [report] to print the measured maxima instead.
#define LOOM_TEST_FUNCTIONS(ONE, TWO) ONE(exprel_2) ONE(log1prel_2) ONE(exprel_3) ONE(log1prel_3)
#include "simd/loops_of.hpp"

namespace {

using loom::ir::op, trial::big, trial::promise;

/// n d / x^power, where d is what a series leaves, in so many digits that any double leaves enough of them.
int relative(mpfr_ptr y, mpfr_srcptr d, mpfr_srcptr x, unsigned n, unsigned power, mpfr_rnd_t r) {
  big t(200);
  mpfr_pow_ui(t.v, x, power, r);
  mpfr_div(t.v, d, t.v, r);
  return mpfr_mul_ui(y, t.v, n, r);
}
void add_half_square(mpfr_ptr d, mpfr_srcptr x, int sign, mpfr_rnd_t r) {
  big t(3800);
  mpfr_sqr(t.v, x, r);
  mpfr_div_2ui(t.v, t.v, 1, r);
  if (sign > 0) mpfr_add(d, d, t.v, r);
  else mpfr_sub(d, d, t.v, r);
}

int exprel_2_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  if (mpfr_zero_p(x)) return mpfr_set_ui(y, 1, r);
  if (mpfr_inf_p(x)) return mpfr_sgn(x) > 0 ? mpfr_set(y, x, r) : (mpfr_set_zero(y, 1), 0);
  big d(2600);
  mpfr_expm1(d.v, x, r);
  mpfr_sub(d.v, d.v, x, r);
  return relative(y, d.v, x, 2, 2, r);
}

int exprel_3_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  if (mpfr_zero_p(x)) return mpfr_set_ui(y, 1, r);
  if (mpfr_inf_p(x)) return mpfr_sgn(x) > 0 ? mpfr_set(y, x, r) : (mpfr_set_zero(y, 1), 0);
  big d(3800);
  mpfr_expm1(d.v, x, r);
  mpfr_sub(d.v, d.v, x, r);
  add_half_square(d.v, x, -1, r);
  return relative(y, d.v, x, 6, 3, r);
}

int log1prel_3_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  if (mpfr_zero_p(x)) return mpfr_set_ui(y, 1, r);
  if (mpfr_inf_p(x) && mpfr_sgn(x) > 0) return mpfr_set_zero(y, 1), 0;
  big d(3800);
  mpfr_log1p(d.v, x, r);
  mpfr_sub(d.v, d.v, x, r);
  add_half_square(d.v, x, 1, r);
  return relative(y, d.v, x, 3, 3, r);
}

int log1prel_2_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  if (mpfr_zero_p(x)) return mpfr_set_ui(y, 1, r);
  if (mpfr_inf_p(x) && mpfr_sgn(x) > 0) return mpfr_set_zero(y, 1), 0;
  big d(2600);
  mpfr_log1p(d.v, x, r);
  mpfr_sub(d.v, x, d.v, r);
  return relative(y, d.v, x, 2, 2, r);
}

}  // namespace

const std::vector<promise>& trial::of_remainders() {
  // clang-format off
  static const std::vector<promise> all{
      {op::exprel_2, loops_of::exprel_2, exprel_2_of, {{-1, 1}, {-4, 4}, {-30, 88}, {-800, 700}}},
      {op::log1prel_2, loops_of::log1prel_2, log1prel_2_of, {{-1, 1}, {-1, 4}, {0, 100}}},
      {op::exprel_3, loops_of::exprel_3, exprel_3_of, {{-1, 1}, {-4, 4}, {-30, 88}, {-800, 700}}},
      {op::log1prel_3, loops_of::log1prel_3, log1prel_3_of, {{-1, 1}, {-1, 4}, {0, 100}}},
  };
  // clang-format on
  return all;
}

TEST_CASE("what is left beyond a tangent keeps its error bound and its special values on every target") {
  trial::check_all(trial::of_remainders());
}

TEST_CASE("report of measured errors: remainders", "[.][report]") { trial::report(trial::of_remainders()); }
