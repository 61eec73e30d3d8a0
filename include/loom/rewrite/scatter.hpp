// SPDX-License-Identifier: BSL-1.0
// rewrite/scatter.hpp — sums of one-hot rows become scatters.
// The gradient of a table is the sum over rows of what each row sends to the entry it read: onehot(t, k) * g. As written,
// every row visits every entry; a scatter visits the one that t names. Not a rule: the factor may lie deep in a product.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/rebuild.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace detail {

class scattering {
 public:
  constexpr explicit scattering(const graph& g) : out_(g), in_(g) {}

  constexpr graph run() {
    return rebuild(in_, out_, [this](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
      return code == op::sum ? sum(a, static_cast<axis_set>(bits)) : out_.make(code, a, b, c, bits);
    });
  }

 private:
  builder out_;
  const graph& in_;

  constexpr value_id sum(value_id v, axis_set over) {
    const value_id hot = one_hot_factor(v, over);
    if (hot == no_value) return out_.reduce(op::sum, v, over);
    const node n = out_[hot];
    const value_id rest = without_factor(v, hot);
    // Axes that only the product had, or that the scatter leaves for later.
    const axis_set walked = static_cast<axis_set>(out_[rest].axes | out_[n.operand[0]].axes);
    if ((over & ~walked) != 0 || has(walked, first_axis(n.over()))) return out_.reduce(op::sum, v, over);
    return out_.make(op::scatter, rest, n.operand[0], no_value,
                     static_cast<std::uint64_t>(over) | static_cast<std::uint64_t>(first_axis(n.over())) << 8);
  }

  /// A onehot along an axis that the sum leaves, as a factor of v; no_value: there is none.
  constexpr value_id one_hot_factor(value_id v, axis_set over) const {
    const node& n = out_[v];
    switch (n.code) {
      case op::onehot: return (n.over() & over) == 0 && (out_[n.operand[0]].axes & over) != 0 ? v : no_value;
      case op::neg:
      case op::div: return one_hot_factor(n.operand[0], over);
      case op::mul:
      case op::mul0: {
        const value_id a = one_hot_factor(n.operand[0], over);
        return a != no_value ? a : one_hot_factor(n.operand[1], over);
      }
      case op::where: return is_zero(n.operand[2]) ? one_hot_factor(n.operand[1], over) : no_value;
      default: return no_value;
    }
  }
  constexpr bool is_zero(value_id v) const { return out_[v].code == op::constant && out_[v].constant_value() == 0; }

  /// v with 1 in the place of a factor.
  constexpr value_id without_factor(value_id v, value_id factor) {
    if (v == factor) return out_.constant(1);
    const node n = out_[v];
    if (!is_elementwise(n.code)) return v;
    if (n.code == op::mul || n.code == op::mul0) {
      const value_id a = without_factor(n.operand[0], factor),
                     b = a == n.operand[0] ? without_factor(n.operand[1], factor) : n.operand[1];
      return out_[a].code == op::constant && out_[a].constant_value() == 1   ? b
             : out_[b].code == op::constant && out_[b].constant_value() == 1 ? a
                                                                             : out_.make(n.code, a, b);
    }
    if (n.code == op::neg || n.code == op::div)
      return out_.make(n.code, without_factor(n.operand[0], factor), n.operand[1], no_value, n.bits);
    if (n.code == op::where) {
      const value_id taken = without_factor(n.operand[1], factor);
      return out_.where(n.operand[0], taken, n.operand[2]);
    }
    return v;
  }
};

}  // namespace detail

/// g with sums over one-hot rows as scatters.
constexpr graph scatter_sums(const graph& g) {
  for (const node& n : g.nodes)
    if (n.code == op::onehot) return detail::scattering(g).run();
  return g;
}

}  // namespace loom::rewrite
