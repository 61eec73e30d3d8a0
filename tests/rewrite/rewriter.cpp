// SPDX-License-Identifier: BSL-1.0
// Rewriting that cannot end well: rules that do not stop, and graphs that grow out of their capacity.
#include "loom/rewrite/rewriter.hpp"

#include "loom/compile.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/rule_instances.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using namespace loom::rewrite;
using namespace loom::test;

graph sum_of(op code) {
  graph g = two_axes();
  add_input(g, "x", op::tensor, only(axis_n));
  add_input(g, "y", op::tensor, only(axis_n));
  builder b(g);
  b.add_output({derivative_kind::value, -1, b.reduce(op::sum, b.binary(code, b.input(0), b.input(1)), only(axis_n))});
  return b.result;
}

TEST_CASE("rules that do not stop are reported, at run time as data", "[rewrite]") {
  using namespace rewrite::terms;
  const written_rules<> turn({{"turn", a - b, -(b - a)}, {"turn back", -a, 0 - a}});
  const graph r = rewritten(sum_of(op::sub), turn);
  CHECK(r.too_large);
  CHECK((r.overflow.of == capacity::rewrites || r.overflow.of == capacity::nodes));
  const written_rules<> commute({{"commute", a - b, b - a}});
  CHECK(rewritten(sum_of(op::sub), commute).overflow.of == capacity::rewrites);
}

TEST_CASE("rules that grow without end are reported as too many values", "[rewrite]") {
  using namespace rewrite::terms;
  const written_rules<> grow({{"grow", a * b, (a + 1) * (b + 1)}});
  const graph r = rewritten(sum_of(op::mul), grow);
  CHECK(r.too_large);
  CHECK(r.overflow.of == capacity::nodes);
  CHECK(r.overflow.limit == LOOM_MAX_NODES);
}

TEST_CASE("a rule about a sum of products alone is found, though no op of it is rare", "[rewrite]") {
  using namespace rewrite::terms;
  const written_rules<> factor({in_a_sum("common factor", a * b - a * c, a * (b - c))});
  const graph r = rewritten(test::written(x * y + v - x * s), factor);
  CHECK(text_of(r) == "v + x * (y - s)");
  CHECK(text_of(rewritten(test::written(x * y + x * s), factor)) == "x * y + x * s");
}

/// A sum of so many different terms that no stage has room for it.
graph too_many_terms(int terms) {
  graph g = two_axes();
  add_input(g, "x", op::tensor, only(axis_n));
  builder b(g);
  value_id total = b.input(0);
  for (int i = 1; i <= terms; ++i)
    total = b.binary(op::add, total, b.unary(op::tanh, b.binary(op::mul, b.input(0), b.constant(i))));
  b.add_output({derivative_kind::value, -1, b.reduce(op::sum, total, only(axis_n))});
  return b.result;
}

TEST_CASE("a formula that outgrows its capacity in any stage has no plan, and says why", "[rewrite]") {
  for (int terms : {40, 60, 80, 100, 127, 200}) {
    CAPTURE(terms);
    const plan p = compile(too_many_terms(terms), 1);
    if (!p.program.too_large) continue;
    CHECK(p.problem == unplanned::too_large);
    CHECK(p.program.overflow.of == capacity::nodes);
    CHECK(p.problem_count > LOOM_MAX_NODES);
    CHECK(p.problem_limit == LOOM_MAX_NODES);
  }
  CHECK(compile(too_many_terms(4), 1).problem == unplanned::none);
  CHECK(compile(too_many_terms(200), 1).problem == unplanned::too_large);
}

TEST_CASE("the names of more rules than a trace holds are left out", "[rewrite]") {
  graph g = sum_of(op::sub);
  const text_view names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r",
                             "s", "t", "u", "v", "w", "x", "y", "z", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J",
                             "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z"};
  for (int i = 0; g.trace.try_push(names[i]);) ++i;
  const written_rules<> once(
      {{"one rule more", rewrite::terms::a - rewrite::terms::b, rewrite::terms::a + rewrite::terms::b}});
  const graph r = rewritten(g, once);
  CHECK(!r.too_large);
  CHECK(r.trace.size() == r.trace.capacity());
  CHECK(!r.trace.contains("one rule more"));
}

}  // namespace
