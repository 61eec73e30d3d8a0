// SPDX-License-Identifier: BSL-1.0
// rewrite/wide.hpp — what of a finished program is computed in double where its data is float: sums that may lose digits by their spelling
// (rewrite/cancellation.hpp). Where the way from the data is sums, differences and products alone, double is cheap, and it has the digits.
// Functions would cost more than they bring: a rule (rules/stable.hpp) is the better cure.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/cancellation.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace detail {

class wide_finder {
 public:
  constexpr explicit wide_finder(const graph& g) : g_(g), sums_(g) {}

  constexpr value_set run() {
    sums_.for_each_sum([&](value_id v) {
      if (may_widen(v) && sums_.may_cancel(v)) widen(v);
    });
    return wide_;
  }

 private:
  const graph& g_;
  cancellation sums_;
  value_set wide_;

  constexpr bool may_widen(value_id v) { return !sums_.is_kept(v) && sums_.way_of(v) == way::rounded; }
  constexpr void widen(value_id v) {
    const node& n = g_[v];
    if (wide_[v] || n.code == op::gather || !may_widen(v)) return;
    wide_.insert(v);
    for (int k = 0; k < arity(n.code); ++k) widen(n.operand[k]);
  }
};

}  // namespace detail

/// What of a program is computed in double where its data is float; data in double is computed as it is.
constexpr value_set wide_values_of(const graph& program) {
  for (const node& n : program.nodes)  // most programs have no such sum
    if ((n.code == op::add || n.code == op::sub) && is_arithmetic(program[n.operand[0]].code) &&
        is_arithmetic(program[n.operand[1]].code))
      return detail::wide_finder(program).run();
  return {};
}

}  // namespace loom::rewrite
