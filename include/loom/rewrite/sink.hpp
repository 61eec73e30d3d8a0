// SPDX-License-Identifier: BSL-1.0
// rewrite/sink.hpp — gathers move to the data.
// The entry of f(a, b) that t names is f of the entries of a and b that t names; so one entry of a row is computed,
// not the row, and what reaches the loops is a load. Not a rule: it holds for every elementwise op alike, and for a
// reduction over other axes. A gather that cannot reach the data becomes the sum over its row, masked by a one-hot.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/rebuild.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace detail {

class sinking {
 public:
  constexpr explicit sinking(const graph& g) : out_(g), in_(g) {}

  constexpr graph run() {
    return rebuild(in_, out_, [this](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
      return code == op::gather ? entry(a, b, static_cast<axis_set>(bits)) : out_.make(code, a, b, c, bits);
    });
  }

 private:
  builder out_;
  const graph& in_;

  /// The entry of v that t names along k.
  constexpr value_id entry(value_id v, value_id t, axis_set k) {
    const node n = out_[v];
    if ((n.axes & k) == 0) return v;
    if (is_elementwise(n.code)) {
      value_id o[3] = {no_value, no_value, no_value};
      for (int i = 0; i < arity(n.code); ++i) o[i] = entry(n.operand[i], t, k);
      return out_.make(n.code, o[0], o[1], o[2], n.bits);
    }
    if (is_reduction(n.code) &&
        (out_[t].axes & n.over()) == 0) {  // over other axes than k, which would be gone, and than t's
      const value_id e = entry(n.operand[0], t, k);
      return out_.make(n.code, e, no_value, no_value, n.bits);
    }
    if (is_running(n.code) && ((out_[t].axes | k) & n.over()) == 0) {  // likewise
      const value_id a = entry(n.operand[0], t, k), b = arity(n.code) > 1 ? entry(n.operand[1], t, k) : no_value;
      return out_.make(n.code, a, b, no_value, n.bits);
    }
    if (n.code == op::onehot && n.over() == k) {  // one value a statement: arguments have no order
      const value_id zero = out_.constant(0), one = out_.constant(1);
      return out_.where(out_.binary(op::eq, n.operand[0], t), one, zero);
    }
    if (n.code == op::position && n.offset() == 0) return t;  // the entry that t names is t
    const bool in_memory = is_input(n.code) && !out_.view().inputs[static_cast<int>(n.bits)].is_shifted();
    if (in_memory || n.type == kind::index) return out_.make(op::gather, v, t, no_value, k);
    // What lies nowhere in memory is met entry by entry: all but one of them count nothing.
    const value_id chosen = out_.make(op::onehot, t, no_value, no_value, k);
    if (n.type == kind::number) return out_.reduce(op::sum, out_.binary(op::mul0, chosen, v), k);
    const value_id zero = out_.constant(0), here = out_.binary(op::gt, chosen, zero);
    return out_.reduce(op::any_of, out_.binary(op::logical_and, here, v), k);
  }
};

}  // namespace detail

/// g with every gather taken from an input, as far as elementwise ops and reductions reach.
constexpr graph sink_gathers(const graph& g) { return detail::sinking(g).run(); }

}  // namespace loom::rewrite
