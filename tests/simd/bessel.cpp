// SPDX-License-Identifier: BSL-1.0
// simd/bessel.cpp — the modified Bessel functions of the loops against their series in MPFR.
// Run with the tag [report] to print the measured maxima instead.
#define LOOM_TEST_FUNCTIONS(ONE, TWO) ONE(i0e) ONE(i1e) ONE(log_i0)
#include "support/bessel.hpp"
#include "simd/loops_of.hpp"

namespace {

using loom::ir::op, trial::promise;

}  // namespace

const std::vector<promise>& trial::of_bessel() {
  // clang-format off
  static const std::vector<promise> all{
      {op::i0e, loops_of::i0e, loom::test::i0e_of, {{-1e-3, 1e-3}, {-2, 2}, {0, 8}, {7.5, 9}, {8, 100}, {-1e6, 1e6}}},
      {op::i1e, loops_of::i1e, loom::test::i1e_of, {{-1e-3, 1e-3}, {-2, 2}, {0, 8}, {7.5, 9}, {8, 100}, {-1e6, 1e6}}},
      {op::log_i0, loops_of::log_i0, loom::test::log_i0_of, {{-1e-3, 1e-3}, {-2, 2}, {0, 8}, {7.5, 9}, {8, 100}, {-1e6, 1e6}}},
  };
  // clang-format on
  return all;
}

TEST_CASE("every Bessel function keeps its error bound and its special values on every target") {
  trial::check_all(trial::of_bessel());
}

TEST_CASE("report of measured errors: bessel", "[.][report]") { trial::report(trial::of_bessel()); }
