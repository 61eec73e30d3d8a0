// SPDX-License-Identifier: BSL-1.0
// ir/op.hpp — the operations a graph is made of, and what every stage may ask about one.
// The elementwise ops are the rows of ops.def; the few that are not elementwise are listed here.
// Layer 1 (ir).
#pragma once

#include <cstdint>
#include <initializer_list>
#include "loom/base/text_view.hpp"

namespace loom::inline LOOM_ABI::ir {

enum class op : std::uint8_t {
  // leaves
  constant,  // bits: the double
  tensor, scalar, index, mask,  // bits: the slot of the input
  extent,    // bits: the axes whose numbers of entries are multiplied
  any,       // a pattern variable (in rules only); bits: which
  // elementwise, from the dictionary
#define LOOM_UNARY(name, ...) name,
#define LOOM_BINARY(name, ...) name,
#define LOOM_COMPARE(name, ...) name,
#define LOOM_UNARY_COMPOSED(name, ...) name,
#define LOOM_BINARY_COMPOSED(name, ...) name,
#include "loom/ir/ops.def"
  logical_and, logical_or, logical_not,
  where,          // a: mask, b: value where it holds, c: value elsewhere
  stop_gradient,
  // reductions; bits: the axes that disappear
  sum, prod, reduce_max, reduce_min, any_of, all_of,
  shift,          // the largest entry if it is finite, else 0: what a log-sum-exp subtracts before it exponentiates
  logsumexp, norm,
  // functions of a whole row that keep its shape; bits: the axes of the row
  softmax, log_softmax,
  // indexing; bits: the one axis
  gather,         // a: values, b: index
  onehot,         // a: index
  scatter,        // a: values, b: index; bits: the axes that disappear, and 8 bits further up the one that the index names
  // composites of the surface language; lowering replaces them
  mean, var, count, relu, clamp,
  end_
};

inline constexpr int op_count = static_cast<int>(op::end_);

enum class family : std::uint8_t { leaf, unary, binary, compare, logical, select, reduction, row, indexing, composite };

/// What the stages ask about an op.
struct op_info {
  text_view name;
  family kind = family::leaf;
  int arity = 0;
  int cost = 0;                  // vector instructions, roughly
  text_view cpp;          // C++ text, {0} {1} the operands; empty: no back end sees this op
  bool commutative = false;
};

namespace detail {

struct op_table {
  op_info rows[op_count]{};
  constexpr void set(op o, op_info info) { rows[static_cast<int>(o)] = info; }
};

constexpr op_table make_op_table() {
  op_table t;
  t.set(op::constant, {"constant", family::leaf, 0, 0, ""});
  t.set(op::tensor, {"tensor", family::leaf, 0, 1, ""});
  t.set(op::scalar, {"scalar", family::leaf, 0, 0, ""});
  t.set(op::index, {"index", family::leaf, 0, 1, ""});
  t.set(op::mask, {"mask", family::leaf, 0, 1, ""});
  t.set(op::extent, {"extent", family::leaf, 0, 0, ""});
  t.set(op::any, {"any", family::leaf, 0, 0, ""});
#define LOOM_UNARY(name, cost, text, ...) t.set(op::name, {#name, family::unary, 1, cost, text});
#define LOOM_BINARY(name, cost, text, ...) t.set(op::name, {#name, family::binary, 2, cost, text});
#define LOOM_COMPARE(name, text, ...) t.set(op::name, {#name, family::compare, 2, 1, text});
#define LOOM_UNARY_COMPOSED(name, ...) t.set(op::name, {#name, family::unary, 1, 40, ""});
#define LOOM_BINARY_COMPOSED(name, ...) t.set(op::name, {#name, family::binary, 2, 40, ""});
#include "loom/ir/ops.def"
  t.set(op::logical_and, {"and", family::logical, 2, 1, "{0} && {1}"});
  t.set(op::logical_or, {"or", family::logical, 2, 1, "{0} || {1}"});
  t.set(op::logical_not, {"not", family::logical, 1, 1, "!{0}"});
  t.set(op::where, {"where", family::select, 3, 1, "{0} ? {1} : {2}"});
  t.set(op::stop_gradient, {"stop_gradient", family::unary, 1, 0, ""});
  t.set(op::sum, {"sum", family::reduction, 1, 1, ""});
  t.set(op::prod, {"prod", family::reduction, 1, 1, ""});
  t.set(op::reduce_max, {"max", family::reduction, 1, 3, ""});
  t.set(op::reduce_min, {"min", family::reduction, 1, 3, ""});
  t.set(op::any_of, {"any", family::reduction, 1, 1, ""});
  t.set(op::all_of, {"all", family::reduction, 1, 1, ""});
  t.set(op::shift, {"shift", family::reduction, 1, 1, ""});
  t.set(op::logsumexp, {"logsumexp", family::reduction, 1, 20, ""});
  t.set(op::norm, {"norm", family::reduction, 1, 4, ""});
  t.set(op::softmax, {"softmax", family::row, 1, 20, ""});
  t.set(op::log_softmax, {"log_softmax", family::row, 1, 20, ""});
  t.set(op::gather, {"gather", family::indexing, 2, 1, ""});
  t.set(op::onehot, {"onehot", family::indexing, 1, 2, ""});
  t.set(op::scatter, {"scatter", family::indexing, 2, 4, ""});
  t.set(op::mean, {"mean", family::composite, 1, 0, ""});
  t.set(op::var, {"var", family::composite, 1, 0, ""});
  t.set(op::count, {"count", family::composite, 1, 0, ""});
  t.set(op::relu, {"relu", family::composite, 1, 0, ""});
  t.set(op::clamp, {"clamp", family::composite, 3, 0, ""});
  for (op o : {op::add, op::mul, op::min, op::max, op::logaddexp, op::eq, op::ne, op::logical_and, op::logical_or})
    t.rows[static_cast<int>(o)].commutative = true;
  return t;
}

inline constexpr op_table table = make_op_table();

constexpr bool every_op_has_a_row() {
  for (const op_info& row : table.rows)
    if (row.name.empty()) return false;
  return true;
}
static_assert(every_op_has_a_row());

}  // namespace detail

constexpr const op_info& info(op o) { return detail::table.rows[static_cast<int>(o)]; }
constexpr int arity(op o) { return info(o).arity; }
constexpr bool is_leaf(op o) { return info(o).kind == family::leaf; }
constexpr bool is_reduction(op o) { return info(o).kind == family::reduction; }
constexpr bool is_input(op o) { return o == op::tensor || o == op::scalar || o == op::index || o == op::mask; }

/// True where entry i of the result is a function of entry i of the operands.
constexpr bool is_elementwise(op o) {
  switch (info(o).kind) {
    case family::unary: case family::binary: case family::compare: case family::logical: case family::select: return true;
    default: return false;
  }
}

}  // namespace loom::ir
