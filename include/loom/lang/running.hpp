// SPDX-License-Identifier: BSL-1.0
// lang/running.hpp — running values: cumsum(x, T), from the last entry to the first with cumsum(x, T, reverse); and chains of states.
// Running values keep the shape, as orders do. `exclusive`: entry t is what was before t. docs/reference/language.md has the tables.
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

/// A running value along one axis, of the shape of e: name(e, axis), with reverse and exclusive after the axis.
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

/// The positions of the entries along an axis from the smallest to the largest, equal ones as they stand, NaN last: an index, as argmin is, and
/// a constant for differentiation. x(C = order(y, C)) is x in the order of y. With `reverse` after the axis from the largest to the smallest.
template <formula E, detail::axis_argument Axis, class... Order>
constexpr auto order(const E& e, Axis axis, Order...) {
  static_assert(detail::are_orders<Order...> && detail::times_said<exclusive_name, Order...> == 0,
                "loom: order(e, C) sorts along one axis, and what follows the axis is reverse or nothing");
  if constexpr (detail::are_orders<Order...> && detail::times_said<exclusive_name, Order...> == 0)
    return detail::running<op::order, Order...>(axis, e);
  else return e;
}
template <formula E>
constexpr E order(const E& e) {
  static_assert(detail::never<E>, "loom: entries are sorted along one axis: order(x, axis<\"C\">)");
  return e;
}

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

namespace detail {

/// S = R, or S = S - K: where the states of a chain come from.
template <class Place> struct is_chain_place : std::false_type {};
template <fixed_string To, fixed_string From>
struct is_chain_place<place_binding<place_shape<axis_name<To>, position_shape<axis_name<From>>>, 0>> : std::true_type {
};
template <fixed_string To, fixed_string Move>
struct is_chain_place<place_binding<
    place_shape<axis_name<To>, apply_shape<op::sub, position_shape<axis_name<To>>, position_shape<axis_name<Move>>>>,
    0>> : std::true_type {};

/// Whether these are an axis and where the states come from.
template <class... Rest> inline constexpr bool is_chain = false;
template <fixed_string Along, class Place>
inline constexpr bool is_chain<axis_name<Along>, Place> = is_chain_place<Place>::value;

template <op Code, class States, int A, class Moves, int B, class Axis, class Place>
constexpr auto chain(const expression<States, A>& e, const expression<Moves, B>& moves, Axis, place_binding<Place, 0>) {
  return shaped<chain_shape<Code, States, Moves, Axis, Place>>(join_all(e.literals, moves.literals));
}

}  // namespace detail

/// A chain of states along an axis T, of the shape of e: moves go from state R to state S, or by K, S = S - K.
#define LOOM_CHAIN(code)                                                                                         \
  template <operand E, operand A, class... Rest>                                                                 \
    requires(formula<E> || formula<A>)                                                                           \
  constexpr auto code(const E& e, const A& moves, const Rest&... rest) {                                         \
    static_assert(detail::is_chain<Rest...>,                                                                     \
                  "loom: a chain is written forward(e, a, T, S = R), where a moves from state R to state S, or " \
                  "forward(e, a, T, S = S - K), where it moves by K; likewise viterbi(...)");                    \
    if constexpr (detail::is_chain<Rest...>)                                                                     \
      return detail::chain<op::code>(detail::as_expression(e), detail::as_expression(moves), rest...);           \
    else return e + moves;                                                                                       \
  }
/// y_t[s] = e_t[s] + log(sum over r of exp(y_(t-1)[r] + a[r, s])), y_0 = e_0: how likely all ways to each state are together.
LOOM_CHAIN(forward)
/// The same with the largest in the place of the logarithm of the sum: the best way to each state. Of equal ones the first has the derivative.
LOOM_CHAIN(viterbi)
#undef LOOM_CHAIN

}  // namespace loom::lang
