// SPDX-License-Identifier: BSL-1.0
// ir/issue.hpp — a mistake as data.
// A stage that finds a mistake returns it. A call turns it into a static_assert (lang/diagnosis.hpp); a tool that reads
// formulas at run time shows the sentence (ir/sentence.hpp).
// Layer 1 (ir).
#pragma once

#include <cstddef>
#include <cstdint>

#include "loom/base/fixed_vector.hpp"
#include "loom/base/text_view.hpp"
#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::ir {

enum class issue : std::uint8_t {
  none,
#define LOOM_ISSUE(name, sentence) name,
#include "loom/ir/issues.def"
#undef LOOM_ISSUE
};

/// Which mistake, and where. `got` and `limit` are numbers whose meaning the sentence gives.
struct mistake {
  issue kind = issue::none;
  text_view name{};
  std::int64_t got = 0;
  std::int64_t limit = 0;
  fixed_vector<text_view, max_axes> more{};  ///< names after the first, where a sentence is about several

  /// Adds a name.
  constexpr void about(text_view another) {
    if (name.empty()) name = another;
    else if (more.size() < more.capacity()) more.push_back(another);
  }
};

/// Which limit of a graph was passed.
constexpr mistake mistake_of(const overflow_info& overflow) {
  const auto about = [&] {
    switch (overflow.of) {
      case capacity::axes: return issue::too_many_axes;
      case capacity::rank: return issue::rank_too_large;
      case capacity::inputs: return issue::too_many_inputs;
      case capacity::outputs: return issue::too_many_outputs;
      case capacity::rewrites: return issue::too_many_rewrites;
      case capacity::own_rules: return issue::rules_that_go_on;
      case capacity::axes_of_a_rule: return issue::rule_that_adds_axes;
      case capacity::none:
      case capacity::nodes: break;
    }
    return issue::too_large;
  };
  return {about(), overflow.rule, overflow.needed, overflow.limit};
}

}  // namespace loom::ir
