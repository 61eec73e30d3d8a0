// SPDX-License-Identifier: BSL-1.0
// rewrite/rule.hpp — a rewrite rule: a name, two terms and a guard.
// Rules live in tables (rewrite/rules/), which are compiled ahead of users' files (rewrite/compiled/). What every rule must
// satisfy is tested as laws (tests/laws/rules.cpp):
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

/// The terms of a sum of any length, by number, each with its sign.
template <int Capacity>
struct signed_terms {
  std::int16_t term[Capacity]{};
  bool minus[Capacity]{};
  int count = 0;

  constexpr void push_back(int t, bool m) {
    term[count] = static_cast<std::int16_t>(t);
    minus[count++] = m;
  }
  /// Those of value v of nodes that add, subtract and negate; what does not fit stays a sum.
  template <class Nodes>
  constexpr void read(const Nodes& nodes, int v, bool m, int room = Capacity) {
    const auto& n = nodes[v];
    if (n.code == op::neg) return read(nodes, n.operand[0], !m, room);
    if (!adds(n.code) || count + 2 > room) return push_back(v, m);
    read(nodes, n.operand[0], m, room - 1);
    read(nodes, n.operand[1], m != (n.code == op::sub), room);
  }
  static constexpr bool adds(op code) { return code == op::add || code == op::sub; }
};

/// A rule as a table spells it.
struct written_rule {
  text_view name;
  terms::written lhs, rhs;
  guard holds = nullptr;  ///< nullptr: always
  /// Whether the left side is about any terms of a longer sum, with their signs or all with the opposite ones.
  bool terms_of_sum = false;
};

/// A rule about a sum: its terms may stand anywhere in a longer one, in any order.
constexpr written_rule in_a_sum(text_view name, const terms::written& lhs, const terms::written& rhs,
                                guard holds = nullptr) {
  return {name, lhs, rhs, holds, true};
}

struct rule {
  text_view name;
  term lhs, rhs;
  guard holds = nullptr;
  // Looked up at every value of every formula, so prepared once:
  unsigned readings =
      1;  ///< in how many orders the left side can be read: two for every commutative op, equal operands or not
  op operand[2] = {op::any, op::any};  ///< of the root of the left side; op::any: whatever stands there
  int next = 0;  ///< the next row of the table with the same root, + 1
  signed_terms<4> parts;  ///< of a rule about a sum: its terms, those that say most first; else none
};

/// The rows of a table.
struct rule_rows {
  const rule* items = nullptr;
  int count = 0;

  constexpr int size() const { return count; }
  constexpr const rule& operator[](int i) const { return items[i]; }
  constexpr const rule* begin() const { return items; }
  constexpr const rule* end() const { return items + count; }
};

/// Those about sums, by number.
struct rows_of_sums {
  const std::int16_t* items = nullptr;
  int count = 0;

  constexpr int size() const { return count; }
  constexpr int operator[](int i) const { return items[i]; }
};

/// Rules indexed by the op at the root of the left side.
struct rule_table {
  rule_rows rows;
  const rule_table* more = nullptr;  ///< whose rows are tried where none of these fits
  bool of_a_user = false;  ///< not proved to stop, nor to keep axes
  bool spells_ops = false;  ///< brings what the loops compute in the place of what they do not
  const std::int16_t* first = nullptr;  ///< of each op, row + 1
  rows_of_sums of_sums;
  /// Which of them to try where a term of a sum, or a factor of one, is this op: a bit of each.
  const std::uint64_t* sums_with = nullptr;
};

/// A table as it is written: its rows, its terms and its indices, room for `Nodes` nodes. Loom's own are compiled ahead
/// (rewrite/compiled/).
template <int Nodes = 1024>
class written_rules : public rule_table {
 public:
  constexpr written_rules(std::initializer_list<written_rule> list, const rule_table* more_rules = nullptr,
                          bool spells = false) {
    more = more_rules;
    spells_ops = spells;
    write(list);
    index();
  }
  written_rules(const written_rules&) = delete;  // its terms are nodes of its own
  written_rules& operator=(const written_rules&) = delete;

 protected:
  fixed_vector<rule, 160> rows_;

  /// Finds the rows again, after their order changed.
  constexpr void index() {
    rows = {rows_.items, rows_.size()};
    first = first_;
    sums_with = sums_with_;
    for (std::int16_t& row : first_) row = 0;
    of_sums_.count = 0;
    for (std::uint64_t& rules : sums_with_) rules = 0;
    for (int i = 0; i < rows_.size(); ++i) {
      if (rows_[i].parts.count == 0) continue;
      const std::uint64_t bit = std::uint64_t{1} << of_sums_.size();
      if (const op rare = rarest(rows_[i]); rare != op::any) sums_with_[static_cast<int>(rare)] |= bit;
      else
        for (std::uint64_t& rules : sums_with_) rules |= bit;
      of_sums_.push_back(static_cast<std::int16_t>(i));
    }
    of_sums = {of_sums_.items, of_sums_.size()};
    if (more != nullptr && of_sums.size() + more->of_sums.size() > 64)  // a bit of each
      limit::too_many_elements_for_a_fixed_vector();
    for (int i = rows_.size() - 1; i >= 0; --i) {
      if (rows_[i].parts.count != 0) continue;
      std::int16_t& head = first_[static_cast<int>(rows_[i].lhs.root().code)];
      rows_[i].next = head;
      head = static_cast<std::int16_t>(i + 1);
    }
  }

 private:
  term_nodes<Nodes> nodes_;
  std::int16_t first_[op_count]{};
  fixed_vector<std::int16_t, 64> of_sums_;
  std::uint64_t sums_with_[op_count]{};

  constexpr void write(std::initializer_list<written_rule> list) {
    for (const written_rule& r : list) {
      rows_.push_back({r.name, nodes_.add(r.lhs), nodes_.add(r.rhs), r.holds, 1, {op::any, op::any}, 0, {}});
      prepare(rows_[rows_.size() - 1]);
      if (r.terms_of_sum) take_apart(rows_[rows_.size() - 1]);
    }
  }

  static constexpr bool is_common(op code) {
    return code == op::any || code == op::constant || code == op::mul || code == op::div;
  }
  /// Of the ops that a rule asks a sum for, one that few sums have: of a term, or of the factors of one. op::any: there is none.
  static constexpr op rarest(const rule& r) {
    op found = op::any;
    for (int i = 0; i < r.parts.count; ++i) {
      const term_node n = r.lhs[r.parts.term[i]];
      if (is_common(n.code))
        for (int k = 0; k < arity(n.code); ++k)
          if (const op factor = r.lhs.code(n.operand[k]); !is_common(factor)) found = factor;
    }
    for (int i = 0; i < r.parts.count; ++i)
      if (const op code = r.lhs.code(r.parts.term[i]); !is_common(code)) found = code;
    return found;
  }
  static constexpr void take_apart(rule& r) {
    signed_terms<4> parts;
    parts.read(r.lhs, r.lhs.size() - 1, false);
    for (const bool variables : {false, true})
      for (int i = 0; i < parts.count; ++i)
        if ((r.lhs.code(parts.term[i]) == op::any) == variables) r.parts.push_back(parts.term[i], parts.minus[i]);
  }
  static constexpr void prepare(rule& r) {
    for (const term_node& n : r.lhs) r.readings *= info(n.code).commutative ? 2 : 1;
    const term_node root = r.lhs.root();
    for (int k = 0; k < 2 && k < arity(root.code); ++k) r.operand[k] = r.lhs.code(root.operand[k]);
  }
};

}  // namespace loom::rewrite
