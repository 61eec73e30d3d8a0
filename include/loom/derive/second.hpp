// SPDX-License-Identifier: BSL-1.0
// derive/second.hpp — second derivatives, from the program of the gradients: its tangents and its diagonals.
// Layer 3 (derive).
#pragma once

#include "loom/derive/diagonal.hpp"

namespace loom::inline LOOM_ABI::derive {

namespace detail {

class second_sweep {
 public:
  constexpr second_sweep(const graph& gradients, const derivative_request& wanted)
      : in_(gradients), wanted_(wanted), work_(gradients) {}

  constexpr derived run() {
    work_.output_values(wanted_.left_out);
    for (int slot = 0; slot < in_.inputs.size(); ++slot)
      if (is_in(wanted_.gradients, slot)) work_.output(derivative_kind::gradient, slot, work_.image[gradient_of(slot)]);
    text_view refused{};
    for (int slot = 0; slot < in_.inputs.size(); ++slot) {
      if (!is_in(wanted_.curvatures, slot)) continue;
      diagonal_sweep sweep(work_, slot);
      work_.output(derivative_kind::curvature, slot, sweep.run(gradient_of(slot)));
      if ((!sweep.exact || is_read_elsewhere(slot)) && refused.empty()) refused = in_.inputs[slot].name;
    }
    if (wanted_.products != 0) products();
    return {compact(work_.out.result), work_.missing, refused};
  }

 private:
  const graph& in_;
  derivative_request wanted_;
  differentiation work_;

  static constexpr bool is_in(input_set s, int slot) { return (s >> slot) & 1u; }

  /// Entries of an input that meet each other: the diagonal takes what lies beside it in the Hessian of the places.
  constexpr bool is_read_elsewhere(int slot) const {
    for (const input_info& in : in_.inputs)
      if (in.is_place() && in.of == slot) return true;
    return false;
  }

  constexpr value_id gradient_of(int slot) const {
    for (const output_info& o : in_.outputs)
      if (o.kind == derivative_kind::gradient && o.input == slot) return o.id;
    return in_.outputs[0].id;  // not reached: first_order() asks for every gradient that is needed
  }

  constexpr void products() {
    fixed_vector<value_id, max_inputs> direction, gradients;
    for (int slot = 0; slot < in_.inputs.size(); ++slot) {
      const input_info& x = in_.inputs[slot];
      direction.push_back(is_in(wanted_.directions, slot)
                              ? work_.append({x.name, x.code, x.axes, input_origin::direction, slot})
                          : x.is_place() && direction[x.of] != no_value
                              ? work_.out.place(static_cast<int>(work_.out[direction[x.of]].bits), x.at)
                              : no_value);
      if (is_in(wanted_.products, slot)) gradients.push_back(gradient_of(slot));
    }
    const forward_sweep tangent(work_, direction, gradients);
    for (int slot = 0; slot < in_.inputs.size(); ++slot)
      if (is_in(wanted_.products, slot)) work_.output(derivative_kind::product, slot, tangent[gradient_of(slot)]);
  }
};

}  // namespace detail

/// The program of the value and of what a request asks for, from the program of the value and the gradients that
/// request.first_order() asks for. Each direction is one more input, after the seed; the seed itself does not move.
/// Convention: what the gradient's documented form says where it is smooth; a kink has no second derivative and gets 0.
constexpr derived second_derivatives(const graph& gradients, const derivative_request& wanted) {
  return detail::second_sweep(gradients, wanted).run();
}

}  // namespace loom::derive
