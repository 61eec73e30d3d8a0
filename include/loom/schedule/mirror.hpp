// SPDX-License-Identifier: BSL-1.0
// schedule/mirror.hpp — values that are the same but for two axes of one extent that change places: a batch against itself.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/products.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// Finds by a value its mirror image, in which two axes have changed places, and with them what inputs are read along them.
class mirror {
 public:
  constexpr mirror(const graph& g, int one, int other) : size_(g.size()), one_(one), other_(other), out_(g) {
    rebuild_values(g, out_, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
      return out_.make(code, a, b, c, bits);
    });
    same_extent_ = is_read_along_both(g, one, other);
  }

  /// The image of a value if it is one of the graph's, which may be the value itself; else no_value.
  constexpr value_id image_of(int v) {
    const value_id r = new_image_of(v);
    return r < size_ ? r : no_value;
  }
  /// The image of a value, in a graph that may have more values; no_value if there is none.
  constexpr value_id new_image_of(int v) {
    if (!same_extent_ || out_.result.too_large) return no_value;
    const value_id r = made(static_cast<value_id>(v));
    return out_.result.too_large ? no_value : r;
  }
  constexpr const graph& with_images() const { return out_.result; }

 private:
  int size_, one_, other_;
  builder out_;
  bool same_extent_ = false;  ///< an input is read along both
  value_images image_{};  // number + 1; of what has none, -1

  constexpr int swapped(int axis) const { return axis == one_ ? other_ : axis == other_ ? one_ : axis; }
  constexpr axis_set swapped_in(axis_set axes) const {
    axis_set r = without(axes, static_cast<axis_set>(only(one_) | only(other_)));
    if (has(axes, one_)) r |= only(other_);
    if (has(axes, other_)) r |= only(one_);
    return r;
  }

  constexpr value_id made(value_id v) {
    if (v == no_value) return v;
    if (image_.items[v] == 0) {
      const value_id r = make(v);
      image_.items[v] = r == no_value ? value_id{-1} : static_cast<value_id>(r + 1);
    }
    return image_.items[v] < 0 ? no_value : static_cast<value_id>(image_.items[v] - 1);
  }
  constexpr value_id make(value_id v) {
    const node n = out_[v];
    if (is_input(n.code)) return input(static_cast<int>(n.bits), v);
    if (n.code == op::position) return out_.position(n.code, swapped(first_axis(n.over())), n.offset());
    if (is_leaf(n.code) || n.axes == 0) return v;  // a number: both axes have one extent, and the same data
    value_id of[3] = {no_value, no_value, no_value};
    for (int k = 0; k < arity(n.code); ++k)
      if ((of[k] = made(n.operand[k])) == no_value) return no_value;
    const bool has_axes =
        n.bits != 0 && n.bits >> 8 == 0 && (is_reduction(n.code) || info(n.code).kind == family::indexing);
    if (n.bits != 0 && !has_axes) return no_value;
    if (ir::is_even(n.code)) of[0] = detail::without_sign(out_, of[0]);
    return out_.make(n.code, of[0], of[1], of[2], has_axes ? swapped_in(n.over()) : n.bits);
  }
  /// The input that reads the same data with the axes changed.
  constexpr value_id input(int slot, value_id v) {
    const input_info& in = out_.result.inputs[slot];
    const axis_set axes = as_set(in.axes);
    if (swapped_in(axes) == axes && !has(axes, one_)) return v;
    for (int s = 0; s < out_.result.inputs.size(); ++s) {
      const input_info& other = out_.result.inputs[s];
      if (declared_slot(out_.result, s) != declared_slot(out_.result, slot)) continue;
      if ((in.is_place() || other.is_place()) && reads_swapped(in, other)) return out_.input(s);
    }
    return no_value;
  }
  static constexpr coordinate unmoved(std::int8_t axis) { return {axis, 0, false, 0, axis}; }
  constexpr bool reads_swapped(const input_info& a, const input_info& b) const {
    const input_info& declared = out_.result.inputs[a.is_place() ? a.of : b.of];
    for (int k = 0; k < declared.axes.size(); ++k) {
      const coordinate here = a.is_place() ? a.at[k] : unmoved(declared.axes[k]);
      const coordinate there = b.is_place() ? b.at[k] : unmoved(declared.axes[k]);
      coordinate wanted = here;
      if (here.axis >= 0) wanted.axis = static_cast<std::int8_t>(swapped(here.axis));
      if (!(wanted == there)) return false;
    }
    return true;
  }
};

}  // namespace loom::schedule
