// SPDX-License-Identifier: BSL-1.0
// schedule/kernels.hpp — what facts say of the values that a function is asked for, where the loops have a shorter one for them.
// Layer 4 (schedule).
#pragma once

#include "loom/rewrite/facts.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// Far from where an exponential of a float overflows.
inline constexpr double low_exponent = 64;

namespace detail {

/// One that is shifted by a guess may be larger than one that is shifted by the largest entry.
constexpr bool is_shifted_by_a_guess(const plan& p, const node& exponential) {
  for (const sweep& s : p.loops)
    if (s.guess.pass >= 0 && p.program[exponential.operand[0]].operand[1] == s.guess.shift) return true;
  return false;
}

}  // namespace detail

/// Exponentials whose exponent is at most that, or NaN.
constexpr value_set low_exponents_of(const plan& p) {
  value_set low, asked;
  for (int i = 0; i < p.program.size(); ++i)
    if (p.program[i].code == op::exp && !detail::is_shifted_by_a_guess(p, p.program[i])) asked.insert(i);
  if (!asked.any()) return low;
  rewrite::known_graph known(p.program);
  for (int i = 0; i < p.program.size(); ++i)
    if (asked[i] && known.of(p.program[i].operand[0]).high <= low_exponent) low.insert(i);
  return low;
}

}  // namespace loom::schedule
