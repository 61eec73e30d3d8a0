// SPDX-License-Identifier: BSL-1.0
// derive/diagonal.hpp — the derivative of entry i of a value with respect to entry i of an input x, for all i at once.
// Elementwise it is a tangent whose direction is 1. Where entries meet (a reduction, a row function) it takes all of the
// Jacobian, kept as a few products of a value indexed by the entry j of the result and one indexed by the entry i of x:
//   dv_j / dx_i = sum over terms of [i = j on the axes `tied`] * left_j * right_i.
// A reduction sums left over its axes; what it sums over a tied axis, only i = j, moves to the right. Axes of x over which
// nothing sums from here on need no two indices: there only i = j will be asked. See docs/decisions/009-second-derivatives.md.
// Layer 3 (derive).
#pragma once

#include "loom/derive/tangent.hpp"

namespace loom::inline LOOM_ABI::derive::detail {

struct outer_product {
  axis_set tied = 0;  ///< axes of x on which i = j; and axes x does not have, along which right varies with j
  value_id left = no_value;
  value_id right = no_value;
};

class diagonal_sweep {
 public:
  constexpr diagonal_sweep(differentiation& work, int slot)
      : work_(work),
        in_(work.in),
        slot_(slot),
        x_axes_(as_set(work.in.inputs[slot].axes)),
        one_(work.out.constant(1)) {}

  /// The diagonal of the derivative of a value over the axes of x; no_value: zero.
  constexpr value_id run(value_id root) {
    mark(root);
    diagonal_.count = root + 1;
    for (int i = 0; i <= root; ++i) {
      diagonal_[i] = no_value;
      if (!depends_[i]) continue;
      const value_list jacobian = free_[i] != 0 || (wanted_[i] && met(i) != 0) ? terms_of(i) : value_list();
      if (wanted_[i])
        diagonal_[i] = is_x(i) ? one_ : met(i) == 0 ? tangent_of(work_, i, diagonal_) : met_diagonal(i, jacobian);
      if (free_[i] != 0) record(i, jacobian);
    }
    return diagonal_[root];
  }

  /// False: a sum met a left factor that varies both with i and with j along different axes; only a matrix product has it.
  bool exact = true;

 private:
  using value_list = fixed_vector<outer_product, 8>;

  differentiation& work_;
  const graph& in_;
  int slot_;
  axis_set x_axes_;
  value_id one_;
  derivative_values diagonal_;
  bool depends_[LOOM_MAX_NODES]{};  // on x
  bool wanted_[LOOM_MAX_NODES]{};  // its diagonal is
  axis_set free_[LOOM_MAX_NODES]{};  // axes of x that something sums over on the way from here to the root
  fixed_vector<outer_product, LOOM_MAX_NODES> kept_;
  std::int16_t first_[LOOM_MAX_NODES]{}, last_[LOOM_MAX_NODES]{};

  constexpr bool is_x(int i) const { return is_input(in_[i].code) && in_[i].bits == static_cast<std::uint64_t>(slot_); }
  constexpr bool is_row(int i) const { return info(in_[i].code).kind == family::row; }
  constexpr bool hands_on(int i, int k) const { return depends_[in_[i].operand[k]] && work_.reaches(i, k); }

  /// The axes of x along which value i makes entries of its operand meet.
  constexpr axis_set met(int i) const {
    const op code = in_[i].code;
    return is_reduction(code) || is_row(i) || code == op::gather || runs_along(code)
               ? static_cast<axis_set>(in_[i].over() & x_axes_)
               : axis_set{0};
  }

  constexpr void mark(int root) {
    for (int i = 0; i <= root; ++i) {
      depends_[i] = is_x(i);
      for (int k = 0; k < arity(in_[i].code); ++k) depends_[i] = depends_[i] || hands_on(i, k);
    }
    wanted_[root] = true;
    for (int i = root; i >= 0; --i)
      for (int k = 0; (wanted_[i] || free_[i] != 0) && k < arity(in_[i].code); ++k) {
        if (!hands_on(i, k)) continue;
        const value_id o = in_[i].operand[k];
        free_[o] |= static_cast<axis_set>(free_[i] | met(i));
        wanted_[o] = wanted_[o] || (wanted_[i] && (met(i) == 0 || is_row(i)));
      }
  }

  constexpr void record(int i, const value_list& terms) {
    first_[i] = static_cast<std::int16_t>(kept_.size());
    for (const outer_product& t : terms) {
      if (kept_.size() == kept_.capacity()) exact = false;
      else kept_.push_back(t);
    }
    last_[i] = static_cast<std::int16_t>(kept_.size());
  }

  constexpr value_id times(value_id a, value_id b) {
    return a == one_ ? b : b == one_ ? a : work_.out.binary(op::mul, a, b);
  }

  constexpr void add(value_list& to, const outer_product& t) {
    if (t.left == no_value) return;
    for (outer_product& known : to)
      if (known.tied == t.tied && known.right == t.right) {
        known.left = work_.plus(known.left, t.left);
        return;
      }
    if (to.size() == to.capacity()) exact = false;
    else to.push_back(t);
  }

  /// The Jacobian of value i: for a reduction its own, for a row function that of the log-sum-exp of the row.
  constexpr value_list terms_of(int i) {
    value_list r;
    const node& n = in_[i];
    if (is_x(i)) {
      add(r, {free_[i], one_, one_});
    } else if (is_reduction(n.code) || n.code == op::gather) {
      for (int t = first_[n.operand[0]]; t < last_[n.operand[0]]; ++t) add(r, contracted(i, kept_[t]));
    } else if (is_row(i)) {
      for (int t = first_[n.operand[0]]; t < last_[n.operand[0]]; ++t) {
        const outer_product sum = contracted(i, kept_[t]), own = kept_[t];
        add(r, {still_tied(i, own.tied), of_row(i, own.left), own.right});
        add(r, {sum.tied, of_row(i, work_.out.unary(op::neg, sum.left)), sum.right});
      }
    } else if (is_chain(n.code) || n.code == op::elsewhere) {
      exact = false;
    } else if (is_running(n.code)) {
      run_along(i, r);
    } else {
      for (int k = 0; k < arity(n.code); ++k)
        for (int t = first_[n.operand[k]]; hands_on(i, k) && t < last_[n.operand[k]]; ++t)
          add(r, {still_tied(i, kept_[t].tied), work_.share(i, k, kept_[t].left), kept_[t].right});
    }
    return r;
  }

  /// Along an axis that neither x nor a right factor has, the left factors run as tangents do.
  constexpr void run_along(int i, value_list& r) {
    const node& n = in_[i];
    exact = exact && met(i) == 0;
    for (int k = 0; k < arity(n.code) && exact; ++k)
      for (int t = first_[n.operand[k]]; hands_on(i, k) && t < last_[n.operand[k]]; ++t) {
        const outer_product& own = kept_[t];
        exact = exact && (own.tied & n.over()) == 0;
        add(r, {still_tied(i, own.tied), work_.running(i).tangent(k, own.left), own.right});
      }
  }

  constexpr axis_set still_tied(int i, axis_set tied) const {
    return static_cast<axis_set>(tied & (free_[i] | static_cast<axis_set>(~x_axes_)));
  }

  constexpr value_id softmax_of(int i) {
    return in_[i].code == op::softmax ? work_.image[i]
                                      : work_.out.reduce(op::softmax, work_.image[in_[i].operand[0]], in_[i].over());
  }
  /// log_softmax is a - logsumexp(a), softmax its exponential.
  constexpr value_id of_row(int i, value_id derivative) {
    return in_[i].code == op::softmax ? times(work_.image[i], derivative) : derivative;
  }

  /// What entry j of the operand adds to the reduction, if it moves by `left`.
  constexpr value_id weighted(int i, value_id left, bool is_tied) {
    const node& n = in_[i];
    const value_id label = n.code == op::gather ? work_.image[n.operand[1]] : no_value;
    if (label != no_value)
      return is_tied ? times(work_.out.make(op::onehot, label, no_value, no_value, n.over()), left)
                     : entry(work_.out, left, label, n.over());
    return is_row(i) ? times(softmax_of(i), left) : work_.share(i, 0, left);
  }

  /// A term of the operand of reduction i, summed over j.
  constexpr outer_product contracted(int i, const outer_product& t) {
    const axis_set over = in_[i].over(), fixed = over & t.tied, summed = without(over, t.tied),
                   outside = without(fixed, x_axes_);
    value_id left = weighted(i, t.left, fixed != 0);
    if (left == no_value) return {};
    if (summed != 0 && in_[i].code != op::gather) left = work_.out.reduce(op::sum, left, summed);
    const axis_set tied = still_tied(i, without(t.tied, over));
    if (outside == 0 && (work_.out[left].axes & fixed & free_[i]) == 0) return {tied, left, t.right};
    if ((work_.out[left].axes & without(free_[i], t.tied)) != 0) exact = false;
    value_id right = times(left, t.right);
    const axis_set carried = without(work_.out[right].axes, static_cast<axis_set>(x_axes_ | over));
    if (outside != 0) right = work_.out.reduce(op::sum, right, outside);
    return {static_cast<axis_set>(tied | carried), one_, right};
  }

  /// The diagonal of a reduction, or of a row function, over axes of x.
  constexpr value_id met_diagonal(int i, const value_list& jacobian) {
    const node& n = in_[i];
    bool only_tied = is_row(i);
    for (int t = first_[n.operand[0]]; t < last_[n.operand[0]]; ++t)
      only_tied = only_tied && includes(kept_[t].tied & x_axes_, n.over());
    // Each entry of the row moves by itself: a factor 1 - p, not a difference of its terms.
    if (only_tied) return of_row(i, times(diagonal_[n.operand[0]], work_.out.binary(op::sub, one_, softmax_of(i))));
    value_id total = no_value;
    for (const outer_product& t : jacobian) total = work_.plus(total, times(t.left, t.right));
    return total;
  }
};

}  // namespace loom::derive::detail
