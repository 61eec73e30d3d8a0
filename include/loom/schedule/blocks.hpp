// SPDX-License-Identifier: BSL-1.0
// schedule/blocks.hpp — totals of entries that the loops may add up by blocks in the type of the data, and which logarithms a block
// takes as the logarithm of a product. A block is done again, entry by entry in double, where it is not finite.
// Layer 4 (schedule).
#pragma once

#include "loom/ir/uses.hpp"
#include "loom/rewrite/facts.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// The term of entry value `v` of a total that is one of these logarithms: v itself, or an operand of a sum; no_value if none is.
constexpr value_id log_term(const plan& p, value_id v) {
  if (p.log_sums[v]) return v;
  const node& n = p.program[v];
  if (n.code != op::add) return no_value;
  return p.log_sums[n.operand[0]] ? n.operand[0] : p.log_sums[n.operand[1]] ? n.operand[1] : no_value;
}

namespace detail {

/// Sums of entries only, none of them in double already.
constexpr bool adds_up_by_blocks(const plan& p, const step_range& body) {
  bool any = false;
  for (int i = body.begin; i < body.end; ++i) {
    if (p.steps[i].kind != action::total) continue;
    const node& n = p.program[p.steps[i].id];
    if (n.code != op::sum || p.levels[n.operand[0]] != level::element || p.wide[n.operand[0]]) return false;
    any = true;
  }
  return any && may_be_repeated(p, body);
}

/// Whether a pass that goes by blocks takes this total.
constexpr bool is_total_by_blocks(const plan& p, value_id sum) {
  for (const sweep& s : p.loops)
    for (const row_pass& pass : s.passes)
      for (int i = pass.body.begin; pass.by_blocks && i < pass.body.end; ++i)
        if (p.steps[i].kind == action::total && p.steps[i].id == sum) return true;
  return false;
}

}  // namespace detail

/// Logarithms of 1 + u, with u in [0,1], that only a total of entries takes in, alone or as a term. The product of 32 such factors is
/// below 2^32, and less 1 it keeps the digits of small u: p <- p (1 + u) + u.
constexpr value_set log_sums_of(const plan& p) {
  value_set found;
  for (int i = 0; i < p.program.size(); ++i) {
    const node& n = p.program[i];
    if (n.code != op::log1p || p.levels[i] != level::element || p.wide[i]) continue;
    const auto l = static_cast<value_id>(i);
    value_id sum = only_user(p.program, l);
    if (sum != no_value && p.program[sum].code == op::add && !p.wide[sum]) sum = only_user(p.program, sum);
    if (sum == no_value) continue;
    if (!detail::is_total_by_blocks(p, sum)) continue;
    rewrite::known_graph known(p.program);
    const rewrite::fact u = known.of(n.operand[0]);
    if (u.low >= 0 && u.high <= 1) found.insert(i);
  }
  return found;
}

/// Says of each pass whether its totals go by blocks, and which logarithms they take as products.
constexpr void choose_blocks(plan& p) {
  for (sweep& s : p.loops)
    for (row_pass& pass : s.passes) pass.by_blocks = detail::adds_up_by_blocks(p, pass.body);
  p.log_sums = log_sums_of(p);
}

}  // namespace loom::schedule
