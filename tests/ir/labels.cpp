// SPDX-License-Identifier: BSL-1.0
// ir/labels.cpp — which labels a formula may be given although they lie outside their axis.
#include "loom/ir/labels.hpp"

#include "loom/lang/functions.hpp"
#include "loom/lang/inputs.hpp"
#include "loom/lang/lower.hpp"
#include "loom/lang/operators.hpp"
#include "loom/lang/running.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"

namespace {

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto u = loom::index<"u[N]">;
constexpr auto m = loom::mask<"m[N]">;
constexpr auto C = loom::axis<"C">;
constexpr auto picked = gather(x, t);

constexpr auto uses_of(const auto& formula) { return loom::ir::label_uses(lower(formula).program); }

/// Whether the first use of a formula's labels ignores a label.
constexpr bool ignores(const auto& formula, std::int64_t label) {
  const auto uses = uses_of(formula);
  for (const loom::ir::label_clause& c : uses[0].ignored_if)
    if (c.mask < 0 && c.holds(label)) return true;
  return false;
}

}  // namespace

TEST_CASE("a gather uses labels as positions on its axis") {
  constexpr auto uses = uses_of(picked.sum());
  LOOM_CHECK(uses.size() == 1);
  LOOM_CHECK(uses[0].input == 1);
  LOOM_CHECK(uses[0].axis == 1);
  LOOM_CHECK(uses[0].ignored_if.empty());
}

TEST_CASE("a onehot uses labels as positions, a comparison does not") {
  LOOM_CHECK(uses_of(sum(x * onehot(t, C))).size() == 1);
  LOOM_CHECK(uses_of(sum(where(t == 3, x, 0))).empty());
}

TEST_CASE("without a where no label is ignored") { LOOM_CHECK(!ignores(sum(picked), -100)); }

TEST_CASE("a label is ignored if the branch that reads it is not taken") {
  LOOM_CHECK(ignores(sum(where(t != -100, picked, 0)), -100));
  LOOM_CHECK(!ignores(sum(where(t != -100, picked, 0)), -99));
  LOOM_CHECK(ignores(sum(where(t == -100, 0, picked)), -100));
  LOOM_CHECK(!ignores(sum(where(t == -100, 0, picked)), 5));
}

TEST_CASE("labels are ignored by order, from either side") {
  LOOM_CHECK(ignores(sum(where(t >= 0, picked, 0)), -1));
  LOOM_CHECK(!ignores(sum(where(t >= 0, picked, 0)), 0));
  LOOM_CHECK(ignores(sum(where(t > 0, picked, 0)), 0));
  LOOM_CHECK(ignores(sum(where(0 <= t, picked, 0)), -1));
  LOOM_CHECK(!ignores(sum(where(0 <= t, picked, 0)), 0));
  LOOM_CHECK(ignores(sum(where(t < 10, picked, 0)), 10));
  LOOM_CHECK(ignores(sum(where(10 > t, picked, 0)), 10));
  LOOM_CHECK(ignores(sum(where(t <= 9, picked, 0)), 10));
}

TEST_CASE("a negation turns a condition around") {
  LOOM_CHECK(ignores(sum(where(!(t == -100), picked, 0)), -100));
  LOOM_CHECK(ignores(sum(where(!(t != -100), 0, picked)), -100));
  LOOM_CHECK(!ignores(sum(where(!(t != -100), picked, 0)), -100));
}

TEST_CASE("one false part makes an and false, one true part an or true") {
  LOOM_CHECK(ignores(sum(where(t != -100 && m, picked, 0)), -100));
  LOOM_CHECK(ignores(sum(where(t != -100 && t != -1, picked, 0)), -1));
  LOOM_CHECK(ignores(sum(where(t == -100 || m, 0, picked)), -100));
  LOOM_CHECK(!ignores(sum(where(t != -100 || m, picked, 0)), -100));
  LOOM_CHECK(!ignores(sum(where(t == -100 && m, 0, picked)), -100));
}

TEST_CASE("a label counts only where it is ignored on every path") {
  LOOM_CHECK(!ignores(sum(where(t != -100, picked, 0)) + sum(picked), -100));
  LOOM_CHECK(ignores(sum(where(t != -100, picked, 0)) + sum(where(t != -100, square(picked), 1)), -100));
  LOOM_CHECK(!ignores(sum(where(t != -100, picked, 0)) + sum(where(t != -1, square(picked), 1)), -100));
}

TEST_CASE("nested conditions add up") {
  constexpr auto formula = sum(where(t != -100, where(t != -1, picked, 0), 0));
  LOOM_CHECK(ignores(formula, -100));
  LOOM_CHECK(ignores(formula, -1));
  LOOM_CHECK(!ignores(formula, -2));
}

TEST_CASE("a condition on one index says nothing about another") {
  LOOM_CHECK(!ignores(sum(where(u != -100, picked, 0)), -100));
}

TEST_CASE("an operation between the where and the gather changes nothing") {
  LOOM_CHECK(ignores(sum(where(t != -100, -log(picked) * 2, 0)), -100));
  LOOM_CHECK(ignores(sum(where(t != -100, sum(x * onehot(t, C), C), 0)), -100));
}

TEST_CASE("a condition on one row says nothing about what others make of it") {
  constexpr auto N = loom::axis<"N">;
  constexpr auto v = loom::tensor<"v[N]">;
  LOOM_CHECK(!ignores(sum(where(t != -100, v * sum(picked, N), 0)), -100));
  LOOM_CHECK(!ignores(sum(where(t != -100, cumsum(picked, N), 0)), -100));
  LOOM_CHECK(!ignores(sum(where(t != -100, picked(N = order(v, N)), 0)), -100));
  LOOM_CHECK(!ignores(sum(where(t != -100, softmax(picked, N), 0)), -100));
  LOOM_CHECK(ignores(sum(where(t != -100, sum(x * onehot(t, C), C), 0)), -100));
  LOOM_CHECK(ignores(sum(where(t != -100, cumsum(picked * x, C), 0)), -100));
}

TEST_CASE("a label is ignored by the mask beside it") {
  constexpr auto by_mask = uses_of(sum(where(m, picked, 0)));
  LOOM_CHECK(by_mask[0].ignored_if.size() == 1);
  LOOM_CHECK(by_mask[0].ignored_if[0].mask == 0);
  LOOM_CHECK((by_mask[0].ignored_if[0].holds(0) && !by_mask[0].ignored_if[0].holds(1)));
  LOOM_CHECK(uses_of(sum(where(!m, 0, picked)))[0].ignored_if[0].holds(0));
  LOOM_CHECK(uses_of(sum(where(m && t != -100, picked, 0)))[0].ignored_if.size() == 2);
  LOOM_CHECK(uses_of(sum(where(m, picked, 0) + picked))[0].ignored_if.empty());
  constexpr auto wide = loom::mask<"wide[N,C]">;  // keeps some entries of a row: its label is still read
  LOOM_CHECK(uses_of(sum(where(wide, x * picked, 0)))[0].ignored_if.empty());
}

TEST_CASE("the labels of every gather are looked at, and those of equal ones once") {
  using namespace loom::layers;
  graph g;
  g.axes.push_back({"N", 0});
  g.axes.push_back({"C", 0});
  constexpr int count = 15;
  builder b(g);
  b.add_input({"x", op::tensor, {}});
  b.result.inputs[0].axes.push_back(0);
  b.result.inputs[0].axes.push_back(1);
  for (int i = 1; i <= count; ++i) {
    const int slot = b.add_input({"t", op::index, {}});
    b.result.inputs[slot].axes.push_back(0);
  }
  value_id total = b.constant(0);
  for (int i = 1; i <= count; ++i) {
    const value_id entry = b.make(op::gather, b.input(0), b.input(i), no_value, only(1));
    const value_id other = b.make(op::gather, b.unary(op::exp, b.input(0)), b.input(i), no_value, only(1));
    total = b.binary(op::add, total, b.binary(op::mul, entry, other));
  }
  b.add_output({derivative_kind::value, -1, b.reduce(op::sum, total, only(0))});
  const label_use_list uses = label_uses(b.view());
  CHECK(uses.size() == count);
  bool found[count + 1]{};
  for (const label_use& use : uses) found[use.input] = true;
  for (int i = 1; i <= count; ++i) CHECK(found[i]);
}
