// SPDX-License-Identifier: BSL-1.0
// ir/order.hpp — what order(e, C) is: which of two entries comes first.
// Layer 1 (ir).
#pragma once

#include <cstddef>

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::ir {

/// Whether a graph has an order, or something permuted by one.
constexpr bool has_orders(const graph& g) {
  for (const node& n : g.nodes)
    if (is_of_order(n.code)) return true;
  return false;
}

/// Whether entry a, the i-th, comes before entry b, the j-th: the smaller one does, or in a falling order the larger one; of equal ones
/// the first. A NaN comes after every number.
template <class N>
constexpr bool comes_before(const N& a, std::size_t i, const N& b, std::size_t j, bool falling) {
  const bool number = a == a;
  if (number != (b == b)) return number;
  if (!number || a == b) return i < j;
  return falling ? a > b : a < b;
}

}  // namespace loom::ir
