// SPDX-License-Identifier: BSL-1.0
// loops/running.hpp — running values of arrays in memory, of any strides and types of numbers.
// Layer 7 (loops).
#pragma once

#include "loom/call/erased_view.hpp"
#include "loom/ir/running.hpp"

namespace loom::inline LOOM_ABI::loops {

/// What a running value is made of, and where it goes: steps of each along the axes of the result, 0 along those that an operand
/// does not have.
struct running_operand {
  const void* data = nullptr;
  element_type type = element_type::f64;
  std::ptrdiff_t strides[max_rank]{};
};
struct running_axes {
  int rank = 0;
  int along = 0;  ///< which of them it runs along
  std::ptrdiff_t extents[max_rank]{};
  std::ptrdiff_t strides[max_rank]{};  ///< of the result
};

/// Runs along one row of the result.
template <class T>
void run_row(op code, ir::running_order order, const running_axes& axes, const running_operand& x,
             const running_operand& y, std::ptrdiff_t at_x, std::ptrdiff_t at_y, T* to) {
  const std::ptrdiff_t n = axes.extents[axes.along], step = axes.strides[axes.along];
  ir::running_value<double> so_far(code);
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const std::ptrdiff_t t = order.reverse ? n - 1 - i : i;
    if (order.exclusive) to[t * step] = static_cast<T>(so_far.value());
    so_far.next(load_number(x.data, at_x + t * x.strides[axes.along], x.type),
                y.data == nullptr ? 0.0 : load_number(y.data, at_y + t * y.strides[axes.along], y.type));
    if (!order.exclusive) to[t * step] = static_cast<T>(so_far.value());
  }
}

/// Fills an array with a running value, in double.
template <class T>
[[gnu::noinline]] void run_along(op code, ir::running_order order, const running_axes& axes, const running_operand& x,
                                 const running_operand& y, T* to) {
  std::ptrdiff_t rows = 1;
  for (int k = 0; k < axes.rank; ++k)
    if (k != axes.along) rows *= axes.extents[k];
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    std::ptrdiff_t rest = row, at = 0, at_x = 0, at_y = 0;
    for (int k = axes.rank - 1; k >= 0; --k) {
      if (k == axes.along) continue;
      const std::ptrdiff_t i = rest % axes.extents[k];
      rest /= axes.extents[k];
      at += i * axes.strides[k];
      at_x += i * x.strides[k];
      at_y += i * y.strides[k];
    }
    run_row(code, order, axes, x, y, at_x, at_y, to + at);
  }
}

}  // namespace loom::loops
