// SPDX-License-Identifier: BSL-1.0
// schedule/labels.cpp — which passes do the vector with the label apart, and what is 0 in the others.
#include "loom/schedule/labels.hpp"

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using namespace loom;

constexpr auto x = tensor<"x[N,C]">;
constexpr auto w = tensor<"w[N]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto u = loom::index<"u[N]">;
constexpr auto C = axis<"C">;

/// Passes with a label.
template <auto Formula, class... Derivatives>
constexpr int labelled(Derivatives... of) {
  int count = 0;
  for (const schedule::sweep& each : loss<Formula>.plan(of...).loops)
    for (const schedule::row_pass& pass : each.passes) count += pass.label != ir::no_value;
  return count;
}
template <auto Formula>
constexpr bool is_zero(ir::op code) {
  const schedule::plan& p = loss<Formula>.plan();
  for (int i = 0; i < p.program.size(); ++i)
    if (p.program[i].code == code && p.zero_unlabelled[i]) return true;
  return false;
}

}  // namespace

TEST_CASE("the rest that a guess leaves, and the gradient at a label, have one", "[schedule]") {
  STATIC_REQUIRE(labelled<-gather(log_softmax(x, C), t).mean()>() == 1);
  STATIC_REQUIRE(labelled<-gather(log_softmax(x, C), t).mean()>(d(x)) == 2);
  STATIC_REQUIRE(labelled<logsumexp(x, C).mean()>(d(x)) == 0);
  STATIC_REQUIRE(labelled<-(gather(log_softmax(x, C), t) + gather(log_softmax(x, C), u)).mean()>(d(x)) == 0);
}

TEST_CASE("a product with what varies along the row is not looked at before the pass, so it is computed",
          "[schedule]") {
  constexpr auto of_row = sum(square(w * onehot(t, C) - x), C);
  constexpr auto of_entry = sum(square(x * onehot(t, C) - x), C);
  STATIC_REQUIRE(labelled<of_row.mean()>() == 1);
  STATIC_REQUIRE(is_zero<of_row.mean()>(ir::op::mul));
  STATIC_REQUIRE(is_zero<of_entry.mean()>(ir::op::onehot));
  STATIC_REQUIRE(!is_zero<of_entry.mean()>(ir::op::mul));
}
