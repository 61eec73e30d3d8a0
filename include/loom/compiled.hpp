// SPDX-License-Identifier: BSL-1.0
// compiled.hpp — the stages of one formula, each a constant with a name and a constexpr budget of its own.
// The formula is the template argument; graphs and plans are members, so they never enter a symbol.
#pragma once

#include "loom/compile.hpp"
#include "loom/ir/labels.hpp"
#include "loom/lang/issue.hpp"
#include "loom/lang/lower.hpp"

namespace loom {

/// What is shared by all derivatives of a formula.
template <auto Formula>
struct source {
  static constexpr lowered written = lower(Formula);
  static constexpr graph canonical = stage::canonicalize(written.program);
  static constexpr graph stable = stage::stabilize(canonical);
  static constexpr fixed_vector<label_use, 8> labels = label_uses(written.program);
};

/// A formula with the gradients that a call asks for.
template <auto Formula, input_set Gradients>
struct compiled {
  using front = source<Formula>;
  static constexpr derived differentiated = stage::differentiate(front::stable, Gradients);
  static constexpr graph stable = stage::stabilize(differentiated.program);
  static constexpr graph expanded = stage::expand(stable);
  static constexpr graph simple = stage::simplify(expanded);
  static constexpr plan schedule = stage::schedule(simple);

  static constexpr mistake problem() {
    if (schedule.program.too_large) return {issue::too_large, {}, 0, LOOM_MAX_NODES};
    if (!differentiated.not_differentiable.empty()) return {issue::not_differentiable, differentiated.not_differentiable};
    if (schedule.problem != unplanned::none) return {issue::too_many_loops};
    return {};
  }
};

}  // namespace loom
