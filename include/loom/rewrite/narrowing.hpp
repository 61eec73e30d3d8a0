// SPDX-License-Identifier: BSL-1.0
// rewrite/narrowing.hpp — reductions over axes that their operand does not have: what a rule may leave behind.
// Such a reduction is of equal rows: a column of reductions.def says what that is.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/term.hpp"

namespace loom::inline LOOM_ABI::rewrite::detail {

/// Terms over terms::a, what is left of a reduction or of a row function, and terms::b, how often it is repeated.
class narrowing_table {
 public:
  constexpr const term& operator[](op code) const { return rows_[row(code)]; }

  constexpr narrowing_table() {
    using namespace terms;  // NOLINT: the rows are written in it
    const written &y = terms::a, &n = terms::b;
#define LOOM_REDUCTION(code, name, word, cost, entry, identity, combine, finish, part, rounding, fact, update, end, \
                       repeated, ...)                                                                               \
  set(op::code, repeated);
#define LOOM_MASK_REDUCTION(code, ...) set(op::code, y);
#define LOOM_REDUCTION_COMPOSED(code, name, cost, entry, scale, fact, term, finish, repeated, ...) \
  set(op::code, repeated);
#include "loom/ir/reductions.def"
    set(op::softmax, y / n);
    set(op::log_softmax, y - log(n));
  }
  narrowing_table(const narrowing_table&) = delete;  // its terms are nodes of its own
  narrowing_table& operator=(const narrowing_table&) = delete;

 private:
  term_nodes<48> nodes_;
  term rows_[reduction_count + 2];

  static constexpr int row(op code) { return static_cast<int>(code) - first_reduction; }
  constexpr void set(op code, const terms::written& t) { rows_[row(code)] = nodes_.add(t); }
};

inline constexpr narrowing_table narrowings;

/// Whether the sum of v over these axes takes no loop: what is constant along them, one-hot vectors and their products with anything (an
/// entry of it), and what is linear in those.
constexpr bool sums_without_a_loop(const graph& g, value_id v, axis_set over) {
  const node& n = g[v];
  if ((n.axes & over) == 0) return true;
  const auto operand = [&](int k) { return sums_without_a_loop(g, n.operand[k], over); };
  const auto is_constant = [&](int k) { return (g[n.operand[k]].axes & over) == 0; };
  switch (n.code) {
    case op::onehot: return n.over() == over;
    case op::neg: return operand(0);
    case op::add:
    case op::sub: return operand(0) && operand(1);
    case op::mul:
      for (int k = 0; k < 2; ++k) {
        const node& factor = g[n.operand[k]];
        if ((factor.code == op::onehot && factor.over() == over) || (is_constant(k) && operand(1 - k))) return true;
      }
      return false;
    case op::div: return is_constant(1) && operand(0);
    default: return false;
  }
}

}  // namespace loom::rewrite::detail
