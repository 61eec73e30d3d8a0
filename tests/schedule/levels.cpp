// SPDX-License-Identifier: BSL-1.0
// The third pass: scalar, row or element; totals, arrays, lookups, and the passes over a row that a value waits for.
#include "loom/schedule/levels.hpp"

#include "loom/schedule/print_passes.hpp"
#include "support/catch.hpp"
#include "support/graphs.hpp"

namespace {

using namespace loom;
using namespace loom::test;

leveling levels_of(const graph& g) {
  axis_roles roles;
  roles.row_axes = axes({N, M});
  roles.column_axes = only(C);
  for (int axis : {N, M}) roles.row_order.push_back(static_cast<std::int8_t>(axis));
  roles.column_order.push_back(C);
  return assign_levels(g, roles);
}
leveling levels_of(const graph_of& g) { return levels_of(g.view()); }
std::string text_of(const graph_of& g) { return pass_text(g.view(), levels_of(g)); }

}  // namespace

TEST_CASE("each row reduction waits for one more pass over its row", "[schedule]") {
  graph_of g;
  const value_id x = g.tensor("x", {N, C});
  const value_id largest = g.reduce(op::reduce_max, x, only(C));
  const value_id e = g.unary(op::exp, g.binary(op::sub, x, largest));
  const value_id total = g.sum(g.unary(op::log, g.sum(e, only(C))), only(N));
  g.returns(g.unary(op::neg, total));
  CHECK(text_of(g) ==
        "v0 element\n"
        "v1 row, row reduction, after pass 1\n"
        "v2 element, after pass 1\n"
        "v3 element, after pass 1\n"
        "v4 row, row reduction, after pass 2\n"
        "v5 row, after pass 2\n"
        "v6 scalar, total\n"
        "v7 scalar\n");
}

TEST_CASE("a reduction over rows that leaves axes is an array, in the order of memory, known without a pass",
          "[schedule]") {
  graph_of g;
  const value_id x = g.tensor("x", {N, M, C});
  const value_id of_columns = g.sum(g.unary(op::exp, x), only(N));
  const value_id of_rows = g.sum(g.tensor("w", {N, M}), only(M));
  g.returns(g.binary(op::add, g.mean_square(of_columns), g.mean_square(of_rows)));
  const std::string text = text_of(g);
  CHECK(text.find("v2 element, array M,C\n") != std::string::npos);
  CHECK(text.find("v4 row, array N\n") != std::string::npos);
}

TEST_CASE("labels are row values, and a gather along the row is one, along an axis that counts rows it is a lookup",
          "[schedule]") {
  graph_of g;
  const value_id x = g.tensor("x", {N, C}), t = g.labels("t", {N}), k = g.labels("k", {N});
  const value_id entry = g.gather(x, t, C), row = g.gather(g.tensor("table", {M, C}), k, M);
  g.returns(g.binary(op::add, g.mean_square(entry), g.mean_square(row)));
  const std::string text = text_of(g);
  CHECK(text.find("v1 row\nv2 row\nv3 row\n") != std::string::npos);
  CHECK(text.find("v5 element, lookup\n") != std::string::npos);
}

TEST_CASE("what a plan has no room for is counted to the end", "[schedule]") {
  const auto many = [](int count, auto make) {
    graph_of g;
    const value_id x = g.tensor("x", {N, C}), t = g.labels("t", {M});
    value_id all = g.constant(0);
    for (int i = 0; i < count; ++i) all = g.binary(op::add, all, make(g, g.binary(op::add, x, g.constant(i + 1)), t));
    g.returns(all);
    return levels_of(g);
  };
  const auto array = [](graph_of& g, value_id x, value_id) { return g.mean_square(g.sum(x, only(N))); };
  CHECK(!many(max_arrays, array).refused());
  const leveling arrays = many(max_arrays + 3, array);
  CHECK(arrays.problem == unplanned::too_many_arrays);
  CHECK(arrays.problem_count == max_arrays + 3);
  CHECK(arrays.problem_limit == max_arrays);
  graph_of tables;
  value_id all = tables.constant(0);
  const value_id t = tables.labels("t", {N});
  constexpr const char* names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"};
  static_assert(std::size(names) == max_lookups + 1);
  for (const char* name : names)
    all = tables.binary(op::add, all, tables.mean_square(tables.gather(tables.tensor(name, {M, C}), t, M)));
  const leveling lookups = levels_of(tables.returns(all));
  CHECK(lookups.problem == unplanned::too_many_lookups);
  CHECK(lookups.problem_count == max_lookups + 1);
  CHECK(lookups.problem_limit == max_lookups);
}

TEST_CASE("eight passes over a row are allowed, and no ninth", "[schedule]") {
  const auto passes = [](int reductions, bool entries_after) {
    graph_of g;
    value_id v = g.tensor("x", {N, C}), row = no_value;
    for (int i = 0; i < reductions; ++i) {
      row = g.sum(v, only(C));
      v = g.binary(op::mul, v, row);
    }
    g.returns(g.mean_square(entries_after ? v : row));
    return levels_of(compact(g.view()));  // the last product is not needed where the row is the result
  };
  CHECK(!passes(8, false).refused());
  CHECK(!passes(7, true).refused());
  CHECK(passes(8, true).problem == unplanned::too_many_row_passes);
  CHECK(passes(8, true).problem_count == 9);
  CHECK(passes(200, true).problem_count == 201);
  CHECK(passes(200, true).problem_limit == max_passes);
}

TEST_CASE("a row value of eight passes that is stored or added up entry by entry takes a ninth", "[schedule]") {
  const auto eight_passes = [](graph_of& g) {
    value_id v = g.tensor("x", {N, C}), row = no_value;
    for (int i = 0; i < 8; ++i) {
      row = g.sum(v, only(C));
      if (i < 7) v = g.binary(op::mul, v, row);
    }
    return row;
  };
  graph_of row;
  row.returns(eight_passes(row), {N});
  CHECK(fuse(row.view()).problem == unplanned::none);
  graph_of spread;
  spread.returns(eight_passes(spread), {N, C});
  CHECK(fuse(spread.view()).problem == unplanned::too_many_row_passes);
  CHECK(fuse(spread.view()).problem_count == 9);
}

TEST_CASE("what no limit would help is refused by what it is", "[schedule]") {
  graph_of computed;
  computed.returns(computed.mean_square(
      computed.gather(computed.unary(op::exp, computed.tensor("x", {N, C})), computed.labels("t", {N}), C)));
  CHECK(levels_of(computed).problem == unplanned::computed_table);
  graph_of scattered;
  const value_id x = scattered.tensor("x", {N, C}), t = scattered.labels("t", {N, C});
  const auto along = [](axis_set gone, int axis) {
    return static_cast<std::uint64_t>(gone) | static_cast<std::uint64_t>(axis) << 8;
  };
  scattered.returns(scattered.make(op::scatter, x, t, no_value, along(axes({N, C}), C)), {C});
  CHECK(levels_of(scattered).problem == unplanned::scattered_row);
}
