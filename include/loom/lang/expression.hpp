// SPDX-License-Identifier: BSL-1.0
// lang/expression.hpp — what a formula is while it is written: an expression template that is a template argument.
// The shape of the formula is a type without data; its literals lie in one flat list, in the order in which the shape
// names them. So a formula is a structural constant, and its name in a symbol stays short.
// Layer 2 (lang).
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "loom/base/fixed_string.hpp"
#include "loom/ir/op.hpp"
#include "loom/lang/view.hpp"
#include "loom/numeric/half.hpp"

namespace loom::inline LOOM_ABI::lang {

/// A number among the literals: its bits with the bytes in reverse, so that 1, 0.5 and -100 are short in a symbol.
constexpr std::uint64_t reversed_bytes(std::uint64_t bits) {
  std::uint64_t r = 0;
  for (int i = 0; i < 8; ++i) r |= ((bits >> (8 * i)) & 0xFFu) << (56 - 8 * i);
  return r;
}
constexpr std::uint64_t literal_of(double number) { return reversed_bytes(std::bit_cast<std::uint64_t>(number)); }
constexpr double number_of(std::uint64_t literal) { return std::bit_cast<double>(reversed_bytes(literal)); }

/// An integer among the literals is the nearest double. One that is rounded, which takes more than 53 bits, is marked in a bit
/// of the exponent that no double of such a size has: as a number it is as good as any, as a label it is another one.
inline constexpr std::uint64_t rounded_mark = std::uint64_t{1} << 61;
template <class Integer>
constexpr std::uint64_t literal_of_integer(Integer number) {
  const double d = static_cast<double>(number);
  const bool exact = d < (std::is_signed_v<Integer> ? 0x1p63 : 0x1p64) && static_cast<Integer>(d) == number;
  return reversed_bytes(std::bit_cast<std::uint64_t>(d) | (exact ? 0 : rounded_mark));
}
constexpr bool is_rounded(std::uint64_t literal) { return (reversed_bytes(literal) >> 61 & 3) == 3; }
constexpr double integer_of(std::uint64_t literal) {
  return is_rounded(literal) ? number_of(literal ^ reversed_bytes(rounded_mark)) : number_of(literal);
}

/// The literals of a formula: numbers as above; axis positions negated, since they count from the last axis.
template <int Count>
struct literal_list {
  std::uint64_t bits[Count]{};
};
template <>
struct literal_list<0> {};

// Shapes: empty types that spell the formula.
template <op Code, fixed_string Text> struct input_shape {};  ///< tensor, index, mask or scalar
template <bool Integer> struct number_shape {};  ///< the next literal
template <op Code, class... Operands> struct apply_shape {};  ///< an op on operands
template <op Code, class Operand, class... Axes> struct axes_shape {};  ///< an op along axes; none: all
/// A running value of operands along an axis.
template <op Code, bool Reverse, bool Exclusive, class Axis, class... Operands> struct running_shape {};
/// A chain of states, of their moves: along an axis, where its states come from.
template <op Code, class States, class Moves, class Along, class Place> struct chain_shape {};
template <class Values, class Index, class... Axes> struct gather_shape {};
template <class Index, class Axis> struct onehot_shape {};
template <class... Axes> struct extent_shape {};
template <class Of, class Slope> struct slope_shape {};  ///< a derivative that is declared
template <class Value, class... Slopes> struct custom_shape {};  ///< a value and the derivatives it is to have
template <class... Results> struct results_shape {};  ///< what results(...) lists; outermost only
template <class Axis> struct position_shape {};  ///< an axis as its own index: 0, 1, 2, ... along it
struct last_shape {};  ///< the last position of the axis that it is given for
template <class Axis, class Index> struct place_shape {};
template <class Value> struct outside_shape {};  ///< what lies beyond the ends of an axis
template <class Values, class... Places> struct at_shape {};  ///< a value elsewhere

// Axes as operations name them.
template <fixed_string Name> struct axis_name {
  /// Where along this axis a value is read: x(C = 2), z(N = M), x(C = t).
  template <class Index> [[nodiscard]] constexpr auto operator=(const Index& index) const;
};
struct axis_position {};  ///< the next literal, negative: from the last axis of the operand

template <class Shape, int Literals = 0> struct expression;

template <class T> struct is_expression : std::false_type {};
template <class Shape, int Literals> struct is_expression<expression<Shape, Literals>> : std::true_type {};

template <class... Results, int Literals> struct is_expression<expression<results_shape<Results...>, Literals>>
    : std::false_type {};

template <class T> struct is_result_list : std::false_type {};
template <class... Results, int Literals> struct is_result_list<expression<results_shape<Results...>, Literals>>
    : std::true_type {};

/// Something with the formula notation.
template <class T>
concept formula = is_expression<std::remove_cvref_t<T>>::value;

/// What may stand beside a formula: a formula or a number.
template <class T>
concept operand =
    formula<T> || (std::is_arithmetic_v<std::remove_cvref_t<T>> && !std::is_same_v<std::remove_cvref_t<T>, bool>);

/// C = t, N = M, C = 2, T = T - 1: where along an axis a value is read; outside = 1: what lies beyond its ends.
template <class Place, int Literals>
struct place_binding {
  [[no_unique_address]] literal_list<Literals> literals{};
};
template <class T> struct is_place : std::false_type {};
template <class Place, int Literals> struct is_place<place_binding<Place, Literals>> : std::true_type {};

/// slope(u) = s: a derivative that custom(...) declares.
template <class Slope, int Literals>
struct slope_binding {
  [[no_unique_address]] literal_list<Literals> literals{};
};
template <class T> struct is_slope : std::false_type {};
template <class Slope, int Literals> struct is_slope<slope_binding<Slope, Literals>> : std::true_type {};

template <class T> struct is_named_axis : std::false_type {};
template <fixed_string Name> struct is_named_axis<axis_name<Name>> : std::true_type {};

/// What may stand beside a formula where positions are meant: an axis is its own index, as i is in x_i.
template <class T>
concept index_operand = operand<T> || is_named_axis<std::remove_cvref_t<T>>::value;

/// What a value may be read at: labels, an axis, a whole number or loom::last.
template <class T>
concept place_index = formula<T> || is_named_axis<std::remove_cvref_t<T>>::value ||
                      (std::is_integral_v<std::remove_cvref_t<T>> && !std::is_same_v<std::remove_cvref_t<T>, bool>);

template <class T> struct is_axis : std::is_integral<T> {};
template <fixed_string Name> struct is_axis<axis_name<Name>> : std::true_type {};

/// An axis by name, axis<"C">, or by negative position.
template <class T>
concept axis_reference = is_axis<std::remove_cvref_t<T>>::value;

namespace detail {

/// What somebody may write for an axis: also what is refused with a sentence.
template <class T>
concept axis_argument = axis_reference<T> || formula<T> || std::is_floating_point_v<std::remove_cvref_t<T>> ||
                        std::is_convertible_v<T, const char*>;

/// False, but only once a template is instantiated.
template <class...> inline constexpr bool never = false;

template <int A, int B>
constexpr literal_list<A + B> join(const literal_list<A>& a, const literal_list<B>& b) {
  literal_list<A + B> r;
  if constexpr (A > 0)
    for (int i = 0; i < A; ++i) r.bits[i] = a.bits[i];
  if constexpr (B > 0)
    for (int i = 0; i < B; ++i) r.bits[A + i] = b.bits[i];
  return r;
}
constexpr literal_list<0> join_all() { return {}; }
template <int A, class... Rest>
constexpr auto join_all(const literal_list<A>& a, const Rest&... rest) {
  if constexpr (sizeof...(rest) == 0) return a;
  else return join(a, join_all(rest...));
}

template <class Shape, int Count>
constexpr expression<Shape, Count> shaped(const literal_list<Count>& literals) {
  return {literals};
}

template <class Shape, int Count>
constexpr const expression<Shape, Count>& as_expression(const expression<Shape, Count>& e) {
  return e;
}
template <class T>
  requires std::is_arithmetic_v<T>
constexpr expression<number_shape<std::is_integral_v<T>>, 1> as_expression(T number) {
  if constexpr (std::is_integral_v<T>) return {{{literal_of_integer(number)}}};
  else return {{{literal_of(static_cast<double>(number))}}};
}

template <fixed_string Name>
constexpr expression<position_shape<axis_name<Name>>, 0> as_expression(axis_name<Name>) {
  return {};
}

template <class Axis, class Shape, int Count>
constexpr place_binding<place_shape<Axis, Shape>, Count> placed(const expression<Shape, Count>& index) {
  return {index.literals};
}
template <class Shape, int Count>
constexpr place_binding<outside_shape<Shape>, Count> outside_of(const expression<Shape, Count>& value) {
  return {value.literals};
}
template <class Shape, int Count, class... Places, int... Counts>
constexpr auto at(const expression<Shape, Count>& e, const place_binding<Places, Counts>&... places) {
  return shaped<at_shape<Shape, Places...>>(join_all(e.literals, places.literals...));
}

template <op Code, class... Shapes, int... Counts>
constexpr auto apply(const expression<Shapes, Counts>&... operands) {
  return shaped<apply_shape<Code, Shapes...>>(join_all(operands.literals...));
}
template <op Code, class... Operands>
constexpr auto apply_to(const Operands&... operands) {
  return apply<Code>(as_expression(operands)...);
}

template <class T> struct axis_shape_of {
  using type = axis_position;
};
template <fixed_string Name> struct axis_shape_of<axis_name<Name>> {
  using type = axis_name<Name>;
};

template <fixed_string Name>
constexpr literal_list<0> axis_literal(axis_name<Name>) {
  return {};
}
template <class T>
  requires std::is_integral_v<T>
constexpr literal_list<1> axis_literal(T position) {
  return {{0 - static_cast<std::uint64_t>(position)}};
}

template <op Code, class Shape, int Count, class... Axes>
constexpr auto along(const expression<Shape, Count>& e, Axes... axes) {
  static_assert((axis_reference<Axes> && ...),
                "loom: an axis is written axis<\"C\">, or as a negative number that counts from the last axis");
  if constexpr (!(axis_reference<Axes> && ...)) return e;
  else
    return shaped<axes_shape<Code, Shape, typename axis_shape_of<Axes>::type...>>(
        join_all(e.literals, axis_literal(axes)...));
}

/// What may be bound: an object with a name, a number, or something that only refers to its elements.
template <class Data, class Plain = std::remove_cvref_t<Data>>
inline constexpr bool outlives_the_call =
    std::is_lvalue_reference_v<Data> || is_number<Plain> || requires { Plain::is_view; } || requires(Plain& data) {
      typename Plain::element_type;
      data.data_handle();
    } || requires(Plain& data) {
      typename Plain::element_type;
      data.data();
      data.size_bytes();
    };

template <class Shape> struct is_input_shape : std::false_type {};
template <op Code, fixed_string Text> struct is_input_shape<input_shape<Code, Text>> : std::true_type {};

template <class Shape, class Data> constexpr auto bind_input(Data&);

}  // namespace detail

/// A formula: a shape and its literals. Made by inputs, operators and functions; never by hand.
template <class Shape, int Literals>
struct expression {
  [[no_unique_address]] literal_list<Literals> literals{};

  /// Reductions as methods: over the axes given (by name or negative position), or over all.
  template <detail::axis_argument... Axes> constexpr auto sum(Axes... axes) const {
    return detail::along<op::sum>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto mean(Axes... axes) const {
    return detail::along<op::mean>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto prod(Axes... axes) const {
    return detail::along<op::prod>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto max(Axes... axes) const {
    return detail::along<op::reduce_max>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto min(Axes... axes) const {
    return detail::along<op::reduce_min>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto logsumexp(Axes... axes) const {
    return detail::along<op::logsumexp>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto norm(Axes... axes) const {
    return detail::along<op::norm>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto var(Axes... axes) const {
    return detail::along<op::var>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto stddev(Axes... axes) const {
    return detail::along<op::stddev>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto count(Axes... axes) const {
    return detail::along<op::count>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto any(Axes... axes) const {
    return detail::along<op::any_of>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto all(Axes... axes) const {
    return detail::along<op::all_of>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto softmax(Axes... axes) const {
    return detail::along<op::softmax>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto log_softmax(Axes... axes) const {
    return detail::along<op::log_softmax>(*this, axes...);
  }

  template <detail::axis_argument... Axes> constexpr auto argmax(Axes... axes) const {
    return detail::along<op::argmax>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto argmin(Axes... axes) const {
    return detail::along<op::argmin>(*this, axes...);
  }
  template <detail::axis_argument... Axes> constexpr auto rank(Axes... axes) const {
    return detail::along<op::rank>(*this, axes...);
  }

  /// The value elsewhere: x(C = 2) is one entry, x(C = t) the one that labels name, z(N = M) is z read along M, x(T = T - 1) the step
  /// before, which is 0 before the first one, or `loom::outside`. What is said of several axes holds at once.
  template <class... Places>
    requires(sizeof...(Places) > 0 && (is_place<Places>::value && ...))
  constexpr auto operator()(const Places&... places) const {
    return detail::at(*this, places...);
  }

  /// Binds data to an input by its name, in a call: loss(x = logits). The data is viewed, never copied or owned.
  template <class Data>
    requires(detail::is_input_shape<Shape>::value && !formula<Data>)
  constexpr auto operator=(Data&& data) const {
#include "loom/lang/data.def"
    return detail::bind_input<Shape>(data);
  }

  // What a formula is taken for, each refused in one sentence.
  template <class T>
    requires std::is_same_v<T, double>
  constexpr operator T() const {  // implicit: as std::exp(x) would convert it
    static_assert(detail::never<T>,
                  "loom: a formula is used as a number; functions of formulas are Loom's: write exp(x), not "
                  "std::exp(x); numbers are bound when the loss is called");
    return {};
  }
  template <class T>
    requires std::is_same_v<T, bool>
  constexpr explicit operator T() const {
    static_assert(detail::never<T>,
                  "loom: a formula is used as a condition, as in if or ?:, but its numbers are bound later; write "
                  "where(x > 0, a, b)");
    return {};
  }
  template <class... Arguments>
    requires(detail::is_input_shape<Shape>::value && sizeof...(Arguments) > 0 && !(is_place<Arguments>::value && ...))
  constexpr auto operator()(const Arguments&... arguments) const {
    static_assert(detail::never<Arguments...>,
                  "loom: an input is called like a function; if its variable hides loom::d, write loom::d(x), or give "
                  "the variable another name; where an input is read is written x(C = 2), x(C = t) or x(N = M)");
    if constexpr (requires { d(arguments...); }) return d(arguments...);
    else return *this;
  }
};

template <fixed_string Name>
template <class Index>
constexpr auto axis_name<Name>::operator=(const Index& index) const {
  constexpr bool is_index = place_index<Index>;
  static_assert(
      is_index,
      "loom: a value is read at an entry, x(C = 2), at the last, x(C = loom::last), where labels say, x(C = t), "
      "along another axis, x(N = M), or further on, x(T = T - 1)");
  if constexpr (is_index) return detail::placed<axis_name>(detail::as_expression(index));
  else return place_binding<place_shape<axis_name, last_shape>, 0>{};
}

}  // namespace loom::lang
