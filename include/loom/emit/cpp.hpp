// SPDX-License-Identifier: BSL-1.0
// emit/cpp.hpp — plan -> the text of one C++ function that computes the same, and needs no Loom.
// The printer decides nothing: sweeps, row passes and steps are those of the plan, one line each. It is to
// loops/loops-inl.h what a listing is to a program.
// Layer 5 (emit).
#pragma once

#include "loom/emit/names.hpp"
#include "loom/emit/prelude.hpp"
#include "loom/emit/text.hpp"
#include "loom/ir/print.hpp"

namespace loom::inline LOOM_ABI::emit {
namespace detail {

class cpp_printer : private lines {
 public:
  cpp_printer(const plan& p, std::string_view function, element type)
      : p_(p), g_(p.program), function_(function), type_(type), T_(type == element::f32 ? "float" : "double"), name_(p, function) {
  }

  std::string print() {
    const bool returns = !g_.outputs.empty() && is_returned(0);
    const value_id result = returns ? g_.outputs[0].id : no_value;
    const bool known_in_loops = returns && p_.levels[result] != level::scalar;
    // A single row leaves its values in scope, so that the result can be returned as it is.
    assigns_result_ = known_in_loops && (!p_.row_order.empty() || p_.loops.size() > 1);
    cut_workspace();
    if (assigns_result_) line("double {} = 0.0;", name_.result);
    scalars(0);
    for (int s = 0; s < p_.loops.size(); ++s) {
      print_sweep(s);
      scalars(s + 1);
    }
    for (int s = 0; s < g_.outputs.size(); ++s)
      if (!(returns && s == 0) && output_level(p_, s) == level::scalar && p_.levels[g_.outputs[s].id] == level::scalar)
        line("*{} = {};", name_.output[s], as_element(scalar_operand(g_.outputs[s].id)));
    if (returns) line("return {};", assigns_result_ ? name_.result : known_in_loops ? operand(result) : scalar_operand(result));
    std::string constants;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (g_.axes[a].extent != 0 && mentions(body_, name_.extent[a]))
        constants += fmt::format("  constexpr std::ptrdiff_t {} = {};\n", name_.extent[a], g_.axes[a].extent);
    const std::string functions = prelude_of(body_, type_ == element::f32);
    return includes_of(functions + body_) + "\n" + functions + remarks() + signature(returns) + " {\n" + constants + body_ + "}\n";
  }

 private:
  const plan& p_;
  const graph& g_;
  std::string function_;
  element type_;
  std::string T_;
  names name_;
  bool assigns_result_ = false;
  bool rounded_[LOOM_MAX_NODES]{};  // scalars that have a copy in the type of the loops
  bool narrow_[LOOM_MAX_NODES]{};   // scalars that only the loops use: declared in their type

  void open(int axis) {
    line("for (std::ptrdiff_t {0} = 0; {0} < {1}; ++{0}) {{", name_.index[axis], name_.extent[axis]);
    ++indent_;
  }

  // ---- axes --------------------------------------------------------------------------------------------------------

  axis_set every_axis() const { return p_.row_axes | p_.column_axes; }

  /// What the indices of the axes in `which` add to a row-major position over `axes`; empty: nothing. A label takes the
  /// place of the index of the axis it was looked up on.
  std::string position(const axis_order& axes, axis_set which, axis_set labelled = 0, const std::string& label = "") const {
    std::string s;
    bool is_sum = false;
    for (int a : axes) {
      if (!s.empty()) s = (is_sum ? std::string("(") + s + ")" : s) + " * " + name_.extent[a];
      if (!s.empty()) is_sum = false;
      if (!has(which, a)) continue;
      is_sum = !s.empty();
      s += std::string(s.empty() ? "" : " + ") + (has(labelled, a) ? label : name_.index[a]);
    }
    return s;
  }
  static std::string or_zero(const std::string& s) { return s.empty() ? "0" : s; }

  static bool per_row(const axis_order& axes, const plan& p) { return (as_set(axes) & p.row_axes) != 0; }
  std::string input_row(int slot) const { return per_row(g_.inputs[slot].axes, p_) ? name_.input_row[slot] : name_.input[slot]; }
  std::string output_row(int slot) const { return per_row(output_axes(p_, slot), p_) ? name_.output_row[slot] : name_.output[slot]; }
  std::string output_entry(int slot) const {
    if (output_level(p_, slot) == level::element) return output_row(slot) + "[" + or_zero(position(output_axes(p_, slot), p_.column_axes)) + "]";
    return name_.output[slot] + "[" + or_zero(position(output_axes(p_, slot), p_.row_axes)) + "]";
  }

  // ---- arrays ------------------------------------------------------------------------------------------------------

  /// "N * C"; the number of entries over some axes.
  std::string entries(const axis_order& axes) const {
    std::string s;
    for (int a : axes) s += std::string(s.empty() ? "" : " * ") + name_.extent[a];
    return s;
  }
  /// Arrays lie one after the other in the workspace.
  void cut_workspace() {
    std::string begin = name_.workspace;
    for (int k = 0; k < p_.arrays.size(); ++k) {
      line("double* const {} = {};", name_.array[k], begin);
      begin = name_.array[k] + " + " + entries(p_.arrays[k].axes);
    }
    if (!p_.arrays.empty()) body_ += "\n";
  }
  std::string array_entry(int id, axis_set labelled = 0, const std::string& label = "") const {
    const int k = p_.array_of[id] - 1;
    return name_.array[k] + "[" + position(p_.arrays[k].axes, every_axis(), labelled, label) + "]";
  }
  /// Adds to the entry that a label names; a label outside adds nothing.
  void scatter(int id) {
    const node& n = g_[id];
    const std::string& label = name_.value[n.operand[1]];
    line("if ({0} >= 0 && {0} < {1}) {2} += {3};", label, name_.extent[n.scattered_over()], array_entry(id, only(n.scattered_over()), label), operand(n.operand[0]));
  }
  void begin_arrays(step_range r) {
    for (int i = r.begin; i < r.end; ++i) {
      const step& s = p_.steps[i];
      if (s.what != action::accumulate) continue;
      const int k = p_.array_of[s.id] - 1;
      line("std::fill_n({}, {}, {});", name_.array[k], entries(p_.arrays[k].axes), literal(identity(folded_as(g_[s.id].code)), element::f64));
    }
  }
  void end_arrays(step_range r) {
    for (int i = r.begin; i < r.end; ++i) {
      const step& s = p_.steps[i];
      if (s.what != action::accumulate || !reduction(g_[s.id].code).finishes) continue;
      const axis_order& axes = p_.arrays[p_.array_of[s.id] - 1].axes;
      for (int a : axes) open(a);
      finish(s.id, array_entry(s.id), element::f64);
      for (int k = 0; k < axes.size(); ++k) close();
    }
  }

  // ---- operands ----------------------------------------------------------------------------------------------------

  std::string as_element(const std::string& scalar) const { return type_ == element::f32 ? std::string("static_cast<float>(") + scalar + ")" : scalar; }

  /// A value as the loops see it.
  std::string operand(int id) const {
    const node& n = g_[id];
    if (n.code == op::constant) return literal(n.number(), type_);
    return rounded_[id] ? name_.rounded[id] : name_.value[id];
  }
  /// A scalar as other scalars see it.
  std::string scalar_operand(int id) const {
    const node& n = g_[id];
    return n.code == op::constant ? literal(n.number(), element::f64) : name_.value[id];
  }
  /// A whole number beside an index.
  std::string integer_operand(int id) const {
    const node& n = g_[id];
    return n.code == op::constant ? fmt::format("{}", static_cast<std::int64_t>(n.number())) : name_.value[id];
  }

  std::string expression(int id, bool scalar) const {
    const node& n = g_[id];
    const bool integers = info(n.code).kind == family::compare && (g_[n.operand[0]].type == kind::index || g_[n.operand[1]].type == kind::index);
    std::string o[3];
    for (int k = 0; k < arity(n.code); ++k)
      o[k] = integers ? integer_operand(n.operand[k]) : scalar ? scalar_operand(n.operand[k]) : operand(n.operand[k]);
    return filled(info(n.code).cpp, o);
  }

  std::string type_name(int id) const { return g_[id].type == kind::mask ? "bool" : g_[id].type == kind::index ? "std::ptrdiff_t" : T_; }

  // ---- scalars -----------------------------------------------------------------------------------------------------

  bool loops_use(int id) const {
    for (const sweep& s : p_.loops)
      for (int i = s.hoisted.begin; i < s.hoisted.end; ++i)
        if (p_.steps[i].id == id) return true;
    return false;
  }
  bool scalars_use(int id) const {
    for (const output_info& o : g_.outputs)
      if (o.id == id && p_.levels[id] == level::scalar) return true;
    for (int i = 0; i < g_.size(); ++i)
      for (value_id o : g_[i].operand)
        if (o == id && p_.levels[i] == level::scalar && !p_.is_total[i]) return true;
    return false;
  }

  std::string scalar_expression(int id) const {
    const node& n = g_[id];
    if (n.code == op::tensor) return type_ == element::f32 ? fmt::format("static_cast<double>(*{})", name_.input[n.bits]) : std::string("*") + name_.input[n.bits];
    if (n.code != op::extent) return expression(id, true);
    std::string s;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (has(n.over(), a)) s += std::string(s.empty() ? "" : " * ") + name_.extent[a];
    return std::string("static_cast<double>(") + s + ")";
  }

  /// The scalars known before sweep `s` and not before an earlier one.
  void scalars(int s) {
    for (int i = 0; i < g_.size(); ++i) {
      const node& n = g_[i];
      if (p_.levels[i] != level::scalar || p_.available[i] != s || p_.is_total[i] || n.code == op::constant || n.code == op::scalar) continue;
      const bool loops = loops_use(i);
      if (n.type == kind::number && type_ == element::f32 && loops && !scalars_use(i)) {
        narrow_[i] = true;
        line("const float {} = static_cast<float>({});", name_.value[i], scalar_expression(i));
      } else if (loops || scalars_use(i)) {
        line("const {} {} = {};", n.type == kind::mask ? "bool" : "double", name_.value[i], scalar_expression(i));
      }
    }
  }

  void hoist(const step& s) {
    const node& n = g_[s.id];
    if (type_ == element::f64 || n.type != kind::number || n.code == op::constant || narrow_[s.id] || rounded_[s.id]) return;
    line("const float {} = static_cast<float>({});", name_.rounded[s.id], name_.value[s.id]);
    rounded_[s.id] = true;
  }

  // ---- reductions --------------------------------------------------------------------------------------------------

  /// The C++ text of a reduction: {0} the accumulator, {1} the entry, {2} zero.
  void update(std::string_view text, const std::string& acc, const std::string& v, element type) {
    const std::string operands[] = {acc, v, literal(0, type)};
    line("{};", filled(text, operands));
  }
  void finish(int id, const std::string& acc, element type) { update(reduction(g_[id].code).end, acc, "", type); }

  /// Folds an entry into a reduction in the type of the loops, or into a total or an array in double.
  void fold(int id, bool total) {
    const reduction_info& row = reduction(g_[id].code);
    const bool in_array = p_.array_of[id] != 0;
    const value_id a = g_[id].operand[0];
    std::string v = operand(a);
    if (g_[a].type == kind::mask && !row.of_masks) v = fmt::format("{} ? {} : {}", v, literal(1, type_), literal(0, type_));
    if (row.entry != itself) v = filled(info(row.entry).cpp, &v);
    const std::string_view text = in_array ? row.update_of_array : row.update;
    const bool calls = !row.of_masks && text.find('(') != text.npos;  // a function of two numbers of one type
    if (calls && total && type_ == element::f32) v = std::string("static_cast<double>(") + v + ")";
    update(text, in_array ? array_entry(id) : name_.value[id], v, total ? element::f64 : type_);
  }
  void begin_reductions(step_range r, action what) {
    for (int i = r.begin; i < r.end; ++i) {
      const step& s = p_.steps[i];
      if (s.what != what) continue;
      const bool total = what == action::total;
      const double first = identity(g_[s.id].code);
      if (g_[s.id].type == kind::mask) line("bool {} = {};", name_.value[s.id], first != 0);
      else line("{} {} = {};", total ? "double" : T_, name_.value[s.id], literal(first, total ? element::f64 : type_));
    }
  }
  void end_reductions(step_range r, action what) {
    for (int i = r.begin; i < r.end; ++i) {
      const step& s = p_.steps[i];
      if (s.what == what && reduction(g_[s.id].code).finishes) finish(s.id, name_.value[s.id], what == action::total ? element::f64 : type_);
    }
  }

  // ---- steps -------------------------------------------------------------------------------------------------------

  void compute(int id) {
    const node& n = g_[id];
    if (n.code == op::constant || p_.levels[id] == level::scalar) return;
    std::string e;
    if (is_input(n.code)) {
      const int slot = static_cast<int>(n.bits);
      const axis_order& axes = g_.inputs[slot].axes;
      e = p_.levels[id] == level::element ? input_row(slot) + "[" + or_zero(position(axes, p_.column_axes)) + "]"
                                          : name_.input[slot] + "[" + or_zero(position(axes, p_.row_axes)) + "]";
    } else if (p_.array_of[id] != 0) {
      e = n.type == kind::mask ? array_entry(id) + " != 0.0" : as_element(array_entry(id));
    } else if (n.code == op::gather) {
      const int slot = static_cast<int>(g_[n.operand[0]].bits);
      const std::string label = name_.value[n.operand[1]];
      const std::string entry = fmt::format("({0} >= 0 && {0} < {1} ? {0} : 0)", label, name_.extent[first_axis(n.over())]);
      const bool along_row = is_along_row(n);
      const std::string at = position(g_.inputs[slot].axes, along_row ? p_.column_axes : every_axis(), n.over(), entry);
      e = (along_row ? input_row(slot) : name_.input[slot]) + "[" + (at == entry ? at.substr(1, at.size() - 2) : at) + "]";
    } else if (n.code == op::onehot) {
      e = fmt::format("{} == {} ? {} : {}", name_.index[first_axis(n.over())], name_.value[n.operand[0]], literal(1, type_), literal(0, type_));
    } else {
      e = expression(id, false);
    }
    line("const {} {} = {};", type_name(id), name_.value[id], e);
  }

  void perform(const step& s) {
    switch (s.what) {
      case action::compute: return compute(s.id);
      case action::reduce: return fold(s.id, false);
      case action::total: return fold(s.id, true);
      case action::accumulate: return g_[s.id].code == op::scatter ? scatter(s.id) : fold(s.id, true);
      case action::keep: return line("{} = {};  // kept", output_entry(s.slot), operand(s.id));
      case action::recall: return line("const {} {} = {};  // as kept", T_, name_.value[s.id], output_entry(s.slot));
      case action::store:
        if (output_level(p_, s.slot) != level::scalar) return line("{} = {};", output_entry(s.slot), operand(s.id));
        if (is_returned(s.slot)) return assigns_result_ ? line("{} = {};", name_.result, operand(s.id)) : void();
        return line("*{} = {};", name_.output[s.slot], operand(s.id));
    }
  }
  void perform_all(step_range r) {
    for (int i = r.begin; i < r.end; ++i) perform(p_.steps[i]);
  }

  // ---- loops -------------------------------------------------------------------------------------------------------

  /// "row_max, row_sum"; `what` of the steps in a range.
  std::string listed(step_range r, action what) const {
    std::string s;
    for (int i = r.begin; i < r.end; ++i) {
      const step& step = p_.steps[i];
      if (step.what != what) continue;
      const bool store = what == action::store;
      s += std::string(s.empty() ? "" : ", ") + (!store ? name_.value[step.id] : output_level(p_, step.slot) == level::scalar ? name_.result : name_.output[step.slot]);
      if (what == action::accumulate) s = s.substr(0, s.size() - name_.value[step.id].size()) + name_.array[p_.array_of[step.id] - 1];
      if (what == action::keep) s += std::string(" (in ") + name_.output[step.slot] + ")";
    }
    return s;
  }
  std::string purpose(step_range r) const {
    const std::pair<const char*, action> words[] = {{"finds ", action::reduce}, {"adds to ", action::total}, {"fills ", action::accumulate}, {"keeps ", action::keep}, {"writes ", action::store}};
    std::string s;
    for (const auto& [word, what] : words)
      if (const std::string l = listed(r, what); !l.empty()) s += std::string(s.empty() ? "" : "; ") + (word + l);
    return s;
  }

  bool is_along_row(const node& gather) const { return (gather.over() & p_.column_axes) != 0; }
  /// What a sweep is over, unless it is everything.
  std::string range_of(const sweep& s) const {
    if (s.rows == p_.row_axes) return s.over == level::row ? ", over what has one entry a row" : "";
    return std::string(", over ") + axes_text(g_, s.over == level::row ? s.rows : s.rows | p_.column_axes);
  }

  static step_range all_steps(const sweep& s) { return {s.hoisted.begin, s.passes.empty() ? s.before.end : s.passes.back().after.end}; }

  void row_pointers(step_range r) {
    bool input[max_inputs]{}, output[max_outputs]{};
    for (int i = r.begin; i < r.end; ++i) {
      const step& s = p_.steps[i];
      const node& n = g_[s.id];
      if (s.what == action::compute && n.code == op::gather && is_along_row(n)) input[g_[n.operand[0]].bits] = true;
      if (s.what == action::compute && is_input(n.code) && p_.levels[s.id] == level::element) input[n.bits] = true;
      if (s.slot >= 0 && output_level(p_, s.slot) == level::element) output[s.slot] = true;
    }
    for (int k = 0; k < g_.inputs.size(); ++k)
      if (input[k] && per_row(g_.inputs[k].axes, p_))
        line("const {}* {} = {} + {};", input_type(k), name_.input_row[k], name_.input[k], position(g_.inputs[k].axes, p_.row_axes));
    for (int k = 0; k < g_.outputs.size(); ++k)
      if (output[k] && per_row(output_axes(p_, k), p_))
        line("{}* {} = {} + {};", T_, name_.output_row[k], name_.output[k], position(output_axes(p_, k), p_.row_axes));
  }

  void print_sweep(int index) {
    const sweep& s = p_.loops[index];
    const step_range all = all_steps(s);
    if (!body_.empty()) body_ += "\n";
    if (p_.loops.size() > 1)
      comment(fmt::format("Sweep {} of {}{}: {}.", index + 1, p_.loops.size(), range_of(s), purpose(all)));
    for (int i = s.hoisted.begin; i < s.hoisted.end; ++i) hoist(p_.steps[i]);
    begin_reductions(all, action::total);
    begin_arrays(all);
    const bool block = s.rows == 0 && p_.loops.size() > 1;
    for (int a : p_.row_order)
      if (has(s.rows, a)) open(a);
    if (block) line("{{"), ++indent_;
    row_pointers(all);
    perform_all(s.before);
    for (int k = 0; k < s.passes.size(); ++k) {
      const row_pass& pass = s.passes[k];
      if (s.passes.size() > 1) {
        const std::string why = purpose(pass.body);
        comment(fmt::format("Row pass {} of {}{}", k + 1, s.passes.size(), why.empty() ? "." : std::string(": ") + why + "."));
      }
      begin_reductions(pass.body, action::reduce);
      for (int a : p_.column_order) open(a);
      perform_all(pass.body);
      for (int i = 0; i < p_.column_order.size(); ++i) close();
      end_reductions(pass.body, action::reduce);
      perform_all(pass.after);
    }
    if (block) close();
    for (int i = 0; i < axis_count(s.rows); ++i) close();
    end_reductions(all, action::total);
    end_arrays(all);
  }

  // ---- the function ------------------------------------------------------------------------------------------------

  std::string input_type(int slot) const { return g_.inputs[slot].code == op::tensor ? T_ : g_.inputs[slot].code == op::index ? "int" : "bool"; }

  std::string shape(const std::string& name, const axis_order& axes) const {
    std::string s;
    for (int a : axes) s += std::string(s.empty() ? "" : ",") + name_.extent[a];
    return s.empty() ? name : name + "[" + s + "]";
  }
  bool is_returned(int slot) const { return slot == 0 && g_.outputs[0].is_value() && g_.outputs[0].axes.empty(); }

  std::string remarks() const {
    std::string reads, writes;
    const auto list = [](std::string& s, const std::string& item) { s += std::string(s.empty() ? "" : ", ") + item; };
    for (int k = 0; k < g_.inputs.size(); ++k)
      if (g_.inputs[k].code != op::scalar) list(reads, shape(name_.input[k], g_.inputs[k].axes));
    for (int k = 0; k < g_.outputs.size(); ++k)
      if (!is_returned(k)) list(writes, shape(name_.output[k], output_axes(p_, k)));
    std::string s;
    const auto add = [&](const std::string& text) {
      for (const std::string& l : wrapped(text, 97)) s += std::string("// ") + l + "\n";
    };
    if (!reads.empty()) add(std::string("Reads ") + reads + (writes.empty() ? "" : std::string("; writes ") + writes) + "; contiguous, row-major.");
    std::string arrays, size;
    for (int k = 0; k < p_.arrays.size(); ++k) {
      list(arrays, shape(name_.array[k], p_.arrays[k].axes));
      size += std::string(k > 0 ? " + " : "") + entries(p_.arrays[k].axes);
    }
    if (!arrays.empty()) add(name_.workspace + ": " + size + " numbers, for " + arrays + ".");
    for (int i = 0; i < g_.size(); ++i)
      if (g_[i].code == op::gather) {
        add("A label that is no class reads entry 0: only a row that the formula leaves out may have one.");
        break;
      }
    return s;
  }

  std::string signature(bool returns) const {
    std::vector<std::string> items;
    const auto add = [&](const std::string& type, const std::string& name) {
      items.push_back(mentions(body_, name) ? type + " " + name : type + " /* " + name + " */");
    };
    for (int a = 0; a < g_.axes.size(); ++a)
      if (g_.axes[a].extent == 0) add("std::ptrdiff_t", name_.extent[a]);
    for (int k = 0; k < g_.inputs.size(); ++k) add(g_.inputs[k].code == op::scalar ? "double" : std::string("const ") + input_type(k) + "*", name_.input[k]);
    for (int k = 0; k < g_.outputs.size(); ++k)
      if (!is_returned(k)) add(T_ + "*", name_.output[k]);
    if (!p_.arrays.empty()) add("double*", name_.workspace);
    return argument_list(std::string(returns ? "double " : "void ") + function_, items, 98);
  }
};

}  // namespace detail

/// A plan as one C++ function.
/// Shape:  the extents that are not constants, the inputs in the order of the formula (tensors and labels by pointer,
///         scalars as double), then a buffer for each gradient, or `out` for a result that is not a scalar, then the
///         workspace, if the plan has arrays.
/// Memory: contiguous and row-major; the caller checks labels and extents, as Loom does.
/// Value:  returned, accumulated in double; nothing if it is not a scalar.
/// Error:  that of <cmath>. A row is summed from left to right, in the type of the tensors.
inline std::string cpp(const plan& p, std::string_view function_name, element type = element::f32) {
  if (p.problem != unplanned::none) return "// This formula has no plan.\n";
  return detail::cpp_printer(p, function_name, type).print();
}

}  // namespace loom::emit
