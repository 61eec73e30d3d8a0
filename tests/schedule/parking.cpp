// SPDX-License-Identifier: BSL-1.0
// The fifth pass: what a sweep computes in which row pass, and which value waits in which output.
#include "loom/schedule/parking.hpp"

#include "loom/schedule/print_passes.hpp"
#include "support/catch.hpp"
#include "support/graphs.hpp"

namespace {

using namespace loom;
using namespace loom::test;

sweep_needs needs_of(const graph_of& made, output_set exact_outputs = ~output_set{0}) {
  const chosen_axes axes = choose_axes(made.view());
  const graph program = split_reductions(made.view(), axes.column_axes);
  const leveling values = assign_levels(program, axes);
  const sweep_assignment sweeps = assign_sweeps(program, axes, values);
  REQUIRE(sweeps.rows.size() == 1);
  return needs_of_sweep({program, axes, values, sweeps}, 0, exact_outputs);
}

/// The shares of a row, as a gradient; `code` is computed of each entry, and needed for their sum as well.
graph_of shares(op code) {
  graph_of g;
  const value_id x = g.tensor("x", {N, C});
  const value_id e = g.unary(code, x);
  const value_id total = g.sum(e, only(C));
  g.returns(g.sum(total, only(N)));
  g.gradient(g.binary(op::div, e, total), {N, C});
  return g;
}

}  // namespace

TEST_CASE("an exponential of two passes is parked in the output that the second one writes", "[schedule]") {
  const graph_of g = shares(op::exp);
  CHECK(pass_text(g.view(), needs_of(g)) ==
        "v0 in pass 1\n"
        "v1 in pass 1, 2, parked in d(x)\n"
        "v2 every row\n"
        "v4 in pass 2\n");
  CHECK(needs_of(g).occupied == 2);
}

TEST_CASE("what costs less than a store and a load is computed twice", "[schedule]") {
  const graph_of g = shares(op::square);
  CHECK(pass_text(g.view(), needs_of(g)) ==
        "v0 in pass 1, 2\n"
        "v1 in pass 1, 2\n"
        "v2 every row\n"
        "v4 in pass 2\n");
}

TEST_CASE("an output that rounds holds no value", "[schedule]") {
  const graph_of g = shares(op::exp);
  CHECK(needs_of(g, 1).occupied == 0);
  CHECK(needs_of(g, 1).element[0] == 3);
  CHECK(needs_of(g, 2).occupied == 2);
}

TEST_CASE("of two dear values the dearest is parked, each output holds one", "[schedule]") {
  const auto made = [](bool second_output) {
    graph_of g;
    const value_id x = g.tensor("x", {N, C});
    const value_id e = g.unary(op::exp, x), p = g.unary(op::lgamma, x);
    const value_id total = g.sum(e, only(C)), other = g.sum(p, only(C));
    const value_id a = g.binary(op::div, e, total), b = g.binary(op::div, p, other);
    const value_id entry = g.binary(op::mul, a, b);
    g.returns(g.sum(total, only(N)));
    g.gradient(entry, {N, C});
    if (second_output) g.gradient(a, {N, C});
    return needs_of(g);
  };
  const sweep_needs one = made(false), two = made(true);
  CHECK(one.parked_in[2] == 2);  // lgamma
  CHECK(one.parked_in[1] == 0);
  CHECK(two.parked_in[2] == 2);
  CHECK(two.parked_in[1] == 3);
}

TEST_CASE("an output that an earlier pass writes is no place for what a later one needs", "[schedule]") {
  graph_of g;
  const value_id x = g.tensor("x", {N, C});
  const value_id e = g.unary(op::exp, x);
  const value_id total = g.sum(g.binary(op::mul, e, g.sum(e, only(C))), only(C));
  g.returns(g.sum(total, only(N)));
  g.gradient(e, {N, C});  // written in the first pass
  CHECK(needs_of(g).occupied == 0);
}
