// SPDX-License-Identifier: BSL-1.0
// rewrite/match.hpp — does a term describe a value of a graph?
// A rule is written once for all orders of its commutative ops: `flips` says which of them to read the other way
// round, and the caller tries every choice, so a guard that refuses one reading does not hide another.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/rule.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace detail {

constexpr bool matches(const known_graph& g, value_id v, const term& pattern, int at, unsigned flips, int& met,
                       matched& w) {
  const term_node& p = pattern[at];
  if (p.code == op::any) {
    value_id& bound = w.variable[p.bits];
    if (bound == no_value) bound = v;
    return bound == v;
  }
  const node& n = g[v];
  if (n.code != p.code) return false;
  if (names_axes(p.code)) {
    if (w.k_bound && w.k != n.over()) return false;
    w.k = n.over();
    w.k_bound = true;
  } else if (n.bits != p.bits) {
    return false;
  }
  const bool flipped = info(p.code).commutative && ((flips >> met++) & 1u);
  const int count = arity(p.code);
  for (int i = 0; i < count; ++i)
    if (!matches(g, n.operand[flipped ? 1 - i : i], pattern, p.operand[i], flips, met, w)) return false;
  return true;
}

}  // namespace detail

/// Whether the rule's left side describes value v, and its guard agrees; `w` says what the variables stand for.
constexpr bool matches(known_graph& g, value_id v, const rule& r, matched& w) {
  for (unsigned flips = 0; flips < r.readings; ++flips) {
    w = {};
    int met = 0;
    if (detail::matches(g, v, r.lhs, r.lhs.size() - 1, flips, met, w) && (r.holds == nullptr || r.holds(g, w)))
      return true;
  }
  return false;
}

}  // namespace loom::rewrite
