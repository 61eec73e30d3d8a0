// SPDX-License-Identifier: BSL-1.0
// rewrite/near_misses.hpp — which stabilising rules describe a value but for a fact that is not known, and which fact.
// For reports: no program depends on it.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/compiled/stable.hpp"
#include "loom/rewrite/kept.hpp"
#include "loom/rewrite/match.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// A rule whose left side describes `value`; its guard asks of `operand` what `condition` says: "> 0".
struct near_miss {
  text_view rule;
  value_id value, operand;
  text_view condition;
};
using near_miss_list = fixed_vector<near_miss, 16>;

namespace detail {

/// What a guard asks of a variable that a user can say, or spell otherwise. Guards that choose between rules are not among them.
struct asked {
  guard holds;
  int variable;
  text_view condition;
};
inline constexpr asked asked_by_guards[] = {
    {guards::a_nonnegative, 0, ">= 0"},
    {guards::b_nonnegative, 1, ">= 0"},
    {guards::b_is_extent_of_k, 1, "is the extent of the sum"},
    {guards::c_nonnegative, 2, ">= 0"},
};

class near_miss_finder {
 public:
  constexpr explicit near_miss_finder(const graph& g) : g_(g), known_(g), kept_(g) {}

  constexpr near_miss_list run() {
    for (int i = 0; i < g_.size(); ++i)
      if (!kept_[i])
        for (const rule& r : stable_rules.rows) try_rule(static_cast<value_id>(i), r);
    return found_;
  }

 private:
  const graph& g_;
  known_graph known_;
  kept_values kept_;
  near_miss_list found_;

  constexpr void try_rule(value_id v, rule r) {
    for (const asked& a : asked_by_guards) {
      if (r.holds != a.holds) continue;
      r.holds = nullptr;
      matched w;
      if (describes(v, r, w)) found_.try_push({r.name, v, w.variable[a.variable], a.condition});
      return;
    }
  }
  constexpr bool describes(value_id v, const rule& r, matched& w) {
    if (r.parts.count == 0) return matches(known_, v, r, w);
    if (!sum_terms::adds(g_[v].code)) return false;
    sum_terms s;
    s.read(g_, v, false);
    matched_terms found;
    if (!matches(known_, s, r, found)) return false;
    w = found.w;
    return true;
  }
};

}  // namespace detail

/// The near misses of a stable formula: none of the rules fits, or it would have been used.
constexpr near_miss_list near_misses_of(const graph& stable) { return detail::near_miss_finder(stable).run(); }

}  // namespace loom::rewrite
