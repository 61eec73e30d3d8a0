// SPDX-License-Identifier: BSL-1.0
// src/formula/program.hpp — a formula that was read, through the stages of the compiler to its plan.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "formula/parse.hpp"
#include "loom/compile.hpp"

namespace loom::notation {

/// Names of inputs whose derivatives are wanted.
struct wanted {
  std::vector<std::string> gradients;   ///< d(x)
  std::vector<std::string> curvatures;  ///< d2(x), the diagonal of the Hessian
  std::vector<std::string> gauss_newton = {};  ///< gn(x), the diagonal of the Gauss-Newton matrix
};

/// Every form that a formula takes on its way to a plan.
struct program {
  std::string name = "loss";
  ir::graph written;
  ir::graph rewritten;   ///< canonical and stable: what is differentiated
  ir::graph gradients;   ///< with the derivatives, stable again
  ir::graph simple;      ///< without what no loop computes
  schedule::plan plan;
  derive::derivative_request request;
  std::string wrong;  ///< why there is no plan, in a sentence; or nothing
  /// Whether there is one for each stage only, and `plan` says no more than that: it has running values or chains of states.
  bool in_stages() const { return plan.problem == schedule::unplanned::running; }
  kept_texts texts;
};

/// Compiles a formula that was read without a failure. A derivative by a name that is no tensor and no scalar of the formula, and
/// whatever the compiler refuses, is said in `wrong`. A program is large: it lies on the heap.
std::unique_ptr<program> compile(const formula& f, const wanted& w = {});

}  // namespace loom::notation
