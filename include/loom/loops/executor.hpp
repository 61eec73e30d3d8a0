// SPDX-License-Identifier: BSL-1.0
// loops/executor.hpp — who runs the parts of a loop.
// Layer 7 (loops).
#pragma once

#include <cstddef>

#include "loom/base/config.hpp"

namespace loom::inline LOOM_ABI::loops {

/// The parts that an executor is given, at most.
inline constexpr int max_parts = 256;

/// Calls task(argument, i) for each i below count, on any threads, and returns when all are done. None: the caller does.
struct executor {
  void (*for_each)(void* pool, int count, void (*task)(void*, int), void* argument) = nullptr;
  void* pool = nullptr;

  bool is_caller() const { return for_each == nullptr; }
  void run(int count, void (*task)(void*, int), void* argument) const {
    if (count > 1 && !is_caller()) return for_each(pool, count, task, argument);
    for (int i = 0; i < count; ++i) task(argument, i);
  }
};

/// Parts of a block of entries, by its size alone: runs of 16 rows, whole vectors on every target, and some microseconds of work.
constexpr int parts_of_entries(std::ptrdiff_t rows, std::ptrdiff_t columns) {
  const std::ptrdiff_t by_entries = rows * columns >> 14, by_rows = rows / 16;
  const std::ptrdiff_t parts = by_entries < by_rows ? by_entries : by_rows;
  return parts < 1 ? 1 : parts > max_parts ? max_parts : static_cast<int>(parts);
}

}  // namespace loom::loops
