// SPDX-License-Identifier: BSL-1.0
// The fourth pass: how many sweeps, over which rows, and what each adds up and stores.
#include "loom/schedule/sweeps.hpp"

#include "loom/schedule/print_passes.hpp"
#include "support/catch.hpp"
#include "support/graphs.hpp"

namespace {

using namespace loom;
using namespace loom::test;

struct assigned {
  graph program;
  chosen_axes axes;
  leveling values;
  sweep_assignment sweeps;
  explicit assigned(const graph_of& g) : axes(choose_axes(g.view())) {
    program = split_reductions(g.view(), axes.column_axes);
    values = assign_levels(program, axes);
    sweeps = assign_sweeps(program, axes, values);
  }
  std::string text() const { return pass_text(program, axes, values, sweeps); }
};

std::string sweeps_of(const graph_of& g) { return assigned(g).text(); }

}  // namespace

TEST_CASE("a total that an entry needs has a sweep before the entry's, and what can wait shares the last one",
          "[schedule]") {
  graph_of g;
  const value_id x = g.tensor("x", {N, C});
  const value_id mean = g.sum(x, axes({N, C})), square = g.mean_square(x);
  const value_id variance = g.mean_square(g.binary(op::sub, x, mean));
  g.returns(g.binary(op::add, variance, square));
  const assigned a(g);
  CHECK(a.text() == "sweep 1, rows N: v1\nsweep 2, rows N: v3 v6\n");
  CHECK(a.sweeps.walks == 2);
  CHECK(a.sweeps.available[mean] == 1);
  CHECK(a.sweeps.available[square] == 2);
  CHECK(a.sweeps.available[variance] == 2);
  CHECK(a.sweeps.available[a.program.outputs[0].id] == 2);
}

TEST_CASE("what has fewer axes is swept over just those", "[schedule]") {
  graph_of g;
  const value_id x = g.tensor("x", {N, C}), w = g.tensor("w", {N});
  const value_id weight = g.sum(w, only(N));
  g.returns(g.mean_square(g.binary(op::mul, g.sum(x, only(C)), weight)));
  const assigned a(g);
  CHECK(a.text() == "sweep 1, rows N: v2\nsweep 2, rows N: v6\n");
  CHECK(a.sweeps.walks == 1);  // the first reads one number a row
  graph_of columns;
  const value_id y = columns.tensor("x", {N, C});
  const value_id of_columns = columns.mean_square(columns.sum(y, only(N)));
  const value_id of_rows = columns.mean_square(columns.sum(y, only(C)));
  columns.returns(columns.binary(op::add, of_columns, of_rows));
  CHECK(sweeps_of(columns) == "sweep 1, rows N: v1 v6\nsweep 2, rows none: v3\n");
}

TEST_CASE("an output is stored when its value is known, and waits for a sweep over its rows", "[schedule]") {
  graph_of g;
  const value_id x = g.tensor("x", {N, C});
  const value_id total = g.mean_square(x);
  g.returns(total);
  g.gradient(g.binary(op::mul, x, total), {N, C});
  CHECK(sweeps_of(g) == "sweep 1, rows N: v2\nsweep 2, rows N: d(x)\n");
}

TEST_CASE("twenty-six totals of two sweeps are two sweeps", "[schedule]") {
  graph_of g;
  const value_id x = g.tensor("x", {N, C});
  value_id all = g.constant(0);
  for (int i = 0; i < 13; ++i) {
    const value_id total = g.mean_square(g.binary(op::add, x, g.constant(i + 1)));
    all = g.binary(op::add, all, g.sum(g.unary(op::exp, g.binary(op::sub, x, total)), axes({N, C})));
  }
  const assigned a(g.returns(all));
  CHECK(!a.sweeps.refused());
  CHECK(a.sweeps.rows.size() == 2);
  CHECK(fuse(g.view()).problem == unplanned::none);
}

TEST_CASE("sweeps that a formula needs are counted, however many they are", "[schedule]") {
  const auto waiting = [](int sweeps) {
    graph_of g;
    const value_id x = g.tensor("x", {N, C});
    value_id total = g.mean_square(x);
    for (int i = 1; i < sweeps; ++i) total = g.mean_square(g.binary(op::sub, x, total));
    return assigned(g.returns(total)).sweeps;
  };
  CHECK(!waiting(max_sweeps).refused());
  CHECK(waiting(max_sweeps).rows.size() == max_sweeps);
  CHECK(waiting(max_sweeps + 1).problem == unplanned::too_many_sweeps);
  CHECK(waiting(max_sweeps + 1).problem_count == max_sweeps + 1);
  CHECK(waiting(max_sweeps + 1).problem_limit == max_sweeps);
  CHECK(waiting(150).problem_count == 150);
}
