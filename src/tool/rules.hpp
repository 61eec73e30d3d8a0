// SPDX-License-Identifier: BSL-1.0
// src/tool/rules.hpp — the rules of the compiler as text.
#pragma once

#include <string>
#include <vector>

namespace loom::tool {

struct rule_text {
  std::string stage;  ///< "canonical", "stable", "expand" or "cheap": the table it stands in
  std::string name;
  std::string left, right;  ///< over a, b, c, d: any values; m: a mask; along C: any axes
  std::string condition;    ///< "where b > 0", or nothing
  bool in_a_sum = false;    ///< the terms of the left side may stand anywhere in a longer sum
};

/// Every rule, in the order of the stages and of their tables.
std::vector<rule_text> all_rules();

}  // namespace loom::tool
