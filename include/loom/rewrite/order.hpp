// SPDX-License-Identifier: BSL-1.0
// rewrite/order.hpp — why rewriting stops: orders on terms in which the right side of every rule is smaller.
// A path order compares the ops at the roots by a precedence, then the operands; it suits tables whose left sides are the
// higher ops (canonical, expand, cheap). Rules that only move things about need weights: tests/support/weights.hpp.
// Not included by the compiler: tests/laws/termination.cpp checks the tables, and a tool can check others.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/rule.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// The ranks of ops. Ops of one rank are incomparable, but for a class of ops that count as one.
struct precedence {
  int rank[op_count]{};
  op like[op_count]{};  ///< the op that stands for its class

  constexpr precedence() {
    for (int i = 0; i < op_count; ++i) like[i] = static_cast<op>(i);
  }
  constexpr bool above(op a, op b) const { return rank[static_cast<int>(a)] > rank[static_cast<int>(b)]; }
  constexpr bool same(op a, op b) const { return like[static_cast<int>(a)] == like[static_cast<int>(b)]; }
};

/// The recursive path order with multisets (Dershowitz, 1982): well-founded, and kept by every context. Since the operands
/// of an op are a multiset, a rule that the builder reads in another order of operands is smaller in that order as well.
class path_order {
 public:
  constexpr explicit path_order(const precedence& p) : ops_(p) {}

  constexpr bool decreases(const rule& r) const { return greater(r.lhs, r.lhs.size() - 1, r.rhs, r.rhs.size() - 1); }

  /// The same up to the order of operands, and up to ops of one class.
  constexpr bool equal(const term& s, int i, const term& t, int j) const {
    const term_node &a = s[i], &b = t[j];
    if (a.code == op::any || b.code == op::any) return a.code == b.code && a.bits == b.bits;
    if (!ops_.same(a.code, b.code) || (a.bits != b.bits && !names_axes(a.code))) return false;
    unsigned rest = operands(b);
    for (int x = 0; x < arity(a.code); ++x) rest = without_equal(s, a.operand[x], t, b, rest);
    return rest == 0;
  }

  /// Node i of s is greater than node j of t.
  constexpr bool greater(const term& s, int i, const term& t, int j) const {
    const term_node &a = s[i], &b = t[j];
    if (a.code == op::any) return false;
    for (int x = 0; x < arity(a.code); ++x)
      if (equal(s, a.operand[x], t, j) || greater(s, a.operand[x], t, j)) return true;
    if (b.code == op::any) return false;
    if (ops_.above(a.code, b.code)) {
      for (int y = 0; y < arity(b.code); ++y)
        if (!greater(s, i, t, b.operand[y])) return false;
      return true;
    }
    return ops_.same(a.code, b.code) && greater_operands(s, a, t, b);
  }

 private:
  precedence ops_;

  static constexpr unsigned operands(const term_node& n) { return (1u << arity(n.code)) - 1; }

  /// A set of operands of b less one that is equal to node x of s; a bit that never goes, if there is none.
  constexpr unsigned without_equal(const term& s, int x, const term& t, const term_node& b, unsigned set) const {
    for (int y = 0; y < arity(b.code); ++y)
      if (((set >> y) & 1u) != 0 && equal(s, x, t, b.operand[y])) return set & ~(1u << y);
    return set | 8u;
  }

  /// Of the operands that the two do not share, each of b is smaller than one of a.
  constexpr bool greater_operands(const term& s, const term_node& a, const term& t, const term_node& b) const {
    unsigned of_b = operands(b), of_a = 0;
    for (int x = 0; x < arity(a.code); ++x) {
      const unsigned rest = without_equal(s, a.operand[x], t, b, of_b);
      if ((rest & 8u) != 0) of_a |= 1u << x;
      else of_b = rest;
    }
    for (int y = 0; y < arity(b.code); ++y) {
      bool smaller = ((of_b >> y) & 1u) == 0;
      for (int x = 0; x < arity(a.code) && !smaller; ++x)
        smaller = ((of_a >> x) & 1u) != 0 && greater(s, a.operand[x], t, b.operand[y]);
      if (!smaller) return false;
    }
    return of_a != 0;
  }
};

}  // namespace loom::rewrite
