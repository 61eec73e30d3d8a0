// SPDX-License-Identifier: BSL-1.0
// rewrite/term.hpp — a small formula as a value: the notation of rules and of derivatives.
// Written like a user's formula, but a term is data of one type, not a type of its own: a hundred rules cost what a
// hundred constants cost. Pattern variables a, b, c stand for any value, k for any set of axes.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// A node of a term. Its operands are earlier nodes, by number.
struct term_node {
  op code;
  int operand[3];  ///< or no_value; not narrower, for a compiler checks each conversion of a literal
  std::uint64_t bits;  ///< as those of a graph's node; of a variable: which

  constexpr bool operator==(const term_node&) const = default;
  constexpr double constant_value() const { return std::bit_cast<double>(bits); }
};

/// A term as data: nodes of the table it belongs to, operands before users; the last is the root.
struct term {
  const term_node* nodes = nullptr;
  int count = 0;

  constexpr int size() const { return count; }
  constexpr const term_node& operator[](int i) const { return nodes[i]; }
  constexpr const term_node* begin() const { return nodes; }
  constexpr const term_node* end() const { return nodes + count; }
  constexpr const term_node& root() const { return nodes[count - 1]; }
};

namespace terms {

inline constexpr int max_variables = 5;
inline constexpr int max_size = 48;  ///< nodes of one term

/// A set of axes in a rule; `k` is the only one any rule has needed.
struct axis_variable {};
inline constexpr axis_variable k{};

/// A term while it is being written: it refers to its operands, and copies nothing. Those are temporaries, so whoever keeps a
/// term reads it within the same expression (term_nodes::add); a part with a name of its own is a constant made of constants.
struct written {
  op code;
  std::uint64_t bits;
  const written* operand[3];

  constexpr written(double number) : written(op::constant, std::bit_cast<std::uint64_t>(number)) {}  // implicit: 1 + a
  constexpr written(op o, std::uint64_t b, const written* x = nullptr, const written* y = nullptr,
                    const written* z = nullptr)
      : code(o), bits(b), operand{x, y, z} {}
};

constexpr written number(double v) { return v; }
constexpr written make(op code, const written& x) { return {code, 0, &x}; }
constexpr written make(op code, const written& x, const written& y) { return {code, 0, &x, &y}; }

// Variables. In rules: a b c d; in adjoints: g the incoming adjoint, x or a b the operands, y the result.
inline constexpr written a{op::any, 0}, b{op::any, 1}, c{op::any, 2}, d{op::any, 3}, m{op::any, 4};

#define LOOM_UNARY(name, ...) \
  constexpr written name(const written& x) { return {op::name, 0, &x}; }
#define LOOM_BINARY(name, ...) \
  constexpr written name(const written& x, const written& y) { return {op::name, 0, &x, &y}; }
#define LOOM_UNARY_COMPOSED(name, ...) \
  constexpr written name(const written& x) { return {op::name, 0, &x}; }
#define LOOM_BINARY_COMPOSED(name, ...) \
  constexpr written name(const written& x, const written& y) { return {op::name, 0, &x, &y}; }
#include "loom/ir/ops.def"

constexpr written operator-(const written& x) { return {op::neg, 0, &x}; }
#define LOOM_TERM_OPERATOR(symbol, code) \
  constexpr written operator symbol(const written& x, const written& y) { return {op::code, 0, &x, &y}; }
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

constexpr written where(const written& p, const written& x, const written& y) { return {op::where, 0, &p, &x, &y}; }
constexpr written with_slope(const written& v, const written& s, const written& u) {
  return {op::with_slope, 0, &v, &s, &u};
}
constexpr written stop_gradient(const written& x) { return {op::stop_gradient, 0, &x}; }

#define LOOM_TERM_REDUCTION(name) \
  constexpr written name(const written& x, axis_variable) { return {op::name, 0, &x}; }
#define LOOM_REDUCTION(code, ...) LOOM_TERM_REDUCTION(code)
#define LOOM_REDUCTION_COMPOSED(code, ...) LOOM_TERM_REDUCTION(code)
#include "loom/ir/reductions.def"
LOOM_TERM_REDUCTION(softmax)
LOOM_TERM_REDUCTION(log_softmax)
#undef LOOM_TERM_REDUCTION
constexpr written gather(const written& e, const written& t, axis_variable) { return {op::gather, 0, &e, &t}; }
constexpr written onehot(const written& t, axis_variable) { return {op::onehot, 0, &t}; }
constexpr written extent(axis_variable) { return {op::extent, 0}; }

}  // namespace terms

/// Where the terms of a table lie.
template <int Capacity>
class term_nodes {
 public:
  /// Keeps a term. What it says twice it holds twice: looking for it costs every user's file more than it saves.
  constexpr term add(const terms::written& root) {
    const int first = nodes_.size();
    append(root, first);
    if (nodes_.size() - first > terms::max_size) limit::too_many_elements_for_a_fixed_vector();
    return {nodes_.items + first, nodes_.size() - first};
  }

 private:
  fixed_vector<term_node, Capacity> nodes_;

  constexpr int append(const terms::written& w, int first) {
    term_node n{w.code, {no_value, no_value, no_value}, w.bits};
    const int operands = arity(w.code);
    for (int i = 0; i < operands; ++i) n.operand[i] = append(*w.operand[i], first);
    nodes_.push_back(n);
    return nodes_.size() - 1 - first;
  }
};

/// True for the ops whose bits name axes: in a term they all mean the axis variable k.
constexpr bool names_axes(op code) {
  const family f = info(code).kind;
  return f == family::reduction || f == family::row || f == family::indexing || code == op::extent;
}

/// A term as values of a graph: variable(v) is the value of variable v, k the axes; make(code, a, b, c, bits) makes a value.
template <class Variable, class Make>
constexpr value_id instantiate(const term& t, axis_set k, const Variable& variable, const Make& make) {
  value_id id[terms::max_size]{};
  for (int i = 0; i < t.size(); ++i) {
    const term_node& n = t[i];
    const auto at = [&](int o) { return n.operand[o] == no_value ? no_value : id[n.operand[o]]; };
    id[i] = n.code == op::any ? variable(n.bits) : make(n.code, at(0), at(1), at(2), names_axes(n.code) ? k : n.bits);
  }
  return id[t.size() - 1];
}

}  // namespace loom::rewrite
