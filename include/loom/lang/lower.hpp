// SPDX-License-Identifier: BSL-1.0
// lang/lower.hpp — expression -> graph: a visitor of the shapes of a formula, which hands each operation to the checked
// builder (ir/checked_builder.hpp). Nothing is decided here.
// Layer 2 (lang).
#pragma once

#include "loom/ir/checked_builder.hpp"
#include "loom/lang/expression.hpp"

namespace loom::inline LOOM_ABI::lang {

namespace detail {

class lowering {
 public:
  constexpr lowering(checked_builder& builder, const std::uint64_t* literals) : to_(builder), literals_(literals) {}

  template <op Code, fixed_string Text>
  constexpr typed_value visit(input_shape<Code, Text>) {
    return to_.input(Code, Text.view());
  }

  template <bool Integer>
  constexpr typed_value visit(number_shape<Integer>) {
    const std::uint64_t literal = *literals_++;
    const auto written = !Integer              ? typed_value::literal::real
                         : is_rounded(literal) ? typed_value::literal::rounded
                                               : typed_value::literal::integer;
    return to_.number(Integer ? integer_of(literal) : number_of(literal), written);
  }

  template <fixed_string... Names>
  constexpr typed_value visit(extent_shape<axis_name<Names>...>) {
    const text_view axes[] = {name_of<Names>()...};
    return to_.extent(axes, static_cast<int>(sizeof...(Names)));
  }

  template <op Code, class... Shapes>
  constexpr typed_value visit(apply_shape<Code, Shapes...>) {
    if constexpr (ir::is_comparison(Code)) return compared<Code>(Shapes{}...);
    const typed_value v[] = {visit(Shapes{})...};
    return to_.apply(Code, v, static_cast<int>(sizeof...(Shapes)));
  }

  template <op Code, class Shape, class... Axes>
  constexpr typed_value visit(axes_shape<Code, Shape, Axes...>) {
    const typed_value v = visit(Shape{});
    const axis_choice axes[] = {choice(Axes{})..., {}};
    return to_.along(Code, v, axes, static_cast<int>(sizeof...(Axes)));
  }

  template <op Code, bool Reverse, bool Exclusive, class Axis, class... Shapes>
  constexpr typed_value visit(running_shape<Code, Reverse, Exclusive, Axis, Shapes...>) {
    const typed_value v[] = {visit(Shapes{})...};
    const axis_choice along = choice(Axis{});
    return to_.running(Code, v, static_cast<int>(sizeof...(Shapes)), along, {Reverse, Exclusive});
  }

  template <op Code, class States, class Moves, fixed_string Along, class Place>
  constexpr typed_value visit(chain_shape<Code, States, Moves, axis_name<Along>, Place>) {
    const typed_value states = visit(States{});
    const typed_value moves = visit(Moves{});
    chain_choice axes = chosen(Place{});
    axes.along = name_of<Along>();
    return to_.chain(Code, states, moves, axes);
  }

  template <class Values, class Index, class... Axes>
  constexpr typed_value visit(gather_shape<Values, Index, Axes...>) {
    const typed_value values = visit(Values{});
    const typed_value index = visit(Index{});
    const axis_choice axis[] = {choice(Axes{})..., {}};
    return to_.gather(values, index, sizeof...(Axes) == 0 ? nullptr : axis);
  }

  template <class Index, fixed_string Name>
  constexpr typed_value visit(onehot_shape<Index, axis_name<Name>>) {
    const typed_value index = visit(Index{});
    return to_.onehot(index, name_of<Name>());
  }

  template <fixed_string Name>
  constexpr typed_value visit(position_shape<axis_name<Name>>) {
    return to_.position(name_of<Name>());
  }

  constexpr typed_value visit(last_shape) { return to_.last(last_of_); }

  template <class Values, class... Places>
  constexpr typed_value visit(at_shape<Values, Places...>) {
    const typed_value v = visit(Values{});
    place_choice places[sizeof...(Places)]{};
    typed_value outside;
    int n = 0;
    (choose(Places{}, places, n, outside), ...);
    return to_.at(v, places, n, outside.id == no_value ? nullptr : &outside);
  }

  template <class Value, class... Slopes>
  constexpr typed_value visit(custom_shape<Value, Slopes...>) {
    const typed_value v = visit(Value{});
    const slope_choice slopes[] = {declared(Slopes{})...};
    return to_.custom(v, slopes, static_cast<int>(sizeof...(Slopes)));
  }

  /// The results of a formula: one, or those that results(...) lists.
  template <class Shape>
  constexpr void results(Shape) {
    to_.result(visit(Shape{}));
  }
  template <class... Shapes>
  constexpr void results(results_shape<Shapes...>) {
    (to_.result(visit(Shapes{})), ...);
  }

 private:
  checked_builder& to_;
  const std::uint64_t* literals_;
  text_view last_of_;  ///< the axis of a place, or that whose positions are compared with what is visited

  /// The name of an axis, which its text may define as well.
  template <fixed_string Text>
  constexpr text_view name_of() {
    if constexpr (defines_extent(Text.view())) return to_.axis(Text.view());
    else return Text.view();
  }

  template <op Code, class A, class B>
  constexpr typed_value compared(A, B) {
    typed_value v[] = {visit(A{}), {}};
    const text_view before = last_of_;
    last_of_ = to_.counted_along(v[0]);
    v[1] = visit(B{});
    last_of_ = before;
    return to_.apply(Code, v, 2);
  }

  template <fixed_string Name, class Index>
  constexpr void choose(place_shape<axis_name<Name>, Index>, place_choice* places, int& n, typed_value&) {
    const text_view before = last_of_;
    places[n].axis = last_of_ = name_of<Name>();
    places[n++].index = visit(Index{});
    last_of_ = before;
  }
  template <class Value>
  constexpr void choose(outside_shape<Value>, place_choice*, int&, typed_value& outside) {
    outside = visit(Value{});
  }

  template <class Of, class Slope>
  constexpr slope_choice declared(slope_shape<Of, Slope>) {
    const typed_value of = visit(Of{});
    return {of, visit(Slope{})};
  }
  template <fixed_string To, fixed_string From>
  constexpr chain_choice chosen(place_shape<axis_name<To>, position_shape<axis_name<From>>>) {
    return {{}, name_of<To>(), name_of<From>(), false};
  }
  template <fixed_string To, fixed_string Of, fixed_string Move>
  constexpr chain_choice chosen(
      place_shape<axis_name<To>,
                  apply_shape<op::sub, position_shape<axis_name<Of>>, position_shape<axis_name<Move>>>>) {
    return {{}, name_of<To>(), name_of<Move>(), true};
  }

  template <fixed_string Name>
  constexpr axis_choice choice(axis_name<Name>) {
    return {name_of<Name>(), 0};
  }
  constexpr axis_choice choice(axis_position) { return {{}, static_cast<std::int64_t>(0 - *literals_++)}; }
};

/// A formula as what writes it. Not a lambda: g++ would compare the name of its parameter with those of the user.
template <class Shape>
struct written_formula {
  const std::uint64_t* literals;
  constexpr void operator()(checked_builder& builder) const { lowering(builder, literals).results(Shape{}); }
};

}  // namespace detail

/// The graph of a formula; or the first mistake in it, with the graph of the constant 0.
template <class Shape, int Literals>
constexpr lowered lower(const expression<Shape, Literals>& e) {
  const std::uint64_t* literals = nullptr;
  if constexpr (Literals > 0) literals = e.literals.bits;
  return build(detail::written_formula<Shape>{literals});
}

}  // namespace loom::lang
