// SPDX-License-Identifier: BSL-1.0
// layout/workspace.hpp — the arrays that a plan adds up over its rows, in the memory that the caller brings.
// Layer 6 (layout).
#pragma once

#include "loom/call/erased_view.hpp"
#include "loom/ir/evaluate.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::layout {

/// Gives a shape the extents of its axes, and row-major strides. Returns: its entries.
inline std::ptrdiff_t lay_out_row_major(erased_shape& b, const axis_order& axes, const axis_extents& extents) {
  std::ptrdiff_t stride = 1;
  for (int i = axes.size() - 1; i >= 0; --i) {
    b.extents[i] = extents[axes[i]];
    b.strides[i] = stride;
    stride *= extents[axes[i]];
  }
  return stride;
}

/// Lays the arrays one after the other into the workspace.
inline void place_arrays(const plan& p, const axis_extents& extents, const erased_buffer& workspace,
                         erased_buffer* arrays) {
  double* next = static_cast<double*>(workspace.data);
  for (int k = 0; k < p.arrays.size(); ++k) {
    arrays[k].data = next;
    arrays[k].type = element_type::f64;
    next += lay_out_row_major(arrays[k], p.arrays[k].axes, extents);
  }
}

constexpr bool adds_to_arrays(const plan& p, const sweep& s) {
  for (int i = s.before.begin; i < end_of(s); ++i)
    if (p.steps[i].kind == action::accumulate) return true;
  return false;
}

/// Visits the arrays that a sweep adds to: before it, each entry becomes what an empty reduction is; after it, reductions
/// are finished.
inline void prepare_arrays(const plan& p, const sweep& s, const erased_buffer* arrays, bool before) {
  for (int i = s.before.begin; i < end_of(s); ++i) {
    if (p.steps[i].kind != action::accumulate) continue;
    const int k = p.array_of[p.steps[i].id] - 1;
    const op code = folded_as(p.program[p.steps[i].id].code);
    double* entries = static_cast<double*>(arrays[k].data);
    const std::ptrdiff_t count = arrays[k].extents[0] * arrays[k].strides[0];
    if (before) {
      for (std::ptrdiff_t e = 0; e < count; ++e) entries[e] = identity(code);
    } else if (reduction(code).finishes) {
      for (std::ptrdiff_t e = 0; e < count; ++e) entries[e] = ir::numbers::finish(code, entries[e]);
    }
  }
}

}  // namespace loom::layout
