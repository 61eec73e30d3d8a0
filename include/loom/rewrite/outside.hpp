// SPDX-License-Identifier: BSL-1.0
// rewrite/outside.hpp — the logarithm of a row's sum moves out of sums over the row.
// The logarithm of a share is u - c, where u is an entry less the row's largest and c = log1p(rest) is the same for every entry. So
// sum(w (u - c)) = sum(w u) - c sum(w), which asks for no pass after the one that finds c. No digit is lost, whatever the
// weights: u and -c have the same sign, so |w u| and |w c| together are what |w (u - c)| is. That is what makes it no rule: of other
// differences, deviations from a mean first of all, it would take the digits. Weights that are shares of a row add up to 1.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/rebuild.hpp"
#include "loom/rewrite/kept.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace detail {

class row_logs {
 public:
  constexpr explicit row_logs(const graph& g) : out_(g), in_(g) {}

  constexpr graph run() {
    kept_values kept(in_);
    return rebuild(in_, out_, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
      const bool is_kept = kept.any() && kept.next();
      return code == op::sum && !is_kept ? sum(a, static_cast<axis_set>(bits)) : out_.make(code, a, b, c, bits);
    });
  }

 private:
  builder out_;
  const graph& in_;
  // What leaves the sum of the terms read last; no_value if there is nothing, or one of them is no logarithm of a share.
  value_id constant_ = no_value;
  bool others_ = false;

  constexpr value_id sum(value_id v, axis_set k) {
    const node n = out_[v];
    if (n.code != op::mul && n.code != op::mul0) {
      const value_id rest = terms(v, k);
      return constant_ == no_value ? out_.reduce(op::sum, v, k)
                                   : less(out_.reduce(op::sum, rest, k), op::mul, out_.extent(k), constant_);
    }
    value_id weight = n.operand[0], rest = terms(n.operand[1], k);
    if (constant_ == no_value && n.code == op::mul) {
      weight = n.operand[1];
      rest = terms(n.operand[0], k);
    }
    if (constant_ == no_value) return out_.reduce(op::sum, v, k);
    const value_id c = constant_;
    const node w = out_[weight];
    if (w.code == op::div && is_sum_of_row(w.operand[1], w.operand[0], k)) {
      const value_id shares = out_.reduce(op::sum, out_.make(n.code, w.operand[0], rest), k);
      return out_.binary(op::sub, out_.binary(op::div, shares, w.operand[1]), c);
    }
    const value_id of_rest = out_.reduce(op::sum, out_.make(n.code, weight, rest), k);
    // Where all weights are 0 they keep out what the row may be, as each of them did.
    return less(of_rest, n.code, out_.reduce(op::sum, weight, k), c);
  }
  constexpr value_id less(value_id from, op product, value_id weight, value_id c) {
    return out_.binary(op::sub, from, out_.binary(product, weight, c));
  }

  /// Logarithms of shares of rows, added and subtracted, without those of the rows' sums.
  constexpr value_id terms(value_id v, axis_set k) {
    constant_ = no_value;
    others_ = false;
    const value_id rest = without_logs(v, k, false);
    if (others_) constant_ = no_value;
    return rest;
  }
  constexpr value_id without_logs(value_id v, axis_set k, bool minus) {
    const node n = out_[v];
    switch (n.code) {
      case op::neg: {
        const value_id a = without_logs(n.operand[0], k, !minus);
        return a == n.operand[0] ? v : out_.unary(op::neg, a);
      }
      case op::sub:
        if (is_log_of_row(n.operand[1], n.operand[0], k)) {
          const value_id c = n.operand[1];
          constant_ = constant_ == no_value ? (minus ? out_.unary(op::neg, c) : c)
                                            : out_.binary(minus ? op::sub : op::add, constant_, c);
          return n.operand[0];
        }
        [[fallthrough]];
      case op::add: {
        const value_id a = without_logs(n.operand[0], k, minus),
                       b = without_logs(n.operand[1], k, minus != (n.code == op::sub));
        return a == n.operand[0] && b == n.operand[1] ? v : out_.binary(n.code, a, b);
      }
      default: others_ = true; return v;
    }
  }
  /// Whether c is log1p(rest(exp(u), k)).
  constexpr bool is_log_of_row(value_id c, value_id u, axis_set k) const {
    const node& n = out_[c];
    if (n.code != op::log1p || out_[n.operand[0]].code != op::rest || out_[n.operand[0]].over() != k) return false;
    const node& e = out_[out_[n.operand[0]].operand[0]];
    return e.code == op::exp && e.operand[0] == u;
  }
  /// Whether s is 1 + rest(e, k).
  constexpr bool is_sum_of_row(value_id s, value_id e, axis_set k) const {
    const node& n = out_[s];
    for (int i = 0; i < 2 && n.code == op::add; ++i) {
      const node &one = out_[n.operand[i]], &rest = out_[n.operand[1 - i]];
      if (one.code == op::constant && one.constant_value() == 1 && rest.code == op::rest && rest.over() == k &&
          rest.operand[0] == e)
        return true;
    }
    return false;
  }
};

}  // namespace detail

/// g with the logarithms of rows outside sums over them.
constexpr graph take_out_row_logs(const graph& g) {
  axis_set rows = 0;
  for (const node& n : g.nodes)
    if (n.code == op::rest) rows |= n.over();
  for (const node& n : g.nodes)
    if (n.code == op::sum && (n.over() & rows) != 0) return detail::row_logs(g).run();
  return g;
}

}  // namespace loom::rewrite
