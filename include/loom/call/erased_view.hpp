// SPDX-License-Identifier: BSL-1.0
// call/erased_view.hpp — what a call binds, its types erased: everything before the loops is ordinary code over this data, compiled once.
// Layer 5 (call).
#pragma once

#include <cstddef>

#include "loom/call/element_type.hpp"
#include "loom/ir/type.hpp"

namespace loom::inline LOOM_ABI::call {

/// During constant evaluation an erased pointer can be compared with another, but not read or moved. So what the checks need
/// stands beside it: where the entries lie, and labels as 64 bits. Null at run time.
struct constant_entries {
  const void* const* addresses = nullptr;  ///< of every entry, in the order of the axes
  const std::uint64_t* labels = nullptr;  ///< in the same order; negative ones as their 64 bits
  const double* numbers = nullptr;  ///< in the same order
  std::ptrdiff_t steps[max_rank]{};  ///< from one label to the next, along each axis
};

/// The shape of bound data. Extents and strides in the order of the declaration.
struct erased_shape {
  element_type type = element_type::other;
  std::ptrdiff_t extents[max_rank]{};
  std::ptrdiff_t strides[max_rank]{};
  constant_entries constant{};
};

/// The step along an axis of data whose axes are in an order; 0 along those that it does not have.
constexpr std::ptrdiff_t stride_along(const erased_shape& b, const axis_order& order, int axis) {
  for (int i = 0; i < order.size(); ++i)
    if (order[i] == axis) return b.strides[i];
  return 0;
}

/// Bound data that a call reads.
struct erased_view : erased_shape {
  const void* data = nullptr;
  double number = 0;  ///< of a scalar
  std::ptrdiff_t further = 0;  ///< of a place: how far from an entry that is which is read in its stead, in elements
};

/// A bound buffer that a call writes to. Its type is `other` if nothing is bound.
struct erased_buffer : erased_shape {
  void* data = nullptr;
  constexpr bool is_bound() const { return type != element_type::other; }
};

/// Everything that a call binds, by slot of its program.
struct operands {
  const erased_view* inputs = nullptr;
  const erased_buffer* outputs = nullptr;
  erased_buffer workspace{};
  bool domains_checked = false;
};

/// The extents of the axes of a call, by axis.
struct axis_extents {
  std::ptrdiff_t of[max_axes]{};
  constexpr std::ptrdiff_t operator[](int axis) const { return of[axis]; }
  constexpr std::ptrdiff_t& operator[](int axis) { return of[axis]; }
};

}  // namespace loom::call
