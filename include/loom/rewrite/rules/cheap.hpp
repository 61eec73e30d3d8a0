// SPDX-License-Identifier: BSL-1.0
// rewrite/rules/cheap.hpp — the same number for less work.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/rules/canonical.hpp"
#include "loom/rewrite/rules/stable.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace terms {

// clang-format off
inline constexpr written_rules<32> cheap_rules(
  {
    {"branches of a negated mask", where(make(op::logical_not, m), a, b), where(m, b, a)},
    // One more rounding, and one division for a whole row instead of one for each entry.
    {"reciprocal of a shared divisor", a / b, a * (1 / b), guards::b_is_shared_and_safe},
  },
  &canonical_rules);
// clang-format on

}  // namespace terms

}  // namespace loom::rewrite
