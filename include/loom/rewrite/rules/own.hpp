// SPDX-License-Identifier: BSL-1.0
// rewrite/rules/own.hpp — a table of a user's, applied to a formula in canonical form, before the stabilising rules.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/compiled/canonical.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// What the rules leave is in canonical form again. Nobody has proved that they stop, or that they keep axes: the rewriter watches.
class own_rules : public written_rules<> {
 public:
  constexpr own_rules(std::initializer_list<written_rule> list) : written_rules(list, &canonical_rules) {
    of_a_user = true;
  }
};

}  // namespace loom::rewrite
