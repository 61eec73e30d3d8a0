// SPDX-License-Identifier: BSL-1.0
// simd/math.cpp — the simple functions, exp, log and pow of the loops against MPFR.
// Run with the tag [report] to print the measured maxima instead.
#define LOOM_TEST_FUNCTIONS(ONE, TWO) \
  ONE(neg)                            \
  ONE(as_written)                     \
  ONE(abs) ONE(sign) ONE(square) ONE(sqrt) ONE(exp) ONE(expm1) ONE(log) ONE(log1p) TWO(pow) ONE(floor) ONE(round)
#include "simd/loops_of.hpp"

namespace {

using loom::ir::op, trial::of_two, trial::promise;

int sign_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) {
  return mpfr_zero_p(x) || mpfr_nan_p(x) ? mpfr_set(y, x, r) : mpfr_set_si(y, mpfr_sgn(x), r);
}

int floor_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t) { return mpfr_floor(y, x); }
int round_of(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t) { return mpfr_round(y, x); }

int itself(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t r) { return mpfr_set(y, x, r); }

}  // namespace

const std::vector<promise>& trial::of_math() {
  // clang-format off
  static const std::vector<promise> all{
      {op::neg, loops_of::neg, mpfr_neg, {{-1, 1}}},
      {op::as_written, loops_of::as_written, itself, {{-1, 1}}},
      {op::abs, loops_of::abs, mpfr_abs, {{-1, 1}}},
      {op::sign, loops_of::sign, sign_of, {{-1, 1}}},
      {op::square, loops_of::square, mpfr_sqr, {{-1, 1}, {-1e19, 1e19}}},
      {op::sqrt, loops_of::sqrt, mpfr_sqrt, {{0, 1}, {0, 100}}},
      {op::exp, loops_of::exp, mpfr_exp, {{-1, 1}, {-104, 89}, {-746, 710}}},
      {op::expm1, loops_of::expm1, mpfr_expm1, {{-1, 1}, {-20, 20}, {-40, 89}, {-40, 710}}},
      {op::log, loops_of::log, mpfr_log, {{0.5, 2}, {0.98, 1.02}, {0, 100}}},
      {op::log1p, loops_of::log1p, mpfr_log1p, {{-1, 1}, {-0.1, 0.1}, {0.3, 0.5}, {-1, 100}}},
      of_two(op::pow, loops_of::pow, mpfr_pow),
      {op::floor, loops_of::floor, floor_of, {{-3, 3}, {-20, 20}, {-1e8, 1e8}, {-1e16, 1e16}}},
      {op::round, loops_of::round, round_of, {{-3, 3}, {-20, 20}, {-1e8, 1e8}, {-1e16, 1e16}}},
  };
  // clang-format on
  return all;
}

TEST_CASE(
    "every simple function, exponential and logarithm keeps its error bound and its special values on every target") {
  trial::check_all(trial::of_math());
}

TEST_CASE("report of measured errors: math", "[.][report]") { trial::report(trial::of_math()); }

TEST_CASE("every op of one number with a vector version is measured, pow and atan2") {
  for (int i = 0; i < loom::ir::op_count; ++i) {
    const op code = static_cast<op>(i);
    if (code != op::pow && code != op::atan2 && (info(code).kind != loom::ir::family::unary || info(code).cpp.empty()))
      continue;
    INFO(std::string(info(code).name));
    bool found = false;
    for (const auto& file : {trial::of_math(), trial::of_hyperbolic(), trial::of_circular(), trial::of_error_function(),
                             trial::of_remainders(), trial::of_gamma(), trial::of_bessel()})
      for (const promise& p : file) found = found || p.code == code;
    CHECK(found);
  }
}
