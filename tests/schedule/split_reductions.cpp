// SPDX-License-Identifier: BSL-1.0
// The second pass: reductions over a row and over rows.
#include "loom/schedule/split_reductions.hpp"

#include "loom/ir/print.hpp"
#include "loom/schedule/fuse.hpp"
#include "support/catch.hpp"
#include "support/graphs.hpp"

namespace {

using namespace loom;
using namespace loom::test;

std::string split(op code, axis_set over, axis_set row) {
  graph_of g;
  const value_id r = g.reduce(code, g.tensor("x", {N, M, C}), over);
  g.returns(r, {N});
  return formula_text(split_reductions(g.view(), row), split_reductions(g.view(), row).outputs[0].id);
}

}  // namespace

TEST_CASE("a reduction over a row and over rows is done within the row first", "[schedule]") {
  CHECK(split(op::sum, axes({M, C}), only(C)) == "sum(sum(x, C), M)");
  CHECK(split(op::reduce_max, axes({M, C}), only(C)) == "max(max(x, C), M)");
}

TEST_CASE("a reduction over just a row, over just rows, or of everything stays whole", "[schedule]") {
  CHECK(split(op::sum, only(C), only(C)) == "sum(x, C)");
  CHECK(split(op::sum, only(M), only(C)) == "sum(x, M)");
  CHECK(split(op::sum, axes({N, M, C}), only(C)) == "sum(x, N,M,C)");
}

TEST_CASE("a shift is finite at its end only: a row of -inf must not hide what the other rows are", "[schedule]") {
  CHECK(split(op::shift, axes({M, C}), only(C)) == "shift(max(x, C), M)");
}

TEST_CASE("a graph that fits, but not with its reductions split, is too large", "[schedule]") {
  const auto filled = [](int values) {
    graph_of g;
    const value_id x = g.tensor("x", {N, M, C});
    const value_id row = g.mean_square(g.sum(g.unary(op::exp, x), only(C)));
    const value_id both = g.sum(x, axes({M, C}));  // one value more when it is split
    const value_id of_both = g.mean_square(both);
    const value_id all = g.binary(op::add, row, of_both);
    return fuse(g.returns(g.chain(all, values - g.view().size() - 1)).view());
  };
  CHECK(filled(LOOM_MAX_NODES - 1).problem == unplanned::none);
  const plan none = filled(LOOM_MAX_NODES);
  CHECK(none.problem == unplanned::too_large);
  CHECK(none.program.too_large);
}
