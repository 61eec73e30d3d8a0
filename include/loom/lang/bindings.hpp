// SPDX-License-Identifier: BSL-1.0
// lang/bindings.hpp — names -> data: x = logits, d(x) = grad, out = rows.
// A call takes any number of bindings in any order. Boost.Hana keeps them as a map from name to view, each with a type
// of its own; what is missing, unknown or doubled is found first, on plain data, so that the compiler can say it.
// Layer 2 (lang).
#pragma once

#include <boost/hana/at_key.hpp>
#include <boost/hana/map.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/type.hpp>

#include "loom/lang/declaration.hpp"
#include "loom/lang/expression.hpp"
#include "loom/lang/issue.hpp"
#include "loom/lang/view.hpp"

namespace loom {

namespace hana = boost::hana;

enum class binding_role : std::uint8_t { input, gradient, out };

/// What a call finds a binding by.
template <binding_role Role, name_text Name> struct named_role;
template <binding_role Role, name_text Name> using binding_key = hana::type<named_role<Role, Name>>;

/// Data bound to a name.
template <binding_role Role, name_text Name, op Code, class View>
struct binding {
  static constexpr binding_role role = Role;
  static constexpr name_text name = Name;
  static constexpr op code = Code;
  using key = binding_key<Role, Name>;
  View data;
};

template <class T> struct is_binding : std::false_type {};
template <binding_role Role, name_text Name, op Code, class View> struct is_binding<binding<Role, Name, Code, View>> : std::true_type {};

namespace detail {

template <class Shape> struct input_traits;
template <op Code, fixed_string Text>
struct input_traits<input_shape<Code, Text>> {
  static constexpr op code = Code;
  static constexpr name_text name = declared(Text.view()).name;
};

template <class Shape, class Data>
constexpr auto bind_input(Data& data) {
  using traits = input_traits<Shape>;
  if constexpr (traits::code == op::scalar && is_number<std::remove_cvref_t<Data>>) {
    using view = number_view<std::remove_cvref_t<Data>>;  // by value: scalars are often temporaries
    return binding<binding_role::input, traits::name, traits::code, view>{{data}};
  } else {
    const auto view = as_view(data);
    return binding<binding_role::input, traits::name, traits::code, std::remove_const_t<decltype(view)>>{view};
  }
}

}  // namespace detail

/// The gradient of the formula with respect to an input, to be bound to a buffer of the input's shape.
template <class Shape>
struct derivative {
  template <class Data>
  constexpr auto operator=(Data&& data) const {
    static_assert(detail::outlives_the_call<Data>, "loom: a temporary container would be gone before the call; name it first, or bind a loom::view or std::span");
    using traits = detail::input_traits<Shape>;
    const auto view = detail::as_view(data);
    return binding<binding_role::gradient, traits::name, traits::code, std::remove_const_t<decltype(view)>>{view};
  }
};

/// d(x) = buffer asks for the gradient with respect to x.
template <class Shape>
  requires(detail::is_input_shape<Shape>::value)
constexpr derivative<Shape> d(const expression<Shape>&) { return {}; }

struct result_name {
  template <class Data>
  constexpr auto operator=(Data&& data) const {
    static_assert(detail::outlives_the_call<Data>, "loom: a temporary container would be gone before the call; name it first, or bind a loom::view or std::span");
    const auto view = detail::as_view(data);
    return binding<binding_role::out, name_text("out"), op::tensor, std::remove_const_t<decltype(view)>>{view};
  }
};

/// out = buffer takes the value of a formula that is not a scalar.
inline constexpr result_name out{};

/// A binding without its view: what checks look at.
struct binding_info {
  binding_role role = binding_role::input;
  std::string_view name;
  op code = op::any;
};

template <class Binding>
constexpr binding_info info_of() { return {Binding::role, std::string_view(Binding::name.text), Binding::code}; }

/// The bindings of one call, by role and name.
template <class... Bindings>
constexpr auto map_of(const Bindings&... bindings) {
  return hana::make_map(hana::make_pair(typename Bindings::key{}, bindings.data)...);
}

}  // namespace loom
