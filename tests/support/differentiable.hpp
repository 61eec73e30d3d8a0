// SPDX-License-Identifier: BSL-1.0
// tests/support/differentiable.hpp — the inputs of a flagship that tests ask gradients of.
#pragma once

#include "loom/loom.hpp"

namespace trial {

/// Every tensor of a formula but the weights of its classes, whose gradient sums over rows.
template <auto Formula>
constexpr loom::derive::input_set differentiable() {
  constexpr const loom::ir::graph& g = loom::compiler::source<Formula>::written.program;
  loom::derive::input_set s = 0;
  for (int i = 0; i < g.inputs.size(); ++i)
    if (g.inputs[i].code == loom::ir::op::tensor && g.inputs[i].name != "w") s |= 1u << i;
  return s;
}

}  // namespace trial
