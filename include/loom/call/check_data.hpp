// SPDX-License-Identifier: BSL-1.0
// call/check_data.hpp — is the data of a call what the formula needs? Everything is found before anything is written.
// Layer 5 (call).
#pragma once

#include "loom/call/erased_view.hpp"
#include "loom/call/error.hpp"
#include "loom/ir/labels.hpp"
#include "loom/lang/bindings.hpp"
#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::call {

namespace detail {

/// What a call binds: an input, or the buffer of an output. Its name is only written down for an error.
struct operand {
  bool input = true;
  int slot = -1;  ///< none: the declarations
};

/// Writes the name of an operand, as a call binds it: x, direction(x), d(x), out or result<1>.
[[gnu::noinline, gnu::cold]] inline sentence& name(sentence& s, const plan& p, operand o) {
  if (o.input) {
    const input_info& in = p.program.inputs[o.slot];
    return in.what == input_info::role::direction ? s << "direction(" << in.name << ")" : s << in.name;
  }
  const output_info& result = p.program.outputs[o.slot];
  if (result.is_value()) return s << result_name(result.result);
  return s << result.symbol() << "(" << p.program.inputs[result.input].name << ")";
}

/// The sentence about one or two operands: before, the one, between, the other, after.
[[noreturn, gnu::noinline, gnu::cold]] inline void fail_about(const plan& p, text_view before, operand one, text_view after, operand other = {}, text_view end = {}) {
  sentence s;
  name(s << before, p, one) << after;
  if (other.slot >= 0) name(s, p, other) << end;
  fail(s);
}

[[noreturn, gnu::noinline, gnu::cold]] inline void fail_extent(const plan& p, int axis, operand o, std::ptrdiff_t got, operand learned_from, std::ptrdiff_t extent) {
  sentence s;
  name(s << "axis " << p.program.axes[axis].name << " of ", p, o);
  if (got < 0) {
    s << " has the extent " << got;
  } else {
    s << " has " << got << " entries, but ";
    if (learned_from.slot < 0) s << "its declaration says " << extent;
    else name(s << "axis " << p.program.axes[axis].name << " of ", p, learned_from) << " has " << extent;
  }
  fail(s);
}

/// Learns the extent of each axis from the first view that has it, and holds the others against it.
inline void check_extents(const plan& p, const bound& b, const axis_order& axes, operand o, std::ptrdiff_t* extents, operand* learned_from) {
  for (int i = 0; i < axes.size(); ++i) {
    const int axis = axes[i];
    if (b.extents[i] >= 0 && extents[axis] < 0) {
      extents[axis] = b.extents[i];
      learned_from[axis] = o;
    } else if (b.extents[i] < 0 || extents[axis] != b.extents[i]) {
      fail_extent(p, axis, o, b.extents[i], learned_from[axis], extents[axis]);
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

/// Whether contiguous labels all lie on an axis: one pass without branches, the rule in every call that is right.
template <class I>
bool within(const void* labels, std::ptrdiff_t count, std::ptrdiff_t limit) {
  const I* from = static_cast<const I*>(labels);
  bool outside = false;
  for (std::ptrdiff_t n = 0; n < count; ++n) outside |= static_cast<std::uint64_t>(from[n]) >= static_cast<std::uint64_t>(limit);
  return !outside;
}
inline bool within(const bound& b, std::ptrdiff_t count, std::ptrdiff_t limit) {
  switch (b.type) {
    case element_type::i8: return within<std::int8_t>(b.data, count, limit);
    case element_type::u8: return within<std::uint8_t>(b.data, count, limit);
    case element_type::i16: return within<std::int16_t>(b.data, count, limit);
    case element_type::u16: return within<std::uint16_t>(b.data, count, limit);
    case element_type::i32: return within<std::int32_t>(b.data, count, limit);
    case element_type::u32: return within<std::uint32_t>(b.data, count, limit);
    case element_type::i64: return within<std::int64_t>(b.data, count, limit);
    default: return within<std::uint64_t>(b.data, count, limit);
  }
}

[[noreturn, gnu::noinline, gnu::cold]] inline void fail_label(const plan& p, const label_use& use, const bound& b, int rank, std::ptrdiff_t position, std::ptrdiff_t offset,
                                                              std::ptrdiff_t limit) {
  sentence s;
  s << "label ";
  if (b.type == element_type::u64) s.number(static_cast<const std::uint64_t*>(b.data)[offset]);
  else s << load_integer(b.data, offset, b.type);
  s << " of " << p.program.inputs[use.input].name;
  for (int i = 0; i < rank; ++i) {  // the coordinates of the position
    std::ptrdiff_t inner = 1;
    for (int k = i + 1; k < rank; ++k) inner *= b.extents[k];
    s << (i == 0 ? " at row " : ", ") << position / inner % b.extents[i];
  }
  s << " is outside axis " << p.program.axes[use.axis].name << ", which has " << limit << " entries";
  fail(s);
}

/// Whether label `position` of an input, counted in the order of its axes, is one that the use ignores.
[[gnu::noinline]] inline bool is_ignored(const plan& p, const label_use& use, const bound* inputs, std::ptrdiff_t position, std::int64_t label) {
  const axis_order& axes = p.program.inputs[use.input].axes;
  for (const label_clause& c : use.ignored_if) {
    if (c.mask < 0) {
      if (c.holds(label)) return true;
      continue;
    }
    const bound& m = inputs[c.mask];
    std::ptrdiff_t offset = 0, rest = position;
    for (int i = axes.size() - 1; i >= 0; --i) {
      for (int k = 0; k < p.program.inputs[c.mask].axes.size(); ++k)
        if (p.program.inputs[c.mask].axes[k] == axes[i]) offset += rest % inputs[use.input].extents[i] * m.strides[k];
      rest /= inputs[use.input].extents[i];
    }
    if (c.holds(load_integer(m.data, offset, m.type))) return true;
  }
  return false;
}

inline void check_labels(const plan& p, const axis_extents& extents, const label_use& use, const bound* inputs) {
  const input_info& in = p.program.inputs[use.input];
  const bound& b = inputs[use.input];
  const std::ptrdiff_t limit = extents[use.axis];
  const int rank = in.axes.size();
  std::ptrdiff_t count = 1;
  bool contiguous = true;
  for (int i = rank - 1; i >= 0; --i) {
    contiguous = contiguous && (b.extents[i] == 1 || b.strides[i] == count);
    count *= b.extents[i];
  }
  if (contiguous && within(b, count, limit)) return;
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
    if (is_ignored(p, use, inputs, n, label)) continue;
    fail_label(p, use, b, rank, n, offset, limit);
  }
}

}  // namespace detail

/// Checks a call. Returns the extents of the axes; throws loom::error with a sentence otherwise.
inline axis_extents check(const plan& p, const label_use_list& labels, const bound* inputs, const bound* outputs) {
  axis_extents extents;
  detail::operand learned_from[max_axes];
  const graph& g = p.program;
  const auto is_array = [&](int slot) { return g.inputs[slot].code != op::scalar; };
  const auto is_bound = [&](int slot) { return outputs[slot].type != element_type::other; };
  for (int a = 0; a < max_axes; ++a) extents[a] = a < g.axes.size() && g.axes[a].extent > 0 ? g.axes[a].extent : -1;
  for (int i = 0; i < g.inputs.size(); ++i)
    if (is_array(i)) detail::check_extents(p, inputs[i], g.inputs[i].axes, {true, i}, extents.of, learned_from);
  for (int s = 0; s < g.outputs.size(); ++s)
    if (is_bound(s)) detail::check_extents(p, outputs[s], output_axes(p, s), {false, s}, extents.of, learned_from);
  for (int i = 0; i < g.inputs.size(); ++i)
    if (is_array(i) && inputs[i].data == nullptr && !detail::is_empty(inputs[i], g.inputs[i].axes.size()))
      detail::fail_about(p, "the data bound to ", {true, i}, " is a null pointer");
  for (int s = 0; s < g.outputs.size(); ++s) {
    if (!is_bound(s)) continue;
    const int rank = output_axes(p, s).size();
    if (detail::is_empty(outputs[s], rank)) continue;
    if (outputs[s].data == nullptr) detail::fail_about(p, "the buffer bound to ", {false, s}, " is a null pointer");
    if (detail::overlaps_itself(outputs[s], rank))
      detail::fail_about(p, "the buffer bound to ", {false, s}, " overlaps itself: two of its entries are the same element of memory");
    const detail::memory_range range = detail::range_of(outputs[s], rank);
    for (int i = 0; i < g.inputs.size(); ++i)
      if (is_array(i) && detail::overlap(range, detail::range_of(inputs[i], g.inputs[i].axes.size())))
        detail::fail_about(p, "the buffer bound to ", {false, s}, " overlaps the data of ", {true, i});
    for (int other = 0; other < s; ++other)
      if (is_bound(other) && detail::overlap(range, detail::range_of(outputs[other], output_axes(p, other).size())))
        detail::fail_about(p, "the buffers bound to ", {false, s}, " and ", {false, other}, " overlap");
  }
  for (const label_use& use : labels) detail::check_labels(p, extents, use, inputs);
  return extents;
}

/// Checks the workspace of a plan with arrays.
inline void check_workspace(const plan& p, const bound* inputs, const bound* outputs, const bound& workspace, std::ptrdiff_t size) {
  const graph& g = p.program;
  if (size == 0) return;
  if (workspace.data == nullptr) detail::fail_about(p, "the workspace of a loss over ", {true, 0}, " is a null pointer");
  if (workspace.extents[0] < size || workspace.strides[0] != 1) {
    sentence s;
    s << "the workspace has " << workspace.extents[0] << (workspace.strides[0] != 1 ? " numbers that do not lie side by side" : " numbers") << ", but this call needs " << size;
    call::fail(s);
  }
  const detail::memory_range range = detail::range_of(workspace, 1);
  for (int i = 0; i < g.inputs.size(); ++i)
    if (g.inputs[i].code != op::scalar && detail::overlap(range, detail::range_of(inputs[i], g.inputs[i].axes.size())))
      detail::fail_about(p, "the workspace overlaps the data of ", {true, i}, "");
  for (int s = 0; s < g.outputs.size(); ++s)
    if (outputs[s].type != element_type::other && detail::overlap(range, detail::range_of(outputs[s], output_axes(p, s).size())))
      detail::fail_about(p, "the workspace overlaps the buffer bound to ", {false, s}, "");
}

}  // namespace loom::call
