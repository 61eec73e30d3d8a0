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

constexpr bool a_varies_along_k(known_graph& g, const matched& w) { return (g[w[a]].axes & w.k) != 0; }
constexpr bool b_constant_along_k(known_graph& g, const matched& w) { return (g[w[b]].axes & w.k) == 0; }
constexpr bool m_constant_along_k(known_graph& g, const matched& w) { return (g[w[m]].axes & w.k) == 0; }

/// b has fewer axes than a, so its reciprocal is taken once for many.
constexpr bool b_is_shared(known_graph& g, const matched& w) {
  const axis_set over = g[w[a]].axes, under = g[w[b]].axes;
  return under != over && includes(over, under);
}

constexpr bool b_is_extent_of_k(known_graph& g, const matched& w) {
  const node& n = g[w[b]];
  return n.code == op::extent && n.over() == w.k;
}

// ---- numbers -----------------------------------------------------------------------------------------------------------

constexpr bool both_nonnegative(known_graph& g, const matched& w) {
  return g.of(w[a]).nonnegative() && g.of(w[b]).nonnegative();
}

constexpr bool one_may_be_negative(known_graph& g, const matched& w) { return !both_nonnegative(g, w); }
constexpr bool a_nonnegative(known_graph& g, const matched& w) { return g.of(w[a]).nonnegative(); }
constexpr bool a_nonpositive(known_graph& g, const matched& w) { return g.of(w[a]).high <= 0; }
constexpr bool a_may_be_negative(known_graph& g, const matched& w) { return !a_nonnegative(g, w); }
constexpr bool c_nonnegative(known_graph& g, const matched& w) { return g.of(w[c]).nonnegative(); }
constexpr bool b_nonnegative(known_graph& g, const matched& w) { return g.of(w[b]).nonnegative(); }

/// Nonnegative, and one of them built from exponentials: the logarithm is better taken apart than taken.
constexpr bool ratio_of_exponentials(known_graph& g, const matched& w) {
  return (facts::exponential(g, w[a]) || facts::exponential(g, w[b])) && both_nonnegative(g, w);
}

/// a is the factor that can be 0, b the logarithm that can be infinite; and a 0 in b must not be its own logarithm. A factor
/// that a mask makes 0 goes outside with its mask instead.
constexpr bool unmasked_zero_times_logarithm(known_graph& g, const matched& w) {
  // What must be found comes last.
  if (!facts::logarithmic(g, w[b]) || facts::logarithmic(g, w[a])) return false;
  const node& n = g[w[a]];
  const bool masked =
      n.code == op::where && g[n.operand[2]].code == op::constant && g[n.operand[2]].constant_value() == 0;
  return !masked && g.of(w[a]).zero;
}

/// Made of constants and extents: a number whatever the data is.
constexpr bool is_of_shapes(const known_graph& g, value_id v) {
  const node& n = g[v];
  if (is_leaf(n.code)) return n.code == op::constant || n.code == op::extent;
  for (int k = 0; k < arity(n.code); ++k)
    if (!is_of_shapes(g, n.operand[k])) return false;
  return true;
}
/// c may leave what 0 absorbs: b has entries, c is one number, and not 0. Data might be NaN, and has to stay inside.
constexpr bool c_scales_b(known_graph& g, const matched& w) {
  return g[w[b]].axes != 0 && is_of_shapes(g, w[c]) && g.of(w[c]).low > 0;
}

/// In either type: where a is not finite it is NaN, and so is any product with it.
constexpr bool a_finite(known_graph& g, const matched& w) { return g.of(w[a]).low > -1e38 && g.of(w[a]).high < 1e38; }

constexpr bool not_both_zero(known_graph& g, const matched& w) { return !g.of(w[a]).zero || !g.of(w[b]).zero; }

/// A sum over a row that holds its own largest entry.
constexpr bool is_sum_of_peak(known_graph& g, const node& sum) {
  const fact& entry = g.of(sum.operand[0]);
  return entry.low >= 0 && entry.high > 1e-30 && entry.peak != 0 && includes(sum.over(), entry.peak);
}

/// The reciprocal of b can be taken: b is no smaller than a normal number where the quotient itself is not lost. A number of
/// the caller's is trusted.
constexpr bool b_is_shared_and_safe(known_graph& g, const matched& w) {
  if (!b_is_shared(g, w)) return false;
  const node& n = g[w[b]];
  const fact& f = g.of(w[b]);
  if (f.far_from_zero() || n.code == op::extent || n.code == op::scalar) return true;
  // A sum of what is not negative is at least the largest of it; of a row that has none, 0 / 0 is NaN in either form.
  if (n.code == op::sum) return is_sum_of_peak(g, n);
  if (n.code != op::add) return false;
  for (int i = 0; i < 2; ++i) {  // 1 and a rest
    const node &one = g[n.operand[i]], &rest = g[n.operand[1 - i]];
    if (one.code == op::constant && one.constant_value() == 1 && rest.code == op::rest) return is_sum_of_peak(g, rest);
  }
  return false;
}

/// Neither is the other with its sign changed.
constexpr bool not_opposite(known_graph& g, const matched& w) {
  const auto negates = [&](value_id p, value_id q) { return g[p].code == op::neg && g[p].operand[0] == q; };
  return !negates(w[a], w[b]) && !negates(w[b], w[a]);
}

// ---- masks -------------------------------------------------------------------------------------------------------------

/// The masks m and c are two, and neither is the negation of the other.
constexpr bool masks_overlap(known_graph& g, const matched& w) {
  const auto negates = [&](value_id p, value_id q) { return g[p].code == op::logical_not && g[p].operand[0] == q; };
  return w[m] != w[c] && !negates(w[m], w[c]) && !negates(w[c], w[m]);
}

/// What the caller says comes before what the numbers say: c may be computed from a row that m keeps out.
constexpr bool only_m_is_given(known_graph& g, const matched& w) {
  return facts::given(g, w[m]) && !facts::given(g, w[c]);
}

}  // namespace loom::rewrite::guards
