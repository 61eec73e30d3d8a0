// SPDX-License-Identifier: BSL-1.0
// What a plan costs is read off its steps.
#include "loom/schedule/facts.hpp"

#include "loom/schedule/print_passes.hpp"
#include "support/catch.hpp"
#include "support/graphs.hpp"

namespace {

using namespace loom;
using namespace loom::test;

/// The shares of a row as a gradient, and a sum over labels that comes first.
plan weighted_shares() {
  graph_of g;
  const value_id x = g.tensor("x", {N, C}), w = g.tensor("w", {N});
  const value_id weight = g.mean_square(w);
  const value_id e = g.unary(op::exp, x);
  const value_id total = g.sum(e, only(C));
  g.returns(g.sum(total, only(N)));
  g.gradient(g.binary(op::mul, g.binary(op::div, e, total), weight), {N, C});
  return fuse(g.view());
}

}  // namespace

TEST_CASE("facts: sweeps, prologues, passes, exponentials, and what each element moves", "[schedule]") {
  CHECK(pass_text(count_facts(weighted_shares())) ==
        "sweeps 1\nprologues 1\nrow passes 2\nexponentials 1\nreads per element 1\nwrites per element 1\nkept 1\n");
}

TEST_CASE("a row that two passes read is read once from memory, one that two sweeps read is read twice", "[schedule]") {
  graph_of passes;
  const value_id x = passes.tensor("x", {N, C});
  passes.returns(passes.mean_square(passes.binary(op::sub, x, passes.sum(x, only(C)))));
  CHECK(count_facts(fuse(passes.view())).row_passes == 2);
  CHECK(count_facts(fuse(passes.view())).reads_per_element == 1);
  graph_of sweeps;
  const value_id y = sweeps.tensor("x", {N, C});
  sweeps.returns(sweeps.mean_square(sweeps.binary(op::sub, y, sweeps.mean_square(y))));
  CHECK(count_facts(fuse(sweeps.view())).sweeps == 2);
  CHECK(count_facts(fuse(sweeps.view())).reads_per_element == 2);
}

TEST_CASE("facts follow the steps: without its store a plan writes nothing", "[schedule]") {
  plan p = weighted_shares();
  for (step& s : p.steps)
    if (s.kind == action::store || s.kind == action::park) s.kind = action::compute;
  CHECK(count_facts(p).writes_per_element == 0);
  CHECK(count_facts(p).kept == 0);
  CHECK(count_facts(p).exponentials == 2);
}
