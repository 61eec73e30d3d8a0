// SPDX-License-Identifier: BSL-1.0
// schedule/in_buffers.hpp — the outputs that printed code may be asked to add to; apart from plan.hpp, which every file with a loss reads.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// The outputs that have a buffer: all but a scalar, which is returned.
constexpr output_set in_buffers(const graph& g) {
  output_set r = 0;
  for (int slot = 0; slot < g.outputs.size(); ++slot)
    if (slot > 0 || !g.outputs[0].is_value() || !g.outputs[0].axes.empty()) r |= output_set{1} << slot;
  return r;
}

}  // namespace loom::schedule
