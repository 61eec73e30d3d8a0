// SPDX-License-Identifier: BSL-1.0
// lang/functions.hpp — the functions of the formula language.
// Elementwise functions follow <cmath> in name, domain and special values. Reductions take axes by name or by negative
// position, or none for all. docs/reference/language.md has the table.
// Layer 2 (lang).
#pragma once

#include "loom/lang/operators.hpp"

namespace loom::inline LOOM_ABI::lang {

// The rows of ops.def that are written as functions. At a tie of min or max each has half the derivative.
#define LOOM_UNARY_FUNCTION(name) \
  template <formula E> constexpr auto name(const E& e) { return detail::apply<op::name>(e); }
#define LOOM_BINARY_FUNCTION(name)              \
  template <operand A, operand B>               \
    requires(formula<A> || formula<B>)          \
  constexpr auto name(const A& a, const B& b) { \
    return detail::apply_to<op::name>(a, b);    \
  }
#define LOOM_AS_function(write, name) write(name)
#define LOOM_AS_symbol(write, name)
#define LOOM_AS_internal(write, name)
#define LOOM_UNARY(name, cost, text, notation, ...) LOOM_AS_##notation(LOOM_UNARY_FUNCTION, name)
#define LOOM_UNARY_COMPOSED(name, notation, ...) LOOM_AS_##notation(LOOM_UNARY_FUNCTION, name)
#define LOOM_BINARY(name, cost, text, notation, ...) LOOM_AS_##notation(LOOM_BINARY_FUNCTION, name)
#define LOOM_BINARY_COMPOSED(name, notation, ...) LOOM_AS_##notation(LOOM_BINARY_FUNCTION, name)
#include "loom/ir/ops.def"
LOOM_UNARY_FUNCTION(relu)           ///< max(e, 0); its derivative at 0 is 0
LOOM_UNARY_FUNCTION(stop_gradient)  ///< e, taken as a constant by differentiation
LOOM_UNARY_FUNCTION(log2)           ///< log(e) / log(2), and stable where that is
LOOM_UNARY_FUNCTION(log10)          ///< log(e) / log(10), and stable where that is
LOOM_UNARY_FUNCTION(number)         ///< labels as numbers; of a mask 1 where it holds, 0 elsewhere
LOOM_UNARY_FUNCTION(isnan)          ///< a mask: whether e is NaN
LOOM_UNARY_FUNCTION(isfinite)       ///< a mask: whether e is neither NaN nor infinite
LOOM_BINARY_FUNCTION(lbeta)         ///< lgamma(a) + lgamma(b) - lgamma(a + b), the logarithm of the beta function
/// The positions 0, 1, 2, ... along an axis as numbers.
template <fixed_string Name> constexpr auto number(axis_name<Name> axis) { return detail::apply_to<op::number>(axis); }
#undef LOOM_AS_function
#undef LOOM_AS_symbol
#undef LOOM_AS_internal
#undef LOOM_UNARY_FUNCTION
#undef LOOM_BINARY_FUNCTION

namespace detail {
template <op Code, operand A, operand B, operand... More>
constexpr auto from_the_left(const A& a, const B& b, const More&... more) {
  if constexpr (sizeof...(More) == 0) return apply_to<Code>(a, b);
  else return from_the_left<Code>(apply_to<Code>(a, b), more...);
}
}  // namespace detail

/// The largest or the smallest of three or more: max(a, b, c) is max(max(a, b), c).
template <operand A, operand B, operand C, operand... More>
  requires(formula<A> || formula<B> || formula<C> || (formula<More> || ...))
constexpr auto max(const A& a, const B& b, const C& c, const More&... more) {
  return detail::from_the_left<op::max>(a, b, c, more...);
}
template <operand A, operand B, operand C, operand... More>
  requires(formula<A> || formula<B> || formula<C> || (formula<More> || ...))
constexpr auto min(const A& a, const B& b, const C& c, const More&... more) {
  return detail::from_the_left<op::min>(a, b, c, more...);
}

/// a where the mask holds, b elsewhere. The branch not taken reaches neither the value nor the gradient.
template <formula M, operand A, operand B>
constexpr auto where(const M& m, const A& a, const B& b) {
  return detail::apply_to<op::where>(m, a, b);
}

/// e kept between lo and hi; the derivative is 1 on the closed interval, 0 outside.
template <formula E, operand L, operand H>
constexpr auto clamp(const E& e, const L& lo, const H& hi) {
  return detail::apply_to<op::clamp>(e, lo, hi);
}

/// slope(u) = s, a derivative that custom(...) declares. What slope(u) is before it is given one.
template <class Of, int Literals>
struct slope_of {
  [[no_unique_address]] literal_list<Literals> literals{};

  template <operand S> [[nodiscard]] constexpr auto operator=(const S& s) const {
    return [&]<class Shape, int Count>(const expression<Shape, Count>& e) {
      return slope_binding<slope_shape<Of, Shape>, Literals + Count>{detail::join(literals, e.literals)};
    }(detail::as_expression(s));
  }
};

/// In custom(value, slope(u) = s): that the derivative of the value by u is s. u is an input or any other part of a formula.
template <operand U>
constexpr auto slope(const U& u) {
  return []<class Shape, int Count>(const expression<Shape, Count>& e) {
    return slope_of<Shape, Count>{e.literals};
  }(detail::as_expression(u));
}

/// The value, with a derivative of one's own: by each u that slope(u) = s names it is taken to be s, entry by entry, and 0 by all
/// else that the value is made of. Second derivatives are those of s.
/// Axes: u and s have none that the value has not.
template <operand V, class... Slopes>
constexpr auto custom(const V& value, const Slopes&... slopes) {
  constexpr bool are_slopes = sizeof...(Slopes) > 0 && (is_slope<Slopes>::value && ...);
  static_assert(
      are_slopes,
      "loom: custom(value, slope(u) = s) takes a value and the derivative to use for each u it depends on; a value "
      "without any is stop_gradient(value)");
  if constexpr (are_slopes)
    return []<class Shape, int Count, class... Declared, int... Counts>(const expression<Shape, Count>& e,
                                                                        const slope_binding<Declared, Counts>&... s) {
      return detail::shaped<custom_shape<Shape, Declared...>>(detail::join_all(e.literals, s.literals...));
    }(detail::as_expression(value), slopes...);
  else return detail::as_expression(value);
}

/// Along the axes given, by name or by negative position, or along all:
#define LOOM_REDUCTION(name, code)                                     \
  template <operand E, detail::axis_argument... Axes>                  \
  constexpr auto name(const E& e, Axes... axes) {                      \
    return detail::along<op::code>(detail::as_expression(e), axes...); \
  }
LOOM_REDUCTION(sum, sum)  ///< the sum; 0 over nothing
LOOM_REDUCTION(mean, mean)  ///< the sum divided by the number of entries; NaN over nothing
LOOM_REDUCTION(prod, prod)  ///< the product; 1 over nothing
LOOM_REDUCTION(logsumexp, logsumexp)  ///< log(sum(exp(e))), whatever the size of e; -inf over nothing
LOOM_REDUCTION(norm, norm)  ///< sqrt(sum(square(e))), whatever the size of e; its derivative at 0 is 0
LOOM_REDUCTION(var, var)  ///< the mean squared distance from the mean (divided by n)
LOOM_REDUCTION(stddev, stddev)  ///< the root of var; its derivative where all are equal is 0
LOOM_REDUCTION(count, count)  ///< the entries of a mask that hold
LOOM_REDUCTION(any, any_of)  ///< whether an entry of a mask holds
LOOM_REDUCTION(all, all_of)  ///< whether every entry of a mask holds
LOOM_REDUCTION(softmax, softmax)  ///< exp(e) / sum(exp(e)), of the shape of e; NaN if all e are -inf
LOOM_REDUCTION(log_softmax, log_softmax)  ///< e - logsumexp(e), of the shape of e
LOOM_REDUCTION(argmax, argmax)  ///< an index: which entry is the largest, the first of equal ones; NaN is above all
LOOM_REDUCTION(argmin, argmin)  ///< an index: which entry is the smallest, the first of equal ones; NaN is below all
LOOM_REDUCTION(rank, rank)  ///< how many entries are larger, or equal and earlier: 0 at the largest; NaN first. O(n^2)
#undef LOOM_REDUCTION

// max(e, 0) is the larger of e and 0, so as free functions these two reductions take axes by name only.
/// The largest or the smallest entry, along axes given by name or all; several that are it share its derivative.
template <formula E> constexpr auto max(const E& e) { return detail::along<op::reduce_max>(e); }
template <formula E> constexpr auto min(const E& e) { return detail::along<op::reduce_min>(e); }
template <formula E, fixed_string... Names>
  requires(sizeof...(Names) > 0)
constexpr auto max(const E& e, axis_name<Names>... axes) {
  return detail::along<op::reduce_max>(e, axes...);
}
template <formula E, fixed_string... Names>
  requires(sizeof...(Names) > 0)
constexpr auto min(const E& e, axis_name<Names>... axes) {
  return detail::along<op::reduce_min>(e, axes...);
}

/// A mask of the k largest entries along an axis, by rank(e, axis): exactly k if there are as many. O(n^2).
template <formula E, operand K, detail::axis_argument... Axes>
constexpr auto top_k(const E& e, const K& k, Axes... axes) {
  return rank(e, axes...) < k;
}

namespace detail {
template <class Values, int A, class Index, int B, class... Axes>
constexpr auto gather_along(const expression<Values, A>& e, const expression<Index, B>& t, Axes... axes) {
  static_assert((axis_reference<Axes> && ...),
                "loom: an axis is written axis<\"C\">, or as a negative number that counts from the last axis");
  if constexpr (!(axis_reference<Axes> && ...)) return gather_along(e, t);
  else
    return shaped<gather_shape<Values, Index, typename axis_shape_of<Axes>::type...>>(
        join_all(e.literals, t.literals, axis_literal(axes)...));
}
template <class Index, int A, fixed_string Name>
constexpr auto onehot_along(const expression<Index, A>& t, axis_name<Name>) {
  return shaped<onehot_shape<Index, axis_name<Name>>>(t.literals);
}
}  // namespace detail

/// The entry of `values` that `index` names along its last axis, or along the axis given.
/// Shape: values [..., C], index [...] -> the union of their axes without C.
template <formula E, formula T, detail::axis_argument... Axes>
  requires(sizeof...(Axes) <= 1)
constexpr auto gather(const E& values, const T& index, Axes... axis) {
  return detail::gather_along(values, index, axis...);
}

/// 1 at the entry of the axis that `index` names, 0 elsewhere.
template <formula T, fixed_string Name>
constexpr auto onehot(const T& index, axis_name<Name> axis) {
  return detail::onehot_along(index, axis);
}

template <formula T, detail::axis_argument Axis>
constexpr auto onehot(const T& index, const Axis&) {
  static_assert(detail::never<Axis>,
                "loom: onehot(index, axis<\"C\">) takes the axis by name: its operand does not have it yet");
  return where(index == 0, 1, 0);
}

/// The number of entries of an axis, or of several together.
template <fixed_string First, fixed_string... More>
constexpr auto extent(axis_name<First>, axis_name<More>...) {
  return expression<extent_shape<axis_name<First>, axis_name<More>...>>{};
}
template <detail::axis_argument Axis>
constexpr auto extent(const Axis&) {
  static_assert(detail::never<Axis>, "loom: extent(axis<\"C\">) takes the axis by name");
  return detail::as_expression(0);
}

/// Several results of one loss, computed together: loss<results(total, count)>. The first is the one with derivatives.
template <formula... Results>
  requires(sizeof...(Results) > 1)
constexpr auto results(const Results&... r) {
  return [&]<class... Shapes, int... Counts>(const expression<Shapes, Counts>&... e) {
    return detail::shaped<results_shape<Shapes...>>(detail::join_all(e.literals...));
  }(r...);
}

}  // namespace loom::lang
