// SPDX-License-Identifier: BSL-1.0
// Matching a term in a graph: variables, axes, constants by their bits, and the orders of commutative ops.
#include "loom/rewrite/match.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/rule_instances.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;
using namespace loom::rewrite::terms;  // NOLINT: the patterns are written in it

/// A graph to match in: x and y over N and C.
struct board {
  builder g{inputs()};
  value_id x = g.input(0), y = g.input(1);
  static graph inputs() {
    graph made = two_axes();
    add_input(made, "x", op::tensor, only(axis_n) | only(axis_c));
    add_input(made, "y", op::tensor, only(axis_n) | only(axis_c));
    return made;
  }
  value_id exp_of(value_id v) { return g.unary(op::exp, v); }
  value_id sum_of(value_id v, axis_set over) { return g.reduce(op::sum, v, over); }
  bool matches(value_id v, const written& t, matched& w) const {
    const written_rules<> table({{"", t, t}});
    known_graph known(g.view());
    return loom::rewrite::matches(known, v, table.rows[0], w);
  }
  bool matches(value_id v, const written& t) const {
    matched w;
    return matches(v, t, w);
  }
};

TEST_CASE("a variable is any value, and the same one each time", "[rewrite]") {
  board q;
  matched w;
  CHECK(q.matches(q.g.binary(op::sub, q.x, q.y), a - b, w));
  CHECK(w.variable[0] == q.x);
  CHECK(w.variable[1] == q.y);
  CHECK(q.matches(q.g.binary(op::sub, q.x, q.x), a - b));
  CHECK(q.matches(q.g.binary(op::sub, q.x, q.x), a - a));
  CHECK(!q.matches(q.g.binary(op::sub, q.x, q.y), a - a));
}

TEST_CASE("equal formulas of different data are different values", "[rewrite]") {
  board q;
  const value_id right = q.g.binary(op::div, q.exp_of(q.x), q.sum_of(q.exp_of(q.x), only(axis_c)));
  const value_id wrong = q.g.binary(op::div, q.exp_of(q.x), q.sum_of(q.exp_of(q.y), only(axis_c)));
  CHECK(q.matches(right, exp(a) / sum(exp(a), k)));
  CHECK(!q.matches(wrong, exp(a) / sum(exp(a), k)));
}

TEST_CASE("k is one set of axes in all of a rule", "[rewrite]") {
  board q;
  matched w;
  const value_id nested = q.sum_of(q.exp_of(q.sum_of(q.x, only(axis_c))), only(axis_n));
  CHECK(!q.matches(nested, sum(exp(sum(a, k)), k)));
  CHECK(q.matches(nested, sum(exp(a), k), w));
  CHECK(w.k == only(axis_n));
  CHECK(q.matches(q.sum_of(q.exp_of(q.x), only(axis_n) | only(axis_c)), sum(exp(a), k), w));
  CHECK(w.k == (only(axis_n) | only(axis_c)));
}

TEST_CASE("constants match bit by bit", "[rewrite]") {
  board q;
  CHECK(q.matches(q.g.binary(op::add, q.x, q.g.constant(1)), a + 1));
  CHECK(!q.matches(q.g.binary(op::add, q.x, q.g.constant(1.0000000000000002)), a + 1));
  CHECK(!q.matches(q.g.binary(op::add, q.x, q.g.constant(-0.0)), a + 0));
}

TEST_CASE("commutative ops are read in both orders, others in one", "[rewrite]") {
  board q;
  const value_id e = q.exp_of(q.y);
  for (const value_id v : {q.g.binary(op::add, q.x, e), q.g.binary(op::add, e, q.x)}) {
    CHECK(q.matches(v, a + exp(b)));
    CHECK(q.matches(v, exp(b) + a));
  }
  CHECK(q.matches(q.g.binary(op::sub, q.x, e), a - exp(b)));
  CHECK(!q.matches(q.g.binary(op::sub, e, q.x), a - exp(b)));
  const value_id deep = q.g.binary(op::mul, q.g.binary(op::add, e, q.x), q.g.binary(op::add, q.g.constant(1), q.y));
  CHECK(q.matches(deep, (b + 1) * (a + exp(b))));
}

TEST_CASE("a guard that refuses one reading does not hide another", "[rewrite]") {
  board q;
  const value_id product = q.g.binary(op::mul, q.x, q.exp_of(q.y));
  const written_rules<> second_is_exp(
      {{"", a * b, a, [](known_graph& g, const matched& w) { return g[w.variable[1]].code == op::exp; }}});
  const written_rules<> first_is_exp(
      {{"", a * b, a, [](known_graph& g, const matched& w) { return g[w.variable[0]].code == op::exp; }}});
  matched w;
  known_graph known(q.g.view());
  CHECK(matches(known, product, second_is_exp.rows[0], w));
  CHECK(w.variable[0] == q.x);
  CHECK(matches(known, product, first_is_exp.rows[0], w));
  CHECK(w.variable[1] == q.x);
}

}  // namespace
