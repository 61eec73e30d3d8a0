// SPDX-License-Identifier: BSL-1.0
// The second pass: reductions over a row and over rows.
#include "loom/schedule/split_reductions.hpp"

#include "loom/ir/print.hpp"
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
