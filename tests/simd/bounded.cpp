// SPDX-License-Identifier: BSL-1.0
// simd/bounded.cpp — the functions for operands that facts keep in a domain, against MPFR.
#define LOOM_TEST_FUNCTIONS(ONE, TWO) ONE(exp) ONE(log1p)
#define LOOM_TEST_KERNEL bounded_kernel
#include "simd/loops_of.hpp"

#define LOOM_EACH_TARGET "simd/guess_loops-inl.h"
#include "loom/simd/each_target.h"

#include <bit>

namespace {

using loom::ir::op, trial::promise;

promise bounded(op code, trial::function f, trial::reference exact, std::vector<trial::range> ranges) {
  promise p{code, f, exact, std::move(ranges)};
  p.bounded = loom::schedule::bounded_function_of(code);
  return p;
}

const std::vector<promise>& all_bounded() {
  static const std::vector<promise> all{
      bounded(op::exp, loops_of::exp, mpfr_exp, {{-1, 1}, {-104, 64}, {-746, 64}}),
      bounded(op::log1p, loops_of::log1p, mpfr_log1p, {{0, 1}, {0.9, 1}, {0, 0.01}}),
  };
  return all;
}

}  // namespace

TEST_CASE("every function for a domain keeps its error bound and the special values there, on every target") {
  trial::check_all(all_bounded());
}

TEST_CASE("an exponential that a guess shifts is that of exp, and never finite where that is infinite", "[simd]") {
  const auto bits = [](float x) { return std::bit_cast<std::uint32_t>(x); };
  constexpr float infinity = std::numeric_limits<float>::infinity();
  trial::for_each_target([&](const char* target) {
    INFO(target);
    // With AVX-512 it is a function of its own, and all floats are tried.
    const std::uint32_t step = std::string(target) == "AVX-512" ? 1 : 4096;
    CHECK(LOOM_ON_TARGET(finite_exponentials(bits(89), bits(infinity), step)) == 0);
    CHECK(LOOM_ON_TARGET(finite_exponentials(bits(80), bits(81), 997)) > 0);
    CHECK(LOOM_ON_TARGET(other_exponentials(bits(0), bits(88), 997)) == 0);
    CHECK(LOOM_ON_TARGET(other_exponentials(bits(-0.F), bits(-1e38F), 997)) == 0);
  });
}

TEST_CASE("report of measured errors: bounded", "[.][report]") { trial::report(all_bounded()); }

TEST_CASE("every function for a domain is measured") {
  for (const loom::schedule::bounded_function& f : loom::schedule::detail::bounded_functions::all) {
    bool found = false;
    for (const promise& p : all_bounded()) found = found || p.bounded == &f;
    INFO(std::string(info(f.code).name));
    CHECK(found);
  }
}
