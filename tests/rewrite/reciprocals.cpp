// SPDX-License-Identifier: BSL-1.0
// rewrite/reciprocals.cpp — which quotients share the reciprocal of their divisor, and which keep their division.
#include "loom/rewrite/reciprocals.hpp"

#include <random>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using namespace loom;

constexpr auto a = tensor<"a[N]">;
constexpr auto b = tensor<"b[N]">;
constexpr auto v = tensor<"v[N] > 0">;
constexpr auto x = tensor<"x[N,C]">;
constexpr auto C = axis<"C">;

template <auto Formula, class... Derivatives>
constexpr int divisions(Derivatives... of) {
  int count = 0;
  for (const ir::node& n : loss<Formula>.plan(of...).program.nodes) count += n.code == ir::op::div;
  return count;
}

template <class T>
bool stays_below_one() {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<T> exponent(-30, 30);
  for (int i = 0; i < 1000000; ++i) {
    const T divisor = std::exp2(exponent(random)), inverse = 1 / divisor;
    if (divisor * inverse > 1 || std::nextafter(divisor, T(0)) * inverse > 1) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("quotients by one divisor that is far from 0 take one division", "[rewrite]") {
  STATIC_REQUIRE(divisions<sum(a / max(v, 1e-6) + square(b / max(v, 1e-6)))>() == 1);
  STATIC_REQUIRE(divisions<sum(x / (2 + square(x)), C) * sum(exp(x) / (2 + square(x)), C)>() == 1);
  STATIC_REQUIRE(divisions<sum(1 / (1 + square(a)) + b / (1 + square(a)))>() == 1);
  STATIC_REQUIRE(divisions<sum(log(max(v, 1e-6)) + square(a - b) / max(v, 1e-6))>(d(a), d(v)) == 1);
}

TEST_CASE("a quotient stays one where it is alone, or where the divisor may be near 0, or as written", "[rewrite]") {
  STATIC_REQUIRE(divisions<sum(a / max(v, 1e-6) + b / max(v, 1e-5))>() == 2);
  STATIC_REQUIRE(divisions<sum(a / v + square(b / v))>() == 2);
  STATIC_REQUIRE(divisions<sum(as_written(a / (1 + square(a)) + b / (1 + square(a))))>() == 2);
}

TEST_CASE("a share stays at most 1, as a quotient of what is not larger than the divisor", "[rewrite]") {
  CHECK(stays_below_one<float>());
  CHECK(stays_below_one<double>());
}
