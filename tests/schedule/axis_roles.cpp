// SPDX-License-Identifier: BSL-1.0
// The first pass: which axes make a row, and which count rows.
#include "loom/schedule/axis_roles.hpp"

#include "loom/schedule/print_passes.hpp"
#include "support/catch.hpp"
#include "support/graphs.hpp"

namespace {

using namespace loom;
using namespace loom::test;

std::string roles_of(const graph_of& g) { return pass_text(g.view(), choose_axes(g.view())); }

}  // namespace

TEST_CASE("the axis that is reduced makes a row, the others count rows in the order of memory", "[schedule]") {
  graph_of rows;
  rows.returns(rows.mean_square(rows.sum(rows.tensor("x", {M, N, C}), only(C))));
  CHECK(roles_of(rows) == "row C; rows M,N\n");
  graph_of columns;  // along the outer axis
  columns.returns(columns.mean_square(columns.sum(columns.tensor("x", {N, C}), only(N))));
  CHECK(roles_of(columns) == "row N; rows C\n");
}

TEST_CASE("without a reduction that leaves axes the innermost axis is the row, and entries are independent",
          "[schedule]") {
  graph_of g;
  g.returns(g.mean_square(g.tensor("x", {N, C})));
  CHECK(roles_of(g) == "row C; rows N; elementwise\n");
}

TEST_CASE("axes that every operand has side by side make one row, and others are split at one of them", "[schedule]") {
  graph_of together;
  together.returns(together.mean_square(together.sum(together.tensor("x", {N, M, C}), axes({M, C}))));
  CHECK(roles_of(together) == "row M,C; rows N\n");
  graph_of apart;  // {N, C} do not lie side by side
  apart.returns(apart.mean_square(apart.sum(apart.tensor("x", {N, M, C}), axes({N, C}))));
  CHECK(roles_of(apart) == "row C; rows N,M\n");
}

TEST_CASE("costs compare member by member, however large a member is", "[schedule]") {
  const row_cost none;
  CHECK(none < row_cost{.distance = 1});
  CHECK(row_cost{.distance = 1000} < row_cost{.work = 1});
  CHECK(row_cost{.work = 1000000} < row_cost{.waiting_sweeps = 1});
  CHECK(row_cost{.waiting_sweeps = 1000} < row_cost{.oversized_arrays = 1});
  CHECK(row_cost{.oversized_arrays = 1000} < row_cost{.unsuited = true});
}

TEST_CASE("no number of row values outweighs a sweep: three hundred of them leave the row where two sweeps suffice",
          "[schedule]") {
  // Along C: sums of rows, a long formula of each, and entries that need it, in one sweep; the sums of columns take another.
  // Along N the sums of rows are an array, and so are the sums of the entries: three sweeps, one after the other.
  const auto made = [](int row_values) {
    graph_of g;
    const value_id x = g.tensor("x", {N, C});
    const value_id of_row = g.chain(g.sum(x, only(C)), row_values);
    const value_id of_entries = g.sum(g.unary(op::exp, g.binary(op::sub, x, of_row)), only(C));
    const value_id of_columns = g.mean_square(g.sum(x, only(N)));
    g.returns(g.binary(op::add, g.sum(of_entries, only(N)), of_columns));
    return g;
  };
  CHECK(roles_of(made(3)) == "row C; rows N\n");
  const graph_of g = made(300);
  CHECK(roles_of(g) == "row C; rows N\n");
  const axis_order widest = g.view().inputs[0].axes;
  const row_cost along_c = cost_of_row(g.view(), only(C), widest), along_n = cost_of_row(g.view(), only(N), widest);
  CHECK(along_c.waiting_sweeps == 2);
  CHECK(along_n.waiting_sweeps == 3);
  CHECK(along_c.work > along_n.work + 1024);
}

TEST_CASE("more axes of rows than a loop counts are a problem with numbers", "[schedule]") {
  graph_of g;
  const value_id a = g.tensor("a", {0, 1, 2, 7}), b = g.tensor("b", {3, 4, 5, 7});
  g.returns(g.binary(op::mul, g.mean_square(g.sum(a, only(7))), g.mean_square(g.sum(b, only(7)))));
  const chosen_axes r = choose_axes(g.view());
  CHECK(r.problem == unplanned::too_many_row_axes);
  CHECK(r.problem_count == 6);
  CHECK(r.problem_limit == max_rank);
  CHECK(refusal_text(fuse(g.view())) == "axes of rows: 6 needed, 5 allowed");
}
