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
  int operand[3];  ///< or no_value
  std::uint64_t bits;  ///< as those of a graph's node; of a variable: which

  constexpr bool operator==(const term_node&) const = default;
  constexpr double constant_value() const { return std::bit_cast<double>(bits); }
};

/// A term as data: nodes of the table it belongs to, operands before users; the last is the root. They are kept as characters, for a
/// compiler reads a string a hundred times as fast as a list of numbers: the op, its operands + 1, and the bits, the least first.
struct term {
  const unsigned char* nodes = nullptr;
  int count = 0;

  static constexpr int node_size = 12, bits_at = 4;  ///< in characters

  struct iterator {
    const term* of;
    int at;

    constexpr term_node operator*() const { return (*of)[at]; }
    constexpr void operator++() { ++at; }
    constexpr bool operator==(const iterator&) const = default;
  };

  constexpr int size() const { return count; }
  constexpr op code(int i) const { return static_cast<op>(nodes[i * node_size]); }
  constexpr term_node operator[](int i) const {
    const unsigned char* const n = nodes + i * node_size;
    return {static_cast<op>(n[0]), {n[1] - 1, n[2] - 1, n[3] - 1}, n[0] == 0 ? number_at(n + bits_at) : n[bits_at]};
  }
  constexpr iterator begin() const { return {this, 0}; }
  constexpr iterator end() const { return {this, count}; }
  constexpr term_node root() const { return (*this)[count - 1]; }

 private:
  static constexpr std::uint64_t number_at(const unsigned char* b) {
    return std::uint64_t{b[7]} << 56 | std::uint64_t{b[6]} << 48 | std::uint64_t{b[5]} << 40 |
           std::uint64_t{b[4]} << 32 | std::uint64_t{b[3]} << 24 | std::uint64_t{b[2]} << 16 |
           std::uint64_t{b[1]} << 8 | b[0];
  }
};
static_assert(op::constant == op{});  // whose bits are a number: those of others fit a character

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
    const int first = size_;
    append(root, first);
    if (size_ - first > terms::max_size) limit::too_many_elements_for_a_fixed_vector();
    return {nodes_ + first * term::node_size, size_ - first};
  }

 private:
  unsigned char nodes_[static_cast<std::size_t>(Capacity * term::node_size)]{};
  int size_ = 0;

  constexpr int append(const terms::written& w, int first) {
    int operand[3] = {no_value, no_value, no_value};
    const int operands = arity(w.code);
    for (int i = 0; i < operands; ++i) operand[i] = append(*w.operand[i], first);
    if (size_ == Capacity) limit::too_many_elements_for_a_fixed_vector();
    unsigned char* const n = nodes_ + size_++ * term::node_size;
    n[0] = static_cast<unsigned char>(w.code);
    for (int i = 0; i < 3; ++i) n[1 + i] = static_cast<unsigned char>(operand[i] + 1);
    for (int k = 0; k < 8; ++k) n[term::bits_at + k] = static_cast<unsigned char>(w.bits >> (8 * k));
    return size_ - 1 - first;
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
    const term_node n = t[i];
    const auto at = [&](int o) { return n.operand[o] == no_value ? no_value : id[n.operand[o]]; };
    id[i] = n.code == op::any ? variable(n.bits) : make(n.code, at(0), at(1), at(2), names_axes(n.code) ? k : n.bits);
  }
  return id[t.size() - 1];
}

}  // namespace loom::rewrite
