// SPDX-License-Identifier: BSL-1.0
// tests/support/allocated.cpp — an operator new that counts.
#include "support/allocated.hpp"

#if LOOM_TEST_OWN_ALLOCATOR
#include <cstdlib>
#include <new>

std::atomic<std::size_t> trial::allocations{0};
using trial::allocations;

// Every form of new that is not replaced here ends in one of these two.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto a = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(a, (size + a - 1) / a * a)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

#endif
