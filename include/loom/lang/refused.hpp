// SPDX-License-Identifier: BSL-1.0
// lang/refused.hpp — what other languages and libraries write and Loom does not: each in one sentence, instead of a list of
// candidates. expression.hpp has those that must be members.
// Layer 2 (lang).
#pragma once

#include "loom/lang/operators.hpp"

namespace loom::inline LOOM_ABI::lang {

template <formula A, operand B>
constexpr auto operator^(const A& a, const B&) {
  static_assert(detail::never<A>, "loom: ^ is no power; write square(x), or pow(x, 3.0)");
  return a;
}

// A formula is a type of its own, so a variable cannot hold first one and then another.
#define LOOM_REFUSED_ASSIGNMENT(symbol)                                                                      \
  template <formula A, operand B>                                                                            \
  constexpr A& operator symbol(A & a, const B&) {                                                            \
    static_assert(detail::never<A>,                                                                          \
                  "loom: a formula cannot be changed; give the next one a name of its own: auto b = a + c"); \
    return a;                                                                                                \
  }
LOOM_REFUSED_ASSIGNMENT(+=)
LOOM_REFUSED_ASSIGNMENT(-=)
LOOM_REFUSED_ASSIGNMENT(*=)
LOOM_REFUSED_ASSIGNMENT(/=)
#undef LOOM_REFUSED_ASSIGNMENT

template <formula A, formula B>
constexpr auto matmul(const A& a, const B& b) {
  static_assert(
      detail::never<A>,
      "loom: a product of matrices is a sum over the axis they share: sum(a * b, axis<\"D\">) of a[N,D] and b[M,D]");
  return a * b;
}

}  // namespace loom::lang
