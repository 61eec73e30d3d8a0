// SPDX-License-Identifier: BSL-1.0
// derive/gradient.hpp — reverse mode on the graph: one sweep from the value to the inputs.
// Layer 3 (derive).
#pragma once

#include "loom/derive/gauss_newton.hpp"

namespace loom::inline LOOM_ABI::derive {

namespace detail {

class reverse_sweep {
 public:
  constexpr reverse_sweep(const graph& g, const derivative_request& wanted)
      : in_(g), wanted_(wanted.first_order()), work_(g) {}

  constexpr derived run() {
    adjoint_.count = in_.size();
    for (int i = 0; i < in_.size(); ++i) {
      adjoint_[i] = no_value;
      const node& n = in_[i];
      active_[i] = is_input(n.code) && is_wanted(declared_slot(in_, static_cast<int>(n.bits)));
      for (value_id o : n.operand)
        if (o != no_value && n.code != op::stop_gradient) active_[i] = active_[i] || active_[o];
    }
    const value_id root = in_.outputs[0].id;  // of several results, the first
    const value_id seed = needs_seed() ? work_.append({"seed", in_.result_axes.empty() ? op::scalar : op::tensor,
                                                       in_.result_axes, input_origin::seed})
                                       : work_.out.constant(1);
    work_.receive(adjoint_, root, seed, 0);
    for (int i = root; i >= 0; --i)
      if (active_[i] && adjoint_[i] != no_value && !is_leaf(in_[i].code)) spread(i);
    work_.output_values(wanted_.left_out);
    for (int slot = 0; slot < in_.inputs.size(); ++slot)
      if (is_wanted(slot)) work_.output(derivative_kind::gradient, slot, of_input(slot));
    text_view refused{};
    for (int slot = 0; slot < in_.inputs.size(); ++slot) {
      if (((wanted_.gauss_newton >> slot) & 1u) == 0) continue;
      gauss_newton_sweep kept(work_, slot);
      work_.output(derivative_kind::gauss_newton, slot, kept.run(root, seed));
      if (!kept.exact && refused.empty()) refused = in_.inputs[slot].name;
    }
    return {compact(work_.out.result), work_.missing, refused};
  }

 private:
  const graph& in_;
  derivative_request wanted_;
  differentiation work_;
  derivative_values adjoint_;
  bool active_[LOOM_MAX_NODES]{};

  constexpr bool is_wanted(int slot) const { return (wanted_.gradients >> slot) & 1u; }
  constexpr bool needs_seed() const {
    return wanted_.seeded || ((wanted_.gradients | wanted_.gauss_newton) != 0 && !in_.result_axes.empty());
  }

  /// What an input receives, with what it receives at each other place where it is read.
  constexpr value_id of_input(int slot) {
    value_id all = no_value;
    for (int i = 0; i < in_.size(); ++i) {
      if (!is_input(in_[i].code) || adjoint_[i] == no_value) continue;
      const int from = static_cast<int>(in_[i].bits);
      if (from == slot) all = work_.plus(all, adjoint_[i]);
      else if (declared_slot(in_, from) == slot) all = work_.plus(all, work_.taken_back(from, adjoint_[i]));
    }
    return all;
  }

  constexpr void spread(int user) {
    const node& n = in_[user];
    for (int k = 0; k < arity(n.code); ++k)
      if (active_[n.operand[k]] && work_.reaches(user, k))
        work_.receive(adjoint_, user, k, work_.share(user, k, adjoint_[user]));
  }
};

}  // namespace detail

/// The program of g's value, and its gradients with respect to the inputs wanted. What is not a scalar gets one more input,
/// the cotangent "seed" of its (first) result, and so does a scalar if the request says so: the gradients are those of the
/// sum of seed * result.
/// Convention: at a kink of min, max, abs, relu, clamp and norm the derivative documented with the function is used.
constexpr derived gradient(const graph& g, const derivative_request& wanted) {
  return detail::reverse_sweep(g, wanted).run();
}

}  // namespace loom::derive
