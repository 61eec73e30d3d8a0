// SPDX-License-Identifier: BSL-1.0
// tests/support/numbers.hpp — two number types for the interpreter: `real`, with 80 digits and no overflow, says what
// a formula means; `single` rounds after every operation to binary32, and says what a spelling costs.
#pragma once

#include "accuracy/decimal.hpp"
#include "accuracy/single.hpp"
#include "support/layers.hpp"

namespace loom::test {
using namespace layers;

using real = accuracy::decimal<80>;
using accuracy::single;

inline bool is_nan(const real& x) { return accuracy::is_nan(x); }
inline bool is_finite(const real& x) { return accuracy::is_finite(x); }
inline double magnitude(const real& x) { return accuracy::magnitude(x); }

}  // namespace loom::test
