// SPDX-License-Identifier: BSL-1.0
// rewrite/masked_logs.hpp — the mask of a total goes into its logarithms.
// sum(where(m, a + log1p(u), 0)) is sum(where(m, a, 0) + log1p(where(m, u, 0))), for the logarithm of 1 is 0: so a total that is masked takes
// them as the logarithm of a product, as any other does (schedule/blocks.hpp). No digit changes. Not a rule: elsewhere it is one more choice.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/rebuild.hpp"
#include "loom/ir/uses.hpp"
#include "loom/rewrite/facts.hpp"
#include "loom/rewrite/kept.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// Whether a value is the sum of all entries where a mask holds.
constexpr bool is_masked_total(const graph& g, int v) {
  if (g[v].code != op::sum || g[v].axes != 0) return false;
  const node& n = g[g[v].operand[0]];
  return n.code == op::where && g[n.operand[2]].code == op::constant && g[n.operand[2]].constant_value() == 0;
}
constexpr bool has_masked_totals(const graph& g) {
  for (int i = 0; i < g.size(); ++i)
    if (is_masked_total(g, i)) return true;
  return false;
}

namespace detail {

class masked_logs {
 public:
  constexpr explicit masked_logs(const graph& g) : in_(g), known_(g) {
    for (int i = 0; i < g.size(); ++i)
      if (is_masked_total(g, i) && only_user(g, g[i].operand[0]) == i &&
          has_log(g[g[i].operand[0]].operand[1], g[i].operand[0]))
        sums_.insert(i);
  }

  constexpr graph run() {
    builder out(in_);
    kept_values kept(in_);
    return rebuild(in_, out, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
      const bool is_kept = kept.next();
      if (is_kept || !sums_[kept.at()]) return out.make(code, a, b, c, bits);
      const node w = out[a];
      return out.make(code, masked(out, w.operand[1], w.operand[0]), b, c, bits);
    });
  }

 private:
  const graph& in_;
  known_graph known_;
  value_set sums_;

  /// Whether a term that only `user` takes in is such a logarithm, or has one.
  constexpr bool has_log(value_id v, value_id user) {
    const node& n = in_[v];
    if (only_user(in_, v) != user) return false;
    switch (n.code) {
      case op::log1p: return known_.of(n.operand[0]).low >= 0 && known_.of(n.operand[0]).high <= 1;
      case op::neg: return has_log(n.operand[0], v);
      case op::add:
      case op::sub: return has_log(n.operand[0], v) || has_log(n.operand[1], v);
      default: return false;
    }
  }
  /// where(m, v, 0).
  constexpr value_id masked(builder& out, value_id v, value_id m) const {
    const node n = out[v];
    switch (n.code) {
      case op::log1p: return out.unary(op::log1p, masked(out, n.operand[0], m));
      case op::neg: return out.unary(op::neg, masked(out, n.operand[0], m));
      case op::add:
      case op::sub: {
        const value_id a = masked(out, n.operand[0], m), b = masked(out, n.operand[1], m);
        return out.binary(n.code, a, b);
      }
      default: return out.where(m, v, out.constant(0));
    }
  }
};

}  // namespace detail

/// g with the masks of its totals in their logarithms of 1 + u, u in [0,1].
constexpr graph with_masks_in_logs(const graph& g) { return detail::masked_logs(g).run(); }

}  // namespace loom::rewrite
