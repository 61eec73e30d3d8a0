// SPDX-License-Identifier: BSL-1.0
// base/assert.hpp — limits that a formula can exceed, readable during constant evaluation and at run time.
// Calling a function that is not constexpr ends constant evaluation, and the compiler prints its name: so the
// name is the message. At run time (the tests and tools run the same compiler) the same call ends the program; <cstdio> for a
// message there would cost every file of a user more than this header does.
// Layer 0 (base).
#pragma once

#include "loom/base/config.hpp"

namespace loom::inline LOOM_ABI::base::limit {

[[noreturn]] inline void too_many_elements_for_a_fixed_vector() { __builtin_abort(); }

}  // namespace loom::base::limit
