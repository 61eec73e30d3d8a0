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
  const term_node p = pattern[at];
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
  for (int i = 0; i < 3 && p.operand[i] != no_value; ++i)
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

/// The terms of a sum of a graph.
using sum_terms = signed_terms<8>;

/// Those of them that a rule about a sum describes.
struct matched_terms {
  matched w;
  unsigned used = 0;   ///< a bit of each
  bool minus = false;  ///< with the opposite signs
};

namespace detail {

/// Uses all terms of v, with the signs that v has in the sum; false if one is not there.
constexpr bool use(const known_graph& g, const sum_terms& s, value_id v, bool minus, unsigned& used) {
  sum_terms of_v;
  of_v.read(g, v, minus);
  for (int j = 0; j < of_v.count; ++j) {
    int i = 0;
    while (i < s.count && (((used >> i) & 1u) != 0 || s.term[i] != of_v.term[j] || s.minus[i] != of_v.minus[j])) ++i;
    if (i == s.count) return false;
    used |= 1u << i;
  }
  return true;
}

/// Whether value v has the ops of a term, in some order, whatever its variables stand for.
constexpr bool has_ops_of(const known_graph& g, value_id v, const term& pattern, int at) {
  const term_node p = pattern[at];
  if (p.code == op::any) return true;
  const node& n = g[v];
  if (n.code != p.code) return false;
  const int count = arity(p.code);
  for (const bool flipped : {false, true}) {
    int i = 0;
    while (i < count && has_ops_of(g, n.operand[flipped ? 1 - i : i], pattern, p.operand[i])) ++i;
    if (i == count) return true;
    if (!info(p.code).commutative) return false;
  }
  return false;
}

/// Whether each part of the rule has a term of its ops: asked once, before all the orders in which the rule may be read.
constexpr bool has_ops_of(const known_graph& g, const sum_terms& s, const rule& r) {
  for (int p = 0; p < r.parts.count; ++p) {
    int i = 0;
    while (i < s.count && !has_ops_of(g, static_cast<value_id>(s.term[i]), r.lhs, r.parts.term[p])) ++i;
    if (i == s.count) return false;
  }
  return true;
}

/// The parts of the rule from p on, among the terms that are not used yet.
constexpr bool matches(known_graph& g, const sum_terms& s, const rule& r, int p, unsigned flips, int met,
                       matched_terms& found) {
  if (p == r.parts.count) return r.holds == nullptr || r.holds(g, found.w);
  const term_node part = r.lhs[r.parts.term[p]];
  if (part.code == op::any && found.w.variable[part.bits] != no_value)  // may be a sum by itself
    return use(g, s, found.w.variable[part.bits], r.parts.minus[p] != found.minus, found.used) &&
           matches(g, s, r, p + 1, flips, met, found);
  for (int i = 0; i < s.count; ++i) {
    if (((found.used >> i) & 1u) != 0 || (s.minus[i] != r.parts.minus[p]) != found.minus) continue;
    const matched_terms before = found;
    int met_now = met;
    found.used |= 1u << i;
    if (matches(g, static_cast<value_id>(s.term[i]), r.lhs, r.parts.term[p], flips, met_now, found.w) &&
        matches(g, s, r, p + 1, flips, met_now, found))
      return true;
    found = before;
  }
  return false;
}

}  // namespace detail

/// Whether the left side of a rule about a sum describes some of these terms.
constexpr bool matches(known_graph& g, const sum_terms& s, const rule& r, matched_terms& found) {
  if (!detail::has_ops_of(g, s, r)) return false;
  for (const bool minus : {false, true})
    for (unsigned flips = 0; flips < r.readings; ++flips) {
      found = {};
      found.minus = minus;
      if (detail::matches(g, s, r, 0, flips, 0, found)) return true;
    }
  return false;
}

}  // namespace loom::rewrite
