// SPDX-License-Identifier: BSL-1.0
// derive/adjoint_row.hpp — the adjoints of an op as data.
// Layer 3 (derive).
#pragma once

#include "loom/rewrite/term.hpp"

namespace loom::inline LOOM_ABI::derive {

/// Terms over rewrite::terms::a, b (the operands), rewrite::terms::c (the result y) and rewrite::terms::d (the incoming adjoint g).
/// An undefined row: Loom does not have this derivative. `constant` operands (masks, indices) receive nothing.
struct adjoint_row {
  term of[3];
  bool defined = false;
};

}  // namespace loom::derive
