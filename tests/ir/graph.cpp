// SPDX-License-Identifier: BSL-1.0
// Building a graph: what is equal is one value, axes follow from operands, and compact leaves out what nobody needs.
#include "loom/ir/graph.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/rule_instances.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

constexpr axis_set n = only(0), c = only(1);

/// x[N,C], v[N], w[C], t[N], m[N].
graph inputs() {
  graph g = two_axes();
  add_input(g, "x", op::tensor, n | c);
  add_input(g, "v", op::tensor, n);
  add_input(g, "w", op::tensor, c);
  add_input(g, "t", op::index, n);
  add_input(g, "m", op::mask, n);
  return g;
}

TEST_CASE("equal values get one number", "[ir]") {
  builder b(inputs());
  const value_id x = b.input(0), v = b.input(1);
  CHECK(b.input(0) == x);
  CHECK(b.unary(op::exp, x) == b.unary(op::exp, x));
  CHECK(b.binary(op::add, x, v) == b.binary(op::add, v, x));
  CHECK(b.binary(op::sub, x, v) != b.binary(op::sub, v, x));
  CHECK(b.reduce(op::sum, x, n) != b.reduce(op::sum, x, c));
  CHECK(b.constant(1) == b.constant(1.0));
}

TEST_CASE("what an even op makes of a difference is one value either way", "[ir]") {
  builder b(inputs());
  const value_id less = b.binary(op::sub, b.input(0), b.input(1)), turned = b.binary(op::sub, b.input(1), b.input(0));
  CHECK(b.unary(op::abs, less) == b.unary(op::abs, turned));
  CHECK(b.unary(op::square, turned) == b.unary(op::square, less));
  CHECK(b.reduce(op::norm, less, c) == b.reduce(op::norm, turned, c));
  CHECK(b.reduce(op::norm, less, c) != b.reduce(op::norm, turned, n));
  CHECK(b.unary(op::exp, less) != b.unary(op::exp, turned));
  CHECK(b.unary(op::abs, less) != b.unary(op::square, turned));
}

TEST_CASE("constants are equal bit by bit", "[ir]") {
  builder b;
  CHECK(b.constant(0.0) != b.constant(-0.0));
  CHECK(b.constant(__builtin_nan("")) == b.constant(__builtin_nan("")));
  CHECK(b[b.constant(-2.5)].constant_value() == -2.5);
}

TEST_CASE("axes and kinds follow from the operands", "[ir]") {
  builder b(inputs());
  const value_id x = b.input(0), v = b.input(1), w = b.input(2), t = b.input(3), m = b.input(4);
  CHECK(b[b.binary(op::mul, v, w)].axes == (n | c));
  CHECK(b[b.reduce(op::sum, x, c)].axes == n);
  CHECK(b[b.reduce(op::sum, x, n | c)].axes == 0);
  CHECK(b[b.reduce(op::softmax, x, c)].axes == (n | c));
  CHECK(b[b.make(op::gather, w, t, no_value, c)].axes == n);
  CHECK(b[b.make(op::onehot, t, no_value, no_value, c)].axes == (n | c));
  CHECK(b[b.binary(op::lt, x, v)].type == kind::mask);
  CHECK(b[b.reduce(op::any_of, m, n)].type == kind::mask);
  CHECK(b[b.where(m, x, v)].type == kind::number);
  CHECK(b[b.where(m, w, v)].axes == (n | c));
  CHECK(b[t].type == kind::index);
}

TEST_CASE("compact keeps the order and drops what no output needs", "[ir]") {
  builder b(inputs());
  const value_id x = b.input(0);
  b.unary(op::exp, b.input(2));
  const value_id needed = b.unary(op::log, x);
  b.unary(op::sin, needed);
  graph g = b.result;
  g.outputs.push_back({derivative_kind::value, -1, needed});
  const graph small = compact(g);
  CHECK(small.size() == 2);
  CHECK(small.outputs[0].id == 1);
  CHECK(small.code(1) == op::log);
  CHECK(small.operand(1, 0) == 0);
  CHECK(small.inputs.size() == 5);  // slots keep their numbers
}

constexpr int interned_during_compilation() {
  builder b;
  const value_id one = b.constant(1), two = b.constant(2);
  b.binary(op::add, one, two);
  b.binary(op::add, two, one);
  return b.view().size();
}

TEST_CASE("a graph is built during compilation as well", "[ir]") { LOOM_CHECK(interned_during_compilation() == 3); }

TEST_CASE("a graph that is too large says of what, and how many there were", "[ir]") {
  builder b;
  CHECK(b.view().overflow.of == capacity::none);
  for (int i = 0; i < LOOM_MAX_NODES + 3; ++i) b.constant(i);
  CHECK(b.view().size() == LOOM_MAX_NODES);
  CHECK(b.view().too_large);
  CHECK(b.view().overflow.of == capacity::nodes);
  CHECK(b.view().overflow.limit == LOOM_MAX_NODES);
  CHECK(b.view().overflow.needed == LOOM_MAX_NODES + 3);
  CHECK(builder(b.view()).view().overflow.needed == LOOM_MAX_NODES + 3);
  CHECK(compact(b.view()).too_large);

  builder inputs, axes, outputs;
  for (int i = 0; i <= max_inputs; ++i) inputs.add_input({"x", op::tensor, {}});
  for (int i = 0; i <= max_axes; ++i) axes.add_axis({"N", 0});
  for (int i = 0; i <= max_outputs; ++i) outputs.add_output({});
  CHECK((inputs.view().overflow.of == capacity::inputs && inputs.view().overflow.needed == max_inputs + 1));
  CHECK((axes.view().overflow.of == capacity::axes && axes.view().overflow.needed == max_axes + 1));
  CHECK((outputs.view().overflow.of == capacity::outputs && outputs.view().overflow.needed == max_outputs + 1));
}

}  // namespace
