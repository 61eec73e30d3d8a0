// SPDX-License-Identifier: BSL-1.0
// lang/running.hpp — running values: cumsum(x, T), from the last entry to the first with cumsum(x, T, reverse).
// They keep the shape. `exclusive`: entry t is what was before t. docs/reference/language.md has the table.
// Layer 2 (lang).
#pragma once

#include "loom/lang/operators.hpp"

namespace loom::inline LOOM_ABI::lang {

struct reverse_name {};
struct exclusive_name {};
/// After the axis of a running value: it runs from the last entry to the first.
inline constexpr reverse_name reverse{};
/// After the axis of a running value: each entry is what was before it, the first 0 (of a product 1, of a maximum or a logarithm -inf).
inline constexpr exclusive_name exclusive{};

namespace detail {

template <class Tag, class... Tags> inline constexpr int times_said = (0 + ... + std::is_same_v<Tag, Tags>);
template <class... Tags>
inline constexpr bool are_orders =
    times_said<reverse_name, Tags...> <= 1 && times_said<exclusive_name, Tags...> <= 1 &&
    times_said<reverse_name, Tags...> + times_said<exclusive_name, Tags...> == sizeof...(Tags);

/// The operand as it is: what a refused formula goes on as.
template <class A, class... More>
constexpr const A& first(const A& a, const More&...) {
  return a;
}

template <op Code, class... Tags, class Axis, class... Shapes, int... Counts>
constexpr auto running(const Axis& axis, const expression<Shapes, Counts>&... operands) {
  static_assert(axis_reference<Axis>,
                "loom: an axis is written axis<\"C\">, or as a negative number that counts from the last axis");
  static_assert(are_orders<Tags...>,
                "loom: a running value goes along one axis, and what follows the axis is reverse, exclusive or both");
  if constexpr (axis_reference<Axis> && are_orders<Tags...>)
    return shaped<running_shape<Code, times_said<reverse_name, Tags...> != 0, times_said<exclusive_name, Tags...> != 0,
                                typename axis_shape_of<Axis>::type, Shapes...>>(
        join_all(operands.literals..., axis_literal(axis)));
  else return first(operands...);
}

template <formula E>
constexpr E without_an_axis(const E& e) {
  static_assert(never<E>, "loom: a running value goes along one axis: cumsum(x, axis<\"T\">)");
  return e;
}

}  // namespace detail

#define LOOM_RUNNING(name)                                         \
  template <formula E, detail::axis_argument Axis, class... Order> \
  constexpr auto name(const E& e, Axis axis, Order...) {           \
    return detail::running<op::name, Order...>(axis, e);           \
  }                                                                \
  template <formula E> constexpr auto name(const E& e) { return detail::without_an_axis(e); }
LOOM_RUNNING(cumsum)  ///< the sum of the entries so far
LOOM_RUNNING(cumprod)  ///< the product of the entries so far
LOOM_RUNNING(cummax)  ///< the largest entry so far; the first of equal ones has its derivative
LOOM_RUNNING(logcumsumexp)  ///< log(cumsum(exp(e))), whatever the size of e
#undef LOOM_RUNNING

/// y_t = b_t + a_t y_(t-1), where y before the first entry is 0: discounted sums, moving averages. An operand without the axis is constant
/// along it. Where a is exactly 0 it begins anew, whatever was before.
template <operand B, operand A, class Axis, class... Order>
  requires((formula<B> || formula<A> || is_named_axis<Axis>::value) && detail::axis_argument<Axis>)
constexpr auto recurrence(const B& b, const A& a, Axis axis, Order...) {
  return detail::running<op::recurrence, Order...>(axis, detail::as_expression(b), detail::as_expression(a));
}
template <operand B, operand A>
  requires(formula<B> || formula<A>)
constexpr auto recurrence(const B& b, const A& a) {
  static_assert(detail::never<B>, "loom: a recurrence goes along one axis: recurrence(b, a, axis<\"T\">)");
  return b + a;
}

}  // namespace loom::lang
