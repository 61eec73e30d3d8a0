// SPDX-License-Identifier: BSL-1.0
// call/erased_view.hpp — what a call binds, its types erased: everything before the loops is ordinary code over this data, compiled once.
// Layer 5 (call).
#pragma once

#include <cstddef>

#include "loom/call/element_type.hpp"
#include "loom/ir/type.hpp"

namespace loom::inline LOOM_ABI::call {

/// A bound view, its type erased. Extents and strides in the order of the declaration.
struct bound {
  const void* data = nullptr;
  element_type type = element_type::other;
  std::ptrdiff_t extents[max_rank]{};
  std::ptrdiff_t strides[max_rank]{};
  double number = 0;  ///< of a scalar
};

/// The extents of the axes of a call, by axis.
struct axis_extents {
  std::ptrdiff_t of[max_axes]{};
  constexpr std::ptrdiff_t operator[](int axis) const { return of[axis]; }
  constexpr std::ptrdiff_t& operator[](int axis) { return of[axis]; }
};

}  // namespace loom::call
