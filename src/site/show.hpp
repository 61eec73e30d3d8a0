// SPDX-License-Identifier: BSL-1.0
// src/site/show.hpp — everything a page shows of one formula, as JSON: what the pages of the collection and the playground share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loom/compile.hpp"

namespace loom::site {

/// A formula at the stages that a page shows.
struct shown {
  std::string_view name;  ///< of the printed function
  const ir::graph& written;  ///< as lowered
  const ir::graph& rewritten;  ///< canonical and stable
  const ir::graph& gradients;  ///< differentiated, and stable again
  const schedule::plan& plan;
  derive::derivative_request request;
};

/// The numbers of one input, in the order of its declaration.
struct numbers_of_input {
  std::string name;
  std::vector<double> entries;
};
struct extent_of_axis {
  std::string name;
  long long extent = 0;
};

/// Members of a JSON object, without its braces: declarations, formulas as LaTeX, the explanation, the plans of its stages, and the code.
std::string members(const shown& s);

/// The value as spelled and as Loom computes it, both in double, and the derivatives: members as above. Empty if an extent or data is
/// missing.
std::string values(const shown& s, const ir::graph& simple, const std::vector<extent_of_axis>& extents,
                   const std::vector<numbers_of_input>& data);

/// A text as JSON string.
std::string quoted(std::string_view text);
/// "name": value, with a comma behind it if `more`.
std::string member(std::string_view name, const std::string& value, bool more = true);

}  // namespace loom::site
