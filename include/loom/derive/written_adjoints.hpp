// SPDX-License-Identifier: BSL-1.0
// derive/written_adjoints.hpp — what each operand of an op receives when its result receives g, as it is written.
// Formulas, in the notation of formulas: a column of ops.def and of reductions.def; the few others stand here. An
// operand receives the sum over all its users, and over the axes it does not have; gradient.hpp sees to both.
// Users' files read what src/compile_tables.cpp makes of it: derive/compiled_adjoints.hpp.
// Layer 3 (derive).
#pragma once

#include "loom/derive/adjoint_row.hpp"

namespace loom::inline LOOM_ABI::rewrite::terms {

inline constexpr written zero = 0.0, undefined = 0.0;

/// Of prod: the product of the entries that are not zero, and how many are. With one zero only it has a derivative, with two none.
inline constexpr written one = 1.0, is_zero = a == zero, one_if_zero = where(is_zero, one, zero),
                         one_or_entry = where(is_zero, one, a);
inline constexpr written zeros = sum(one_if_zero, k), product_of_others = prod(one_or_entry, k);

}  // namespace loom::rewrite::terms

namespace loom::inline LOOM_ABI::derive {

namespace detail {

class adjoint_table {
 public:
  adjoint_row rows[op_count];
  term
      log_softmax_tangent;  ///< the tangent of log_softmax(a), where d is that of a; an entry of probability 0 moves nothing

  constexpr adjoint_table() {
    using namespace rewrite::terms;  // NOLINT: the rows are written in it
    using rewrite::terms::d;
    constexpr double two_over_root_pi = 1.12837916709551257390, root_two_over_pi = 0.797884560802865355880,
                     minus_root_half = -0.707106781186547524401;
    const written &g = rewrite::terms::d, &y = rewrite::terms::c, &x = rewrite::terms::a;
#define LOOM_UNARY(name, cost, text, notation, ulp, domain, range, course, weight, definition, adjoint) \
  set(op::name, adjoint);
#define LOOM_UNARY_COMPOSED(name, notation, domain, range, course, definition, adjoint) set(op::name, adjoint);
#define LOOM_BINARY(name, cost, text, notation, ulp, domain_a, domain_b, fact, order, weight, definition, adjoint_a, \
                    adjoint_b)                                                                                       \
  set(op::name, adjoint_a, adjoint_b);
#define LOOM_BINARY_COMPOSED(name, notation, domain_a, domain_b, fact, order, definition, adjoint_a, adjoint_b) \
  set(op::name, adjoint_a, adjoint_b);
#include "loom/ir/ops.def"
    // Both masks on the outside, in the one form that the rules named "mask outside" know.
    set(op::where, zero, where(a, g, 0), where(make(op::logical_not, a), g, 0));
    set(op::number, zero);
    set(op::stop_gradient, zero);
    set(op::with_slope, g, zero, g * rewrite::terms::b);
#define LOOM_REDUCTION(code, name, word, cost, entry, identity, combine, finish, part, rounding, fact, update, end, \
                       repeated, adjoint)                                                                           \
  set(op::code, adjoint);
#define LOOM_REDUCTION_COMPOSED(code, name, cost, entry, scale, fact, term, finish, repeated, adjoint) \
  set(op::code, adjoint);
#include "loom/ir/reductions.def"
    set(op::softmax, mul0(y, g - sum(mul0(y, g), k)));
    set(op::log_softmax, g - softmax(a, k) * sum(g, k));
    set(op::gather, onehot(b, k) * g);
    set(op::order, zero);
    log_softmax_tangent = nodes_.add(d - sum(mul0(softmax(a, k), d), k));
  }
  adjoint_table(const adjoint_table&) = delete;  // its terms are nodes of its own
  adjoint_table& operator=(const adjoint_table&) = delete;

 private:
  term_nodes<960> nodes_;

  constexpr void set(op o, const rewrite::terms::written& of_a,
                     const rewrite::terms::written& of_b = rewrite::terms::zero,
                     const rewrite::terms::written& of_c = rewrite::terms::zero) {
    if (&of_a == &rewrite::terms::undefined) return;
    const rewrite::terms::written* of[] = {&of_a, &of_b, &of_c};
    adjoint_row& row = rows[static_cast<int>(o)];
    for (int i = 0; i < arity(o); ++i) row.of[i] = nodes_.add(*of[i]);
    row.defined = true;
  }
};

inline constexpr adjoint_table written_adjoints;

}  // namespace detail

}  // namespace loom::derive
