// SPDX-License-Identifier: BSL-1.0
// rewrite/term.hpp — a small formula as a value: the notation of rules and of derivatives.
// Written like a user's formula, but a term is data of one type, not a type of its own: a hundred rules cost what a
// hundred constants cost. Pattern variables a, b, c stand for any value, k for any set of axes.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/graph.hpp"

namespace loom {

struct term {
  fixed_vector<node, 24> nodes;  ///< operands before users; the last is the root

  constexpr int size() const { return nodes.size(); }
  constexpr const node& operator[](int i) const { return nodes[i]; }
  constexpr const node& root() const { return nodes.back(); }
};

namespace terms {

inline constexpr int max_variables = 5;

/// A set of axes in a rule; `k` is the only one any rule has needed.
struct axis_variable {};
inline constexpr axis_variable k{};

constexpr term leaf(op code, std::uint64_t bits) {
  term t;
  t.nodes.push_back({code, kind::number, 0, {no_value, no_value, no_value}, bits});
  return t;
}
constexpr term number(double v) { return leaf(op::constant, std::bit_cast<std::uint64_t>(v)); }

/// Adds a node, or finds the equal one: a term is a graph too, so what it says twice it holds once.
constexpr value_id intern(term& t, const node& n) {
  for (int i = 0; i < t.size(); ++i)
    if (t[i].code == n.code && t[i] == n) return static_cast<value_id>(i);
  t.nodes.push_back(n);
  return static_cast<value_id>(t.size() - 1);
}

constexpr value_id append(term& to, const term& from) {
  value_id at[24]{};
  for (int i = 0; i < from.size(); ++i) {
    node n = from[i];
    for (value_id& o : n.operand)
      if (o != no_value) o = at[o];
    at[i] = intern(to, n);
  }
  return at[from.size() - 1];
}

constexpr term make(op code, const term& a) {
  term r = a;
  r.nodes.push_back({code, kind::number, 0, {static_cast<value_id>(a.size() - 1), no_value, no_value}, 0});
  return r;
}
constexpr term make(op code, const term& a, const term& b) {
  term r = a;
  const auto ia = static_cast<value_id>(a.size() - 1);
  const value_id ib = append(r, b);
  r.nodes.push_back({code, kind::number, 0, {ia, ib, no_value}, 0});
  return r;
}
constexpr term make(op code, const term& a, const term& b, const term& c) {
  term r = a;
  const auto ia = static_cast<value_id>(a.size() - 1);
  const value_id ib = append(r, b);
  const value_id ic = append(r, c);
  r.nodes.push_back({code, kind::number, 0, {ia, ib, ic}, 0});
  return r;
}

// Variables. In rules: a b c d; in adjoints: g the incoming adjoint, x or a b the operands, y the result.
inline constexpr term a = leaf(op::any, 0), b = leaf(op::any, 1), c = leaf(op::any, 2), d = leaf(op::any, 3);
inline constexpr term m = leaf(op::any, 4);

#define LOOM_UNARY(name, ...) constexpr term name(const term& x) { return make(op::name, x); }
#define LOOM_BINARY(name, ...) constexpr term name(const term& x, const term& y) { return make(op::name, x, y); }
#define LOOM_UNARY_COMPOSED(name, ...) constexpr term name(const term& x) { return make(op::name, x); }
#define LOOM_BINARY_COMPOSED(name, ...) constexpr term name(const term& x, const term& y) { return make(op::name, x, y); }
#include "loom/ir/ops.def"

constexpr term operator-(const term& x) { return make(op::neg, x); }
#define LOOM_TERM_OPERATOR(symbol, code)                                                                    \
  constexpr term operator symbol(const term& x, const term& y) { return make(op::code, x, y); }             \
  constexpr term operator symbol(double x, const term& y) { return make(op::code, number(x), y); }          \
  constexpr term operator symbol(const term& x, double y) { return make(op::code, x, number(y)); }
LOOM_TERM_OPERATOR(+, add)
LOOM_TERM_OPERATOR(-, sub)
LOOM_TERM_OPERATOR(*, mul)
LOOM_TERM_OPERATOR(/, div)
LOOM_TERM_OPERATOR(==, eq)
LOOM_TERM_OPERATOR(<, lt)
LOOM_TERM_OPERATOR(<=, le)
LOOM_TERM_OPERATOR(>, gt)
LOOM_TERM_OPERATOR(>=, ge)
#undef LOOM_TERM_OPERATOR

constexpr term max(const term& x, double y) { return make(op::max, x, number(y)); }
constexpr term where(const term& p, const term& x, const term& y) { return make(op::where, p, x, y); }
constexpr term where(const term& p, double x, const term& y) { return make(op::where, p, number(x), y); }
constexpr term where(const term& p, const term& x, double y) { return make(op::where, p, x, number(y)); }
constexpr term stop_gradient(const term& x) { return make(op::stop_gradient, x); }

#define LOOM_TERM_REDUCTION(name) constexpr term name(const term& x, axis_variable) { return make(op::name, x); }
LOOM_TERM_REDUCTION(sum)
LOOM_TERM_REDUCTION(prod)
LOOM_TERM_REDUCTION(reduce_max)
LOOM_TERM_REDUCTION(reduce_min)
LOOM_TERM_REDUCTION(shift)
LOOM_TERM_REDUCTION(logsumexp)
LOOM_TERM_REDUCTION(norm)
LOOM_TERM_REDUCTION(softmax)
LOOM_TERM_REDUCTION(log_softmax)
#undef LOOM_TERM_REDUCTION
constexpr term gather(const term& e, const term& t, axis_variable) { return make(op::gather, e, t); }
constexpr term onehot(const term& t, axis_variable) { return make(op::onehot, t); }
constexpr term extent(axis_variable) { return leaf(op::extent, 0); }

}  // namespace terms

/// True for the ops whose bits name axes: in a term they all mean the axis variable k.
constexpr bool names_axes(op code) {
  const family f = info(code).kind;
  return f == family::reduction || f == family::row || f == family::indexing || code == op::extent;
}

}  // namespace loom
