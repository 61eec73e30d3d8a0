// SPDX-License-Identifier: BSL-1.0
// derive/adjoints.hpp — what each operand of an op receives when its result receives g.
// Formulas, in the notation of formulas: the elementwise ones are a column of ops.def, the others stand here. An
// operand receives the sum over all its users, and over the axes it does not have; gradient.hpp sees to both.
// Layer 3 (derive).
#pragma once

#include "loom/rewrite/term.hpp"

namespace loom {

/// Terms over terms::a, b (the operands), terms::c (the result y) and terms::d (the incoming adjoint g).
/// An empty term: Loom does not have this derivative. `constant` operands (masks, indices) receive nothing.
struct adjoint_row {
  term of[3];
  bool defined = false;
};

namespace detail {

struct adjoint_table {
  adjoint_row rows[op_count];
};

constexpr adjoint_table make_adjoints() {
  using namespace terms;  // NOLINT: the rows are written in it
  constexpr double two_over_root_pi = 1.12837916709551257390;
  const term g = terms::d, y = terms::c, x = terms::a;
  const term zero = number(0), undefined;
  adjoint_table t;
  const auto set = [&](op o, const term& of_a, const term& of_b, const term& of_c) {
    t.rows[static_cast<int>(o)] = {{of_a, of_b, of_c}, true};
  };
  const auto set_if = [&](op o, const term& of_a) {
    if (!of_a.nodes.empty()) set(o, of_a, zero, zero);
  };
#define LOOM_UNARY(name, cost, text, definition, adjoint) set_if(op::name, adjoint);
#define LOOM_UNARY_COMPOSED(name, reference, adjoint) set_if(op::name, adjoint);
#define LOOM_BINARY(name, cost, text, definition, adjoint_a, adjoint_b) set(op::name, adjoint_a, adjoint_b, zero);
#define LOOM_BINARY_COMPOSED(name, reference, adjoint_a, adjoint_b) set(op::name, adjoint_a, adjoint_b, zero);
#include "loom/ir/ops.def"
  // Both masks on the outside, in the one form that the rules named "mask outside" know.
  set(op::where, zero, where(a, g, 0), where(make(op::logical_not, a), g, 0));
  set(op::stop_gradient, zero, zero, zero);
  set(op::sum, g, zero, zero);
  // Through the product of the entries that are not zero: with one zero only it has a derivative, with two none.
  {
    const term zeros = sum(where(a == 0, number(1), number(0)), k);
    const term rest = prod(where(a == 0, number(1), a), k);
    set(op::prod, g * where(a == 0, where(zeros == 1, rest, 0), y / a), zero, zero);
  }
  // The largest entries share it: the subgradient that does not depend on the order of the entries.
  set(op::reduce_max, where(a == y, g / sum(where(a == y, number(1), number(0)), k), 0), zero, zero);
  set(op::reduce_min, where(a == y, g / sum(where(a == y, number(1), number(0)), k), 0), zero, zero);
  set(op::logsumexp, g * softmax(a, k), zero, zero);
  set(op::norm, g * where(y == 0, 0, a / y), zero, zero);  // the subgradient 0 at 0
  set(op::softmax, mul0(y, g - sum(mul0(y, g), k)), zero, zero);
  set(op::log_softmax, g - softmax(a, k) * sum(g, k), zero, zero);
  set(op::gather, onehot(b, k) * g, zero, zero);
  return t;
}

inline constexpr adjoint_table adjoints = make_adjoints();

}  // namespace detail

constexpr const adjoint_row& adjoint(op o) { return detail::adjoints.rows[static_cast<int>(o)]; }

}  // namespace loom
