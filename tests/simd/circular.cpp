// SPDX-License-Identifier: BSL-1.0
// simd/circular.cpp — sine, cosine, tangent and their inverses of the loops against MPFR.
// Run with the tag [report] to print the measured maxima instead.
#define LOOM_TEST_FUNCTIONS(ONE, TWO) ONE(sin) ONE(cos) ONE(tan) ONE(asin) ONE(acos) ONE(atan) TWO(atan2)
#include "simd/loops_of.hpp"

namespace {

using loom::ir::op, trial::of_two, trial::promise;

}  // namespace

const std::vector<promise>& trial::of_circular() {
  // clang-format off
  static const std::vector<promise> all{
      {op::sin, loops_of::sin, mpfr_sin, {{-1, 1}, {-100, 100}, {-1e7, 1e7}}, nullptr, 1e7},
      {op::cos, loops_of::cos, mpfr_cos, {{-1, 1}, {-100, 100}, {-1e7, 1e7}}, nullptr, 1e7},
      {op::tan, loops_of::tan, mpfr_tan, {{-1, 1}, {-100, 100}, {-1e7, 1e7}}, nullptr, 1e7},
      {op::asin, loops_of::asin, mpfr_asin, {{-1, 1}, {0.4, 0.6}, {0.9, 1}}},
      {op::acos, loops_of::acos, mpfr_acos, {{-1, 1}, {0.4, 0.6}, {0.9, 1}, {-1, -0.9}}},
      {op::atan, loops_of::atan, mpfr_atan, {{-1, 1}, {0.4, 0.6}, {-10, 10}}},
      of_two(op::atan2, loops_of::atan2, mpfr_atan2),
  };
  // clang-format on
  return all;
}

TEST_CASE("every circular function keeps its error bound and its special values on every target") {
  trial::check_all(trial::of_circular());
}

TEST_CASE("sine, cosine and tangent refuse angles they cannot reduce") {
  const std::vector<double> a(trial::multiple, 1.1e7), b(a);
  for (const trial::function& f : {loops_of::sin, loops_of::cos, loops_of::tan})
    trial::for_each_target([&](const char* target) {
      std::vector<double> y(trial::multiple);
      f.of_f64()(a.data(), b.data(), y.data(), y.size());
      INFO(target);
      CHECK(std::isnan(y[0]));
    });
}

TEST_CASE("report of measured errors: circular", "[.][report]") { trial::report(trial::of_circular()); }
