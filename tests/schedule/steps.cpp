// SPDX-License-Identifier: BSL-1.0
// The last pass: steps in order, and the room for them.
#include "loom/schedule/steps.hpp"

#include "loom/schedule/fuse.hpp"
#include "loom/schedule/print.hpp"
#include "loom/schedule/verify.hpp"
#include "support/catch.hpp"
#include "support/graphs.hpp"

namespace {

using namespace loom;
using namespace loom::test;

}  // namespace

TEST_CASE(
    "steps come where their operands are known and needed: what only the end of a row takes in, after its last pass",
    "[schedule]") {
  graph_of g;
  const value_id x = g.tensor("x", {N, C}), w = g.tensor("w", {N});
  const value_id e = g.unary(op::exp, x);
  const value_id total = g.sum(e, only(C));
  const value_id weighted = g.binary(op::mul, total, g.unary(op::square, w));
  g.returns(g.sum(weighted, only(N)));
  g.gradient(g.binary(op::div, e, total), {N, C});
  CHECK(listing(fuse(g.view())) ==
        "sweep 1 of 1\n"
        "  every row\n"
        "    v1 = w\n"
        "  row pass 1 of 2, every entry; cost 16, accumulators 1\n"
        "    v0 = x\n"
        "    v2 = exp(v0)\n"
        "    park v2 in d(x)\n"
        "    reduce v3 = sum(v2, C)\n"
        "  row pass 2 of 2, every entry; cost 7, accumulators 1\n"
        "    recall v2 from d(x)\n"
        "    v7 = div(v2, v3)\n"
        "    store v7 in d(x)\n"
        "  then\n"
        "    v4 = square(v1)\n"
        "    v5 = mul(v3, v4)\n"
        "    total v6 = sum(v5, N)\n"
        "value = v6\n"
        "d(x) = v7\n");
}

TEST_CASE("a short body hides the latency of its reductions behind four accumulators, a long one by itself",
          "[schedule]") {
  const auto accumulators = [](op code) {
    graph_of g;
    g.returns(g.mean_square(g.sum(g.unary(code, g.tensor("x", {N, C})), only(C))));
    return fuse(g.view()).loops[0].passes[0].unroll;
  };
  CHECK(accumulators(op::square) == 4);
  CHECK(accumulators(op::exp) == 1);
}

TEST_CASE("totals and steps that do not fit are counted, and abort nothing", "[schedule]") {
  const auto totals = [](int count) {
    graph_of g;
    const value_id x = g.tensor("x", {N, C});
    value_id all = g.constant(0);
    for (int i = 0; i < count; ++i)
      all = g.binary(op::add, all, g.mean_square(g.binary(op::add, x, g.constant(i + 1))));
    return fuse(g.returns(all).view());
  };
  CHECK(plan_problem(totals(max_totals)) == "");
  CHECK(totals(40).problem == unplanned::too_many_totals);
  CHECK(totals(40).problem_count == 40);
  CHECK(totals(40).problem_limit == max_totals);

  const auto computed_in_three_passes = [](int values) {
    graph_of g;
    const value_id entry = g.chain(g.tensor("x", {N, C}), values);
    const value_id largest = g.reduce(op::reduce_max, entry, only(C));
    const value_id off = g.binary(op::sub, entry, largest);
    const value_id total = g.sum(off, only(C));
    g.returns(g.mean_square(g.binary(op::mul, entry, total)));
    return fuse(g.view());
  };
  CHECK(plan_problem(computed_in_three_passes(200)) == "");
  const plan none = computed_in_three_passes(LOOM_MAX_NODES - 20);
  CHECK(none.problem == unplanned::too_many_steps);
  CHECK(none.problem_count > 3 * (LOOM_MAX_NODES - 20));
  CHECK(none.problem_limit == max_steps);
  CHECK(listing(none).find("no plan: steps: ") == 0);
}
