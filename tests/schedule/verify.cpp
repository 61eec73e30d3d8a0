// SPDX-License-Identifier: BSL-1.0
// Each way in which a plan can be wrong, done to a plan that is right, is found.
#include "loom/schedule/verify.hpp"

#include "loom/loom.hpp"
#include "loom/schedule/fuse.hpp"
#include "support/catch.hpp"
#include "support/graphs.hpp"

namespace {

using namespace loom;
using namespace loom::test;

/// Two sweeps, an array, totals, two row passes, a parked value, two outputs.
plan sound() {
  graph_of g;
  const value_id x = g.tensor("x", {N, C}), w = g.tensor("w", {N});
  const value_id columns = g.sum(g.binary(op::mul, x, w), only(N));
  const value_id e = g.unary(op::exp, g.binary(op::sub, x, columns));
  const value_id total = g.sum(e, only(C));
  g.returns(g.sum(total, only(N)));
  g.gradient(g.binary(op::div, e, total), {N, C});
  return fuse(g.view());
}

/// What is found, of whichever value, when `change` has been done to the sound plan.
template <class F>
std::string after(const F& change) {
  plan p = sound();
  change(p);
  static_cast<plan_facts&>(p) = count_facts(p);
  const std::string problem = plan_problem(p);
  return problem.substr(0, problem.rfind(": v"));
}

int find(const plan& p, action what, int from = 0) {
  while (p.steps[from].kind != what) ++from;
  return from;
}
}  // namespace

TEST_CASE("a plan of the planner is sound", "[schedule]") {
  const plan p = sound();
  REQUIRE(p.loops.size() == 2);
  REQUIRE(p.arrays.size() == 1);
  REQUIRE(p.kept == 1);
  CHECK(plan_problem(p) == "");
}

TEST_CASE("steps out of order, missing, or doubled are found", "[schedule]") {
  CHECK(after([](plan& p) {
          const int k = find(p, action::accumulate);
          std::swap(p.steps[k], p.steps[k - 1]);
        }) == "v3 uses what is not known");
  CHECK(after([](plan& p) { p.steps[find(p, action::store)] = p.steps[find(p, action::recall)]; }) ==
        "an output is not written once");
  CHECK(after([](plan& p) {
          p.steps[find(p, action::total)] = {action::compute, -1, 1};
          p.loops[1].totals.count = 0;
        }) == "a total is never taken");
  CHECK(after([](plan& p) { p.steps[find(p, action::recall)].id = 0; }) == "a value is read back that was not kept");
  CHECK(after([](plan& p) { p.steps[find(p, action::reduce)] = {action::compute, -1, 6}; }) ==
        "a reduction is computed in one step");
  CHECK(after([](plan& p) { p.steps[find(p, action::total)] = {action::compute, -1, 0}; }) ==
        "computed at the wrong level");
  CHECK(after([](plan& p) { p.steps[find(p, action::store)].id = 5; }) == "another value is stored than the output");
}

TEST_CASE("a wide value that is parked, or is no sum or product, is found", "[schedule]") {
  CHECK(after([](plan& p) { p.wide.insert(p.steps[find(p, action::park)].id); }) == "a wide value is parked");
  CHECK(after([](plan& p) { p.wide.insert(0); }) == "a value is wide that the loops have in one width");
}

TEST_CASE("a guess for a pass that does more, or that none follows, is found", "[schedule]") {
  CHECK(after([](plan& p) { p.loops[1].guess.pass = p.loops[1].passes.size() - 1; }) ==
        "no pass after the one that is left out");
  CHECK(after([](plan& p) { p.log_sums.insert(0); }) ==
        "a product stands for what is no logarithm, or is used elsewhere");
  constexpr auto logits = loom::tensor<"x[N,C]">;
  plan cross_entropy = loom::loss<-gather(log_softmax(logits, -1), loom::index<"t[N]">).mean()>.plan(d(logits));
  CHECK(schedule::plan_problem(cross_entropy) == "");
  cross_entropy.loops[0].guess.pass = 1;
  CHECK(schedule::plan_problem(cross_entropy).starts_with("a pass is left out that does more than find the shift"));
}

TEST_CASE("an array that is read in the sweep that adds to it is found", "[schedule]") {
  CHECK(after([](plan& p) {
          const int k = find(p, action::accumulate);
          p.steps[k] = {action::compute, -1, 3};
        }) == "an array is read before it is complete");
}

TEST_CASE("rows, ranges, totals and arrays that do not fit are found", "[schedule]") {
  CHECK(after([](plan& p) { p.loops[0].rows = 0; }) == "computed in a sweep without its rows");
  CHECK(after([](plan& p) { p.loops[1].rows = axes({N, C}); }) == "a sweep over axes that count no rows");
  CHECK(after([](plan& p) { --p.loops[1].passes[0].body.end; }) == "reductions outside their pass");
  CHECK(after([](plan& p) { ++p.loops[1].passes[0].body.end; }) ==
        "the steps of a row after a pass do not follow those before them");
  CHECK(after([](plan& p) { p.steps.count = 3; }) == "the steps of a pass do not follow those before them");
  CHECK(after([](plan& p) { p.loops[1].totals.count = 0; }) == "the totals of a sweep are not listed");
  CHECK(after([](plan& p) { --p.loops[1].row_totals; }) == "the totals of row values are not listed first");
  CHECK(after([](plan& p) { p.arrays.count = 0; }) == "a value with an array that there is not");
  CHECK(after([](plan& p) { p.arrays[0].axes.count = 0; }) == "an array over other axes than its value");
  CHECK(after([](plan& p) { p.steps[find(p, action::store)].slot = 9; }) == "a step of no output");
  CHECK(after([](plan& p) { p.loops[1].passes[0].unroll = 0; }) == "no accumulator");
  plan p = sound();  // whose facts cannot be counted
  p.steps[2].id = 1000;
  CHECK(plan_problem(p) == "a step of no value: v1000");
}

TEST_CASE("facts of another plan, a graph that is wrong, and no plan at all are found", "[schedule]") {
  plan p = sound();
  p.exponentials = 7;
  CHECK(plan_problem(p) == "the facts are another plan's: v0");
  CHECK(after([](plan& q) { q.program.nodes[4].operand[1] = 5; }) == "an operand that does not come before its user");
  CHECK(after([](plan& q) { q.refuse(unplanned::too_many_arrays, 9, 8); }) == "there is no plan");
}
