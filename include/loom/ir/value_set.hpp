// SPDX-License-Identifier: BSL-1.0
// ir/value_set.hpp — a set of values of a graph, a bit of each: an array of bool would be as many initializers to a compiler.
// Layer 1 (ir).
#pragma once

#include <cstdint>

#include "loom/base/config.hpp"

namespace loom::inline LOOM_ABI::ir {

class value_set {
 public:
  constexpr bool operator[](int v) const { return (words_[v / 64] >> (v % 64) & 1) != 0; }
  constexpr void insert(int v) {
    words_[v / 64] |= std::uint64_t{1} << (v % 64);
    any_ = true;
  }
  constexpr bool any() const { return any_; }

 private:
  std::uint64_t words_[(LOOM_MAX_NODES + 63) / 64]{};
  bool any_ = false;
};

}  // namespace loom::ir
