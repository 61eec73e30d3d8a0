// SPDX-License-Identifier: BSL-1.0
// rewrite/kept.hpp — what as_written(e) keeps: the values of e, which no rule changes but those that spell an op with others.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// The values of a graph that are below an as_written. Asked for value by value, in order, by whoever rebuilds the graph.
class kept_values {
 public:
  constexpr explicit kept_values(const graph& g) : g_(g) {
    for (const node& n : g.nodes)
      if (n.code == op::as_written) any_ = true;
    for (int i = any_ ? g.size() - 1 : -1; i >= 0; --i) {
      if (g[i].code != op::as_written && !kept_[i]) continue;
      for (value_id o : g[i].operand)
        if (o != no_value) kept_[o] = true;
    }
  }

  constexpr bool any() const { return any_; }
  constexpr bool operator[](int v) const { return kept_[v]; }
  /// Whether the next value that is no input is kept.
  constexpr bool next() {
    do ++at_;
    while (is_input(g_[at_].code));
    return kept_[at_];
  }

 private:
  const graph& g_;
  bool kept_[LOOM_MAX_NODES]{};
  bool any_ = false;
  int at_ = -1;
};

}  // namespace loom::rewrite
