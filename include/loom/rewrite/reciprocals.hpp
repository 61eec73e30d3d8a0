// SPDX-License-Identifier: BSL-1.0
// rewrite/reciprocals.hpp — quotients by one divisor share its reciprocal: one division, and a product each.
// Not a rule: it takes the whole program to see that a value divides twice. One more rounding; a quotient of a <= b is still at
// most 1, as b * (1 / b) is.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/rebuild.hpp"
#include "loom/rewrite/facts.hpp"
#include "loom/rewrite/kept.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// Values that divide more than once, and whose reciprocals can be taken: each is far from 0.
constexpr value_set shared_divisors(const graph& g) {
  const kept_values kept(g);
  value_set once, shared;
  for (int i = 0; i < g.size(); ++i) {
    const value_id divisor = g[i].operand[1];
    if (g[i].code != op::div || g[divisor].axes == 0 || kept[i]) continue;
    (once[divisor] ? shared : once).insert(divisor);
  }
  if (!shared.any()) return shared;
  known_graph known(g);
  value_set safe;
  for (int i = 0; i < g.size(); ++i)
    if (shared[i] && known.of(static_cast<value_id>(i)).far_from_zero()) safe.insert(i);
  return safe;
}

/// g with one division for all quotients by one of these divisors.
constexpr graph with_reciprocals(const graph& g, const value_set& divisors) {
  builder out(g);
  kept_values kept(g);
  return rebuild(g, out, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
    const bool is_kept = kept.next();
    if (code != op::div || is_kept || !divisors[g[kept.at()].operand[1]]) return out.make(code, a, b, c, bits);
    const value_id one = out.constant(1), inverse = out.binary(op::div, one, b);
    return out[a].code == op::constant && out[a].constant_value() == 1 ? inverse : out.binary(op::mul, a, inverse);
  });
}

}  // namespace loom::rewrite
