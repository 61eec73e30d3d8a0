// SPDX-License-Identifier: BSL-1.0
// loom.hpp — write a loss, call it. Everything but the printing of code (loom/code.hpp).
#pragma once

#include "loom/base/config.hpp"

// g++ compares names within lambdas with every global variable that is there when they are instantiated: a user's as well.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#include "loom/lang/notation.hpp"
#include "loom/loss.hpp"
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace loom::inline LOOM_ABI {

using schedule::plan;  ///< what loss.plan(d(x)) returns

}  // namespace loom
