// SPDX-License-Identifier: BSL-1.0
// The plan interpreter: numbers by hand, and those of the graph's own interpreter.
#include "loom/schedule/run.hpp"

#include <cmath>

#include "loom/schedule/fuse.hpp"
#include "support/catch.hpp"
#include "support/graphs.hpp"

namespace {

using namespace loom;
using namespace loom::test;

using row = std::vector<double>;

/// Two rows of three, and labels; the axes of graph_of in order.
const std::vector<std::ptrdiff_t> extents = {2, 2, 3, 1, 1, 1, 1, 1};
const dense<double> x = {axes({N, C}), {1, 2, 3, 4, 5, 6}};

}  // namespace

TEST_CASE("sums of rows and of columns, and their total", "[schedule]") {
  graph_of g;
  const value_id v = g.tensor("x", {N, C});
  g.returns(g.sum(g.unary(op::square, g.sum(v, only(C))), only(N)));
  g.returns(g.sum(v, only(N)), {C});
  const std::vector<row> got = run_plan(fuse(g.view()), extents, {x});
  CHECK(got == std::vector<row>{{36 + 225}, {5, 7, 9}});
}

TEST_CASE("labels: an entry of a row, a row of a table, and what is scattered back", "[schedule]") {
  graph_of g;
  const value_id v = g.tensor("x", {N, C}), t = g.labels("t", {N}), k = g.labels("k", {M});
  g.returns(g.sum(g.gather(v, t, C), only(N)));
  g.returns(g.gather(v, k, N), {M, C});
  const value_id back = g.make(op::scatter, g.gather(v, k, N), k, no_value,
                               static_cast<std::uint64_t>(only(M)) | static_cast<std::uint64_t>(N) << 8);
  g.returns(back, {N, C});
  const std::vector<row> got = run_plan(fuse(g.view()), extents, {x, {only(N), {2, 0}}, {only(M), {1, 1}}});
  CHECK(got == std::vector<row>{{3 + 4}, {4, 5, 6, 4, 5, 6}, {0, 0, 0, 8, 10, 12}});
}

TEST_CASE("every reduction, its end included: the shift of a row of -inf is 0", "[schedule]") {
  const double inf = numeric::infinity;
  const auto of_rows = [&](op code, row entries) {
    graph_of g;
    value_id v = g.tensor("x", {N, C});
    if (code == op::any_of || code == op::all_of) v = g.binary(op::gt, v, g.constant(2));
    const value_id r = g.reduce(code, v, only(C));
    g.returns(g[r].type == kind::mask ? g.where(r, g.constant(1), g.constant(0)) : r, {N});
    return run_plan(fuse(g.view()), extents, {{axes({N, C}), entries}})[0];
  };
  CHECK(of_rows(op::sum, x.entries) == row{6, 15});
  CHECK(of_rows(op::prod, x.entries) == row{6, 120});
  CHECK(of_rows(op::reduce_max, x.entries) == row{3, 6});
  CHECK(of_rows(op::reduce_min, x.entries) == row{1, 4});
  CHECK(of_rows(op::shift, {-inf, -inf, -inf, 4, 5, 6}) == row{0, 6});
  CHECK(of_rows(op::any_of, {1, 2, 2, 4, 0, 0}) == row{0, 1});
  CHECK(of_rows(op::all_of, {3, 3, 3, 4, 0, 5}) == row{1, 0});
}

TEST_CASE("what is parked is read back, and a scalar result of the scalars is written", "[schedule]") {
  graph_of g;
  const value_id v = g.tensor("x", {N, C});
  const value_id e = g.unary(op::exp, v);
  const value_id total = g.sum(e, only(C));
  g.returns(g.unary(op::sqrt, g.sum(total, only(N))));
  g.gradient(g.binary(op::div, e, total), {N, C});
  const plan p = fuse(g.view());
  REQUIRE(p.kept == 1);
  const std::vector<row> got = run_plan(p, extents, {x});
  const interpreter<double> want(p.program, extents, {x});
  CHECK(got[0] == want[p.program.outputs[0].id]);
  CHECK(got[1] == want[p.program.outputs[1].id]);
}
