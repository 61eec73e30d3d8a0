// SPDX-License-Identifier: BSL-1.0
// emit/c_family.hpp — plan -> the text of one function that computes the same, in a language of the C family.
// The printer decides nothing: sweeps, row passes and steps are those of the plan, one line each. It is to the loops what a
// listing is to a program. Spellings are the dialect's.
// Layer 5 (emit).
#pragma once

#include "loom/emit/describe.hpp"
#include "loom/emit/prelude.hpp"
#include "loom/schedule/walk.hpp"

namespace loom::inline LOOM_ABI::emit {
namespace detail {

class c_family_printer : public plan_visitor, private lines {
 public:
  c_family_printer(const plan& p, const dialect& d, std::string_view function, element type)
      : p_(p),
        g_(p.program),
        d_(d),
        function_(function),
        type_(type),
        T_(type_name(type)),
        name_(p, function, d.reserved),
        at_(p, name_),
        told_(p, name_) {
    for (const sweep& s : p.loops)
      for_each_step(p, s.hoisted, action::compute, [&](value_id id) { loops_use_[id] = true; });
    for (int i = 0; i < g_.size(); ++i)
      for (value_id o : g_[i].operand)
        if (o != no_value && p.levels[i] == level::scalar && !p.is_total[i]) scalars_use_[o] = true;
    for (const output_info& o : g_.outputs)
      if (p.levels[o.id] == level::scalar) scalars_use_[o.id] = true;
  }

  std::string print() {
    const bool returns = !g_.outputs.empty() && is_returned(0);
    const value_id result = returns ? g_.outputs[0].id : no_value;
    const bool known_in_loops = returns && p_.levels[result] != level::scalar;
    // A single row leaves its values in scope, so that the result can be returned as it is.
    assigns_result_ = known_in_loops && (!p_.row_order.empty() || p_.loops.size() > 1);
    cut_workspace();
    if (assigns_result_) line("double {} = 0.0;", name_.result);
    walk(p_, *this);
    if (returns)
      line("return {};", assigns_result_ ? name_.result : known_in_loops ? operand(result) : scalar_operand(result));
    const std::string code = without_comments(body_);
    std::string extents;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (g_.axes[a].extent != 0 && mentions(code, name_.extent[a]))
        extents += fmt::format("  {} {} {} = {};\n", d_.fixed_extent, d_.index, name_.extent[a], g_.axes[a].extent);
    const std::string functions = prelude_of(d_, code, type_), head = d_.open(head_of(code, returns));
    return includes_of(d_, functions + head + code) + "\n" + functions + remarks() + head + extents + body_ + "}\n";
  }

  // ---- what walk() visits, in its order ----------------------------------------------------------------------------

  void scalar(value_id id) {
    const node& n = g_[id];
    if (n.code == op::constant || n.code == op::scalar || !(loops_use_[id] || scalars_use_[id])) return;
    narrow_[id] = n.type == kind::number && type_ == element::f32 && !scalars_use_[id];
    const std::string e = scalar_expression(id);
    if (narrow_[id]) line("const float {} = {};", name_.value[id], cast(d_, element::f32, e));
    else line("const {} {} = {};", n.type == kind::mask ? "bool" : "double", name_.value[id], e);
  }
  void begin_sweep(const sweep& s, int number) {
    sweep_ = &s;
    if (!body_.empty()) body_ += "\n";
    if (p_.loops.size() > 1)
      comment(fmt::format("Sweep {} of {}{}: {}.", number + 1, p_.loops.size(), told_.range_of(s),
                          told_.purpose(steps_of(s))));
  }
  void hoist(value_id id) {
    const node& n = g_[id];
    if (type_ == element::f64 || n.type != kind::number || n.code == op::constant || narrow_[id] || rounded_[id])
      return;
    line("const float {} = {};", name_.rounded[id], cast(d_, element::f32, name_.value[id]));
    rounded_[id] = true;
  }
  void begin_total(value_id id) { begin(id, element::f64); }
  void begin_array(value_id id) {
    const std::string operands[] = {at_.array(id), at_.entries(at_.array_axes(id)),
                                    literal(d_, identity(folded_as(g_[id].code)), element::f64)};
    statement("std::fill_n({0}, {1}, {2})", element::f64, operands);
  }
  template <class F>
  void for_each_row(const sweep& s, const F& row) {
    const bool block = s.rows == 0 && p_.loops.size() > 1;
    for (int a : p_.row_order)
      if (has(s.rows, a)) open(a);
    if (block) line("{{"), ++indent_;
    row_pointers(steps_of(s));
    row();
    if (block) close();
    for (int k = 0; k < axis_count(s.rows); ++k) close();
  }
  void begin_pass(const row_pass& pass, int number) {
    if (sweep_->passes.size() == 1) return;
    const std::string why = told_.purpose(pass.body);
    comment(fmt::format("Row pass {} of {}{}.", number + 1, sweep_->passes.size(), why.empty() ? "" : ": " + why));
  }
  void begin_reduction(value_id id) { begin(id, type_of(id)); }
  template <class F>
  void for_each_entry(const row_pass&, const F& entry) {
    for (int a : p_.column_order) open(a);
    entry();
    for (int k = 0; k < p_.column_order.size(); ++k) close();
  }
  void perform(const step& s) {
    switch (s.kind) {
      case action::compute: return compute(s.id);
      case action::reduce: return fold(s.id, type_of(s.id));
      case action::total: return fold(s.id, element::f64);
      case action::accumulate: return g_[s.id].code == op::scatter ? scatter(s.id) : fold(s.id, element::f64);
      case action::park: return line("{} = {};  // parked", at_.output_entry(s.slot), operand(s.id));
      case action::recall:
        return line("const {} {} = {};  // as parked", T_, name_.value[s.id], at_.output_entry(s.slot));
      case action::store:
        if (output_level(p_, s.slot) != level::scalar) return line("{} = {};", at_.output_entry(s.slot), operand(s.id));
        if (is_returned(s.slot)) return assigns_result_ ? line("{} = {};", name_.result, operand(s.id)) : void();
        return line("*{} = {};", name_.output[s.slot], operand(s.id));
    }
  }
  void end_reduction(value_id id) { finish(id, name_.value[id], type_of(id)); }
  void end_total(value_id id) { finish(id, name_.value[id], element::f64); }
  void end_array(value_id id) {
    if (!reduction(g_[id].code).finishes) return;
    for (int a : at_.array_axes(id)) open(a);
    finish(id, at_.array_entry(id), element::f64);
    for (int k = 0; k < at_.array_axes(id).size(); ++k) close();
  }
  void scalar_output(int slot) {
    if (!is_returned(slot)) line("*{} = {};", name_.output[slot], as_element(scalar_operand(g_.outputs[slot].id)));
  }

 private:
  const plan& p_;
  const graph& g_;
  const dialect& d_;
  std::string function_;
  element type_;
  std::string T_;
  names name_;
  places at_;
  description told_;
  const sweep* sweep_ = nullptr;
  bool assigns_result_ = false;
  bool loops_use_[LOOM_MAX_NODES]{};  // of scalars
  bool scalars_use_[LOOM_MAX_NODES]{};  // or outputs
  bool rounded_[LOOM_MAX_NODES]{};  // scalars that have a copy in the type of the loops
  bool narrow_[LOOM_MAX_NODES]{};  // scalars that only the loops use: declared in their type

  void open(int axis) {
    line("for ({0} {1} = 0; {1} < {2}; ++{1}) {{", d_.index, name_.index[axis], name_.extent[axis]);
    ++indent_;
  }
  /// A text in the words of the dialect, then its operands, which are that already.
  std::string in_dialect(std::string_view text, element type, const std::string* operands) const {
    return filled(spelled(d_, text, type), operands);
  }
  void statement(std::string_view text, element type, const std::string* operands) {
    line("{};", in_dialect(text, type, operands));
  }

  /// Arrays lie one after the other in the workspace.
  void cut_workspace() {
    std::string begin = name_.workspace;
    for (const array_info& a : p_.arrays) {
      line("double* const {} = {};", at_.array(a.id), begin);
      begin = at_.array(a.id) + " + " + at_.entries(a.axes);
    }
    if (!p_.arrays.empty()) body_ += "\n";
  }
  /// Adds to the entry that a label names; a label outside adds nothing.
  void scatter(int id) {
    const node& n = g_[id];
    const std::string& label = name_.value[n.operand[1]];
    line("if ({0} >= 0 && {0} < {1}) {2} += {3};", label, name_.extent[n.scattered_over()],
         at_.array_entry(id, only(n.scattered_over()), label), operand(n.operand[0]));
  }

  // ---- operands ----------------------------------------------------------------------------------------------------

  element type_of(int id) const { return is_wide(id) ? element::f64 : type_; }
  std::string as_element(const std::string& scalar) const {
    return type_ == element::f32 ? cast(d_, element::f32, scalar) : scalar;
  }

  /// Whether a value of the loops is a double among floats.
  bool is_wide(int id) const { return type_ == element::f32 && p_.wide[id] && p_.levels[id] != level::scalar; }
  /// A value as the loops see it.
  std::string operand(int id) const {
    const node& n = g_[id];
    if (n.code == op::constant) return literal(d_, n.constant_value(), type_);
    if (is_wide(id)) return cast(d_, type_, name_.value[id]);
    return rounded_[id] ? name_.rounded[id] : name_.value[id];
  }
  /// The same as a double.
  std::string wide_operand(int id) const {
    if (p_.levels[id] == level::scalar) return scalar_operand(id);
    return is_wide(id) ? name_.value[id] : cast(d_, element::f64, name_.value[id]);
  }
  /// A scalar as other scalars see it.
  std::string scalar_operand(int id) const {
    const node& n = g_[id];
    return n.code == op::constant ? literal(d_, n.constant_value(), element::f64) : name_.value[id];
  }
  /// A whole number beside an index.
  std::string integer_operand(int id) const {
    const node& n = g_[id];
    return n.code == op::constant ? fmt::format("{}", static_cast<std::int64_t>(n.constant_value())) : name_.value[id];
  }

  std::string expression(int id, bool scalar) const {
    const node& n = g_[id];
    const bool integers = info(n.code).kind == family::compare &&
                          (g_[n.operand[0]].type == kind::index || g_[n.operand[1]].type == kind::index);
    std::string o[3];
    for (int k = 0; k < arity(n.code); ++k)
      o[k] = integers      ? integer_operand(n.operand[k])
             : scalar      ? scalar_operand(n.operand[k])
             : is_wide(id) ? wide_operand(n.operand[k])
                           : operand(n.operand[k]);
    return in_dialect(info(n.code).cpp, scalar || is_wide(id) ? element::f64 : type_, o);
  }
  std::string scalar_expression(int id) const {
    const node& n = g_[id];
    if (n.code == op::tensor)
      return type_ == element::f32 ? cast(d_, element::f64, "*" + name_.input[n.bits]) : "*" + name_.input[n.bits];
    if (n.code != op::extent) return expression(id, true);
    std::string s;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (has(n.over(), a)) list(s, name_.extent[a], " * ");
    return cast(d_, element::f64, s);
  }

  // ---- reductions --------------------------------------------------------------------------------------------------

  void begin(int id, element type) {
    const double first = identity(g_[id].code);
    if (g_[id].type == kind::mask) line("bool {} = {};", name_.value[id], first != 0);
    else line("{} {} = {};", type_name(type), name_.value[id], literal(d_, first, type));
    if (is_of_row(id) && reduction(g_[id].code).two_parts)
      line("{} {} = {};", type_name(type), name_.aside[id], literal(d_, 0, type));
  }
  /// Folds an entry into a reduction in the type of the loops, or into a total or an array in double.
  void fold(int id, element type) {
    const reduction_info& row = reduction(g_[id].code);
    const bool in_array = p_.array_of[id] != 0;
    const value_id a = g_[id].operand[0];
    std::string v = is_wide(a) && type == element::f64 ? name_.value[a] : operand(a);
    if (g_[a].type == kind::mask && !row.of_masks)
      v = fmt::format("{} ? {} : {}", v, literal(d_, 1, type_), literal(d_, 0, type_));
    if (row.entry != itself) v = in_dialect(info(row.entry).cpp, type_, &v);
    const std::string_view text = in_array ? row.update_of_array : is_of_row(id) ? row.row_update : row.update;
    const bool calls = !row.of_masks && text.find('(') != text.npos;  // a function of two numbers of one type
    if (calls && type != type_) v = cast(d_, type, v);
    update(id, text, in_array ? at_.array_entry(id) : name_.value[id], v, type);
  }
  void finish(int id, const std::string& acc, element type) {
    const reduction_info& row = reduction(g_[id].code);
    if (row.finishes) update(id, is_of_row(id) ? row.row_end : row.end, acc, "", type);
  }
  bool is_of_row(int id) const { return !p_.is_total[id]; }
  /// The text of a reduction: {0} the accumulator, {1} the entry, {2} zero, {3} the second accumulator.
  void update(int id, std::string_view text, const std::string& acc, const std::string& v, element type) {
    const std::string operands[] = {acc, v, literal(d_, 0, type), name_.aside[id]};
    for (std::size_t end = text.find("; "); end != text.npos; end = text.find("; ")) {
      statement(text.substr(0, end), type, operands);
      text.remove_prefix(end + 2);
    }
    statement(text, type, operands);
  }

  // ---- values ------------------------------------------------------------------------------------------------------

  void compute(int id) {
    const node& n = g_[id];
    if (n.code == op::constant || p_.levels[id] == level::scalar) return;
    std::string e;
    if (is_input(n.code)) e = at_.input_entry(id);
    else if (p_.array_of[id] != 0)
      e = n.type == kind::mask ? at_.array_entry(id) + " != 0.0"
          : is_wide(id)        ? at_.array_entry(id)
                               : as_element(at_.array_entry(id));
    else if (n.code == op::gather) e = at_.gathered_entry(id);
    else if (n.code == op::onehot)
      e = fmt::format("{} == {} ? {} : {}", name_.index[first_axis(n.over())], name_.value[n.operand[0]],
                      literal(d_, 1, type_), literal(d_, 0, type_));
    else e = expression(id, false);
    line("const {} {} = {};",
         n.type == kind::mask    ? "bool"
         : n.type == kind::index ? d_.index
         : is_wide(id)           ? type_name(element::f64)
                                 : std::string_view(T_),
         name_.value[id], e);
  }

  void row_pointers(step_range r) {
    bool input[max_inputs]{}, output[max_outputs]{};
    for (int i = r.begin; i < r.end; ++i) {
      const step& s = p_.steps[i];
      const node& n = g_[s.id];
      if (s.kind == action::compute && n.code == op::gather && at_.is_along_row(n)) input[g_[n.operand[0]].bits] = true;
      if (s.kind == action::compute && is_input(n.code) && p_.levels[s.id] == level::element) input[n.bits] = true;
      if (s.slot >= 0 && output_level(p_, s.slot) == level::element) output[s.slot] = true;
    }
    for (int k = 0; k < g_.inputs.size(); ++k)
      if (input[k] && at_.per_row(g_.inputs[k].axes))
        line("const {}* {} = {} + {};", input_type(k), name_.input_row[k], name_.input[k],
             at_.row_of(g_.inputs[k].axes));
    for (int k = 0; k < g_.outputs.size(); ++k)
      if (output[k] && at_.per_row(output_axes(p_, k)))
        line("{}* {} = {} + {};", T_, name_.output_row[k], name_.output[k], at_.row_of(output_axes(p_, k)));
  }

  // ---- the function ------------------------------------------------------------------------------------------------

  std::string input_type(int slot) const {
    return g_.inputs[slot].code == op::tensor ? T_ : g_.inputs[slot].code == op::index ? "int" : "bool";
  }
  bool is_returned(int slot) const { return slot == 0 && g_.outputs[0].is_value() && g_.outputs[0].axes.empty(); }

  function_head head_of(const std::string& code, bool returns) const {
    function_head f{function_, returns, {}};
    const auto add = [&](const std::string& type, const std::string& name, bool written = false) {
      f.parameters.push_back({type, name, mentions(code, name), written});
    };
    for (int a = 0; a < g_.axes.size(); ++a)
      if (g_.axes[a].extent == 0) add(std::string(d_.index), name_.extent[a]);
    for (int k = 0; k < g_.inputs.size(); ++k)
      add(g_.inputs[k].code == op::scalar ? "double" : "const " + input_type(k) + "*", name_.input[k]);
    for (int k = 0; k < g_.outputs.size(); ++k)
      if (!is_returned(k)) add(T_ + "*", name_.output[k], true);
    if (!p_.arrays.empty()) add("double*", name_.workspace, true);
    return f;
  }

  std::string remarks() const {
    std::string reads, writes, arrays, size, s;
    const auto add = [&](const std::string& text) {
      for (const std::string& l : wrapped(text, 97)) s += std::string("// ") + l + "\n";
    };
    for (int k = 0; k < g_.inputs.size(); ++k)
      if (g_.inputs[k].code != op::scalar) list(reads, told_.shape(name_.input[k], g_.inputs[k].axes));
    for (int k = 0; k < g_.outputs.size(); ++k)
      if (!is_returned(k)) list(writes, told_.shape(name_.output[k], output_axes(p_, k)));
    if (!reads.empty())
      add("Reads " + reads + (writes.empty() ? "" : "; writes " + writes) + "; contiguous, row-major.");
    for (int k = 0; k < p_.arrays.size(); ++k) {
      list(arrays, told_.array(k));
      list(size, at_.entries(p_.arrays[k].axes), " + ");
    }
    if (!arrays.empty()) add(name_.workspace + ": " + size + " numbers, for " + arrays + ".");
    for (const node& n : g_.nodes)
      if (n.code == op::gather) {
        add("A label that is no class reads entry 0: only a row that the formula leaves out may have one.");
        break;
      }
    return s;
  }
};

}  // namespace detail

/// A plan as one function.
/// Shape:  the extents that are not constants, the inputs in the order of the formula (tensors and labels by pointer,
///         scalars as double), then a buffer for each gradient, or `out` for a result that is not a scalar, then the
///         workspace, if the plan has arrays.
/// Memory: contiguous and row-major; buffers must not overlap. The caller checks labels and extents, as Loom does.
/// Value:  returned, accumulated in double; nothing if it is not a scalar.
/// Error:  that of the library's functions. A row is summed from left to right, in the type of the tensors.
inline std::string print(const plan& p, const dialect& d, std::string_view function, element type = element::f32) {
  if (p.problem != unplanned::none) return "// This formula has no plan.\n";
  return detail::c_family_printer(p, d, function, type).print();
}

}  // namespace loom::emit
