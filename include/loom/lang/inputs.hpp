// SPDX-License-Identifier: BSL-1.0
// lang/inputs.hpp — the leaves a user declares: tensor<"x[N,C]">, index<"t[N]">, mask<"m[N]">, scalar<"gamma">, axis<"C">.
// Layer 2 (lang).
#pragma once

#include "loom/lang/declaration.hpp"
#include "loom/lang/expression.hpp"
#include "loom/lang/issue.hpp"

namespace loom {

namespace detail {

template <op Code, fixed_string Text>
constexpr auto declare() {
  constexpr int error = declared(Text.view()).error_column;
  static_assert(report<error == 0 ? issue::none : issue::malformed_text, column<error>>::ok || true);  // instantiating the report is what speaks
  return expression<input_shape<Code, Text>>{};
}

}  // namespace detail

/// Floating-point data with named axes, 0 to 4 of them; an axis may carry its extent: tensor<"x[N,C=10]">.
template <fixed_string Text> inline constexpr auto tensor = detail::declare<op::tensor, Text>();

/// Integers that name entries of an axis: labels. It can be gathered with, made one-hot, and compared.
template <fixed_string Text> inline constexpr auto index = detail::declare<op::index, Text>();

/// Booleans.
template <fixed_string Text> inline constexpr auto mask = detail::declare<op::mask, Text>();

/// A number given at the call.
template <fixed_string Text> inline constexpr auto scalar = detail::declare<op::scalar, Text>();

/// The name of an axis, for reductions and one-hot: sum(e, axis<"C">).
template <fixed_string Text> inline constexpr axis_name<Text> axis{};

}  // namespace loom
