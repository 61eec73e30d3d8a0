// SPDX-License-Identifier: BSL-1.0
// rewrite/rules/cheap.hpp — the same number for less work.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/rules/canonical.hpp"
#include "loom/rewrite/rules/stable.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace guards {

/// The reciprocal of b can be taken: b is no smaller than a normal number where the quotient itself is not lost.
constexpr bool reciprocal_is_safe(const graph& g, value_id b) {
  const node& n = g[b];
  switch (n.code) {
    case op::constant: return n.number() > 1e-30 || n.number() < -1e-30;
    case op::extent: case op::scalar: return true;
    // a sum of exponentials that was shifted by its largest entry is at least 1
    case op::sum: {
      if (g[n.operand[0]].code != op::exp) return false;
      return true;
    }
    default: return false;
  }
}
constexpr bool b_is_shared_and_safe(const graph& g, const matched& w) { return b_is_shared(g, w) && reciprocal_is_safe(g, w.variable[1]); }

}  // namespace guards

namespace terms {

inline constexpr rule_table cheap_rules(
  {
    {"branches of a negated mask", where(make(op::logical_not, m), a, b), where(m, b, a)},
    // One more rounding, and one division for a whole row instead of one for each entry.
    {"reciprocal of a shared divisor", a / b, a * (1 / b), guards::b_is_shared_and_safe},
  },
  canonical_rules);

}  // namespace terms

using terms::cheap_rules;

}  // namespace loom::rewrite
