// SPDX-License-Identifier: BSL-1.0
// rewrite/rule.hpp — a rewrite rule: a name, two terms and a guard.
// Rules live in tables (rewrite/rules/*.hpp). What every rule must satisfy is tested as laws (tests/laws/rules.cpp):
// the right side binds nothing new, both sides agree wherever the left is defined, and a table reaches a fixed point.
// Layer 2 (rewrite).
#pragma once

#include <string_view>

#include "loom/rewrite/facts.hpp"
#include "loom/rewrite/term.hpp"

namespace loom {

/// What the variables of a rule stand for.
struct matched {
  value_id variable[terms::max_variables] = {no_value, no_value, no_value, no_value, no_value};
  axis_set k = 0;
  bool k_bound = false;
};

using guard = bool (*)(const graph&, const matched&);

struct rule {
  std::string_view name;
  term lhs;
  term rhs;
  guard holds = nullptr;  ///< nullptr: always

  /// In how many orders the left side can be read: two for every commutative op. Two equal operands still count.
  constexpr unsigned readings() const {
    unsigned count = 1;
    for (const node& n : lhs.nodes) count *= info(n.code).commutative ? 2 : 1;
    return count;
  }
};

/// Rules indexed by the op at the root of the left side.
template <int Count>
struct rule_table {
  rule rows[Count];
  std::int16_t first[op_count]{};  // row + 1
  std::int16_t next[Count]{};
  // Looked up at every value of every formula, so prepared once:
  unsigned readings[Count]{};
  op operand[Count][2]{};  // op::any: whatever stands there

  constexpr explicit rule_table(const rule (&list)[Count]) {
    for (int i = 0; i < Count; ++i) rows[i] = list[i];
    for (int i = Count - 1; i >= 0; --i) {
      std::int16_t& head = first[static_cast<int>(rows[i].lhs.root().code)];
      next[i] = head;
      head = static_cast<std::int16_t>(i + 1);
      readings[i] = rows[i].readings();
      const term& lhs = rows[i].lhs;
      for (int k = 0; k < 2; ++k) operand[i][k] = k < arity(lhs.root().code) ? lhs[lhs.root().operand[k]].code : op::any;
    }
  }
};

/// What a rule asks of the first two operands, in either order if the op commutes: most rules fail here.
constexpr bool operands_fit(const op (&wanted)[2], op a, op b, bool commutative) {
  return ((wanted[0] == op::any || wanted[0] == a) && (wanted[1] == op::any || wanted[1] == b)) ||
         (commutative && (wanted[0] == op::any || wanted[0] == b) && (wanted[1] == op::any || wanted[1] == a));
}

/// Guards, named for the tables. Variables a b c m of a rule are 0 1 2 4.
namespace guards {

constexpr bool ratio_of_exponentials(const graph& g, const matched& w) {
  return facts::nonnegative(g, w.variable[0]) && facts::nonnegative(g, w.variable[1]) &&
         (facts::exponential(g, w.variable[0]) || facts::exponential(g, w.variable[1]));
}
/// b does not vary along k.
constexpr bool b_constant_along_k(const graph& g, const matched& w) { return (g[w.variable[1]].axes & w.k) == 0; }
/// a is the factor that can be 0, b the logarithm that can be infinite; and a 0 in b must not be its own logarithm.
constexpr bool zero_times_logarithm(const graph& g, const matched& w) {
  return facts::may_be_zero(g, w.variable[0]) && facts::logarithmic(g, w.variable[1]) && !facts::logarithmic(g, w.variable[0]);
}
/// b has fewer axes than a, so its reciprocal is taken once for many.
constexpr bool b_is_shared(const graph& g, const matched& w) {
  const axis_set over = g[w.variable[0]].axes, under = g[w.variable[1]].axes;
  return under != over && includes(over, under);
}
constexpr bool a_varies_along_k(const graph& g, const matched& w) { return (g[w.variable[0]].axes & w.k) != 0; }

}  // namespace guards

}  // namespace loom
