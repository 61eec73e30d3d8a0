// SPDX-License-Identifier: BSL-1.0
// compiled.hpp — the stages of one formula, each a constant with a name and a constexpr budget of its own.
// The formula is the template argument; graphs and plans are members, so they never enter a symbol.
#pragma once

#include "loom/base/config.hpp"

#include "loom/compile.hpp"
#include "loom/ir/labels.hpp"
#include "loom/lang/diagnosis.hpp"
#include "loom/lang/lower.hpp"
#include "loom/rewrite/hazards.hpp"
#include "loom/rewrite/rules/own.hpp"

namespace loom::inline LOOM_ABI::compiler {

/// A formula with rules of its user's.
template <auto Formula, const rewrite::own_rules& Rules>
struct ruled {};

/// The formula that an argument of loss<...> is, and the rules that it brings.
template <class Formula>
struct formula_parts {
  static constexpr const rewrite::rule_table* rules = nullptr;
  static constexpr lowered lower(const Formula& f) { return lang::lower(f); }
};
template <auto Formula, const rewrite::own_rules& Rules>
struct formula_parts<ruled<Formula, Rules>> {
  static constexpr const rewrite::rule_table* rules = &Rules;
  static constexpr lowered lower(const ruled<Formula, Rules>&) { return lang::lower(Formula); }
};
template <auto Formula> using parts_of = formula_parts<std::remove_const_t<decltype(Formula)>>;

/// A form of a formula as a constant: it has the whole constexpr budget for itself, and its name is in the compiler's messages.
template <auto Formula, form Form, derivative_request Request>
struct formed {
  using before = formed<Formula, form_before(Form, Request), request_for(form_before(Form, Request), Request)>;
  static constexpr derived value = next_form(Form, before::value, Request, parts_of<Formula>::rules);
};

/// What is shared by all derivatives of a formula.
template <auto Formula>
struct source {
  static constexpr lowered written = parts_of<Formula>::lower(Formula);
  static constexpr const graph& stable = formed<Formula, form::stable, derivative_request{}>::value.program;
  static constexpr label_use_list labels = label_uses(written.program);
  static constexpr bool has_sums_in_order = rewrite::has_sums_in_order(stable);
};

template <auto Formula, derivative_request Request>
struct formed<Formula, form::written, Request> {
  static constexpr derived value{source<Formula>::written.program};
};

/// Why a graph has no plan, if it has none.
constexpr mistake mistake_of(const plan& p) {
  switch (p.problem) {
    case unplanned::none: return {};
    case unplanned::too_large: return ir::mistake_of(p.program.overflow);
    case unplanned::part_of_a_row: return {issue::part_of_a_row};
    case unplanned::computed_table: return {issue::computed_table};
    case unplanned::scattered_row: return {issue::scattered_row};
    case unplanned::reduced_scalar: return {issue::reduced_scalar};
    case unplanned::running: return {issue::running_value};
    case unplanned::too_many_sweeps:
    case unplanned::too_many_row_passes:
    case unplanned::too_many_totals:
    case unplanned::too_many_arrays:
    case unplanned::too_many_lookups:
    case unplanned::too_many_steps:
    case unplanned::too_many_row_axes: break;
  }
  return {issue::too_many_loops, limited_by(p.problem), p.problem_count, p.problem_limit};
}

/// A formula with the derivatives that a call asks for; `compiled<Formula, set>` for gradients.
template <auto Formula, derivative_request Request>
struct compiled {
  using front = source<Formula>;
  template <form Form> using formed_as = formed<Formula, Form, request_for(Form, Request)>;
  static constexpr form derivatives = form_before(form::expanded, Request);
  static constexpr const derived& differentiated = formed_as<form_before(derivatives, Request)>::value;
  static constexpr const graph& stable = formed_as<derivatives>::value.program;
  static constexpr const graph& simple = formed_as<form::simple>::value.program;
  static constexpr plan schedule = stage::schedule(simple);
  static constexpr rewrite::hazard_list hazards = rewrite::hazards_of(stable);

  static constexpr mistake problem() { return problem_with(schedule); }

  /// What is wrong with the formula, its derivatives, or the plan made of them.
  static constexpr mistake problem_with(const plan& p) {
    constexpr mistake before = problem_before_plan();
    return before.kind != issue::none ? before : mistake_of(p);
  }
  /// The same, whatever the plan.
  static constexpr mistake problem_before_plan() {
    const derived& program = formed_as<form::simple>::value;
    if (program.program.too_large) return mistake_of(program.program.overflow);
    if (!program.not_differentiable.empty()) return {issue::not_differentiable, program.not_differentiable};
    if (!program.no_diagonal.empty()) return {issue::no_diagonal, program.no_diagonal};
    return {};
  }
};

}  // namespace loom::compiler
