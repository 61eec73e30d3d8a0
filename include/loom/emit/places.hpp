// SPDX-License-Identifier: BSL-1.0
// emit/places.hpp — where an entry lies: index expressions of inputs, outputs and arrays: row-major and contiguous, or, of data, by strides.
// Layer 5 (emit).
#pragma once

#include <string>
#include <vector>

#include "loom/emit/names.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

/// Adds an item to a list.
inline void list(std::string& s, const std::string& item, std::string_view separator = ", ") {
  if (!s.empty()) s += separator;
  s += item;
}

class places {
 public:
  places(const plan& p, const names& n, bool strided = false, const stage_text* stage = nullptr)
      : p_(p), g_(p.program), name_(n), strided_(strided), stage_(stage) {
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
    return position(dimensions_of(slot), p_.row_axes, strides_of_input(slot), true);
  }
  std::string output_row_of(int slot) const {
    return position(dimensions(output_axes(p_, slot)), p_.row_axes, strides_of_output(slot));
  }
  /// Whether a gather reads along the row.
  bool is_along_row(const node& gather) const { return (gather.over() & p_.column_axes) != 0; }

  /// The entry that an input's value stands for.
  std::string input_entry(int id) const {
    const int slot = static_cast<int>(g_[id].bits);
    if (g_.inputs[slot].is_shifted())
      return entry(name_.input[slot], position(dimensions_of(slot), every_axis(), strides_of_input(slot), true));
    return p_.levels[id] == level::element
               ? entry(input_row(slot), position(dimensions_of(slot), p_.column_axes, strides_of_input(slot),
                                                 !per_row(g_.inputs[slot].axes)))
               : entry(name_.input[slot], input_row_of(slot));
  }
  /// Where an input that is shifted is read within its axes: "t >= 1 && c + 2 < C"; empty: everywhere.
  std::string within(int slot) const {
    std::string s;
    const input_info& in = g_.inputs[slot];
    for (int k = 0; k < in.at.size(); ++k) {
      const coordinate c = in.at[k];
      if (!c.is_shifted()) continue;
      const std::string& extent = name_.extent[g_.inputs[in.of].axes[k]];
      if (c.times != 0 || c.other_extent || c.is_sum()) {
        const std::string at = moved_on(axes_along(c), c.shift());
        list(s, at + " >= 0 && " + at + " < " + extent, " && ");
        continue;
      }
      list(s,
           c.entry < 0 ? index_[c.axis] + " >= " + std::to_string(-c.entry)
                       : index_[c.axis] + " + " + std::to_string(c.entry) + " < " + extent,
           " && ");
    }
    return s;
  }
  /// The entry that a label names; the first one for a label outside.
  std::string gathered_entry(int id) const {
    const node& n = g_[id];
    const int slot = static_cast<int>(g_[n.operand[0]].bits);
    const std::string label = name_.value[n.operand[1]], extent = name_.extent[first_axis(n.over())];
    const std::string inside = label + " >= 0 && " + label + " < " + extent + " ? " + label + " : 0";
    const std::string at =
        position(dimensions_of(slot, n.over(), "(" + inside + ")"), is_along_row(n) ? p_.column_axes : every_axis(),
                 strides_of_input(slot), !is_along_row(n) || !per_row(g_.inputs[slot].axes));
    return entry(is_along_row(n) ? input_row(slot) : name_.input[slot], at == "(" + inside + ")" ? inside : at);
  }
  std::string output_entry(int slot) const {
    return output_level(p_, slot) == level::element
               ? entry(output_row(slot),
                       position(dimensions(output_axes(p_, slot)), p_.column_axes, strides_of_output(slot)))
               : entry(name_.output[slot], output_row_of(slot));
  }

  /// Whether an input or an output lies by strides.
  bool has_strides(int slot, bool input) const {
    return strided_ &&
           (stage_ == nullptr || ((input ? stage_->contiguous_inputs : stage_->contiguous_outputs) >> slot & 1) == 0);
  }
  /// An entry of an input at the positions along all its axes, and of an array of these axes.
  std::string entry_of_input(int slot) const {
    return entry(name_.input[slot],
                 position(dimensions_of(slot), static_cast<axis_set>(~axis_set{0}), strides_of_input(slot), true));
  }
  std::string entry_of_array(const std::string& name, const axis_order& axes) const {
    return entry(name, position(dimensions(axes), as_set(axes), nullptr));
  }

  const axis_order& array_axes(int id) const { return p_.arrays[p_.array_of[id] - 1].axes; }
  const std::string& array(int id) const { return name_.array[p_.array_of[id] - 1]; }
  std::string array_entry(int id, axis_set labelled = 0, const std::string& label = "") const {
    return entry(array(id), position(dimensions(array_axes(id), labelled, label), every_axis(), nullptr));
  }

 private:
  const plan& p_;
  const graph& g_;
  const names& name_;
  bool strided_;
  const stage_text* stage_;
  std::string index_[max_axes];

  axis_set every_axis() const { return p_.row_axes | p_.column_axes; }
  std::string input_row(int slot) const {
    return per_row(g_.inputs[slot].axes) ? name_.input_row[slot] : name_.input[slot];
  }
  std::string output_row(int slot) const {
    return per_row(output_axes(p_, slot)) ? name_.output_row[slot] : name_.output[slot];
  }
  const std::string* strides_of_input(int slot) const {
    return has_strides(slot, true) ? name_.input_stride[slot] : nullptr;
  }
  const std::string* strides_of_output(int slot) const {
    return has_strides(slot, false) ? name_.output_stride[slot] : nullptr;
  }
  static std::string entry(const std::string& base, const std::string& position) {
    return base + "[" + (position.empty() ? "0" : position) + "]";
  }

  /// One axis of what lies in memory: which it is, and along which axis, or at which entry, it is read.
  struct dimension {
    int axis;
    int along;  ///< -1: at an entry
    std::string index;
  };
  using dimension_list = std::vector<dimension>;

  /// A label takes the place of the index of the axis it was looked up on.
  dimension_list dimensions(const axis_order& axes, axis_set labelled = 0, const std::string& label = "") const {
    dimension_list r;
    for (int a : axes) r.push_back({a, a, has(labelled, a) ? label : index_[a]});
    return r;
  }
  /// Of an input; of one that is read at another place, those of the data.
  dimension_list dimensions_of(int slot, axis_set labelled = 0, const std::string& label = "") const {
    const input_info& in = g_.inputs[slot];
    if (!in.is_place()) return dimensions(in.axes, labelled, label);
    dimension_list r;
    const axis_order& axes = g_.inputs[in.of].axes;
    for (int k = 0; k < axes.size(); ++k) {
      const coordinate c = in.at[k];
      r.push_back({axes[k], c.axis,
                   c.axis >= 0             ? (has(labelled, c.axis) ? label : in_brackets(c))
                   : is_from_last(c.entry) ? moved(name_.extent[axes[k]], c.entry - last_entry - 1)
                                           : std::to_string(c.entry)});
    }
    return r;
  }

  /// "q - N + 1"
  std::string moved_on(std::string index, const extent_form& by) const {
    for (int a = 0; a < max_axes; ++a) {
      if (by.of(a) == 0) continue;
      index += by.of(a) < 0 ? " - " : " + ";
      const int times = by.of(a) < 0 ? -by.of(a) : by.of(a);
      index += (times == 1 ? "" : std::to_string(times) + " * ") + name_.extent[a];
    }
    return index + ir::offset_text(by.more);
  }
  std::string in_brackets(const coordinate& c) const {
    if (c.is_sum()) return "(" + moved_on(axes_along(c), c.shift()) + ")";
    return c.times == 0 ? moved(index_[c.axis], c.entry) : "(" + moved_on(index_[c.axis], c.shift()) + ")";
  }
  /// "t + k"
  std::string axes_along(const coordinate& c) const {
    ir::string_writer s;
    ir::write_axes(s, c, [&](int axis) { return index_[axis]; });
    return s.text;
  }

  /// "(t - 1)"
  static std::string moved(const std::string& index, std::int32_t by) {
    return by == 0 ? index : "(" + index + ir::offset_text(by) + ")";
  }

  /// What the indices of the axes in `which` add to a position; empty: nothing. Entries add what they do once.
  static bool counts(const dimension& d, axis_set which, bool entries) {
    return d.along >= 0 ? has(which, d.along) : entries && d.index != "0";
  }
  std::string position(const dimension_list& all, axis_set which, const std::string* strides,
                       bool entries = false) const {
    if (strides != nullptr) {
      std::string sum;
      for (const dimension& d : all)
        if (counts(d, which, entries)) list(sum, d.index + " * " + strides[d.axis], " + ");
      return sum;
    }
    std::string s;
    bool is_sum = false;
    for (const dimension& d : all) {
      if (!s.empty()) s = (is_sum ? "(" + s + ")" : s) + " * " + name_.extent[d.axis];
      if (!s.empty()) is_sum = false;
      if (!counts(d, which, entries)) continue;
      is_sum = !s.empty();
      s += std::string(s.empty() ? "" : " + ") + d.index;
    }
    return s;
  }
};

}  // namespace loom::emit::detail
