// SPDX-License-Identifier: BSL-1.0
// tests/support/layers.hpp — tests look into every layer: `using namespace loom::layers`.
#pragma once

#include "loom/lang/notation.hpp"

namespace loom::layers {
using namespace run;
using namespace emit;
}  // namespace loom::layers
