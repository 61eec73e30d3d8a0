// SPDX-License-Identifier: BSL-1.0
// rewrite/facts.hpp — what is known of a value from how it is computed: the guards of rules.
// A fact is proved or not claimed: `false` means "not known".
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::rewrite::facts {

/// The bounds of a value, from its own op alone.
constexpr interval range(const graph& g, value_id v) {
  const node& n = g[v];
  if (n.code == op::constant) return {n.constant_value(), n.constant_value()};
  return info(n.code == op::gather ? g[n.operand[0]].code : n.code).range;
}

/// At least 0 wherever it is not NaN.
constexpr bool nonnegative(const graph& g, value_id v, int depth = 16) {
  if (depth == 0) return false;
  const node& n = g[v];
  if (range(g, v).low >= 0) return true;
  const auto is = [&](int i) { return nonnegative(g, n.operand[i], depth - 1); };
  switch (info(n.code).sign) {
    case sign_rule::both: return is(0) && is(1);
    case sign_rule::either: return is(0) || is(1);
    case sign_rule::first: return is(0);
    case sign_rule::unknown: break;
  }
  if (is_reduction(n.code))
    return reduction(n.code).entry == itself ? is(0) : info(reduction(n.code).entry).range.low >= 0;
  switch (n.code) {
    case op::gather:
    case op::stop_gradient: return is(0);
    case op::where: return is(1) && is(2);
    case op::sub: return range(g, n.operand[0]).low >= range(g, n.operand[1]).high;  // 1 - p for a probability p
    case op::neg: {  // -expm1(z), z a log-probability
      const node& e = g[n.operand[0]];
      return range(g, n.operand[0]).high <= 0 || (e.code == op::expm1 && range(g, e.operand[0]).high <= 0);
    }
    default: return false;
  }
}

/// Built from exponentials, so that its logarithm is better taken apart than taken.
constexpr bool exponential(const graph& g, value_id v, int depth = 16) {
  if (depth == 0) return false;
  const node& n = g[v];
  switch (n.code) {
    case op::exp:
    case op::softmax:
    case op::sigmoid: return true;
    case op::mul:
    case op::div: return exponential(g, n.operand[0], depth - 1) || exponential(g, n.operand[1], depth - 1);
    case op::sum:
    case op::gather: return exponential(g, n.operand[0], depth - 1);
    case op::add: return exponential(g, n.operand[0], depth - 1) || exponential(g, n.operand[1], depth - 1);
    default: return false;
  }
}

/// May be infinite at finite or infinite inputs because it is a logarithm: the factor of a 0 log 0.
constexpr bool logarithmic(const graph& g, value_id v, int depth = 16) {
  if (depth == 0) return false;
  const node& n = g[v];
  switch (n.code) {
    case op::log:
    case op::log_softmax:
    case op::logsumexp:
    case op::softplus:
    case op::log1mexp:
    case op::log1p: return true;
    case op::neg:
    case op::gather: return logarithmic(g, n.operand[0], depth - 1);
    case op::sum: return logarithmic(g, n.operand[0], depth - 1);
    case op::add:
    case op::sub: return logarithmic(g, n.operand[0], depth - 1) || logarithmic(g, n.operand[1], depth - 1);
    default: return false;
  }
}

/// A mask of labels and masks alone: no number of the data takes part in it.
constexpr bool given(const graph& g, value_id v, int depth = 16) {
  if (depth == 0) return false;
  const node& n = g[v];
  if (n.code == op::mask || n.code == op::index || n.code == op::constant) return true;
  const family f = info(n.code).kind;
  if (f != family::compare && f != family::logical && !reduction(n.code).of_masks) return false;
  for (int i = 0; i < arity(n.code); ++i)
    if (!given(g, n.operand[i], depth - 1)) return false;
  return true;
}

/// Can be exactly 0, as far as is known.
constexpr bool may_be_zero(const graph& g, value_id v) {
  const node& n = g[v];
  switch (n.code) {
    case op::constant: return n.constant_value() == 0;
    case op::extent: return false;
    case op::neg:
    case op::stop_gradient: return may_be_zero(g, n.operand[0]);
    case op::mul:
    case op::div: return may_be_zero(g, n.operand[0]) || (n.code == op::mul && may_be_zero(g, n.operand[1]));
    default: return true;
  }
}

}  // namespace loom::rewrite::facts
