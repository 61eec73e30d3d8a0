// SPDX-License-Identifier: BSL-1.0
// schedule/kernels.hpp — where facts keep an operand in a domain for which the loops have a shorter function.
// Layer 4 (schedule).
#pragma once

#include "loom/rewrite/facts.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// A function of the loops for operands in a domain, and its largest error.
struct bounded_function {
  op code;
  interval domain;
  ir::ulp_bound ulp;
};

namespace detail {

struct bounded_functions {
  using in = interval;
  using ulp = ir::ulp_bound;
  static constexpr double infinity = numeric::infinity;
#define LOOM_BOUNDED(name, domain, error, ...) {op::name, domain, error},
  static constexpr bounded_function all[] = {
#include "loom/ir/bounded.def"
  };
};

}  // namespace detail

/// The function for operands in a domain, of an op that has one; or null.
constexpr const bounded_function* bounded_function_of(op code) {
  for (const bounded_function& f : detail::bounded_functions::all)
    if (f.code == code) return &f;
  return nullptr;
}

/// Operations on entries whose operand is in the domain of their bounded function, or NaN.
constexpr value_set bounded_operations(const plan& p) {
  value_set bounded, asked;
  for (int i = 0; i < p.program.size(); ++i)
    // What is shifted by a guess may be larger than what is shifted by the largest entry.
    if (p.levels[i] == level::element && bounded_function_of(p.program[i].code) != nullptr && !is_guessed(p, i) &&
        !p.tied[i])
      asked.insert(i);
  if (!asked.any()) return bounded;
  rewrite::known_graph known(p.program);
  for (int i = 0; i < p.program.size(); ++i) {
    if (!asked[i]) continue;
    const rewrite::fact& operand = known.of(p.program[i].operand[0]);
    const interval domain = bounded_function_of(p.program[i].code)->domain;
    if (domain.low <= operand.low && operand.high <= domain.high) bounded.insert(i);
  }
  return bounded;
}

}  // namespace loom::schedule
