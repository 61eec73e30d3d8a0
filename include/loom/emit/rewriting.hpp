// SPDX-License-Identifier: BSL-1.0
// emit/rewriting.hpp — which rule changed which part of a formula into what: the stages done again, and watched.
// Layer 5 (emit).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loom/compile.hpp"
#include "loom/ir/print.hpp"

namespace loom::inline LOOM_ABI::emit {

/// A rule that was applied, and what it did.
struct applied_rule {
  compiler::form made;  ///< the form that it helped to make
  std::string_view name;
  std::string before, after;  ///< as formulas; of a rule about exponentials of whole spellings, of the formula
};

namespace detail {

inline std::string values_of(const graph& g) {
  std::string s;
  for (const output_info& o : g.outputs)
    if (o.is_value()) s += (s.empty() ? "" : "; ") + formula_text(g, o.id);
  return s;
}

/// What was applied so far, each change once.
struct rule_collector {
  std::vector<applied_rule> all;
  compiler::form made = compiler::form::written;

  /// For a table of rules on the way to a form.
  rewrite::rewrite_observer watch(compiler::form next) {
    made = next;
    return {&see, this};
  }
  void add(std::string_view name, std::string before, std::string after) {
    for (const applied_rule& a : all)
      if (a.name == name && a.before == before) return;
    all.push_back({made, name, std::move(before), std::move(after)});
  }
  static void see(void* self, const rewrite::rule& r, const graph& g, value_id before, value_id after) {
    if (g.too_large || before == after) return;
    static_cast<rule_collector*>(self)->add(r.name, formula_text(g, before), formula_text(g, after));
  }
};

}  // namespace detail

/// Every rule that turned a formula into what is differentiated, and its derivatives into their stable form, in the order of their use;
/// one that did the same thing again is left out. `own`: the rules of a user, or null.
inline std::vector<applied_rule> rewriting_of(const graph& written, const derivative_request& wanted = {},
                                              const rewrite::rule_table* own = nullptr) {
  using compiler::form;
  detail::rule_collector applied;

  graph g = rewrite::rewritten(written, canonical_rules, applied.watch(form::canonical));
  if (own != nullptr && !g.too_large) g = rewrite::rewritten(g, *own, applied.watch(form::canonical));
  const graph combined = compiler::stage::combine(g);
  applied.made = form::combined;
  // The name, and the formula before and after: what was recognized may be spelled all over it.
  for (const text_view name : combined.trace)
    if (!g.trace.contains(name)) applied.add(name, detail::values_of(g), detail::values_of(combined));
  g = rewrite::rewritten(combined, stable_rules, applied.watch(form::stable));
  if (!wanted.any()) return applied.all;
  if (wanted.in_order) {
    applied.made = form::with_gradients;
    applied.add(rewrite::sum_in_order, detail::values_of(g), detail::values_of(rewrite::with_sums_in_order(g)));
  }
  derived d = compiler::stage::differentiate(g, compiler::request_for(form::with_gradients, wanted));
  g = rewrite::rewritten(d.program, stable_rules, applied.watch(form::stable_gradients));
  if (!wanted.second_order()) return applied.all;
  d = compiler::stage::differentiate_twice(g, wanted);
  rewrite::rewritten(d.program, stable_rules, applied.watch(form::stable_second_derivatives));
  return applied.all;
}

}  // namespace loom::emit
