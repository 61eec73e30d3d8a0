// SPDX-License-Identifier: BSL-1.0
// tests/layout/workspace.cpp — the arrays of a plan: where they lie, what they hold before a sweep, and after it.
#include "loom/layout/workspace.hpp"

#include <limits>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto N = loom::axis<"N">;
constexpr auto columns = loom::loss<sum(logsumexp(x, -1)) + sum(logsumexp(x, N))>;

}  // namespace

TEST_CASE("arrays lie one after the other, and begin as what nothing reduces to") {
  const loom::plan& p = columns.plan();
  REQUIRE(p.arrays.size() > 0);
  loom::call::axis_extents extents;
  extents[0] = 7;
  extents[1] = 5;
  const std::ptrdiff_t size = loom::layout::workspace_size(p, extents.of);
  std::vector<double> memory(static_cast<std::size_t>(size), 77);
  loom::call::erased_buffer workspace;
  workspace.data = memory.data();
  std::vector<loom::call::erased_buffer> arrays(static_cast<std::size_t>(p.arrays.size()));
  loom::layout::place_arrays(p, extents, workspace, arrays.data());
  const double* next = memory.data();
  for (const loom::call::erased_buffer& a : arrays) {
    CHECK(a.data == next);
    CHECK(a.strides[0] == 1);
    next += a.extents[0];
  }
  CHECK(next == memory.data() + size);

  constexpr double infinity = std::numeric_limits<double>::infinity();
  bool shifted = false;
  for (const loom::schedule::sweep& s : p.loops) {
    loom::layout::prepare_arrays(p, s, arrays.data(), true);
    for (int i = s.before.begin; i < end_of(s); ++i) {
      if (p.steps[i].kind != loom::schedule::action::accumulate) continue;
      const loom::ir::op code = p.program[p.steps[i].id].code;
      double* const entries =
          static_cast<double*>(arrays[static_cast<std::size_t>(p.array_of[p.steps[i].id] - 1)].data);
      CHECK(entries[0] == (code == loom::ir::op::shift ? -infinity : 0));
      loom::layout::prepare_arrays(p, s, arrays.data(), false);
      // Finished: no shift of nothing, and its sum less 1.
      CHECK(entries[0] == (code == loom::ir::op::rest ? -1 : 0));
      shifted = shifted || code == loom::ir::op::shift;
    }
  }
  CHECK(shifted);
}

TEST_CASE("the size of a workspace that nobody has does not overflow") {
  loom::call::axis_extents extents;
  extents[0] = extents[1] = std::numeric_limits<std::ptrdiff_t>::max();
  CHECK(loom::layout::workspace_size(columns.plan(), extents.of) == std::numeric_limits<std::ptrdiff_t>::max());
}
