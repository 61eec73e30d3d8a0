// SPDX-License-Identifier: BSL-1.0
// tests/emit/subjects.hpp — formulas compiled at run time, for the tests of what is printed for them.
#pragma once

#include <string>
#include <vector>

#include "loom/derive/request.hpp"
#include "loom/emit/explain.hpp"
#include "loom/emit/print.hpp"

namespace printed {

/// The stages of a formula with some of its derivatives.
struct subject {
  std::string name;
  loom::ir::graph written, rewritten, gradients;  // gradients: what the interpreter takes
  loom::schedule::plan schedule;
  loom::derive::derivative_request asked{};

  std::string code(const loom::emit::dialect& d, loom::emit::element type, loom::emit::options wanted = {}) const {
    wanted.formula = loom::emit::formula_of(rewritten);
    return loom::emit::print(schedule, d, name, type, wanted);
  }
  std::string explain(bool steps = false) const {
    return loom::emit::explain({written, rewritten, gradients, schedule}, steps);
  }
};

subject compiled(const std::string& name, const loom::ir::graph& written,
                 const loom::derive::derivative_request& wanted);

/// The same, adding to what the buffers hold.
std::vector<subject> adding(std::vector<subject> subjects);

/// Every tensor but the weights of classes, whose gradient sums over rows.
loom::derive::input_set differentiable(const loom::ir::graph& g);

/// Losses of the collection with all those gradients, and, if asked for, without any.
std::vector<subject> flagships(bool values_too);
std::vector<subject> collection(bool values_too);
/// Every loss of the collection with the diagonal of its Hessian and with the Hessian times a direction, for each tensor.
std::vector<subject> second_derivatives();

std::vector<subject> every_loop();
std::vector<subject> with_a_workspace();
/// What no label names gets nothing from a row, not 0 times its infinity: only finite data is comparable.
std::vector<subject> with_labels_that_sum();
std::vector<subject> every_function();
/// Inputs that are read at several places, and positions.
std::vector<subject> at_places();
/// Running values and chains of states, which are computed between stages.
std::vector<subject> in_stages();
/// Inputs and axes whose names the language has other plans for.
std::vector<subject> odd_names();
/// Inputs of a result that is left out: no code reads them, but the comments have words that are their names.
std::vector<subject> unread_inputs();

}  // namespace printed
