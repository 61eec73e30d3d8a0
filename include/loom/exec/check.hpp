// SPDX-License-Identifier: BSL-1.0
// exec/check.hpp — is the data of a call what the formula needs? Everything is found before anything is written.
// Layer 5 (exec).
#pragma once

#include <string>

#include "loom/exec/call.hpp"
#include "loom/exec/error.hpp"
#include "loom/ir/labels.hpp"

namespace loom::exec {

using detail::fail;

namespace detail {

inline std::string quoted(std::string_view s) { return std::string(s); }
inline std::string text(std::ptrdiff_t n) { return std::to_string(n); }
inline std::string output_name(const plan& p, int slot) {
  const output_info& o = p.program.outputs[slot];
  return o.what == output_info::role::gradient ? "d(" + std::string(p.program.inputs[o.input].name) + ")" : "out";
}

/// Learns the extent of each axis from the first view that has it, and holds the others against it.
inline void check_extents(const plan& p, const bound& b, const axis_order& axes, const std::string& name, std::ptrdiff_t* extents, std::string* learned_from) {
  for (int i = 0; i < axes.size(); ++i) {
    const int axis = axes[i];
    const std::string axis_name(p.program.axes[axis].name);
    if (b.extents[i] < 0) fail("axis " + axis_name + " of " + name + " has the extent " + text(b.extents[i]));
    if (extents[axis] < 0) {
      extents[axis] = b.extents[i];
      learned_from[axis] = name;
    } else if (extents[axis] != b.extents[i]) {
      const bool declared = learned_from[axis].empty();
      fail("axis " + axis_name + " of " + name + " has " + text(b.extents[i]) + " entries, but " +
           (declared ? "its declaration says " + text(extents[axis]) : "axis " + axis_name + " of " + learned_from[axis] + " has " + text(extents[axis])));
    }
  }
}

struct memory_range {
  const char* first = nullptr;
  const char* last = nullptr;  // past the end
};

inline memory_range range_of(const bound& b, int rank) {
  std::ptrdiff_t low = 0, high = 0;
  for (int i = 0; i < rank; ++i) {
    if (b.extents[i] == 0) return {};
    (b.strides[i] < 0 ? low : high) += (b.extents[i] - 1) * b.strides[i];
  }
  const char* base = static_cast<const char*>(b.data);
  return {base + low * size_of(b.type), base + (high + 1) * size_of(b.type)};
}

inline bool overlap(const memory_range& a, const memory_range& b) { return a.first < b.last && b.first < a.last; }

inline bool is_empty(const bound& b, int rank) {
  for (int i = 0; i < rank; ++i)
    if (b.extents[i] == 0) return true;
  return false;
}

/// Two entries of an output must not be one element of memory: what is written would depend on the order.
inline bool overlaps_itself(const bound& b, int rank) {
  std::ptrdiff_t reach = 0;
  bool used[max_rank]{};
  for (int k = 0; k < rank; ++k) {  // by growing stride
    int next = -1;
    for (int i = 0; i < rank; ++i) {
      const std::ptrdiff_t s = b.strides[i] < 0 ? -b.strides[i] : b.strides[i];
      if (!used[i] && (next < 0 || s < (b.strides[next] < 0 ? -b.strides[next] : b.strides[next]))) next = i;
    }
    used[next] = true;
    const std::ptrdiff_t s = b.strides[next] < 0 ? -b.strides[next] : b.strides[next];
    if (b.extents[next] > 1 && s <= reach) return true;
    reach += (b.extents[next] - 1) * s;
  }
  return false;
}

inline void check_labels(const plan& p, const loop_data& data, const label_use& use, const bound* inputs) {
  const input_info& in = p.program.inputs[use.input];
  const bound& b = inputs[use.input];
  const std::ptrdiff_t limit = data.extents[use.axis];
  const int rank = in.axes.size();
  std::ptrdiff_t count = 1;
  for (int i = 0; i < rank; ++i) count *= b.extents[i];
  const bool contiguous = rank == 0 || (rank == 1 && b.strides[0] == 1);
  for (std::ptrdiff_t n = 0; n < count; ++n) {
    std::ptrdiff_t offset = n;
    if (!contiguous) {
      offset = 0;
      std::ptrdiff_t rest = n;
      for (int i = rank - 1; i >= 0; --i) {
        offset += rest % b.extents[i] * b.strides[i];
        rest /= b.extents[i];
      }
    }
    const std::int64_t label = load_integer(b.data, offset, b.type);
    if (label >= 0 && label < limit) continue;
    bool ignored = false;
    for (const label_clause& c : use.ignored_if) ignored = ignored || c.holds(label);
    if (ignored) continue;
    std::string where;
    std::ptrdiff_t rest = n;
    for (int i = rank - 1; i >= 0; --i) {
      where = text(rest % b.extents[i]) + (where.empty() ? "" : ", ") + where;
      rest /= b.extents[i];
    }
    const std::string shown = b.type == element_type::u64 ? std::to_string(static_cast<const std::uint64_t*>(b.data)[offset]) : std::to_string(label);
    fail("label " + shown + " of " + std::string(in.name) + (rank == 0 ? "" : " at row " + where) + " is outside axis " +
         std::string(p.program.axes[use.axis].name) + ", which has " + text(limit) + " entries");
  }
}

}  // namespace detail

/// Checks a call. Fills the extents of the axes; throws loom::error with a sentence otherwise.
inline void check(const plan& p, const fixed_vector<label_use, 8>& labels, const bound* inputs, const bound* outputs, loop_data& data) {
  std::string learned_from[max_axes];
  const graph& g = p.program;
  for (int a = 0; a < max_axes; ++a) data.extents[a] = a < g.axes.size() && g.axes[a].extent > 0 ? g.axes[a].extent : -1;
  for (int i = 0; i < g.inputs.size(); ++i) {
    if (g.inputs[i].code == op::scalar) continue;
    detail::check_extents(p, inputs[i], g.inputs[i].axes, std::string(g.inputs[i].name), data.extents, learned_from);
  }
  const auto bound_output = [&](int slot) { return outputs[slot].type != element_type::other; };
  for (int s = 0; s < g.outputs.size(); ++s)
    if (bound_output(s)) detail::check_extents(p, outputs[s], output_axes(p, s), detail::output_name(p, s), data.extents, learned_from);
  for (int i = 0; i < g.inputs.size(); ++i)
    if (g.inputs[i].code != op::scalar && inputs[i].data == nullptr && !detail::is_empty(inputs[i], g.inputs[i].axes.size()))
      fail("the data bound to " + std::string(g.inputs[i].name) + " is a null pointer");
  for (int s = 0; s < g.outputs.size(); ++s) {
    if (!bound_output(s)) continue;
    const int rank = output_axes(p, s).size();
    if (detail::is_empty(outputs[s], rank)) continue;
    const std::string name = detail::output_name(p, s);
    if (outputs[s].data == nullptr) fail("the buffer bound to " + name + " is a null pointer");
    if (detail::overlaps_itself(outputs[s], rank)) fail("the buffer bound to " + name + " overlaps itself: two of its entries are the same element of memory");
    const detail::memory_range range = detail::range_of(outputs[s], rank);
    for (int i = 0; i < g.inputs.size(); ++i)
      if (g.inputs[i].code != op::scalar && detail::overlap(range, detail::range_of(inputs[i], g.inputs[i].axes.size())))
        fail("the buffer bound to " + name + " overlaps the data of " + std::string(g.inputs[i].name));
    for (int other = 0; other < s; ++other)
      if (bound_output(other) && detail::overlap(range, detail::range_of(outputs[other], output_axes(p, other).size())))
        fail("the buffers bound to " + name + " and " + detail::output_name(p, other) + " overlap");
  }
  for (const label_use& use : labels) detail::check_labels(p, data, use, inputs);
}

}  // namespace loom::exec
