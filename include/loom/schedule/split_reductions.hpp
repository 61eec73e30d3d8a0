// SPDX-License-Identifier: BSL-1.0
// schedule/split_reductions.hpp — a reduction over a row and over rows becomes two: first within the row, then over rows.
// Layer 4 (schedule).
#pragma once

#include "loom/ir/rebuild.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// The same graph with reductions over a row and over rows done one after the other.
constexpr graph split_reductions(const graph& g, axis_set row) {
  const auto splits = [row](const node& n, const graph& of) {
    return is_reduction(n.code) && n.over() != row && n.over() != of[n.operand[0]].axes && (n.over() & row) != 0 && includes(n.over(), row);
  };
  bool any = false;
  for (const node& n : g.nodes) any = any || splits(n, g);
  if (!any) return g;
  builder b(g);
  return rebuild(g, b, [&](const node& n) {
    return splits(n, b.view()) ? b.reduce(n.code, b.reduce(reduction(n.code).part, n.operand[0], row), without(n.over(), row)) : b.make(n);
  });
}

}  // namespace loom::schedule
