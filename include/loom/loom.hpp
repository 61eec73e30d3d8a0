// SPDX-License-Identifier: BSL-1.0
// loom.hpp — write a loss, call it. Everything but the printing of code (loom/code.hpp).
#pragma once

#include "loom/base/config.hpp"

#include "loom/lang/notation.hpp"
#include "loom/loss.hpp"

namespace loom::inline LOOM_ABI {

using schedule::plan;  ///< what loss.plan(d(x)) returns

}  // namespace loom
