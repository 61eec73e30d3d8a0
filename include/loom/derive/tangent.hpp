// SPDX-License-Identifier: BSL-1.0
// derive/tangent.hpp — forward mode: how a value moves when its operands move.
// The adjoints say it all: what an operand hands on is what it would receive, with its tangent in place of g, summed
// over the axes a reduction takes away. Only log_softmax and gather, whose derivative is not symmetric, differ.
// Layer 3 (derive).
#pragma once

#include "loom/derive/differentiation.hpp"

namespace loom::inline LOOM_ABI::derive {

namespace detail {

/// The entry of v that a label names; all entries, where v does not vary along the axis.
constexpr value_id entry(builder& out, value_id v, value_id label, axis_set axis) {
  return (out[v].axes & axis) == 0 ? v : out.make(op::gather, v, label, no_value, axis);
}

/// What the tangent t of operand k adds to the tangent of value i.
constexpr value_id moved_by(differentiation& work, int i, int k, value_id t) {
  const node& n = work.in[i];
  if (n.code == op::gather) return entry(work.out, t, work.image[n.operand[1]], n.over());
  if (n.code == op::elsewhere) return work.out.elsewhere(t, first_axis(n.over()), n.read_at());
  if (n.code == op::log_softmax) return work.instantiate(compiled_tables::log_softmax_tangent, i, t);
  if (is_running(n.code)) return work.running(i).tangent(k, t);
  if (is_chain(n.code)) {
    if (work.missing.empty()) work.missing = "a chain, of which there are first derivatives alone";
    return no_value;
  }
  const value_id each = work.share(i, k, t);
  return is_reduction(n.code) && each != no_value ? work.out.reduce(op::sum, each, n.over()) : each;
}

/// The tangent of value i, from those of its operands.
constexpr value_id tangent_of(differentiation& work, int i, const derivative_values& tangent) {
  value_id total = no_value;
  for (int k = 0; k < arity(work.in[i].code); ++k) {
    const value_id t = tangent[work.in[i].operand[k]];
    if (t != no_value && work.reaches(i, k)) total = work.plus(total, moved_by(work, i, k, t));
  }
  return total;
}

/// The tangents of the values that `wanted` needs, in the directions of some inputs.
class forward_sweep {
 public:
  /// `direction`: by slot, the value that holds the direction of the input, or no_value.
  constexpr forward_sweep(differentiation& work, const fixed_vector<value_id, max_inputs>& direction,
                          const fixed_vector<value_id, max_inputs>& wanted) {
    const graph& g = work.in;
    bool needed[LOOM_MAX_NODES]{};
    for (value_id v : wanted) needed[v] = true;
    for (int i = g.size() - 1; i >= 0; --i)
      for (int k = 0; needed[i] && k < arity(g[i].code); ++k) needed[g[i].operand[k]] = true;
    tangent_.count = g.size();
    for (int i = 0; i < g.size(); ++i)
      tangent_[i] = !needed[i]            ? no_value
                    : is_input(g[i].code) ? direction[static_cast<int>(g[i].bits)]
                                          : tangent_of(work, i, tangent_);
  }
  constexpr value_id operator[](int i) const { return tangent_[i]; }

 private:
  derivative_values tangent_;
};

}  // namespace detail

}  // namespace loom::derive
