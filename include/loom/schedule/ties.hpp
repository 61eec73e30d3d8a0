// SPDX-License-Identifier: BSL-1.0
// schedule/ties.hpp — values that are compared with themselves: at another place, or with the largest of their row.
// Equal data must give equal values there, wherever in the loops they are computed. So each of their operations is one by itself: a
// compiler may not make one instruction of it and the next one at one of the places, nor is a shorter function chosen there. What
// rules spelled in two ways, and functions whose own steps are joined, may differ still.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

namespace detail {

class tie_finder {
 public:
  constexpr explicit tie_finder(const graph& g) : g_(g) {}

  constexpr value_set run() {
    for (const node& n : g_.nodes) {
      if (!is_comparison(n.code) || g_[n.operand[0]].type != kind::number) continue;
      const value_id a = n.operand[0], b = n.operand[1];
      if (a == b || (!is_extreme_of(a, b) && !is_extreme_of(b, a) && !is_elsewhere(a, b))) continue;
      insert(a);
      insert(b);
    }
    return found_;
  }

 private:
  const graph& g_;
  value_set found_;
  int steps_ = 0;  // of the comparison of two values

  constexpr bool is_extreme_of(value_id m, value_id e) const {
    return (g_[m].code == op::reduce_max || g_[m].code == op::reduce_min) && g_[m].operand[0] == e;
  }
  /// Whether two values are one formula at two places.
  constexpr bool is_elsewhere(value_id a, value_id b) {
    steps_ = 0;
    return is_same_formula(a, b) && steps_ > 1;  // one that is an input is computed nowhere
  }
  constexpr bool is_same_formula(value_id a, value_id b) {
    if (++steps_ > 64) return true;  // what is far down is no reason to tell them apart
    if (a == b) return true;
    const node &m = g_[a], &n = g_[b];
    if (m.code != n.code) return false;
    if (is_input(m.code))
      return declared_slot(g_, static_cast<int>(m.bits)) == declared_slot(g_, static_cast<int>(n.bits));
    if (m.code == op::constant) return m.bits == n.bits;
    for (int k = 0; k < arity(m.code); ++k)
      if (!is_same_formula(m.operand[k], n.operand[k])) return false;
    return true;
  }
  constexpr void insert(value_id v) {
    if (found_[v] || is_leaf(g_[v].code)) return;
    found_.insert(v);
    for (value_id o : g_[v].operand)
      if (o != no_value && g_[o].type == kind::number) insert(o);
  }
};

}  // namespace detail

/// Values whose operations are not joined with others.
constexpr value_set tied_values(const graph& program) { return detail::tie_finder(program).run(); }

}  // namespace loom::schedule
