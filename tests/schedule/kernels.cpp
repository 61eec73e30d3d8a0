// SPDX-License-Identifier: BSL-1.0
// schedule/kernels.cpp — which operations have operands that facts keep in the domain of a shorter function.
#include "loom/schedule/kernels.hpp"

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using namespace loom;

constexpr auto x = tensor<"x[N,C]">;
constexpr auto w = tensor<"w[N]">;
constexpr auto p = tensor<"p[N] in [0,1]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto C = axis<"C">;

/// Whether every operation `Code` of a formula is bounded, and there is one.
template <auto Formula>
constexpr bool is_bounded(ir::op code) {
  constexpr auto& plan = loss<Formula>.plan();
  int count = 0;
  for (int i = 0; i < plan.program.size(); ++i) {
    if (plan.program[i].code != code) continue;
    if (!plan.bounded[i]) return false;
    ++count;
  }
  return count > 0;
}

}  // namespace

TEST_CASE("exponents that cannot be large are bounded, unless a guess shifts them", "[schedule]") {
  STATIC_REQUIRE(is_bounded<softmax(x, C)>(ir::op::exp));
  STATIC_REQUIRE(is_bounded<logsumexp(x, C).mean()>(ir::op::exp));
  STATIC_REQUIRE(is_bounded<exp(-square(w)).mean()>(ir::op::exp));
  STATIC_REQUIRE(!is_bounded<exp(w).mean()>(ir::op::exp));
  STATIC_REQUIRE(!is_bounded<-gather(log_softmax(x, C), t).mean()>(ir::op::exp));
}

TEST_CASE("1 plus a share has a bounded logarithm, and 1 plus a sum has not", "[schedule]") {
  STATIC_REQUIRE(is_bounded<softplus(x).mean()>(ir::op::log1p));
  STATIC_REQUIRE(is_bounded<log(1 + p).mean()>(ir::op::log1p));
  STATIC_REQUIRE(is_bounded<(w * log1p(sigmoid(x))).mean()>(ir::op::log1p));
  STATIC_REQUIRE(!is_bounded<log1p(w).mean()>(ir::op::log1p));
  STATIC_REQUIRE(!is_bounded<logsumexp(x, C).mean()>(ir::op::log1p));
}
