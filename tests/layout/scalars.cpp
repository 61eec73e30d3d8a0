// SPDX-License-Identifier: BSL-1.0
// tests/layout/scalars.cpp — what parts leave, and the scalars between sweeps.
#include "loom/layout/scalars.hpp"

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

constexpr auto v = loom::tensor<"v[C]">;
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto k = loom::scalar<"k">;
constexpr auto of_one_row = loom::loss<logsumexp(v)>;
constexpr auto of_rows = loom::loss<logsumexp(x, -1).mean() * exp(k)>;

}  // namespace

TEST_CASE("the result of the one row is left beside the totals") {
  LOOM_CHECK(loom::layout::row_results(of_one_row.plan()) + of_one_row.plan().loops.back().totals.size() == 1);
  LOOM_CHECK(loom::layout::row_results(of_rows.plan()) == 0);
  LOOM_CHECK(loom::layout::most_results(of_rows.plan()) == 1);
}

TEST_CASE("scalars known before the first sweep are computed from inputs and extents") {
  using program = decltype(of_rows)::program_of<>;
  constexpr const loom::plan& p = program::schedule;
  loom::call::erased_view inputs[p.program.inputs.size()];
  for (int i = 0; i < p.program.inputs.size(); ++i) inputs[i].number = 0;
  loom::call::axis_extents extents;
  for (int a = 0; a < p.program.axes.size(); ++a) extents[a] = 4;
  double scalars[p.program.size()];
  for (double& s : scalars) s = -1;
  loom::layout::evaluate_scalars<program, 0>(inputs, extents, scalars);
  int known = 0;
  for (int i = 0; i < p.program.size(); ++i) {
    if (p.program[i].code == loom::ir::op::extent) CHECK(scalars[i] == 4);
    if (p.program[i].code == loom::ir::op::exp && p.levels[i] == loom::schedule::level::scalar) CHECK(scalars[i] == 1);
    known += scalars[i] != -1;
  }
  CHECK(known >= 2);
}
