// SPDX-License-Identifier: BSL-1.0
// compiled.hpp — the stages of one formula, each a constant with a name and a constexpr budget of its own.
// The formula is the template argument; graphs and plans are members, so they never enter a symbol.
#pragma once

#include "loom/base/config.hpp"

#include "loom/compile.hpp"
#include "loom/ir/labels.hpp"
#include "loom/lang/diagnosis.hpp"
#include "loom/lang/lower.hpp"

namespace loom::inline LOOM_ABI::compiler {

/// A form of a formula as a constant: it has the whole constexpr budget for itself, and its name is in the compiler's messages.
template <auto Formula, form Form, derivative_request Request>
struct formed {
  using before = formed<Formula, form_before(Form, Request), request_for(form_before(Form, Request), Request)>;
  static constexpr derived value = next_form(Form, before::value, Request);
};

/// What is shared by all derivatives of a formula.
template <auto Formula>
struct source {
  static constexpr lowered written = lower(Formula);
  static constexpr const graph& stable = formed<Formula, form::stable, derivative_request{}>::value.program;
  static constexpr label_use_list labels = label_uses(written.program);
};

template <auto Formula, derivative_request Request>
struct formed<Formula, form::written, Request> {
  static constexpr derived value{source<Formula>::written.program};
};

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

  static constexpr mistake problem() { return problem_with(schedule); }

  /// What is wrong with the formula, its derivatives, or the plan made of them.
  static constexpr mistake problem_with(const plan& p) {
    const derived& program = formed_as<form::simple>::value;
    if (p.program.too_large) return {issue::too_large, {}, p.program.overflow.needed, p.program.overflow.limit};
    if (!program.not_differentiable.empty()) return {issue::not_differentiable, program.not_differentiable};
    if (!program.no_diagonal.empty()) return {issue::no_diagonal, program.no_diagonal};
    if (p.problem != unplanned::none)
      return {issue::too_many_loops, limited_by(p.problem), p.problem_count, p.problem_limit};
    return {};
  }
};

}  // namespace loom::compiler
