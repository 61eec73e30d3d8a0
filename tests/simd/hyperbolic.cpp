// SPDX-License-Identifier: BSL-1.0
// simd/hyperbolic.cpp — hyperbolic functions and their inverses of the loops against MPFR.
// Run with the tag [report] to print the measured maxima instead.
#define LOOM_TEST_FUNCTIONS(ONE, TWO) ONE(tanh) ONE(sinh) ONE(cosh) ONE(asinh) ONE(acosh) ONE(atanh)
#include "simd/loops_of.hpp"

namespace {

using loom::ir::op, trial::promise;

}  // namespace

const std::vector<promise>& trial::of_hyperbolic() {
  // clang-format off
  static const std::vector<promise> all{
      {op::tanh, loops_of::tanh, mpfr_tanh, {{-1, 1}, {-20, 20}}},
      {op::sinh, loops_of::sinh, mpfr_sinh, {{-1, 1}, {-90, 90}, {-711, 711}}},
      {op::cosh, loops_of::cosh, mpfr_cosh, {{-1, 1}, {-90, 90}, {-711, 711}}},
      {op::asinh, loops_of::asinh, mpfr_asinh, {{-1, 1}, {-10, 10}}},
      {op::acosh, loops_of::acosh, mpfr_acosh, {{1, 1.1}, {1, 3}, {1, 100}}},
      {op::atanh, loops_of::atanh, mpfr_atanh, {{-1, 1}, {0.2, 0.4}, {0.9, 1}}},
  };
  // clang-format on
  return all;
}

TEST_CASE("every hyperbolic function keeps its error bound and its special values on every target") {
  trial::check_all(trial::of_hyperbolic());
}

TEST_CASE("report of measured errors: hyperbolic", "[.][report]") { trial::report(trial::of_hyperbolic()); }
