// SPDX-License-Identifier: BSL-1.0
// rewrite/kept.hpp — what as_written(e) keeps: the values of e, which no rule changes but those that spell an op with others.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/graph.hpp"
#include "loom/ir/value_set.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// The values of a graph that are below an as_written. Asked for value by value, in order, by whoever rebuilds the graph.
class kept_values {
 public:
  constexpr explicit kept_values(const graph& g) : g_(g) {
    bool any = false;
    for (const node& n : g.nodes) any = any || n.code == op::as_written;
    for (int i = any ? g.size() - 1 : -1; i >= 0; --i) {
      if (g[i].code != op::as_written && !kept_[i]) continue;
      for (value_id o : g[i].operand)
        if (o != no_value) kept_.insert(o);
    }
  }

  constexpr bool any() const { return kept_.any(); }
  constexpr bool operator[](int v) const { return kept_[v]; }
  /// Whether the next value that is no input is kept.
  constexpr bool next() {
    do ++at_;
    while (is_input(g_[at_].code));
    return kept_[at_];
  }
  /// The value that was asked for last.
  constexpr int at() const { return at_; }

 private:
  const graph& g_;
  value_set kept_;
  int at_ = -1;
};

}  // namespace loom::rewrite
