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

}  // namespace loom::rewrite::detail
