// SPDX-License-Identifier: BSL-1.0
// bench/loom.hpp — Loom as a contender: formulas of the collection, the binary cross entropy without a weight beside them.
#pragma once

#include "peers.hpp"

namespace bench {

contender loom_itself();
/// Held to AVX2.
contender loom_avx2();

/// The target that calls take, and whether it is the best that this processor has.
std::string loom_target();
bool loom_target_is_best();

}  // namespace bench
