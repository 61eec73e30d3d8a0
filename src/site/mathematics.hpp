// SPDX-License-Identifier: BSL-1.0
// src/site/mathematics.hpp — graph -> LaTeX: a formula as a textbook sets it, axes as indices.
// An entry of x[N,C] is x_{nc}; a gather puts its label in the place of an index: x_{n,t_n}. A value that is used twice and is more
// than a symbol gets a letter and a line of its own.
#pragma once

#include <string>
#include <vector>

#include "loom/ir/graph.hpp"

namespace loom::site {

/// left = right, each as LaTeX.
struct equation {
  std::string left, right;
  bool definition = false;  ///< of a letter that the equations before it use
};

enum class shown_outputs { values, derivatives };

/// The results of a graph, or its derivatives, each followed by the letters it uses. A definition comes once.
std::vector<equation> equations_of(const ir::graph& g, shown_outputs which);

}  // namespace loom::site
