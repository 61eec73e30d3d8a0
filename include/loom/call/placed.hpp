// SPDX-License-Identifier: BSL-1.0
// call/placed.hpp — the data of an input as another place of the formula reads it: the same elements, other strides.
// Layer 5 (call).
#pragma once

#include "loom/call/erased_view.hpp"
#include "loom/ir/extents.hpp"
#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::call {

constexpr bool reads_places(const graph& g) {
  for (const input_info& in : g.inputs)
    if (in.is_place()) return true;
  return false;
}

/// Data whose axes are those of a place; the loops know where it ends. Null where an entry is read that the data does not have: the
/// checks refuse that. Where data has one extent for each step along an axis, that is the extent along it.
constexpr erased_view placed(const erased_view& from, const input_info& place, const axis_extents& extents) {
  erased_view to;
  to.type = from.type;
  std::ptrdiff_t offset = 0, offset_of_constant = 0;
  bool inside = true;
  for (int k = 0; k < place.at.size(); ++k) {
    const coordinate c = place.at[k];
    if (c.axis < 0) {
      const auto entry = static_cast<std::ptrdiff_t>(entry_read(c, from.extents[k]));
      inside = inside && entry >= 0 && entry < from.extents[k];
      offset += entry * from.strides[k];
      offset_of_constant += entry * from.constant.steps[k];
      continue;
    }
    to.further += (c.entry + static_cast<std::ptrdiff_t>(c.shift().counted(extents.of))) * from.strides[k];
    for (int i = 0; i < place.axes.size(); ++i) {
      const int steps = c.steps_along(place.axes[i]);
      if (steps == 0) continue;
      if (!c.is_sum()) to.extents[i] = from.extents[k];
      to.strides[i] += steps * from.strides[k];
      to.constant.steps[i] += steps * from.constant.steps[k];
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

/// The extents that inputs say, and what follows from them; what disagrees is found by the checks.
constexpr axis_extents extents_of_inputs(const graph& g, const erased_view* inputs) {
  axis_extents extents;
  for (int a = 0; a < g.axes.size(); ++a)
    extents[a] = g.axes[a].follows() ? -1 : static_cast<std::ptrdiff_t>(g.axes[a].extent);
  for (int s = 0; s < g.inputs.size(); ++s)
    for (int i = 0; i < g.inputs[s].axes.size(); ++i)
      if (!g.inputs[s].is_place()) extents[g.inputs[s].axes[i]] = inputs[s].extents[i];
  std::int64_t wanted = 0;
  ir::follow_extents(g.axes, extents.of, wanted);
  return extents;
}

/// Fills in the data of every place, once that of the inputs is there.
constexpr void place_inputs(const graph& g, erased_view* inputs) {
  const axis_extents extents = extents_of_inputs(g, inputs);
  for (int s = 0; s < g.inputs.size(); ++s)
    if (g.inputs[s].is_place()) inputs[s] = placed(inputs[g.inputs[s].of], g.inputs[s], extents);
}

}  // namespace loom::call
