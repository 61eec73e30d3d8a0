// SPDX-License-Identifier: BSL-1.0
// schedule/labels.hpp — passes over rows of which one entry is the label's, and what is 0 for the others: the loops along rows do the vector
// with the label apart.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

namespace detail {

/// The label whose one-hots are all that a pass has along its row, and which stands for the row's largest entry in a guess; else no_value.
constexpr value_id label_of(const plan& p, const sweep& s, int pass) {
  value_id label = no_value;
  if (p.column_order.size() != 1) return label;
  if (s.guess.pass >= 0 && pass == s.guess.pass + 1) {
    const node& stand_in = p.program[s.guess.stand_in];
    if (stand_in.over() != p.column_axes) return no_value;
    label = stand_in.operand[1];
  }
  for (int i = s.passes[pass].body.begin; i < s.passes[pass].body.end; ++i) {
    const node& n = p.program[p.steps[i].id];
    if (p.steps[i].kind != action::compute || n.code != op::onehot || n.over() != p.column_axes) continue;
    if (p.levels[n.operand[0]] == level::element || (label != no_value && label != n.operand[0])) return no_value;
    label = n.operand[0];
  }
  return label;
}

/// Whether value v is 0 for entries that no label names, as its operands are; if what values of the row multiply it with is finite.
constexpr bool is_zero_unlabelled(const plan& p, value_id v) {
  const node& n = p.program[v];
  const auto zero = [&](int k) { return p.zero_unlabelled[n.operand[k]]; };
  const auto of_row = [&](int k) { return p.levels[n.operand[k]] != level::element; };
  switch (n.code) {
    case op::onehot: return n.over() == p.column_axes;
    case op::neg:
    case op::mul0: return zero(0);
    case op::mul: return (zero(0) && of_row(1)) || (zero(1) && of_row(0));
    case op::add:
    case op::sub: return zero(0) && zero(1);
    default: return false;
  }
}

}  // namespace detail

/// Names the label of each pass that has one; passes whose totals go by blocks have none.
constexpr void find_labels(plan& p) {
  bool any = false;
  for (sweep& s : p.loops)
    for (int i = 0; i < s.passes.size(); ++i) {
      s.passes[i].label = s.passes[i].by_blocks ? value_id{no_value} : detail::label_of(p, s, i);
      any = any || s.passes[i].label != no_value;
    }
  for (int v = 0; any && v < p.program.size(); ++v)
    if (detail::is_zero_unlabelled(p, static_cast<value_id>(v))) p.zero_unlabelled.insert(v);
}

}  // namespace loom::schedule
