// SPDX-License-Identifier: BSL-1.0
// schedule/blocks.hpp — totals of entries that the loops may add up by blocks in the type of the data, and which logarithms a total
// takes as that of a product. A block is done again, entry by entry in double, where it is not finite.
// Layer 4 (schedule).
#pragma once

#include "loom/ir/uses.hpp"
#include "loom/rewrite/guards.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// The term of value `v` of a total that is one of these logarithms: v itself, or a term of a sum; no_value if none is.
constexpr value_id log_term(const plan& p, value_id v) {
  if (!p.log_parts[v]) return no_value;
  if (p.log_sums[v]) return v;
  const node& n = p.program[v];
  return log_term(p, n.operand[p.log_parts[n.operand[0]] ? 0 : 1]);
}
/// Whether it is subtracted.
constexpr bool log_is_subtracted(const plan& p, value_id v) {
  const node& n = p.program[v];
  if (p.log_sums[v]) return false;
  if (n.code == op::neg) return !log_is_subtracted(p, n.operand[0]);
  if (p.log_parts[n.operand[0]]) return log_is_subtracted(p, n.operand[0]);
  return log_is_subtracted(p, n.operand[1]) != (n.code == op::sub);
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

/// What takes in the longest sum that v is a term of; no_value if a part of it has another user.
constexpr value_id user_of_sum(const plan& p, value_id v) {
  value_id user = only_user(p.program, v);
  while (user != no_value && !p.wide[user]) {
    const op code = p.program[user].code;
    if (code != op::add && code != op::sub && code != op::neg) break;
    user = only_user(p.program, user);
  }
  return user;
}

/// Whether a sweep adds up these row values.
constexpr bool is_total_of_rows(const plan& p, value_id sum) {
  const node& n = p.program[sum];
  if (n.code != op::sum || p.levels[n.operand[0]] != level::row || p.wide[n.operand[0]]) return false;
  for (const sweep& s : p.loops)
    for (value_id t : s.totals)
      if (t == sum) return true;
  return false;
}

/// Whether 1 + u may be a factor.
constexpr bool fits_product(const plan& p, value_id u, bool of_entries) {
  rewrite::known_graph known(p.program);
  const rewrite::fact& f = known.of(u);
  if (of_entries) return f.low >= 0 && f.high <= 1;
  return f.low >= 0 || (p.program[u].code == op::rest && rewrite::guards::is_sum_of_peak(known, p.program[u]));
}

}  // namespace detail

/// Finds logarithms that only a total takes in, alone or as a term; one of each total. Of entries, those of 1 + u with u in [0,1]: the
/// product of 32 such factors is below 2^32, and less 1 it keeps the digits of small u: p <- p (1 + u) + u. And those of any number:
/// a product in double has room for eight floats, and is done again where it has not. Of rows, those of 1 + u with u >= 0, or -1 where a row is empty.
constexpr void find_log_sums(plan& p) {
  for (int i = 0; i < p.program.size(); ++i) {
    const node& n = p.program[i];
    const bool of_entries = p.levels[i] == level::element;
    if ((n.code != op::log1p && (n.code != op::log || !of_entries)) || p.levels[i] == level::scalar || p.wide[i])
      continue;
    const value_id sum = detail::user_of_sum(p, static_cast<value_id>(i));
    if (sum == no_value || !(of_entries ? detail::is_total_by_blocks(p, sum) : detail::is_total_of_rows(p, sum)))
      continue;
    if (p.log_parts[p.program[sum].operand[0]]) continue;
    if (n.code == op::log1p && !detail::fits_product(p, n.operand[0], of_entries)) continue;
    p.log_sums.insert(i);
    for (auto part = static_cast<value_id>(i); part != sum; part = only_user(p.program, part)) p.log_parts.insert(part);
  }
}

/// Says of each pass whether its totals go by blocks, and which logarithms they take as products.
constexpr void choose_blocks(plan& p) {
  for (sweep& s : p.loops)
    for (row_pass& pass : s.passes) pass.by_blocks = detail::adds_up_by_blocks(p, pass.body);
  find_log_sums(p);
}

}  // namespace loom::schedule
