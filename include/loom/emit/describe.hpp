// SPDX-License-Identifier: BSL-1.0
// emit/describe.hpp — a plan in words: what explanations and the comments of printed code share.
// Layer 5 (emit).
#pragma once

#include <string>
#include <string_view>

#include "loom/emit/places.hpp"
#include "loom/schedule/print.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

/// What the steps of one kind do, as a comment of the code says it and as an explanation does; no word: it does not.
struct verb {
  action kind;
  std::string_view in_code, in_words;
};

inline constexpr verb verbs[] = {
    {action::recall, "", "recalls "},        {action::reduce, "finds ", "reduces "},
    {action::total, "adds to ", "adds to "}, {action::accumulate, "fills ", "fills "},
    {action::park, "parks ", "parks "},      {action::store, "writes ", "writes "},
};

class description {
 public:
  description(const plan& p, const names& n) : p_(p), name_(n) {}

  /// A value, an input or an array with the axes it has: x[N,C].
  std::string shape(const std::string& name, const axis_order& axes) const {
    std::string s;
    for (int a : axes) list(s, name_.extent[a], ",");
    return s.empty() ? name : name + "[" + s + "]";
  }
  std::string array(int k) const { return shape(name_.array[k], p_.arrays[k].axes); }

  /// A value by the name it has in printed code, or by its number.
  std::string named(int id) const { return name_.value[id].empty() ? "v" + std::to_string(id) : name_.value[id]; }

  /// "sum of exp_x"; what a reduction reduces.
  std::string reduction_of(int id) const {
    return std::string(info(p_.program[id].code).name) + " of " + named(p_.program.operand(id, 0));
  }

  /// What a sweep is over, unless it is everything.
  std::string range_of(const sweep& s) const {
    if (s.rows == p_.row_axes) return s.over == level::row ? ", over what has one entry a row" : "";
    return std::string(", over ") + axes_text(p_.program, s.over == level::row ? s.rows : s.rows | p_.column_axes);
  }

  /// What some steps are for, in a comment: "finds row_sum; parks exp_x (in d_x)".
  std::string purpose(step_range r) const {
    return told(r, &verb::in_code, [this](const step& s) {
      if (s.kind == action::accumulate) return name_.array[p_.array_of[s.id] - 1];
      if (s.kind == action::store)
        return output_level(p_, s.slot) == level::scalar ? name_.result : name_.output[s.slot];
      return name_.value[s.id] + (s.kind == action::park ? " (in " + name_.output[s.slot] + ")" : "");
    });
  }
  /// The same in an explanation: "reduces row_sum (sum of exp_x); parks exp_x in d(x)".
  std::string deeds(step_range r) const {
    return told(r, &verb::in_words, [this](const step& s) {
      if (s.kind == action::accumulate) return array(p_.array_of[s.id] - 1);
      if (s.kind == action::reduce || s.kind == action::total) return named(s.id) + " (" + reduction_of(s.id) + ")";
      const std::string output = schedule::detail::output_text(p_.program, s.slot);
      return s.kind == action::store ? output + " (" + named(s.id) + ")" : named(s.id) + " in " + output;
    });
  }

 private:
  const plan& p_;
  const names& name_;

  template <class Item>
  std::string told(step_range r, std::string_view verb::* word, const Item& item) const {
    std::string s;
    for (const verb& v : verbs) {
      std::string items;
      for (int i = r.begin; i < r.end; ++i)
        if (p_.steps[i].kind == v.kind && !(v.*word).empty()) list(items, item(p_.steps[i]));
      if (!items.empty()) list(s, std::string(v.*word) + items, "; ");
    }
    return s;
  }
};

}  // namespace loom::emit::detail
