// SPDX-License-Identifier: BSL-1.0
// emit/describe.hpp — a plan in words: what explanations and the comments of printed code share.
// Layer 5 (emit).
#pragma once

#include <string>
#include <string_view>

#include "loom/emit/places.hpp"
#include "loom/schedule/print.hpp"

namespace loom::inline LOOM_ABI::emit::detail {

/// What the steps of one kind do, as an explanation says it.
struct verb {
  action kind;
  std::string_view word;
};

inline constexpr verb verbs[] = {{action::recall, "recalls "}, {action::reduce, "reduces "},
                                 {action::total, "adds to "},  {action::accumulate, "fills "},
                                 {action::park, "parks "},     {action::store, "writes "}};

/// What a reduction is for, as a comment of the code says it; {}: what it reduces. Others are told by their name alone.
struct reason {
  op code;
  std::string_view of_a_row;
};

inline constexpr reason reasons[] = {
    {op::shift, "the largest entry of {}, to shift by, so that no exponential overflows"},
    {op::rest, "the sum of {} but for the largest, a 1 beside which small ones would be lost"},
    {op::sum, "the sum of {}"},
    {op::prod, "the product of {}"},
    {op::reduce_max, "the largest {}"},
    {op::reduce_min, "the smallest {}"},
    {op::any_of, "whether any {} holds"},
    {op::all_of, "whether every {} holds"},
};

class description {
 public:
  description(const plan& p, const names& n, const stage_text* stage = nullptr) : p_(p), name_(n), stage_(stage) {}

  /// A value, an input or an array with the axes it has: x[N,C].
  std::string shape(const std::string& name, const axis_order& axes) const {
    std::string s;
    for (int a : axes) list(s, name_.extent[a], ",");
    return s.empty() ? name : name + "[" + s + "]";
  }
  std::string array(int k) const { return shape(name_.array[k], p_.arrays[k].axes); }

  /// A value by the name it has in printed code, or by its number.
  std::string named(int id) const {
    return name_.value[id].empty() ? std::string("v") + std::to_string(id) : name_.value[id];
  }

  /// An output: d(x), or what the program has of a stage.
  std::string output_of(int slot) const {
    return stage_ == nullptr ? schedule::detail::output_text(p_.program, slot) : stage_->outputs[slot];
  }

  /// "sum of exp_x"; what a reduction reduces.
  std::string reduction_of(int id) const {
    return std::string(info(p_.program[id].code).name) + " of " + named(p_.program.operand(id, 0));
  }

  /// What a sweep is over, unless it is everything.
  std::string range_of(const sweep& s) const {
    if (s.rows == p_.row_axes) return s.over == level::row ? ", over what has one entry a row" : "";
    return std::string(", over ") + axes_text(p_.program, s.over == level::row ? s.rows : s.rows | p_.column_axes);
  }

  /// What some steps are for, in sentences of a comment.
  std::string purpose(step_range r) const {
    std::string reductions, kept, written, gradients;
    int count = 0;
    bool for_gradient = false;
    for (int i = r.begin; i < r.end; ++i)
      count += p_.steps[i].kind == action::reduce || p_.steps[i].kind == action::accumulate;
    for (int i = r.begin; i < r.end; ++i) {
      const step& s = p_.steps[i];
      if (s.kind == action::reduce || s.kind == action::accumulate)
        if (const std::string why = reason_of(s, count > 1); !why.empty()) list(reductions, why, "; ");
      if (s.kind == action::park) list(kept, name_.value[s.id] + " in " + name_.output[s.slot]);
      if (s.kind == action::park) for_gradient = for_gradient || !p_.program.outputs[s.slot].is_value();
      if (s.kind == action::store && output_level(p_, s.slot) != level::scalar)
        list(p_.program.outputs[s.slot].is_value() ? written : gradients, name_.output[s.slot]);
    }
    std::string s;
    if (!reductions.empty()) list(s, sentence(reductions), " ");
    if (!kept.empty()) list(s, (for_gradient ? "Kept for the gradient: " : "Kept: ") + kept + ".", " ");
    if (!written.empty()) list(s, "The result: " + written + ".", " ");
    if (!gradients.empty())
      list(s,
           std::string(gradients.find(',') == gradients.npos ? "The gradient: " : "The gradients: ") + gradients + ".",
           " ");
    return s;
  }
  /// The same in an explanation: "reduces row_sum (sum of exp_x); parks exp_x in d(x)".
  std::string deeds(step_range r) const {
    std::string s;
    for (const verb& v : verbs) {
      std::string items;
      for (int i = r.begin; i < r.end; ++i)
        if (p_.steps[i].kind == v.kind) list(items, deed(p_.steps[i]));
      if (!items.empty()) list(s, std::string(v.word) + items, "; ");
    }
    return s;
  }

 private:
  const plan& p_;
  const names& name_;
  const stage_text* stage_;

  std::string deed(const step& s) const {
    if (s.kind == action::accumulate) return array(p_.array_of[s.id] - 1);
    if (s.kind == action::reduce || s.kind == action::total) return named(s.id) + " (" + reduction_of(s.id) + ")";
    const std::string output = output_of(s.slot);
    return s.kind == action::store ? output + " (" + named(s.id) + ")" : named(s.id) + " in " + output;
  }
  std::string reason_of(const step& s, bool by_name) const {
    const op code = folded_as(p_.program[s.id].code);
    const std::string name = s.kind == action::accumulate ? array(p_.array_of[s.id] - 1) : name_.value[s.id];
    const std::string what = spelled(p_.program.operand(s.id, 0));
    for (const reason& r : reasons)
      if (r.code == code && !what.empty()) return (by_name ? name + ": " : "") + filled_with(r.of_a_row, what);
    return "";
  }
  /// A value in a comment: by its name, or, if the code has none, as a product or sum of what has. Empty: neither says anything.
  std::string spelled(int id) const {
    const node& n = p_.program[id];
    const family f = info(n.code).kind;
    if (n.code == op::constant) return number_text(n.constant_value());
    if (is_input(n.code)) return name_.input[n.bits];
    if (name_.form().is_visible(id) || f != family::binary || n.code == op::pow) return short_name(id);
    const std::string_view text = n.code == op::mul0 ? "{0} * {1}" : std::string_view(info(n.code).cpp);
    if (text.find('(') != text.npos) return short_name(id);
    const std::string operands[] = {short_name(n.operand[0]), short_name(n.operand[1])};
    return operands[0].empty() || operands[1].empty() ? "" : filled(text, operands);
  }
  std::string short_name(int id) const {
    const node& n = p_.program[id];
    if (n.code == op::constant) return number_text(n.constant_value());
    if (is_input(n.code)) return name_.input[n.bits];
    return !name_.form().is_visible(id) && name_.is_generic(id) ? "" : named(id);
  }
  static std::string filled_with(std::string_view text, const std::string& what) {
    const std::size_t at = text.find("{}");
    return std::string(text.substr(0, at)) + what + std::string(text.substr(at + 2));
  }
  static std::string sentence(std::string s) {
    if (s.starts_with("the ") || s.starts_with("whether ")) s[0] = static_cast<char>(s[0] - 'a' + 'A');
    return s + ".";
  }
};

}  // namespace loom::emit::detail

namespace loom::inline LOOM_ABI::emit {

/// What a formula computes, for a comment: "value = -(sum(gather(log_softmax(x, C), t, C), N) / extent(N))".
inline std::string formula_of(const graph& rewritten) {
  graph g = rewritten;
  for (node& n : g.nodes)
    if (n.code == op::mul0) n.code = op::mul;  // no reader knows the other word
  std::string s;
  for (const output_info& o : rewritten.outputs)
    if (o.is_value()) detail::list(s, formula_text(g, o.id), "; ");
  return "Computes " + s + ".";
}

}  // namespace loom::emit
