// SPDX-License-Identifier: BSL-1.0
// compiled.hpp — the stages of one formula, each a constant with a name and a constexpr budget of its own.
// The formula is the template argument; graphs and plans are members, so they never enter a symbol.
#pragma once

#include "loom/compile.hpp"
#include "loom/ir/labels.hpp"
#include "loom/lang/issue.hpp"
#include "loom/lang/lower.hpp"

namespace loom::inline LOOM_ABI::compiler {

/// What is shared by all derivatives of a formula.
template <auto Formula>
struct source {
  static constexpr lowered written = lower(Formula);
  static constexpr graph canonical = stage::canonicalize(written.program);
  static constexpr graph stable = stage::stabilize(canonical);
  static constexpr fixed_vector<label_use, 8> labels = label_uses(written.program);
};

/// A formula beside its derivatives. Those of second order are found from the gradients, and shared with who asks for those.
template <auto Formula, derivative_request Request, bool SecondOrder>
struct differentiated_formula {
  static constexpr derived differentiated = stage::differentiate(source<Formula>::stable, Request);
  static constexpr graph stable = stage::stabilize(differentiated.program);
  static constexpr text_view not_differentiable = differentiated.not_differentiable;
};
template <auto Formula, derivative_request Request>
struct differentiated_formula<Formula, Request, true> {
  using first = differentiated_formula<Formula, Request.first_order(), false>;
  static constexpr derived differentiated = stage::differentiate_twice(first::stable, Request);
  static constexpr graph stable = stage::stabilize(differentiated.program);
  static constexpr text_view not_differentiable =
      first::not_differentiable.empty() ? differentiated.not_differentiable : first::not_differentiable;
};

/// A formula with the derivatives that a call asks for; `compiled<Formula, set>` for gradients.
template <auto Formula, derivative_request Request>
struct compiled : differentiated_formula<Formula, Request, Request.second_order()> {
  using front = source<Formula>;
  using derivatives = differentiated_formula<Formula, Request, Request.second_order()>;
  using derivatives::differentiated, derivatives::stable;
  static constexpr graph expanded = stage::expand(stable);
  static constexpr graph simple = stage::simplify(expanded);
  static constexpr plan schedule = stage::schedule(simple);

  static constexpr mistake problem() {
    if (schedule.program.too_large) return {issue::too_large, {}, 0, LOOM_MAX_NODES};
    if (!derivatives::not_differentiable.empty()) return {issue::not_differentiable, derivatives::not_differentiable};
    if (!differentiated.no_diagonal.empty()) return {issue::no_diagonal, differentiated.no_diagonal};
    if (schedule.problem != unplanned::none) return {issue::too_many_loops, limited_by(schedule.problem), schedule.problem_count, schedule.problem_limit};
    return {};
  }
};

}  // namespace loom::compiler
