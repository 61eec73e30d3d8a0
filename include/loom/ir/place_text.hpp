// SPDX-License-Identifier: BSL-1.0
// ir/place_text.hpp — where an input is read, as a formula says it: z(N = M), x(T = T - 1), x(C = last). For texts at run time and for
// the sentences of a call, which may be made while a program is compiled: `out` is anything that takes texts and numbers by <<.
// Layer 1 (ir).
#pragma once

#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::ir {

/// " + 2", " - 1", or nothing.
template <class Out>
constexpr void write_offset(Out& out, std::int32_t offset) {
  if (offset == 0) return;
  out << text_view(offset < 0 ? " - " : " + ") << std::int64_t{offset < 0 ? -offset : offset};
}

/// What is added to an axis: " - extent(N) + 1".
template <class Out, class Name>
constexpr void write_form(Out& out, const extent_form& form, const Name& name_of) {
  for (int a = 0; a < max_axes; ++a) {
    const int times = form.of(a);
    if (times == 0) continue;
    out << text_view(times < 0 ? " - " : " + ");
    if (times != 1 && times != -1) out << std::int64_t{times < 0 ? -times : times} << text_view(" * ");
    out << text_view("extent(") << name_of(a) << text_view(")");
  }
  write_offset(out, form.more);
}

/// The axes that an axis is read along: "T + K", "P + 2 * K"; a negative one is not the first, unless all are.
template <class Out, class Name>
constexpr void write_axes(Out& out, const coordinate& c, const Name& name_of) {
  bool first = true;
  const auto write = [&](int a) {
    const int steps = c.steps_along(a), times = steps < 0 ? -steps : steps;
    if (steps == 0) return;
    out << text_view(first ? (steps < 0 ? "-" : "") : steps < 0 ? " - " : " + ");
    first = false;
    if (times != 1) out << std::int64_t{times} << text_view(" * ");
    out << name_of(a);
  };
  write(c.axis);
  for (int a = 0; c.is_sum() && a < max_axes; ++a)
    if (a != c.axis) write(a);
}

/// What follows the name of the input; name_of(axis) is how an axis is written.
template <class Out, class Name>
constexpr void write_place(Out& out, const graph& g, const input_info& in, const Name& name_of) {
  const axis_order& axes = g.inputs[in.of].axes;
  bool first = true;
  for (int k = 0; k < axes.size(); ++k) {
    const coordinate c = in.at[k];
    if (c.axis == axes[k] && !c.is_moved() && !c.is_sum()) continue;
    out << text_view(first ? "(" : ", ") << name_of(axes[k]) << text_view(" = ");
    first = false;
    if (c.axis >= 0) {
      write_axes(out, c, name_of);
      write_form(out, c.shift(), name_of);
    } else if (is_from_last(c.entry)) {
      out << text_view("last");
      write_offset(out, c.entry - last_entry);
    } else {
      out << std::int64_t{c.entry};
    }
  }
  out << text_view(")");
}

}  // namespace loom::ir
