// SPDX-License-Identifier: BSL-1.0
// lang/inputs.hpp — the leaves a user declares: tensor<"x[N,C]">, index<"t[N]">, mask<"m[N]">, scalar<"gamma">, axis<"C">.
// A text that cannot be read is reported by the call of the formula, as every mistake is.
// Layer 2 (lang).
#pragma once

#include "loom/lang/expression.hpp"

namespace loom::inline LOOM_ABI::lang {

/// Floating-point data with named axes, 0 to 5 of them; an axis may carry its extent: tensor<"x[N,C=10]">.
template <fixed_string Text> inline constexpr auto tensor = expression<input_shape<op::tensor, Text>>{};

/// Integers that name entries of an axis: labels. It can be gathered with, made one-hot, and compared; number(t) is them as numbers.
template <fixed_string Text> inline constexpr auto index = expression<input_shape<op::index, Text>>{};

/// Booleans.
template <fixed_string Text> inline constexpr auto mask = expression<input_shape<op::mask, Text>>{};

/// A number given at the call.
template <fixed_string Text> inline constexpr auto scalar = expression<input_shape<op::scalar, Text>>{};

/// The name of an axis, for reductions and one-hot: sum(e, axis<"C">). In a comparison, and in number(N), it stands for its
/// positions: N != M.
template <fixed_string Text> inline constexpr axis_name<Text> axis{};

/// The last entry of the axis that it is given for: x(C = last).
inline constexpr expression<last_shape> last{};

struct outside_name {
  template <operand Value>
  [[nodiscard]] constexpr auto operator=(const Value& value) const {
    return detail::outside_of(detail::as_expression(value));
  }
};
/// What lies beyond the ends of an axis: x(T = T - 1, outside = 1). 0, if nothing is said.
inline constexpr outside_name outside{};

}  // namespace loom::lang
