// SPDX-License-Identifier: BSL-1.0
// call/check_data.hpp — is the data of a call what the formula needs? Everything is found before anything is written, at run time
// and in a constant expression by the same code.
// Layer 5 (call).
#pragma once

#include "loom/call/data_issue.hpp"
#include "loom/call/erased_view.hpp"
#include "loom/call/overlap.hpp"
#include "loom/ir/labels.hpp"

namespace loom::inline LOOM_ABI::call {

/// Every use of labels in a formula.
using label_use_list = fixed_vector<label_use, 8>;

/// The numbers that the arrays of a plan take in the workspace, for the extents of a call.
constexpr std::ptrdiff_t workspace_size(const plan& p, const std::ptrdiff_t* extents) {
  std::ptrdiff_t size = 0;
  for (const array_info& a : p.arrays) {
    std::ptrdiff_t entries = 1;
    for (int axis : a.axes)
      if (__builtin_mul_overflow(entries, extents[axis], &entries)) entries = PTRDIFF_MAX;
    if (__builtin_add_overflow(size, entries, &size)) size = PTRDIFF_MAX;
  }
  return size;
}

namespace detail {

/// Whether contiguous labels all lie on an axis: one pass without branches, the rule in every call that is right.
template <class I>
bool within(const void* labels, std::ptrdiff_t count, std::ptrdiff_t limit) {
  const I* from = static_cast<const I*>(labels);
  bool outside = false;
  for (std::ptrdiff_t n = 0; n < count; ++n) outside |= static_cast<std::uint64_t>(from[n]) >= static_cast<std::uint64_t>(limit);
  return !outside;
}
inline bool within(const erased_view& b, std::ptrdiff_t count, std::ptrdiff_t limit) {
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

inline bool is_aligned(const void* data, element_type t) { return reinterpret_cast<std::uintptr_t>(data) % alignment_of(t) == 0; }

/// The position of entry n in the order of the axes.
struct coordinates {
  std::ptrdiff_t at[max_rank]{};
  constexpr coordinates(const erased_shape& b, int rank, std::ptrdiff_t n) {
    for (int i = rank - 1; i >= 0; --i) {
      at[i] = n % b.extents[i];
      n /= b.extents[i];
    }
  }
  constexpr coordinates() = default;
};

/// The bits of the label, or of the mask, at a position; a negative label has those of its 64-bit number.
constexpr std::uint64_t label_bits(const erased_view& b, int rank, const std::ptrdiff_t* at) {
  std::ptrdiff_t offset = 0;
  if (__builtin_is_constant_evaluated()) {
    for (int i = 0; i < rank; ++i) offset = offset * b.extents[i] + at[i];
    return b.constant.labels[offset];
  }
  for (int i = 0; i < rank; ++i) offset += at[i] * b.strides[i];
  return b.type == element_type::u64 ? static_cast<const std::uint64_t*>(b.data)[offset] : static_cast<std::uint64_t>(load_integer(b.data, offset, b.type));
}
constexpr std::int64_t label_of(std::uint64_t bits, element_type t) { return t == element_type::u64 ? saturated(bits) : static_cast<std::int64_t>(bits); }

class data_check {
 public:
  axis_extents extents;
  finding found;

  constexpr data_check(const plan& p, const operands& bound) : p_(p), g_(p.program), bound_(bound) {
    for (int a = 0; a < max_axes; ++a) extents[a] = a < g_.axes.size() && g_.axes[a].extent > 0 ? g_.axes[a].extent : -1;
  }

  constexpr bool run(const label_use_list& labels) {
    if (!extents_agree() || !sizes_fit() || !pointers_are_good() || !buffers_are_apart() || !columns_are_contiguous()) return false;
    if (!p_.arrays.empty() && !workspace_is_good()) return false;
    if (__builtin_is_constant_evaluated() && !labels_are_constants()) return false;
    for (const label_use& use : labels)
      if (!labels_lie_on_axis(use)) return false;
    return true;
  }

 private:
  const plan& p_;
  const graph& g_;
  const operands& bound_;
  operand learned_from_[max_axes]{};

  constexpr bool is_array(int slot) const { return g_.inputs[slot].code != op::scalar; }
  constexpr int rank_of(operand o) const { return o.input ? g_.inputs[o.slot].axes.size() : output_axes(p_, o.slot).size(); }
  constexpr const axis_order& axes_of(operand o) const { return o.input ? g_.inputs[o.slot].axes : output_axes(p_, o.slot); }
  constexpr const erased_shape& shape_of(operand o) const { return o.input ? static_cast<const erased_shape&>(bound_.inputs[o.slot]) : bound_.outputs[o.slot]; }
  constexpr const void* data_of(operand o) const { return o.input ? bound_.inputs[o.slot].data : bound_.outputs[o.slot].data; }

  /// Calls f for every operand that lies in memory until it says false: the inputs, then the outputs.
  template <class F>
  constexpr bool each(const F& f) const {
    for (int i = 0; i < g_.inputs.size(); ++i)
      if (is_array(i) && !f(operand{true, i})) return false;
    for (int s = 0; s < g_.outputs.size(); ++s)
      if (bound_.outputs[s].is_bound() && !f(operand{false, s})) return false;
    return true;
  }
  constexpr bool fails(data_issue issue, operand one = {}, operand other = {}, std::int64_t got = 0, std::int64_t wanted = 0) {
    found.issue = issue;
    found.one = one;
    found.other = other;
    found.got = got;
    found.wanted = wanted;
    return false;
  }

  /// Learns the extent of each axis from the first operand that has it, and holds the others against it.
  constexpr bool extents_agree() {
    return each([&](operand o) {
      const erased_shape& b = shape_of(o);
      const axis_order& axes = axes_of(o);
      for (int i = 0; i < axes.size(); ++i) {
        const int axis = axes[i];
        found.axis = axis;
        if (b.extents[i] < 0) return fails(data_issue::extent_is_negative, o, {}, b.extents[i]);
        if (extents[axis] < 0) {
          extents[axis] = b.extents[i];
          learned_from_[axis] = o;
        } else if (extents[axis] != b.extents[i]) {
          const bool declared = learned_from_[axis].slot < 0;
          return fails(declared ? data_issue::extent_differs_from_its_declaration : data_issue::extents_of_an_axis_disagree, o, learned_from_[axis], b.extents[i], extents[axis]);
        }
      }
      return true;
    });
  }

  /// So that no product of extents, and no offset, overflows. In double: rounding is nothing here.
  constexpr bool sizes_fit() {
    double entries = 1;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (extents[a] > 0) entries *= static_cast<double>(extents[a]);
    if (entries > 0x1p60) return fails(data_issue::axes_have_too_many_entries);
    return each([&](operand o) {
      const erased_shape& b = shape_of(o);
      double reach = 1;
      for (int i = 0; i < rank_of(o); ++i)
        if (b.extents[i] > 1) reach += static_cast<double>(b.extents[i] - 1) * static_cast<double>(b.strides[i] < 0 ? -static_cast<double>(b.strides[i]) : static_cast<double>(b.strides[i]));
      return reach * static_cast<double>(size_of(b.type)) <= 0x1p60 || fails(data_issue::strides_reach_too_far, o);
    });
  }

  constexpr bool pointers_are_good() {
    return each([&](operand o) {
      if (is_empty(shape_of(o), rank_of(o))) return true;
      if (data_of(o) == nullptr) return fails(o.input ? data_issue::data_is_a_null_pointer : data_issue::buffer_is_a_null_pointer, o);
      if (__builtin_is_constant_evaluated() || is_aligned(data_of(o), shape_of(o).type)) return true;
      return fails(o.input ? data_issue::data_is_not_aligned : data_issue::buffer_is_not_aligned, o, {}, 0, static_cast<std::int64_t>(alignment_of(shape_of(o).type)));
    });
  }

  constexpr bool meet(operand a, operand b) const { return overlap(shape_of(a), data_of(a), rank_of(a), shape_of(b), data_of(b), rank_of(b)); }

  constexpr bool buffers_are_apart() {
    for (int s = 0; s < g_.outputs.size(); ++s) {
      const operand buffer{false, s};
      if (!bound_.outputs[s].is_bound() || is_empty(bound_.outputs[s], rank_of(buffer))) continue;
      if (overlaps_itself(bound_.outputs[s], rank_of(buffer))) return fails(data_issue::buffer_overlaps_itself, buffer);
      const bool apart = each([&](operand o) {
        if (o.input) return !meet(buffer, o) || fails(data_issue::buffer_overlaps_an_input, buffer, o);
        return o.slot >= s || !meet(buffer, o) || fails(data_issue::buffers_overlap, buffer, o);
      });
      if (!apart) return false;
    }
    return true;
  }

  static constexpr std::ptrdiff_t stride_along(const erased_shape& b, const axis_order& order, int axis) {
    for (int i = 0; i < order.size(); ++i)
      if (order[i] == axis) return b.strides[i];
    return 0;
  }

  /// The loops walk all axes of a row with one stride.
  constexpr bool columns_are_contiguous() {
    for (int k = 0; k + 1 < p_.column_order.size(); ++k) {
      const int outer = p_.column_order[k], inner = p_.column_order[k + 1];
      if (extents[outer] <= 1) continue;
      found.axis = outer;
      found.next = inner;
      const bool joined = each([&](operand o) {
        const axis_order& axes = axes_of(o);
        if (!has(as_set(axes), outer) || stride_along(shape_of(o), axes, outer) == stride_along(shape_of(o), axes, inner) * extents[inner]) return true;
        return fails(data_issue::axes_reduced_together_are_not_contiguous, o);
      });
      if (!joined) return false;
    }
    return true;
  }

  constexpr bool workspace_is_good() {
    const std::ptrdiff_t size = workspace_size(p_, extents.of);
    const erased_buffer& w = bound_.workspace;
    if (size == 0) return true;
    if (w.data == nullptr) return fails(data_issue::workspace_is_a_null_pointer, {true, 0});
    if (!__builtin_is_constant_evaluated() && !is_aligned(w.data, w.type)) return fails(data_issue::workspace_is_not_aligned, {}, {}, 0, static_cast<std::int64_t>(alignment_of(w.type)));
    if (w.strides[0] != 1) return fails(data_issue::workspace_is_not_contiguous, {}, {}, w.extents[0], size);
    if (w.extents[0] < size) return fails(data_issue::workspace_is_too_small, {}, {}, w.extents[0], size);
    return each([&](operand o) {
      if (!overlap(shape_of(o), data_of(o), rank_of(o), w, w.data, 1)) return true;
      return fails(o.input ? data_issue::workspace_overlaps_an_input : data_issue::workspace_overlaps_a_buffer, o);
    });
  }

  constexpr bool fails_at(data_issue issue, int slot, int rank, const coordinates& c, std::uint64_t bits, std::int64_t wanted) {
    found.is_unsigned = bound_.inputs[slot].type == element_type::u64;
    found.rank = rank;
    for (int i = 0; i < rank; ++i) found.at[i] = c.at[i];
    return fails(issue, {true, slot}, {}, static_cast<std::int64_t>(bits), wanted);
  }

  /// The interpreter keeps labels as double.
  constexpr bool labels_are_constants() {
    return each([&](operand o) {
      if (!o.input || g_.inputs[o.slot].code != op::index) return true;
      const erased_view& b = bound_.inputs[o.slot];
      const int rank = rank_of(o);
      for (std::ptrdiff_t n = 0; n < entries_of(b, rank); ++n) {
        const std::int64_t label = label_of(b.constant.labels[n], b.type);
        if (label > std::int64_t{1} << 53 || label < -(std::int64_t{1} << 53))
          return fails_at(data_issue::label_is_too_large_for_a_constant, o.slot, rank, coordinates(b, rank, n), b.constant.labels[n], 0);
      }
      return true;
    });
  }

  /// Whether the label at a position is one that the use ignores.
  constexpr bool is_ignored(const label_use& use, const coordinates& c, std::int64_t label) const {
    const axis_order& axes = g_.inputs[use.input].axes;
    for (const label_clause& clause : use.ignored_if) {
      if (clause.mask < 0) {
        if (clause.holds(label)) return true;
        continue;
      }
      const axis_order& order = g_.inputs[clause.mask].axes;
      coordinates of_mask;
      for (int k = 0; k < order.size(); ++k)
        for (int i = 0; i < axes.size(); ++i)
          if (order[k] == axes[i]) of_mask.at[k] = c.at[i];
      if (clause.holds(static_cast<std::int64_t>(label_bits(bound_.inputs[clause.mask], order.size(), of_mask.at)))) return true;
    }
    return false;
  }

  constexpr bool labels_lie_on_axis(const label_use& use) {
    const erased_view& b = bound_.inputs[use.input];
    const std::ptrdiff_t limit = extents[use.axis];
    const int rank = rank_of({true, use.input});
    std::ptrdiff_t count = 1;
    bool contiguous = true;
    for (int i = rank - 1; i >= 0; --i) {
      contiguous = contiguous && (b.extents[i] == 1 || b.strides[i] == count);
      count *= b.extents[i];
    }
    if (!__builtin_is_constant_evaluated() && contiguous && within(b, count, limit)) return true;
    for (std::ptrdiff_t n = 0; n < count; ++n) {
      const coordinates c(b, rank, n);
      const std::uint64_t bits = label_bits(b, rank, c.at);
      const std::int64_t label = label_of(bits, b.type);
      if ((label >= 0 && label < limit) || is_ignored(use, c, label)) continue;
      found.axis = use.axis;
      return fails_at(data_issue::label_is_outside_its_axis, use.input, rank, c, bits, limit);
    }
    return true;
  }
};

}  // namespace detail

/// Checks a call. Returns the extents of the axes; throws loom::error with a sentence otherwise.
[[gnu::noinline]] inline axis_extents check_data(const plan& p, const label_use_list& labels, const operands& bound) {
  detail::data_check c(p, bound);
  if (!c.run(labels)) fail(p, c.found);
  return c.extents;
}

}  // namespace loom::call
