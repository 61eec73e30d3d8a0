// SPDX-License-Identifier: BSL-1.0
// rules.hpp — rewrite rules of one's own: loss<formula, rules>.
#pragma once

#include "loom/base/config.hpp"

#include "loom/rewrite/rules/own.hpp"

namespace loom::inline LOOM_ABI {

/// Rewrite rules, one line each: a name, a left side, what takes its place, and a guard if one is needed.
///
///     namespace mine {
///     using namespace loom::rule_notation;
///     inline constexpr loom::rules rules({
///         {"energy of a row", square(norm(a, k)), sum(square(a), k)},
///     });
///     }
///     constexpr auto energy = loom::loss<square(norm(x, -1)).mean(), mine::rules>;
///
/// They are applied to the formula in canonical form, before Loom's own, until none fits; the derivatives are those of what they leave.
/// Lifetime: of the program, at namespace scope (`inline constexpr` in a header).
/// Errors: rules that do not stop, and rules that add axes, are refused where a loss with them is compiled. What else can be wrong
/// with them, loom::broken_laws(rules) says in a test (loom/laws.hpp).
using rules = rewrite::own_rules;

/// What rules are written with: a b c d stand for any value, m for a mask, k for any set of axes; functions as in formulas, reductions
/// as sum(a, k). in_a_sum(name, lhs, rhs): the terms of lhs may stand anywhere in a longer sum. guards: conditions, by name.
namespace rule_notation {
using rewrite::in_a_sum;
using rewrite::terms::a, rewrite::terms::b, rewrite::terms::c, rewrite::terms::d, rewrite::terms::k, rewrite::terms::m;
using rewrite::terms::number;
namespace guards = rewrite::guards;
}  // namespace rule_notation

}  // namespace loom
