// SPDX-License-Identifier: BSL-1.0
// lang/operators.hpp — + - * / and comparisons between formulas, or a formula and a number.
// Layer 2 (lang).
#pragma once

#include "loom/lang/expression.hpp"

namespace loom::inline LOOM_ABI::lang {

// An axis stands for its positions, as i does in x_i: N != M.
#define LOOM_OPERATOR(symbol, code)                                 \
  template <index_operand A, index_operand B>                       \
    requires(!(std::is_arithmetic_v<A> && std::is_arithmetic_v<B>)) \
  constexpr auto operator symbol(const A& a, const B& b) {          \
    return detail::apply_to<op::code>(a, b);                        \
  }

LOOM_OPERATOR(+, add)
LOOM_OPERATOR(-, sub)
LOOM_OPERATOR(*, mul)
LOOM_OPERATOR(/, div)
LOOM_OPERATOR(==, eq)
LOOM_OPERATOR(!=, ne)
LOOM_OPERATOR(<, lt)
LOOM_OPERATOR(<=, le)
LOOM_OPERATOR(>, gt)
LOOM_OPERATOR(>=, ge)

#undef LOOM_OPERATOR

template <formula E> constexpr auto operator-(const E& e) { return detail::apply<op::neg>(e); }
template <fixed_string Name> constexpr auto operator-(axis_name<Name> axis) { return detail::apply_to<op::neg>(axis); }
template <formula E> constexpr auto operator!(const E& e) { return detail::apply<op::logical_not>(e); }
template <formula A, formula B> constexpr auto operator&&(const A& a, const B& b) {
  return detail::apply<op::logical_and>(a, b);
}
template <formula A, formula B> constexpr auto operator||(const A& a, const B& b) {
  return detail::apply<op::logical_or>(a, b);
}

}  // namespace loom::lang
