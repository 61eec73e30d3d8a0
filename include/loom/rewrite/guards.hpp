// SPDX-License-Identifier: BSL-1.0
// rewrite/guards.hpp — when a rule may be used, by name: predicates on what its variables stand for.
// A guard reads the variables by the names that the rule gives them, and asks facts.hpp what is known of a value.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/facts.hpp"
#include "loom/rewrite/rule.hpp"

namespace loom::inline LOOM_ABI::rewrite::guards {

using terms::a, terms::b, terms::c, terms::m;

// ---- axes --------------------------------------------------------------------------------------------------------------

constexpr bool a_varies_along_k(const graph& g, const matched& w) { return (g[w[a]].axes & w.k) != 0; }
constexpr bool b_constant_along_k(const graph& g, const matched& w) { return (g[w[b]].axes & w.k) == 0; }
constexpr bool m_constant_along_k(const graph& g, const matched& w) { return (g[w[m]].axes & w.k) == 0; }

/// b has fewer axes than a, so its reciprocal is taken once for many.
constexpr bool b_is_shared(const graph& g, const matched& w) {
  const axis_set over = g[w[a]].axes, under = g[w[b]].axes;
  return under != over && includes(over, under);
}

// ---- numbers -----------------------------------------------------------------------------------------------------------

constexpr bool both_nonnegative(const graph& g, const matched& w) {
  return facts::nonnegative(g, w[a]) && facts::nonnegative(g, w[b]);
}

/// Nonnegative, and one of them built from exponentials: the logarithm is better taken apart than taken.
constexpr bool ratio_of_exponentials(const graph& g, const matched& w) {
  return both_nonnegative(g, w) && (facts::exponential(g, w[a]) || facts::exponential(g, w[b]));
}

/// a is the factor that can be 0, b the logarithm that can be infinite; and a 0 in b must not be its own logarithm. A factor
/// that a mask makes 0 goes outside with its mask instead.
constexpr bool unmasked_zero_times_logarithm(const graph& g, const matched& w) {
  const node& n = g[w[a]];
  const bool masked =
      n.code == op::where && g[n.operand[2]].code == op::constant && g[n.operand[2]].constant_value() == 0;
  return !masked && facts::may_be_zero(g, w[a]) && facts::logarithmic(g, w[b]) && !facts::logarithmic(g, w[a]);
}

/// The reciprocal of b can be taken: b is no smaller than a normal number where the quotient itself is not lost.
constexpr bool b_is_shared_and_safe(const graph& g, const matched& w) {
  const node& n = g[w[b]];
  const bool is_far_from_zero = n.code == op::constant && (n.constant_value() > 1e-30 || n.constant_value() < -1e-30);
  // A sum of exponentials that was shifted by its largest entry is at least 1.
  const bool is_sum_of_exponentials = n.code == op::sum && g[n.operand[0]].code == op::exp;
  return b_is_shared(g, w) &&
         (is_far_from_zero || n.code == op::extent || n.code == op::scalar || is_sum_of_exponentials);
}

// ---- masks -------------------------------------------------------------------------------------------------------------

/// The masks m and c are two, and neither is the negation of the other.
constexpr bool masks_overlap(const graph& g, const matched& w) {
  const auto negates = [&](value_id p, value_id q) { return g[p].code == op::logical_not && g[p].operand[0] == q; };
  return w[m] != w[c] && !negates(w[m], w[c]) && !negates(w[c], w[m]);
}

/// What the caller says comes before what the numbers say: c may be computed from a row that m keeps out.
constexpr bool only_m_is_given(const graph& g, const matched& w) {
  return facts::given(g, w[m]) && !facts::given(g, w[c]);
}

}  // namespace loom::rewrite::guards
