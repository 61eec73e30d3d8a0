// SPDX-License-Identifier: BSL-1.0
// tests/support/allocated.hpp — counts what a call allocates; tests/exec/allocation.cpp replaces operator new for it.
// Address sanitizer has a new and delete of its own, which do not mix with counted ones; it runs without these tests.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOOM_TEST_OWN_ALLOCATOR 0
#endif
#endif
#if !defined(LOOM_TEST_OWN_ALLOCATOR) && !defined(__SANITIZE_ADDRESS__)
#define LOOM_TEST_OWN_ALLOCATOR 1
#include <atomic>
#include <cstddef>
#include <vector>

#include "loom/loom.hpp"

namespace trial {

extern std::atomic<std::size_t> allocations;

/// The allocations of a call. The first call of a program also asks for the processor's features.
template <class Call>
std::size_t allocated(const Call& call) {
  const std::size_t before = allocations;
  call();
  return allocations - before;
}

/// Data for every flagship: n rows of c entries.
struct batch {
  std::ptrdiff_t n, c;
  std::vector<float> values, others, weights, row, row2, row3, g, g2, g3;
  std::vector<int> labels;

  batch(std::ptrdiff_t rows, std::ptrdiff_t columns) : n(rows), c(columns) {
    const auto size = static_cast<std::size_t>(n * c), count = static_cast<std::size_t>(n);
    values.assign(size, 0.5F);
    others.assign(size, 0.25F);
    weights.assign(static_cast<std::size_t>(c), 1.0F);
    row.assign(count, 0.5F);
    row2.assign(count, 0.75F);
    row3.assign(count, 2.0F);
    g.assign(size, 0);
    g2.assign(size, 0);
    g3.assign(size, 0);
    labels.assign(count, 1);
  }
  auto x() const { return loom::view(values.data(), n, c); }
  auto s() const { return loom::view(others.data(), n, c); }
  auto t() const { return loom::view(labels.data(), n); }
};

}  // namespace trial

#endif
