// SPDX-License-Identifier: BSL-1.0
// lang/support.hpp — what the tests of lowering ask of a formula.
#pragma once

#include <string>

#include "loom/ir/print.hpp"
#include "loom/lang/lower.hpp"
#include "support/layers.hpp"

namespace loom::tests {
using namespace layers;

template <class E>
constexpr issue problem(const E& e) {
  return lower(e).problem.kind;
}

/// The last op of a formula's graph.
template <class E>
constexpr node root(const E& e) {
  const lowered l = lower(e);
  return l.program[l.program.outputs[0].id];
}
template <class E>
constexpr op code(const E& e) {
  return root(e).code;
}

/// The number of axes of a formula's value.
template <class E>
constexpr int rank(const E& e) {
  return lower(e).program.result_axes.size();
}

/// The graph of a formula, read back.
template <class E>
std::string text(const E& e) {
  const lowered l = lower(e);
  return formula_text(l.program, l.program.outputs[0].id);
}

}  // namespace loom::tests
