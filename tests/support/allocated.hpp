// SPDX-License-Identifier: BSL-1.0
// tests/support/allocated.hpp — counts what a call allocates; allocated.cpp replaces operator new for it.
// Address sanitizer has a new and delete of its own, which do not mix with counted ones; with it nothing is counted.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOOM_TEST_OWN_ALLOCATOR 0
#endif
#endif
#if !defined(LOOM_TEST_OWN_ALLOCATOR) && !defined(__SANITIZE_ADDRESS__)
#define LOOM_TEST_OWN_ALLOCATOR 1
#endif

#include <atomic>
#include <cstddef>

namespace trial {

#if LOOM_TEST_OWN_ALLOCATOR

extern std::atomic<std::size_t> allocations;

/// The allocations of a call. The first call of a process also asks for the processor's features.
template <class Call>
std::size_t allocated(const Call& call) {
  const std::size_t before = allocations;
  call();
  return allocations - before;
}

#else

template <class Call>
std::size_t allocated(const Call& call) {
  call();
  return 0;
}

#endif

}  // namespace trial
