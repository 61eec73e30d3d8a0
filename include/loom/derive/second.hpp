// SPDX-License-Identifier: BSL-1.0
// derive/second.hpp — second derivatives, from the program of the gradients: its tangents and its diagonals.
// Layer 3 (derive).
#pragma once

#include "loom/derive/diagonal.hpp"
#include "loom/rewrite/facts.hpp"

namespace loom::inline LOOM_ABI::derive {

namespace detail {

/// The same graph without what kept values from moving, once its derivatives are taken: what was held and what was not are one.
constexpr graph without_stops(const graph& g) {
  builder out(g);
  return rebuild(g, out, [&out](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
    if (code == op::stop_gradient) return a;
    return code == op::where && b == c ? b : out.make(code, a, b, c, bits);
  });
}

class second_sweep {
 public:
  constexpr second_sweep(const graph& gradients, const derivative_request& wanted)
      : in_(gradients), wanted_(wanted), work_(gradients) {}

  constexpr derived run() {
    work_.output_values(wanted_.left_out);
    for (int slot = 0; slot < in_.inputs.size(); ++slot)
      if (is_in(wanted_.gradients, slot)) work_.output(derivative_kind::gradient, slot, work_.image[gradient_of(slot)]);
    for (int slot = 0; slot < in_.inputs.size(); ++slot)
      if (is_in(wanted_.curvatures, slot))
        work_.output(derivative_kind::curvature, slot, diagonal(slot, gradient_of(slot)));
    if (wanted_.products != 0) products();
    for (int slot = 0; slot < in_.inputs.size(); ++slot) {
      if (!is_in(wanted_.gauss_newton, slot)) continue;
      const value_id kept = diagonal(slot, gradient_of(slot, derivative_kind::gauss_newton));
      work_.output(derivative_kind::gauss_newton, slot, never_negative(kept));
    }
    const graph all = compact(work_.out.result);
    return {wanted_.gauss_newton != 0 ? without_stops(all) : all, work_.missing, refused_};
  }

 private:
  const graph& in_;
  derivative_request wanted_;
  differentiation work_;
  text_view refused_{};

  static constexpr bool is_in(input_set s, int slot) { return (s >> slot) & 1u; }

  /// Entries of an input that meet each other: the diagonal takes what lies beside it in the Hessian of the places.
  constexpr bool is_read_elsewhere(int slot) const {
    for (const input_info& in : in_.inputs)
      if (in.is_place() && in.of == slot) return true;
    return false;
  }

  /// The derivative of each entry of a gradient with respect to the same entry of the input.
  constexpr value_id diagonal(int slot, value_id gradient) {
    diagonal_sweep sweep(work_, slot);
    const value_id r = sweep.run(gradient);
    if ((!sweep.exact || is_read_elsewhere(slot)) && refused_.empty()) refused_ = in_.inputs[slot].name;
    return r;
  }

  /// Where entries meet, or two operands of a product move, what is not negative may be a sum of what is.
  constexpr value_id never_negative(value_id v) {
    if (v == no_value || rewrite::known_graph(work_.out.view()).of(v).nonnegative()) return v;
    return work_.out.binary(op::max, v, work_.out.constant(0));
  }

  constexpr value_id gradient_of(int slot, derivative_kind kind = derivative_kind::gradient) const {
    for (const output_info& o : in_.outputs)
      if (o.kind == kind && o.input == slot) return o.id;
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
