// SPDX-License-Identifier: BSL-1.0
// rewrite/facts.hpp — what is known of the values of a graph: the guards of rules ask here.
// Found when asked for, operands first; the graph may grow meanwhile.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/graph.hpp"
#include "loom/ir/running.hpp"
#include "loom/rewrite/fact.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// A graph, perhaps one that is still being built, and a fact of each of its values, found when it is asked for.
class known_graph {
 public:
  constexpr explicit known_graph(const graph& g) : g_(g) {}

  constexpr const node& operator[](int v) const { return g_.nodes.items[v]; }
  constexpr const fact& of(value_id v) {
    if (state_[v] != state::known) find(v);
    return facts_[v];
  }

 private:
  const graph& g_;
  enum class state : std::uint8_t { unknown, wanted, known };
  fact facts_[LOOM_MAX_NODES];
  state state_[LOOM_MAX_NODES]{};

  /// Of v, and before it of what v is made of and nothing else.
  constexpr void find(value_id v) {
    state_[v] = state::wanted;
    int first = v;
    for (int i = v; i >= first; --i)
      if (state_[i] == state::wanted)
        for (value_id o : g_[i].operand)
          if (o != no_value && state_[o] == state::unknown) {
            state_[o] = state::wanted;
            if (o < first) first = o;
          }
    for (int i = first; i <= v; ++i)
      if (state_[i] == state::wanted) {
        facts_[i] = found(g_[i]);
        state_[i] = state::known;
      }
  }

  constexpr const fact& operand(const node& n, int i) const { return facts_[n.operand[i]]; }

  constexpr fact found(const node& n) const {
    switch (info(n.code).kind) {
      case family::leaf: return of_leaf(n);
      case family::unary:
        return n.code == op::stop_gradient || n.code == op::as_written ? operand(n, 0)
                                                                       : facts::of_unary(n.code, operand(n, 0));
      case family::binary: return of_binary(n);
      case family::compare:
      case family::logical: return facts::truth();
      case family::select: return facts::joined(operand(n, 1), operand(n, 2));
      // Not those of its value: what a rule makes of them would have another slope, abs(v) -> v where v is 0 for many an entry.
      case family::custom: return facts::anything(true);
      case family::conversion: return facts::whole_within(operand(n, 0), 2e19);
      case family::reduction: return reduction(n.code).of_masks ? facts::truth() : of_reduction(n);
      case family::row: return of_row(n);
      case family::indexing: return of_indexing(n);
      case family::running: return of_running(n);
      case family::chain:
      case family::composite: break;
    }
    return facts::anything(true);
  }

  constexpr fact of_leaf(const node& n) const {
    switch (n.code) {
      case op::constant: return facts::exactly(n.constant_value());
      case op::extent: return {1, 1e19, false, false, true, 0, 0};
      case op::position:
      case op::last: return {static_cast<double>(n.offset()), 1e19, n.offset() <= 0, false, true, 0, 0};
      case op::index: return {-facts::infinity, facts::infinity, true, false, true, 0, 0};
      case op::mask: return facts::truth();
      case op::tensor:
      case op::scalar: return facts::in_domain(g_.inputs[static_cast<int>(n.bits)].domain);
      default: return facts::anything();  // a variable of a rule
    }
  }

  constexpr fact of_binary(const node& n) const {
    const fact &a = operand(n, 0), &b = operand(n, 1);
    fact f{};
    switch (n.code) {
#define LOOM_BINARY(name, cost, text, notation, ulp, domain_a, domain_b, fact, ...) \
  case op::name: f = facts::fact(a, b); break;
#define LOOM_BINARY_COMPOSED(name, notation, domain_a, domain_b, fact, ...) \
  case op::name: f = facts::fact(a, b); break;
#include "loom/ir/ops.def"
      default: return facts::anything(true);
    }
    if (n.code == op::sub) of_row_minus_its_largest(n, f);
    if (n.code == op::div) of_share(n, f);
    if (n.code == op::mul || n.code == op::div) of_row_scaled_from_its_extreme(n, f);
    return f;
  }

  /// a - max(a), a - shift(a), a - logsumexp(a): each rounds to what is not positive; after the first two 0 is left of the largest.
  constexpr void of_row_minus_its_largest(const node& n, fact& f) const {
    const node& m = g_[n.operand[1]];
    const bool exact = m.code == op::shift || m.code == op::reduce_max;
    if (m.code == op::logcumsumexp) return of_entry_minus_running_sum(n, m, f);
    if ((!exact && m.code != op::logsumexp) || m.operand[0] != n.operand[0]) return;
    f.high = 0;
    if (exact) f.peak = m.over();
    if (m.code == op::shift) f.nan = operand(n, 0).nan;
  }
  /// a - logcumsumexp(a), of the entry itself, or of what ran up to it: that may round to a little more.
  constexpr void of_entry_minus_running_sum(const node& n, const node& sum, fact& f) const {
    if (sum.order().exclusive) return;
    const node& less = g_[n.operand[0]];
    if (sum.operand[0] == n.operand[0]) f.high = 0;
    else if (less.code == sum.code && less.operand[0] == sum.operand[0] && less.over() == sum.over() &&
             less.order().reverse == sum.order().reverse)
      f.high = 1;
  }
  /// (a - e) * b or (a - e) / b, where e = sign(b) * shift(a * sign(b)) is the entry of a that scaling by b makes the largest.
  constexpr void of_row_scaled_from_its_extreme(const node& n, fact& f) const {
    for (int i = 0; i < (n.code == op::mul ? 2 : 1); ++i) {
      const node &row = g_[n.operand[i]], &e = g_[row.operand[1] == no_value ? 0 : row.operand[1]];
      if (row.code != op::sub || e.code != op::mul) continue;
      for (int k = 0; k < 2; ++k) {
        const value_id sign = e.operand[k];
        const node& m = g_[e.operand[1 - k]];
        if (g_[sign].code != op::sign || !is_scale(n.operand[1 - i], g_[sign].operand[0]) || m.code != op::shift)
          continue;
        const node& scaled = g_[m.operand[0]];
        if (scaled.code != op::mul) continue;
        const bool of_this_row = (scaled.operand[0] == row.operand[0] && scaled.operand[1] == sign) ||
                                 (scaled.operand[1] == row.operand[0] && scaled.operand[0] == sign);
        if (!of_this_row) continue;
        f.high = 0;
        f.peak = m.over();
      }
    }
  }
  /// Whether v is b, or one over it.
  constexpr bool is_scale(value_id v, value_id b) const {
    const node& n = g_[v];
    return v == b || (n.code == op::div && n.operand[1] == b && g_[n.operand[0]].code == op::constant &&
                      g_[n.operand[0]].constant_value() > 0);
  }
  /// a / sum(a) of numbers that are not negative; where the sum overflows, shares are 0.
  constexpr void of_share(const node& n, fact& f) const {
    const node& s = g_[n.operand[1]];
    const fact& a = operand(n, 0);
    if (s.code != op::sum || s.operand[0] != n.operand[0] || a.low < 0) return;
    f.low = 0;
    f.high = 1;
    if (operand(n, 1).finite()) f.unit = s.over();
  }

  constexpr fact of_reduction(const node& n) const {
    const op entry = reduction(n.code).entry;
    const fact each = entry == itself ? operand(n, 0) : facts::of_unary(entry, operand(n, 0));
    switch (n.code) {
#define LOOM_REDUCTION(code, name, word, cost, entry, identity, combine, finish, part, rounding, fact, ...) \
  case op::code: return facts::fact(each, n.over());
#define LOOM_REDUCTION_COMPOSED(code, name, cost, entry, scale, fact, ...) \
  case op::code: return facts::fact(each, n.over());
#include "loom/ir/reductions.def"
      default: return facts::anything(true);
    }
  }

  constexpr fact of_row(const node& n) const {
    const fact& a = operand(n, 0);
    const bool nan = a.nan || !a.finite();  // a row of -inf, or one with inf
    if (n.code == op::softmax) return {0, 1, true, nan, false, 0, n.over()};
    return {-facts::infinity, 0, true, nan, false, 0, 0};
  }

  constexpr fact of_running(const node& n) const {
    const fact each = facts::kept(operand(n, 0), n.over());
    fact f = facts::anything(true);
    switch (n.code) {
      case op::cumsum: f = facts::summed(each, n.over()); break;
      case op::cumprod: f = facts::factored(each, n.over()); break;
      case op::cummax: f = each; break;
      case op::logcumsumexp: f = facts::log_summed(each, n.over()); break;
      case op::order: return {0, 1e19, true, false, true, 0, 0};
      case op::permuted:
      case op::unpermuted: return each;
      default:
        if (each.low >= 0 && operand(n, 1).low >= 0) f.low = 0;
    }
    return n.order().exclusive ? facts::joined(f, facts::exactly(running_identity(n.code))) : f;
  }

  constexpr fact of_indexing(const node& n) const {
    if (n.code == op::onehot) return facts::truth();
    const fact f = facts::kept(operand(n, 0), n.over());
    if (n.code == op::gather) return f;
    if (n.code == op::elsewhere) return facts::joined(f, facts::exactly(0));  // beyond the ends
    return facts::joined(facts::summed(f, n.over()), facts::exactly(0));  // scatter: of some entries, or of none
  }
};

namespace facts {

/// Built from exponentials, so that its logarithm is better taken apart than taken.
constexpr bool exponential(const known_graph& g, value_id v, int depth = 16) {
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

/// May be infinite at finite inputs because it is a logarithm: the factor of a 0 log 0.
constexpr bool logarithmic(const known_graph& g, value_id v, int depth = 16) {
  if (depth == 0) return false;
  const node& n = g[v];
  switch (n.code) {
    case op::log:
    case op::log_softmax:
    case op::logsumexp:
    case op::softplus:
    case op::log_softplus:
    case op::log1mexp:
    case op::log1p: return true;
    case op::neg:
    case op::gather: return logarithmic(g, n.operand[0], depth - 1);
    case op::sum: return logarithmic(g, n.operand[0], depth - 1);
    case op::add:
    case op::sub: return logarithmic(g, n.operand[0], depth - 1) || logarithmic(g, n.operand[1], depth - 1);
    case op::mul:  // of another base
      if (g[n.operand[0]].code == op::constant) return logarithmic(g, n.operand[1], depth - 1);
      return g[n.operand[1]].code == op::constant && logarithmic(g, n.operand[0], depth - 1);
    case op::div: return g[n.operand[1]].code == op::constant && logarithmic(g, n.operand[0], depth - 1);
    default: return false;
  }
}

/// A mask of labels and masks alone: no number of the data takes part in it.
constexpr bool given(const known_graph& g, value_id v, int depth = 16) {
  if (depth == 0) return false;
  const node& n = g[v];
  if (n.code == op::mask || n.code == op::index || n.code == op::constant) return true;
  const family f = info(n.code).kind;
  if (f != family::compare && f != family::logical && !reduction(n.code).of_masks) return false;
  for (int i = 0; i < arity(n.code); ++i)
    if (!given(g, n.operand[i], depth - 1)) return false;
  return true;
}

}  // namespace facts
}  // namespace loom::rewrite
