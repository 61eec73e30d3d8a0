// SPDX-License-Identifier: BSL-1.0
// derive/request.hpp — which derivatives a call asks for, and what differentiation answers.
// Layer 3 (derive).
#pragma once

#include "loom/base/text_view.hpp"

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::derive {

/// A set of inputs; bit i is input i.
using input_set = std::uint32_t;

/// What a call asks for beside the value. A structural type, for it is a template argument of `compiled`; a set of inputs
/// alone asks for their gradients.
struct derivative_request {
  input_set gradients = 0;  ///< d(x)
  input_set curvatures = 0;  ///< d2(x): the diagonal of the Hessian
  input_set products = 0;  ///< hvp(x): the rows of the Hessian that belong to x, times the directions
  input_set directions = 0;  ///< direction(x): the inputs that have one; the others stand still
  bool seeded = false;  ///< the cotangent of the result is bound; what is not a scalar always needs one
  std::uint32_t left_out = 0;  ///< results that are not asked for; bit k is result k
  input_set gauss_newton = 0;  ///< gn(x): the diagonal of the Gauss-Newton matrix
  bool in_order = false;  ///< sums of which a comparison takes some entries may run in order: rewrite/in_order.hpp

  constexpr derivative_request(input_set d = 0, input_set d2 = 0, input_set hvp = 0, input_set direction = 0,
                               bool seed = false, std::uint32_t no_result = 0, input_set gn = 0)
      : gradients(d),
        curvatures(d2),
        products(hvp),
        directions(direction),
        seeded(seed),
        left_out(no_result),
        gauss_newton(gn) {}
  constexpr bool operator==(const derivative_request&) const = default;

  /// The same, with sums in order.
  constexpr derivative_request ordered() const {
    derivative_request r = *this;
    r.in_order = true;
    return r;
  }
  constexpr bool second_order() const { return (curvatures | products | gauss_newton) != 0; }
  /// Whether any derivative is asked for.
  constexpr bool any() const { return (gradients | curvatures | products | gauss_newton) != 0; }
  /// The gradients that what is asked for needs, and nothing else.
  constexpr derivative_request first_order() const {
    return {gradients | curvatures | products, 0, 0, 0, seeded, left_out, gauss_newton};
  }
};

/// A program with derivatives; or what stands in the way of one, by name.
struct derived {
  graph program;
  text_view not_differentiable{};  ///< the op without a derivative that was met, if any
  text_view no_diagonal{};  ///< the input whose Hessian has no diagonal that sums could give, if any
};

}  // namespace loom::derive
