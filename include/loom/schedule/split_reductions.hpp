// SPDX-License-Identifier: BSL-1.0
// schedule/split_reductions.hpp — a reduction over a row and over rows becomes two: first within the row, then over rows.
// Layer 4 (schedule).
#pragma once

#include "loom/ir/rebuild.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// The same graph with reductions over a row and over rows done one after the other.
constexpr graph split_reductions(const graph& g, axis_set row) {
  const auto splits = [row](axis_set over, axis_set from) {
    return over != row && over != from && (over & row) != 0 && includes(over, row);
  };
  bool any = false;
  for (const node& n : g.nodes) any = any || (is_reduction(n.code) && splits(n.over(), g[n.operand[0]].axes));
  if (!any) return g;
  builder out(g);
  return rebuild(g, out, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
    const axis_set over = static_cast<axis_set>(bits);
    if (!is_reduction(code) || !splits(over, out[a].axes)) return out.make(code, a, b, c, bits);
    return out.reduce(code, out.reduce(reduction(code).part, a, row), without(over, row));
  });
}

}  // namespace loom::schedule
