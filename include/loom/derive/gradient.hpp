// SPDX-License-Identifier: BSL-1.0
// derive/gradient.hpp — reverse mode on the graph: one sweep from the value to the inputs.
// Layer 3 (derive).
#pragma once

#include <string_view>

#include "loom/derive/adjoints.hpp"
#include "loom/ir/graph.hpp"

namespace loom {

/// Inputs whose gradients are wanted; bit i is input i.
using input_set = std::uint32_t;

struct derived {
  graph program;
  std::string_view not_differentiable{};  ///< the op without a derivative that was met, if any
};

namespace detail {

class reverse_sweep {
 public:
  constexpr reverse_sweep(const graph& g, input_set wanted) : in_(g), wanted_(wanted), out_(g) {}

  constexpr derived run() {
    image_.count = adjoint_.count = in_.size();
    for (int i = 0; i < in_.size(); ++i) {
      image_[i] = copy(in_[i]);
      adjoint_[i] = no_value;
      const node& n = in_[i];
      active_[i] = is_input(n.code) && ((wanted_ >> n.bits) & 1u);
      for (value_id o : n.operand)
        if (o != no_value && n.code != op::stop_gradient) active_[i] = active_[i] || active_[o];
    }
    const value_id root = in_.outputs[0].id;
    adjoint_[root] = out_.constant(1);
    for (int i = root; i >= 0; --i)
      if (active_[i] && adjoint_[i] != no_value && !is_leaf(in_[i].code)) spread(i);
    out_.result.outputs.push_back({output_info::role::value, -1, image_[root]});
    for (int slot = 0; slot < in_.inputs.size(); ++slot)
      if ((wanted_ >> slot) & 1u) out_.result.outputs.push_back({output_info::role::gradient, slot, of_input(slot)});
    return {compact(out_.result), missing_};
  }

 private:
  const graph& in_;
  input_set wanted_;
  builder out_;
  fixed_vector<value_id, LOOM_MAX_NODES> image_;    // value of in_ -> value of out_
  fixed_vector<value_id, LOOM_MAX_NODES> adjoint_;  // value of in_ -> its adjoint in out_
  bool active_[LOOM_MAX_NODES]{};
  std::string_view missing_{};

  constexpr value_id copy(const node& n) {
    if (is_input(n.code)) return out_.input(static_cast<int>(n.bits));
    const auto at = [&](int o) { return n.operand[o] == no_value ? no_value : image_[n.operand[o]]; };
    return out_.make(n.code, at(0), at(1), at(2), n.bits);
  }

  constexpr value_id of_input(int slot) {
    for (int i = 0; i < in_.size(); ++i)
      if (is_input(in_[i].code) && in_[i].bits == static_cast<std::uint64_t>(slot) && adjoint_[i] != no_value) return adjoint_[i];
    return out_.constant(0);
  }

  constexpr void spread(int user) {
    const node& n = in_[user];
    const adjoint_row& row = adjoint(n.code);
    if (!row.defined) {
      if (missing_.empty()) missing_ = info(n.code).name;
      return;
    }
    for (int i = 0; i < arity(n.code); ++i) {
      const value_id o = n.operand[i];
      if (!active_[o] || in_[o].type != kind::number) continue;
      const term& t = row.of[i];
      if (t.root().code == op::constant && t.root().number() == 0) continue;
      add(o, instantiate(t, n, user), n.axes);
    }
  }

  /// Adds to the adjoint of o, summed over the axes that o does not have.
  constexpr void add(value_id o, value_id contribution, axis_set of_user) {
    const axis_set extra = without(static_cast<axis_set>(out_[contribution].axes | of_user), in_[o].axes);
    if (extra != 0) contribution = out_.reduce(op::sum, contribution, extra);
    adjoint_[o] = adjoint_[o] == no_value ? contribution : out_.binary(op::add, adjoint_[o], contribution);
  }

  constexpr value_id instantiate(const term& t, const node& n, int user) {
    value_id id[24]{};
    for (int i = 0; i < t.size(); ++i) {
      const node& p = t[i];
      if (p.code == op::any) {
        id[i] = p.bits == 3 ? adjoint_[user] : p.bits == 2 ? image_[user] : image_[n.operand[p.bits]];
        continue;
      }
      const auto at = [&](int o) { return p.operand[o] == no_value ? no_value : id[p.operand[o]]; };
      id[i] = out_.make(p.code, at(0), at(1), at(2), names_axes(p.code) ? n.bits : p.bits);
    }
    return id[t.size() - 1];
  }
};

}  // namespace detail

/// The program of g's value, and its gradients with respect to the inputs wanted.
/// Convention: at a kink of min, max, abs, relu, clamp and norm the derivative documented with the function is used.
constexpr derived gradient(const graph& g, input_set wanted) { return detail::reverse_sweep(g, wanted).run(); }

}  // namespace loom
