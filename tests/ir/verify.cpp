// SPDX-License-Identifier: BSL-1.0
// Each way in which a graph can be wrong, done to a graph that is right, is found.
#include "loom/ir/verify.hpp"

#include "support/catch.hpp"
#include "support/graphs.hpp"

namespace {

using namespace loom;
using namespace loom::test;

/// v0 x[N,C], v1 t[N], v2 = gather(x, t, C), v3 = exp(x), v4[N] = sum(v3, C), v5 = v2 < v4, v6 = where(v5, v2, v4), v7 = sum(v6, N)
graph sound() {
  graph_of g;
  const value_id x = g.tensor("x", {N, C}), t = g.labels("t", {N});
  const value_id entry = g.gather(x, t, C);
  const value_id total = g.sum(g.unary(op::exp, x), only(C));
  const value_id less = g.binary(op::lt, entry, total);
  g.returns(g.sum(g.where(less, entry, total), only(N)));
  return g.view();
}

template <class F>
std::string after(const F& change) {
  graph g = sound();
  change(g);
  return graph_problem(g);
}

}  // namespace

TEST_CASE("a graph of a builder is well formed", "[ir]") { CHECK(graph_problem(sound()) == ""); }

TEST_CASE("operands that are missing, too many, later or of another kind are found", "[ir]") {
  CHECK(after([](graph& g) { g.nodes[3].operand[0] = no_value; }) ==
        "another number of operands than the op takes: v3");
  CHECK(after([](graph& g) { g.nodes[3].operand[1] = 0; }) == "another number of operands than the op takes: v3");
  CHECK(after([](graph& g) { g.nodes[3].operand[0] = 3; }) == "an operand that does not come before its user: v3");
  CHECK(after([](graph& g) { g.nodes[4].operand[0] = 300; }) == "an operand that does not come before its user: v4");
  CHECK(after([](graph& g) { g.nodes[6].operand[0] = 2; }) == "an operand of a kind that the op does not take: v6");
  CHECK(after([](graph& g) { g.nodes[3].operand[0] = 1; }) == "an operand of a kind that the op does not take: v3");
  CHECK(after([](graph& g) { g.nodes[7].operand[0] = 5; }) == "an operand of a kind that the op does not take: v7");
}

TEST_CASE("axes and kinds that the operands do not give are found", "[ir]") {
  CHECK(after([](graph& g) { g.nodes[3].axes = only(N); }) == "other axes than its operands give it: v3");
  CHECK(after([](graph& g) { g.nodes[5].type = kind::number; }) == "another kind than its operands give it: v5");
  CHECK(after([](graph& g) { g.nodes[4].bits = 0; }) == "a reduction over no axes: v4");
  CHECK(after([](graph& g) { g.axes.count = 2; }) ==
        "an input over axes that there are not, or over one twice: slot 0");
  CHECK(after([](graph& g) { g.nodes[2].bits = only(M); }) == "a gather along an axis that its operand has not: v2");
  CHECK(after([](graph& g) { g.nodes[3].bits = 1; }) == "axes where the op takes none: v3");
}

TEST_CASE("ops, inputs and values that a program does not have are found", "[ir]") {
  CHECK(after([](graph& g) { g.nodes[3].code = op::relu; }) == "an op that no program has: v3");
  CHECK(after([](graph& g) { g.nodes[1].bits = 2; }) == "an input that the graph does not declare: v1");
  CHECK(after([](graph& g) { g.nodes[1].code = op::tensor; }) == "an input that the graph does not declare: v1");
  CHECK(after([](graph& g) { g.nodes[1] = g.nodes[0]; }) == "the same value as v0: v1");
  CHECK(after([](graph& g) { g.too_large = true; }) == "the graph is too large: what is here means nothing");
  graph_of swapped;
  const value_id a = swapped.tensor("a", {N}), b = swapped.tensor("b", {N});
  swapped.returns(swapped.binary(op::add, a, b), {N});
  swapped.result.nodes[2].operand[0] = b;
  swapped.result.nodes[2].operand[1] = a;
  CHECK(graph_problem(swapped.view()) == "operands in another order than a builder puts them: v2");
}

TEST_CASE("outputs of no value, without its axes, or of no number are found", "[ir]") {
  CHECK(after([](graph& g) { g.outputs[0].id = 8; }) == "an output of no value: slot 0");
  CHECK(after([](graph& g) { g.outputs[0].id = 4; }) == "an output without an axis of its value: slot 0");
  CHECK(after([](graph& g) {
          g.outputs[0].id = 5;
          g.outputs[0].axes.push_back(N);
        }) == "an output that is no number: slot 0");
  CHECK(after([](graph& g) {
          g.outputs[0].axes.push_back(N);
          g.outputs[0].axes.push_back(N);
        }) == "an output over axes that there are not, or over one twice: slot 0");
  CHECK(after([](graph& g) { g.outputs[0].kind = derivative_kind::gradient; }) == "a derivative of no input: slot 0");
}
