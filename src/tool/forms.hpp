// SPDX-License-Identifier: BSL-1.0
// src/tool/forms.hpp — the forms of a formula as C++, in words, as data and as drawings: what `loom explain`, `graph` and `show` print.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "formula/program.hpp"

namespace loom::tool {

using json = nlohmann::ordered_json;

/// The declarations of a program as C++: constexpr auto x = loom::tensor<"x[N,C]">;
std::string declarations_text(const notation::program& p);
/// A formula as C++: its declarations and axes, and constexpr auto name = loom::loss<...>;
std::string cpp_text(const notation::program& p);

/// Every stage, in words; the steps of the plan, if they are wanted.
std::string explanation(const notation::program& p, bool steps = false);
/// The same as data: inputs, formulas of each stage, rules, hazards, facts of the plan.
json explanation_json(const notation::program& p);

/// Which graphs of a program a drawing shows.
struct drawing {
  bool written = true, rewritten = true, gradients = true, simple = false;
};
/// Graphs in the language of Graphviz, a cluster for each.
std::string graphviz(const notation::program& p, const drawing& d);

/// What is wrong with a formula, as data.
json failure_json(const notation::failure& f);

}  // namespace loom::tool
