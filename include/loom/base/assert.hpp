// SPDX-License-Identifier: BSL-1.0
// base/assert.hpp — limits that a formula can exceed, readable during constant evaluation and at run time.
// Calling a function that is not constexpr ends constant evaluation, and the compiler prints its name: so the
// name is the message. At run time (the tests and tools run the same compiler) the same call ends the program.
// Layer 0 (base).
#pragma once

#include "loom/base/config.hpp"

#include <cstdio>

namespace loom::inline LOOM_ABI::base::limit {

[[noreturn]] inline void exceeded(const char* message) {
  std::fputs(message, stderr);
  __builtin_abort();
}

[[noreturn]] inline void too_many_elements_for_a_fixed_vector() {
  exceeded("loom: too many elements for a fixed_vector\n");
}

}  // namespace loom::base::limit
