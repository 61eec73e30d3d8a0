// SPDX-License-Identifier: BSL-1.0
// ir/uses.hpp — who uses a value of a graph.
// Layer 1 (ir).
#pragma once

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::ir {

/// Whether f(user, its node, which operand v is) holds for every use of v; false if v is an output.
template <class F>
constexpr bool every_use(const graph& g, value_id v, const F& f) {
  for (const output_info& o : g.outputs)
    if (o.id == v) return false;
  for (int u = v + 1; u < g.size(); ++u)
    for (int k = 0; k < arity(g[u].code); ++k)
      if (g[u].operand[k] == v && !f(static_cast<value_id>(u), g[u], k)) return false;
  return true;
}

/// The one user of a value that is used once; no_value of any other, and of an output.
constexpr value_id only_user(const graph& g, value_id v) {
  value_id user = no_value;
  const bool once = every_use(g, v, [&](value_id u, const node&, int) {
    const bool first = user == no_value;
    user = u;
    return first;
  });
  return once ? user : no_value;
}

}  // namespace loom::ir
