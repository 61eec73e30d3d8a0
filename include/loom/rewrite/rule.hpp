// SPDX-License-Identifier: BSL-1.0
// rewrite/rule.hpp — a rewrite rule: a name, two terms and a guard.
// Rules live in tables (rewrite/rules/*.hpp). What every rule must satisfy is tested as laws (tests/laws/rules.cpp):
// the right side binds nothing new, both sides agree wherever the left is defined, and a table reaches a fixed point.
// Layer 2 (rewrite).
#pragma once

#include <initializer_list>
#include "loom/base/text_view.hpp"

#include "loom/rewrite/facts.hpp"
#include "loom/rewrite/term.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// What the variables of a rule stand for.
struct matched {
  value_id variable[terms::max_variables] = {no_value, no_value, no_value, no_value, no_value};
  axis_set k = 0;
  bool k_bound = false;

  constexpr value_id operator[](const terms::written& name) const { return variable[name.bits]; }
};

using guard = bool (*)(known_graph&, const matched&);

/// A rule as a table spells it.
struct written_rule {
  text_view name;
  terms::written lhs, rhs;
  guard holds = nullptr;  ///< nullptr: always
};

struct rule {
  text_view name;
  term lhs, rhs;
  guard holds = nullptr;
  // Looked up at every value of every formula, so prepared once:
  unsigned readings =
      1;  ///< in how many orders the left side can be read: two for every commutative op, equal operands or not
  op operand[2] = {op::any, op::any};  ///< of the root of the left side; op::any: whatever stands there
  int next = 0;  ///< the next row of the table with the same root, + 1
};

/// Rules indexed by the op at the root of the left side.
class rule_table {
 public:
  fixed_vector<rule, 80> rows;
  int own = 0;  ///< the first rows, written in this table; the others are another's
  int first[op_count]{};  ///< row + 1

  constexpr rule_table(std::initializer_list<written_rule> list) {
    write(list);
    index();
  }
  /// With the rows of another table after its own.
  constexpr rule_table(std::initializer_list<written_rule> list, const rule_table& more) {
    write(list);
    for (const rule& r : more.rows) rows.push_back(r);
    index();
  }
  rule_table(const rule_table&) = delete;  // its terms are nodes of its own
  rule_table& operator=(const rule_table&) = delete;

  /// Finds the rows again, after their order changed.
  constexpr void index() {
    for (int& row : first) row = 0;
    for (int i = rows.size() - 1; i >= 0; --i) {
      int& head = first[static_cast<int>(rows[i].lhs.root().code)];
      rows[i].next = head;
      head = i + 1;
    }
  }

 private:
  term_nodes<640> nodes_;

  constexpr void write(std::initializer_list<written_rule> list) {
    own = static_cast<int>(list.size());
    for (const written_rule& r : list) {
      rows.push_back({r.name, nodes_.add(r.lhs), nodes_.add(r.rhs), r.holds});
      prepare(rows[rows.size() - 1]);
    }
  }
  static constexpr void prepare(rule& r) {
    for (const term_node& n : r.lhs) r.readings *= info(n.code).commutative ? 2 : 1;
    const term_node& root = r.lhs.root();
    for (int k = 0; k < 2 && k < arity(root.code); ++k) r.operand[k] = r.lhs[root.operand[k]].code;
  }
};

/// What a rule asks of the first two operands, in either order if the op commutes: most rules fail here.
constexpr bool operands_fit(const op (&wanted)[2], op a, op b, bool commutative) {
  return ((wanted[0] == op::any || wanted[0] == a) && (wanted[1] == op::any || wanted[1] == b)) ||
         (commutative && (wanted[0] == op::any || wanted[0] == b) && (wanted[1] == op::any || wanted[1] == a));
}

}  // namespace loom::rewrite
