// SPDX-License-Identifier: BSL-1.0
// rewrite/wide.cpp — which sums are computed in double where the data is float, and which are not.
#include <boost/hana/for_each.hpp>
#include <boost/hana/second.hpp>

#include "loom/collection/collection.hpp"
#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using loom::d;
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto w = loom::tensor<"w[C]">;
constexpr auto p = loom::tensor<"p[N,C] > 0">;
constexpr auto s = loom::scalar<"s">;
constexpr auto C = loom::axis<"C">;
constexpr auto N = loom::axis<"N">;

template <auto Formula>
constexpr bool is_wide() {
  return loom::loss<sum(Formula)>.plan().wide.any();
}

}  // namespace

TEST_CASE("a sum whose data stands in two terms is computed in double", "[rewrite]") {
  STATIC_REQUIRE(is_wide<sum(w * x * x, C) - 2 * sum(w * x * y, C) + sum(w * y * y, C)>());
  STATIC_REQUIRE(is_wide<x * x * x - 3 * x * x + 3 * x - 1>());
  STATIC_REQUIRE(is_wide<x * x * x - 3 * x * x * y + 3 * x * y * y - y * y * y>());
  STATIC_REQUIRE(is_wide<sum(x * x, C) * 3 - square(sum(x, C))>());
  STATIC_REQUIRE(is_wide<sum(x * x, N) * 3 - square(sum(x, N))>());
  STATIC_REQUIRE(is_wide<(sum(x * x, C) * s - square(sum(x, C))) / s>());
}

TEST_CASE("a sum that moves with its data as far as it is rounded is not", "[rewrite]") {
  STATIC_REQUIRE(!is_wide<x - mean(x, C)>());
  STATIC_REQUIRE(!is_wide<x * x - x * y>());
  STATIC_REQUIRE(!is_wide<x * y - w>());
  STATIC_REQUIRE(!is_wide<square(x - y)>());
  STATIC_REQUIRE(!is_wide<p * p * p + p * p + 1>());  // of one sign
  STATIC_REQUIRE(!is_wide<exp(x) - x * x * x>());  // a function
}

TEST_CASE("what a rule knows better is not wide", "[rewrite]") {
  STATIC_REQUIRE(!is_wide<mean(x * x, C) - square(mean(x, C))>());
  STATIC_REQUIRE(!is_wide<sum(x * x, C) - 2 * sum(x * y, C) + sum(y * y, C)>());
  STATIC_REQUIRE(!is_wide<x * x - 2 * x * y + y * y>());
}

TEST_CASE("as_written: no rule, and no double", "[rewrite]") {
  STATIC_REQUIRE(!is_wide<as_written(sum(w * x * x, C) - 2 * sum(w * x * y, C) + sum(w * y * y, C))>());
  constexpr auto loss = loom::loss<as_written(log(exp(x)) - (x * x - y * y)).mean()>;
  STATIC_REQUIRE(!loss.uses("log of an exponential"));
  STATIC_REQUIRE(!loss.uses("difference of squares"));
  STATIC_REQUIRE(!loss.uses("square of a product with itself"));
  // What is around it is rewritten as ever, and what it is made of is spelled for the loops.
  constexpr auto around = loom::loss<log(1 + as_written(softplus(x)))>;
  STATIC_REQUIRE(around.uses("log of one plus"));
  STATIC_REQUIRE(around.uses("softplus by the absolute value"));
  const float data[] = {1, 2, -3};
  float g[3];
  constexpr auto tripled = loom::loss<sum(as_written(3 * loom::tensor<"u[K]">))>;
  CHECK(tripled(loom::tensor<"u[K]"> = data, d(loom::tensor<"u[K]">) = g) == 0);
  CHECK(g[1] == 3);
}

TEST_CASE("no loss of the collection is wide", "[rewrite]") {
  loom::hana::for_each(loom::collection::losses, [](const auto& entry) {
    using type = std::remove_cvref_t<decltype(loom::hana::second(entry))>;
    loom::derive::input_set all = 0;
    const loom::ir::graph& g = type::front::written.program;
    for (int i = 0; i < g.inputs.size(); ++i)
      if (g.inputs[i].code == loom::ir::op::tensor) all |= 1u << i;
    CHECK(!loom::compiler::compile(g, {all}).wide.any());
  });
}
