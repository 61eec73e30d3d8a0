// SPDX-License-Identifier: BSL-1.0
// schedule/print_passes.hpp — the result of each pass of the planner as text, one line a value, a sweep, or a fact.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/fuse.hpp"
#include "loom/schedule/print.hpp"

namespace loom::inline LOOM_ABI::schedule {

namespace detail {

inline std::string value_name(int id) { return std::string("v") + std::to_string(id); }
inline std::string axes_or_none(const graph& g, axis_set axes) { return axes == 0 ? "none" : axes_text(g, axes); }
inline std::string ordered_axes(const graph& g, const axis_order& axes) {
  std::string s;
  for (int axis : axes) s += std::string(s.empty() ? "" : ",") + std::string(g.axes[axis].name);
  return s.empty() ? "none" : s;
}
/// The numbers of the bits of a set, from 1 on: 1, 3.
inline std::string numbers_of_bits(unsigned bits) {
  std::string s;
  for (int i = 0; i < 32; ++i)
    if ((bits >> i) & 1u) s += std::string(s.empty() ? "" : ", ") + std::to_string(i + 1);
  return s;
}

}  // namespace detail

inline std::string pass_text(const graph& g, const axis_roles& axes) {
  return std::string("row ") + detail::ordered_axes(g, axes.column_order) + "; rows " +
         detail::ordered_axes(g, axes.row_order) + (axes.elementwise ? "; elementwise\n" : "\n");
}

inline std::string pass_text(const graph& g, const leveling& values) {
  std::string s;
  for (int i = 0; i < g.size(); ++i) {
    s += detail::value_name(i) + (values.levels[i] == level::scalar ? " scalar"
                                  : values.levels[i] == level::row  ? " row"
                                                                    : " element");
    if (values.array_of[i] != 0)
      s += std::string(", array ") + detail::ordered_axes(g, values.arrays[values.array_of[i] - 1].axes);
    else if (values.is_total[i]) s += ", total";
    else if (values.reductions.contains(static_cast<value_id>(i))) s += ", row reduction";
    if (values.lookups.contains(static_cast<value_id>(i))) s += ", lookup";
    if (values.depth[i] > 0) s += std::string(", after pass ") + std::to_string(values.depth[i]);
    s += "\n";
  }
  return s;
}

inline std::string pass_text(const graph& g, const axis_roles& axes, const leveling& values,
                             const sweep_assignment& sweeps) {
  std::string s;
  for (int k = 0; k < sweeps.rows.size(); ++k) {
    s += std::string("sweep ") + std::to_string(k + 1) + ", rows " + detail::axes_or_none(g, sweeps.rows[k]) + ":";
    for (value_id i : values.totals)
      if (sweeps.sweep_of[i] == k) s += std::string(" ") + detail::value_name(i);
    for (int slot = 0; slot < g.outputs.size(); ++slot)
      if (written_by_loops(g, axes, values, slot) && sweeps.sweep_of_output[slot] == k)
        s += std::string(" ") + detail::output_text(g, slot);
    s += "\n";
  }
  return s;
}

inline std::string pass_text(const graph& g, const sweep_needs& needs) {
  std::string s;
  for (int i = 0; i < g.size(); ++i) {
    if (needs.scalar[i]) s += detail::value_name(i) + " once\n";
    if (needs.row[i]) s += detail::value_name(i) + " every row\n";
    if (needs.element[i] == 0) continue;
    s += detail::value_name(i) + " in pass " + detail::numbers_of_bits(needs.element[i]);
    if (needs.parked_in[i] != 0) s += std::string(", parked in ") + detail::output_text(g, needs.parked_in[i] - 1);
    s += "\n";
  }
  return s;
}

inline std::string pass_text(const plan_facts& f) {
  std::string s;
  const auto fact = [&](const char* name, int value) { s += std::string(name) + " " + std::to_string(value) + "\n"; };
  fact("sweeps", f.sweeps);
  fact("prologues", f.prologues);
  fact("row passes", f.row_passes);
  fact("exponentials", f.exponentials);
  fact("reads per element", f.reads_per_element);
  fact("writes per element", f.writes_per_element);
  fact("kept", f.kept);
  return s;
}

}  // namespace loom::schedule
