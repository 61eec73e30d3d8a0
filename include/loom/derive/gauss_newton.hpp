// SPDX-License-Identifier: BSL-1.0
// derive/gauss_newton.hpp — the gradient of which the Gauss-Newton diagonal is the derivative.
// The Hessian is a sum over operations: the adjoint P of what one gives, times its second derivatives, between the Jacobians of
// its operands. Gauss and Newton keep what comes from the operations that the loss is made of, outside, and leave out how the
// model within bends. Which are outside is found on the way from the loss: an operation that bends upwards, P f'' > 0, is kept and
// ends the way; one that is straight or bends downwards is left out, and the way goes on through it. Where the sign is not known
// before data are, it is asked of each entry. The gradient is built twice over, of values that stand still where they are left out:
// its derivative is what is kept. See docs/decisions/046-the-gauss-newton-diagonal.md.
// Layer 3 (derive).
#pragma once

#include "loom/derive/diagonal.hpp"
#include "loom/rewrite/facts.hpp"

namespace loom::inline LOOM_ABI::derive::detail {

class gauss_newton_sweep {
 public:
  constexpr gauss_newton_sweep(differentiation& work, int slot)
      : work_(work), in_(work.in), out_(work.out), known_(work.out.view()), slot_(slot) {}

  /// The gradient with respect to the input, of what is kept; no_value: nothing is. `seed`: the adjoint of the root.
  constexpr value_id run(value_id root, value_id seed) {
    outside_.count = within_.count = in_.size();
    for (int i = 0; i < in_.size(); ++i) {
      outside_[i] = within_[i] = no_value;
      active_[i] = is_input(in_[i].code) && in_[i].bits == static_cast<std::uint64_t>(slot_);
      for (int k = 0; k < arity(in_[i].code); ++k) active_[i] = active_[i] || moves(i, k);
    }
    outside_[root] = seed;
    for (int i = root; i >= 0; --i) {
      if (!active_[i]) continue;
      if (is_leaf(in_[i].code)) return within_[i];
      for (int k = 0; k < arity(in_[i].code); ++k) {
        if (!moves(i, k)) continue;
        if (within_[i] != no_value) work_.receive(within_, i, k, work_.share(i, k, within_[i], still(i)));
        if (outside_[i] != no_value) spread(i, k);
      }
    }
    return no_value;
  }

  bool exact = true;  ///< false: whether an operation bends upwards takes more than sums

 private:
  differentiation& work_;
  const graph& in_;
  builder& out_;
  rewrite::known_graph known_;
  int slot_;
  derivative_values outside_;  // what is received on ways on which nothing was kept
  derivative_values within_;  // and on the others
  bool active_[LOOM_MAX_NODES]{};  // depends on the input

  constexpr bool moves(int i, int k) const { return active_[in_[i].operand[k]] && work_.reaches(i, k); }
  constexpr value_id held(value_id v) { return out_.unary(op::stop_gradient, v); }

  /// The values of op i, none of which moves.
  constexpr op_values still(int i) {
    op_values r = work_.values_of(i);
    for (int k = 0; k < arity(in_[i].code); ++k)
      if (active_[in_[i].operand[k]]) r.operand[k] = held(r.operand[k]);
    r.result = held(r.result);
    return r;
  }

  /// What op i, outside, hands on to operand k.
  constexpr void spread(int i, int k) {
    const int asked = operands_in_share(i, k);
    const value_id bend = ((asked >> k) & 1) != 0 ? bend_of(i, k) : no_value, zero = out_.constant(0);
    // How a user's own slope bends is known once it is differentiated, and not before.
    const bool own_slope = in_[i].code == op::with_slope && active_[in_[i].operand[1]],
               never = !own_slope && (bend == no_value || known_.of(bend).high <= 0),
               always = own_slope || (!never && known_.of(bend).low >= 0);
    const value_id upwards = never || always ? no_value : out_.binary(op::gt, bend, zero);
    if (!never || (asked & ~(1 << k)) != 0) {  // by itself, or as another operand moves
      op_values moving = work_.values_of(i);
      value_id& own = moving.operand[k];
      if (never) own = held(own);
      else if (!always) own = out_.where(upwards, own, held(own));
      const node& n = in_[i];
      if (!always && !is_running(n.code))
        moving.result = out_.make(n.code, moving.operand[0], moving.operand[1], moving.operand[2], n.bits);
      work_.receive(within_, i, k, work_.share(i, k, held(outside_[i]), moving));
    }
    if (always) return;
    const value_id straight = work_.share(i, k, outside_[i]);
    work_.receive(outside_, i, k, never || straight == no_value ? straight : out_.where(upwards, zero, straight));
  }

  /// The moving operands of op i that what operand k receives depends on.
  constexpr int operands_in_share(int i, int k) const {
    const op code = in_[i].code;
    const adjoint_row& row = adjoint(code);
    int r = 0, all = 0;
    for (int o = 0; o < arity(code); ++o) all |= moves(i, o) ? 1 << o : 0;
    if (!row.defined) return code == op::cumsum || code == op::elsewhere || is_of_order(code) ? 0 : all;
    for (const rewrite::term_node n : row.of[k])
      if (n.code == op::any && n.bits < 3) r |= n.bits == 2 ? all : 1 << n.bits;
    return r & all;
  }

  /// How op i bends as operand k moves and no other does: what it receives, times the second derivative, for each entry of the
  /// operand; no_value: it does not. It is found in a graph of this op alone, of whose operands nothing is known.
  constexpr value_id bend_of(int i, int k) {
    const node& n = in_[i];
    graph alone;
    alone.axes = in_.axes;
    builder b(alone);
    value_id operand[3] = {no_value, no_value, no_value}, stands_for[4];
    for (int o = 0; o < arity(n.code); ++o) {
      const node& v = in_[n.operand[o]];
      const axis_set axes = is_elementwise(n.code) && v.type == kind::number ? n.axes : v.axes;
      stands_for[o] = work_.image[n.operand[o]];
      operand[o] = add_input(b, v.type, axes);
    }
    stands_for[arity(n.code)] = outside_[i];
    const value_id received = add_input(b, kind::number, n.axes);
    exact = exact && axis_count(n.axes) <= max_rank;  // no input has more
    const value_id result = b.make(n.code, operand[0], operand[1], operand[2], n.bits);
    differentiation first(b.result);
    const value_id slope = first.share(result, k, first.image[received]);
    if (slope == no_value) {
      if (work_.missing.empty()) work_.missing = first.missing;
      return no_value;
    }
    differentiation second(first.out.result);
    diagonal_sweep sweep(second, k);
    const value_id bend = sweep.run(slope);
    exact = exact && sweep.exact;
    if (work_.missing.empty()) work_.missing = second.missing;
    return bend == no_value ? no_value : brought_here(second.out.result, bend, stands_for);
  }

  static constexpr value_id add_input(builder& b, kind type, axis_set axes) {
    input_info in;
    for (int a = 0; a < max_axes; ++a)
      if (has(axes, a) && in.axes.size() < max_rank) in.axes.push_back(static_cast<std::int8_t>(a));
    in.code = type == kind::mask ? op::mask : type == kind::index ? op::index : axes == 0 ? op::scalar : op::tensor;
    const int slot = b.add_input(in);
    return b.input(slot);
  }

  /// A value of another graph, with values of this one for its inputs.
  constexpr value_id brought_here(const graph& g, value_id v, const value_id* stands_for) {
    bool needed[LOOM_MAX_NODES]{};
    value_id here[LOOM_MAX_NODES]{};
    needed[v] = true;
    for (int i = v; i >= 0; --i)
      for (int k = 0; needed[i] && k < arity(g[i].code); ++k) needed[g[i].operand[k]] = true;
    for (int i = 0; i <= v; ++i) {
      if (!needed[i]) continue;
      const node& n = g[i];
      value_id of[3] = {no_value, no_value, no_value};
      for (int k = 0; k < arity(n.code); ++k) of[k] = here[n.operand[k]];
      here[i] = is_input(n.code) ? stands_for[n.bits] : out_.make(n.code, of[0], of[1], of[2], n.bits);
    }
    return here[v];
  }
};

}  // namespace loom::derive::detail
