// SPDX-License-Identifier: BSL-1.0
// call/placed.hpp — the data of an input as another place of the formula reads it: the same elements, other strides.
// Layer 5 (call).
#pragma once

#include "loom/call/erased_view.hpp"
#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::call {

constexpr bool reads_places(const graph& g) {
  for (const input_info& in : g.inputs)
    if (in.is_place()) return true;
  return false;
}

/// Data whose axes are those of a place; how far it is shifted along one, the loops know. Null where an entry is read that the data
/// does not have: the checks refuse that.
constexpr erased_view placed(const erased_view& from, const input_info& place) {
  erased_view to;
  to.type = from.type;
  std::ptrdiff_t offset = 0, offset_of_constant = 0;
  bool inside = true;
  for (int k = 0; k < place.at.size(); ++k) {
    const coordinate c = place.at[k];
    if (c.axis < 0) {
      const auto entry = static_cast<std::ptrdiff_t>(entry_read(c, from.extents[k], 0));
      inside = inside && entry >= 0 && entry < from.extents[k];
      offset += entry * from.strides[k];
      offset_of_constant += entry * from.constant.steps[k];
      continue;
    }
    for (int i = 0; i < place.axes.size(); ++i)
      if (place.axes[i] == c.axis) {
        to.extents[i] = from.extents[k];
        to.strides[i] += from.strides[k];
        to.constant.steps[i] += from.constant.steps[k];
      }
  }
  if (!inside || from.data == nullptr) return to;
  if (__builtin_is_constant_evaluated()) {
    to.data = from.data;
    if (from.constant.labels != nullptr) to.constant.labels = from.constant.labels + offset_of_constant;
    return to;
  }
  to.data = static_cast<const unsigned char*>(from.data) + offset * size_of(from.type);
  if (place.axes.empty() && place.code == op::tensor) to.number = load_number(to.data, 0, to.type);
  return to;
}

/// Fills in the data of every place, once that of the inputs is there.
constexpr void place_inputs(const graph& g, erased_view* inputs) {
  for (int s = 0; s < g.inputs.size(); ++s)
    if (g.inputs[s].is_place()) inputs[s] = placed(inputs[g.inputs[s].of], g.inputs[s]);
}

}  // namespace loom::call
