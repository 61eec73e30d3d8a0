// SPDX-License-Identifier: BSL-1.0
// emit/places.hpp — where an entry lies: index expressions of inputs, outputs and arrays: row-major and contiguous, or, of data, by strides.
// Layer 5 (emit).
#pragma once

#include <string>

#include "loom/emit/names.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

/// Adds an item to a list.
inline void list(std::string& s, const std::string& item, std::string_view separator = ", ") {
  if (!s.empty()) s += separator;
  s += item;
}

class places {
 public:
  places(const plan& p, const names& n, bool strided = false) : p_(p), g_(p.program), name_(n), strided_(strided) {
    for (int a = 0; a < max_axes; ++a) index_[a] = n.index[a];
  }

  /// From here on the position along an axis is another one: that of a label's entry.
  void stand_at(int axis, const std::string& position) { index_[axis] = position; }
  void stand_anywhere(int axis) { index_[axis] = name_.index[axis]; }
  const std::string& position_along(int axis) const { return index_[axis]; }

  /// "N * C"; the number of entries over some axes.
  std::string entries(const axis_order& axes) const {
    std::string s;
    for (int a : axes) list(s, name_.extent[a], " * ");
    return s;
  }

  /// Whether an operand begins anew with each row; then the row has a pointer of its own.
  bool per_row(const axis_order& axes) const { return (as_set(axes) & p_.row_axes) != 0; }
  std::string input_row_of(int slot) const {
    return position(g_.inputs[slot].axes, p_.row_axes, strides_of_input(slot));
  }
  std::string output_row_of(int slot) const {
    return position(output_axes(p_, slot), p_.row_axes, strides_of_output(slot));
  }
  /// Whether a gather reads along the row.
  bool is_along_row(const node& gather) const { return (gather.over() & p_.column_axes) != 0; }

  /// The entry that an input's value stands for.
  std::string input_entry(int id) const {
    const int slot = static_cast<int>(g_[id].bits);
    const axis_order& axes = g_.inputs[slot].axes;
    return p_.levels[id] == level::element
               ? entry(input_row(slot), position(axes, p_.column_axes, strides_of_input(slot)))
               : entry(name_.input[slot], input_row_of(slot));
  }
  /// The entry that a label names; the first one for a label outside.
  std::string gathered_entry(int id) const {
    const node& n = g_[id];
    const int slot = static_cast<int>(g_[n.operand[0]].bits);
    const std::string label = name_.value[n.operand[1]], extent = name_.extent[first_axis(n.over())];
    const std::string inside = label + " >= 0 && " + label + " < " + extent + " ? " + label + " : 0";
    const std::string at = position(g_.inputs[slot].axes, is_along_row(n) ? p_.column_axes : every_axis(),
                                    strides_of_input(slot), n.over(), "(" + inside + ")");
    return entry(is_along_row(n) ? input_row(slot) : name_.input[slot], at == "(" + inside + ")" ? inside : at);
  }
  std::string output_entry(int slot) const {
    const axis_order& axes = output_axes(p_, slot);
    return output_level(p_, slot) == level::element
               ? entry(output_row(slot), position(axes, p_.column_axes, strides_of_output(slot)))
               : entry(name_.output[slot], output_row_of(slot));
  }

  const axis_order& array_axes(int id) const { return p_.arrays[p_.array_of[id] - 1].axes; }
  const std::string& array(int id) const { return name_.array[p_.array_of[id] - 1]; }
  std::string array_entry(int id, axis_set labelled = 0, const std::string& label = "") const {
    return entry(array(id), position(array_axes(id), every_axis(), nullptr, labelled, label));
  }

 private:
  const plan& p_;
  const graph& g_;
  const names& name_;
  bool strided_;
  std::string index_[max_axes];

  axis_set every_axis() const { return p_.row_axes | p_.column_axes; }
  std::string input_row(int slot) const {
    return per_row(g_.inputs[slot].axes) ? name_.input_row[slot] : name_.input[slot];
  }
  std::string output_row(int slot) const {
    return per_row(output_axes(p_, slot)) ? name_.output_row[slot] : name_.output[slot];
  }
  const std::string* strides_of_input(int slot) const { return strided_ ? name_.input_stride[slot] : nullptr; }
  const std::string* strides_of_output(int slot) const { return strided_ ? name_.output_stride[slot] : nullptr; }
  static std::string entry(const std::string& base, const std::string& position) {
    return base + "[" + (position.empty() ? "0" : position) + "]";
  }

  /// What the indices of the axes in `which` add to a position over `axes`; empty: nothing. A label takes the place of the
  /// index of the axis it was looked up on.
  std::string position(const axis_order& axes, axis_set which, const std::string* strides, axis_set labelled = 0,
                       const std::string& label = "") const {
    if (strides != nullptr) {
      std::string sum;
      for (int a : axes)
        if (has(which, a)) list(sum, (has(labelled, a) ? label : index_[a]) + " * " + strides[a], " + ");
      return sum;
    }
    std::string s;
    bool is_sum = false;
    for (int a : axes) {
      if (!s.empty()) s = (is_sum ? "(" + s + ")" : s) + " * " + name_.extent[a];
      if (!s.empty()) is_sum = false;
      if (!has(which, a)) continue;
      is_sum = !s.empty();
      s += std::string(s.empty() ? "" : " + ") + (has(labelled, a) ? label : index_[a]);
    }
    return s;
  }
};

}  // namespace loom::emit::detail
