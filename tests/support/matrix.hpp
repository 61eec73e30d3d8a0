// SPDX-License-Identifier: BSL-1.0
// tests/support/matrix.hpp — a matrix that lies in memory row by row, with other entries between its own, or column by column.
#pragma once

#include <cstddef>
#include <vector>

#include "loom/loom.hpp"

namespace trial {

enum class order { contiguous, apart, transposed };

template <class E>
struct matrix {
  std::ptrdiff_t rows, columns;
  order how;
  std::vector<E> memory;

  matrix(std::ptrdiff_t n, std::ptrdiff_t c, order o)
      : rows(n), columns(c), how(o), memory(static_cast<std::size_t>(2 * n * c + 1)) {}

  std::ptrdiff_t row() const { return how == order::transposed ? 1 : how == order::apart ? 2 * columns : columns; }
  std::ptrdiff_t column() const { return how == order::transposed ? rows : how == order::apart ? 2 : 1; }
  E& at(std::ptrdiff_t i, std::ptrdiff_t j) { return memory[static_cast<std::size_t>(1 + i * row() + j * column())]; }
  /// 0 outside.
  E operator()(std::ptrdiff_t i, std::ptrdiff_t j) {
    return i < 0 || i >= rows || j < 0 || j >= columns ? E(0) : at(i, j);
  }
  auto view() { return loom::view(memory.data() + 1, {rows, columns}, {row(), column()}); }
  /// Bytes as a mask.
  auto as_mask() {
    return loom::view(reinterpret_cast<const bool*>(memory.data() + 1), {rows, columns}, {row(), column()});
  }
};

}  // namespace trial
