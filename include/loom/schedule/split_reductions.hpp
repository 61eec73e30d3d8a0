// SPDX-License-Identifier: BSL-1.0
// schedule/split_reductions.hpp — a reduction over a row and over rows becomes two: first within the row, then over rows.
// Layer 4 (schedule).
#pragma once

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// The same graph with reductions over a row and over rows done one after the other.
constexpr graph split_reductions(const graph& g, axis_set row) {
  const auto splits = [&](const node& n) {
    return is_reduction(n.code) && n.over() != row && n.over() != g[n.operand[0]].axes && (n.over() & row) != 0 && includes(n.over(), row);
  };
  // A row of -inf must not make the shift of all of them 0.
  const auto within = [](op code) { return code == op::shift ? op::reduce_max : code; };
  bool any = false;
  for (const node& n : g.nodes) any = any || splits(n);
  if (!any) return g;
  builder b(g);
  fixed_vector<value_id, LOOM_MAX_NODES> image;
  image.count = g.size();
  for (int i = 0; i < g.size(); ++i) {
    const node& n = g[i];
    const auto at = [&](int o) { return n.operand[o] == no_value ? no_value : image[n.operand[o]]; };
    if (is_input(n.code)) image[i] = b.input(static_cast<int>(n.bits));
    else if (splits(n)) image[i] = b.reduce(n.code, b.reduce(within(n.code), at(0), row), without(n.over(), row));
    else image[i] = b.make(n.code, at(0), at(1), at(2), n.bits);
  }
  b.result.outputs = g.outputs;
  for (output_info& o : b.result.outputs) o.id = image[o.id];
  return b.result;
}

}  // namespace loom::schedule
