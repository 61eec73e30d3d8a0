// SPDX-License-Identifier: BSL-1.0
// tests/support/written.hpp — formulas in the surface language, and what a stage makes of them as text.
#pragma once

#include <string>

#include "loom/compile.hpp"
#include "loom/ir/print.hpp"
#include "loom/lang/functions.hpp"
#include "loom/lang/inputs.hpp"
#include "loom/lang/lower.hpp"
#include "loom/lang/operators.hpp"
#include "loom/lang/running.hpp"
#include "support/layers.hpp"

namespace loom::test {
using namespace layers;

inline constexpr auto x = tensor<"x[N,C]">;
inline constexpr auto y = tensor<"y[N,C]">;
inline constexpr auto w = tensor<"w[C]">;
inline constexpr auto v = tensor<"v[N]">;
inline constexpr auto t = index<"t[N]">;
inline constexpr auto s = scalar<"s">;
inline constexpr auto C = axis<"C">;

/// A number as a formula: what is written with it alone stays an operation on constants.
template <int Value>
constexpr auto constant() {
  return lang::detail::as_expression(Value);
}

inline std::string text_of(const graph& g) { return formula_text(g, g.outputs[0].id); }

template <formula F> graph written(const F& f) { return lower(f).program; }
template <formula F> graph canonical(const F& f) { return in_form(compiler::form::canonical, written(f)).program; }
template <formula F> graph stable(const F& f) { return in_form(compiler::form::stable, written(f)).program; }
template <formula F> graph simple(const F& f) { return stage::simplify(stage::expand(stable(f))); }

template <formula F> std::string canonical_text(const F& f) { return text_of(canonical(f)); }
template <formula F> std::string stable_text(const F& f) { return text_of(stable(f)); }
template <formula F> std::string expanded_text(const F& f) { return text_of(stage::expand(stable(f))); }

}  // namespace loom::test
