// SPDX-License-Identifier: BSL-1.0
// derive/adjoints.hpp — what each operand of an op receives when its result receives g.
// Layer 3 (derive).
#pragma once

#include "loom/derive/compiled_adjoints.hpp"

namespace loom::inline LOOM_ABI::derive {

constexpr const adjoint_row& adjoint(op o) { return compiled_tables::adjoint_rows[static_cast<int>(o)]; }

}  // namespace loom::derive
