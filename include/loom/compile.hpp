// SPDX-License-Identifier: BSL-1.0
// compile.hpp — the compiler, stage by stage: the only place that knows their order.
// Each stage is a constexpr function from one graph to the next, so the same compiler runs while a program is compiled
// and inside a test, a tool or a debugger. Stabilize before differentiating (the gradient of log(0/0) is no help), and
// only then expand into shifts and branches (whose derivatives are wrong where branches meet). Second derivatives are
// those of the stable gradients; a call that asks for none has no such stage.
#pragma once

#include "loom/base/config.hpp"

#include "loom/derive/gradient.hpp"
#include "loom/derive/second.hpp"
#include "loom/rewrite/compiled/cheap.hpp"
#include "loom/rewrite/compiled/expand.hpp"
#include "loom/rewrite/compiled/stable.hpp"
#include "loom/rewrite/exponentials.hpp"
#include "loom/rewrite/in_order.hpp"
#include "loom/rewrite/masked_logs.hpp"
#include "loom/rewrite/outside.hpp"
#include "loom/rewrite/reciprocals.hpp"
#include "loom/rewrite/rewriter.hpp"
#include "loom/rewrite/scatter.hpp"
#include "loom/rewrite/sink.hpp"
#include "loom/schedule/fuse.hpp"

namespace loom::inline LOOM_ABI::compiler::stage {

/// A user's own rules see the canonical form, and leave one.
constexpr graph canonicalize(const graph& g, const rewrite::rule_table* own = nullptr) {
  const graph canonical = rewritten(g, canonical_rules);
  return own == nullptr || canonical.too_large ? canonical : rewritten(canonical, *own);
}
constexpr graph combine(const graph& g) { return with_exponentials_combined(g); }
constexpr graph stabilize(const graph& g) { return rewritten(g, stable_rules); }
constexpr derived differentiate(const graph& g, const derivative_request& wanted) {
  return gradient(wanted.in_order ? with_sums_in_order(g) : g, wanted);
}
constexpr derived differentiate_twice(const graph& gradients, const derivative_request& wanted) {
  return second_derivatives(gradients, wanted);
}
constexpr graph expand(const graph& g) { return rewritten(g, expand_rules); }
constexpr graph sink(const graph& g) {
  return rewritten(scatter_sums(sink_gathers(take_out_row_logs(g))), cheap_rules);
}
constexpr graph simplify(const graph& g) {
  const graph sunk = has_masked_totals(g) ? sink(with_masks_in_logs(g)) : sink(g);
  const value_set divisors = shared_divisors(sunk);
  return divisors.any() ? sink(with_reciprocals(sunk, divisors)) : sunk;
}
constexpr plan schedule(const graph& g, const buffer_uses& buffers = {}) { return fuse(g, buffers); }

}  // namespace loom::compiler::stage

namespace loom::inline LOOM_ABI::compiler {

/// What a formula becomes on its way to a plan, in order: each form is made from the one before it.
enum class form : std::uint8_t {
  written,
  canonical,
  combined,
  stable,
  with_gradients,
  stable_gradients,
  with_second_derivatives,    // these two only if the request asks for second derivatives
  stable_second_derivatives,
  expanded,
  simple,
};

/// The form that another one is made from.
constexpr form form_before(form f, const derivative_request& wanted) {
  const auto before = static_cast<form>(static_cast<int>(f) - 1);
  return before == form::stable_second_derivatives && !wanted.second_order() ? form::stable_gradients : before;
}

/// What a form depends on of a request: requests that agree on it share the form.
constexpr derivative_request request_for(form f, const derivative_request& wanted) {
  if (f < form::with_gradients) return {};
  return f < form::with_second_derivatives && wanted.second_order() ? wanted.first_order() : wanted;
}

namespace detail {

/// `own`: the rules of a user, or null.
constexpr derived made(form f, const graph& before, const derivative_request& wanted, const rewrite::rule_table* own) {
  switch (f) {
    case form::written: break;
    case form::canonical: return {stage::canonicalize(before, own)};
    case form::combined: return {stage::combine(before)};
    case form::with_gradients: return stage::differentiate(before, wanted);
    case form::with_second_derivatives: return stage::differentiate_twice(before, wanted);
    case form::stable:
    case form::stable_gradients:
    case form::stable_second_derivatives: return {stage::stabilize(before)};
    case form::expanded: return {stage::expand(before)};
    case form::simple: return {stage::simplify(before)};
  }
  return {before};
}

}  // namespace detail

/// A form, made from the one before it. What stands in the way of a derivative is handed on.
constexpr derived next_form(form f, const derived& before, const derivative_request& wanted,
                            const rewrite::rule_table* own = nullptr) {
  if (before.program.too_large) return before;
  derived r = detail::made(f, before.program, wanted, own);
  if (!before.not_differentiable.empty()) r.not_differentiable = before.not_differentiable;
  if (!before.no_diagonal.empty()) r.no_diagonal = before.no_diagonal;
  return r;
}

/// A graph as written, in the form asked for; for tools and tests. compiled.hpp has the forms of a formula as constants.
constexpr derived in_form(form f, const graph& written, const derivative_request& wanted = {}) {
  if (f == form::written) return {written};
  return next_form(f, in_form(form_before(f, wanted), written, wanted), request_for(f, wanted));
}

/// graph -> plan in one call.
constexpr plan compile(const graph& written, const derivative_request& wanted = {}) {
  return stage::schedule(in_form(form::simple, written, wanted).program);
}

}  // namespace loom::compiler
