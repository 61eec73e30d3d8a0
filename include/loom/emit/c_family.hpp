// SPDX-License-Identifier: BSL-1.0
// emit/c_family.hpp — plan -> the text of one function that computes the same, in a language of the C family.
// The printer decides nothing: sweeps, row passes and steps are those of the plan, lines are those of emit/forms.hpp, spellings the
// dialect's. It is to the loops what a listing is to a program.
// Layer 5 (emit).
#pragma once

#include "loom/emit/describe.hpp"
#include "loom/emit/expressions.hpp"
#include "loom/emit/options.hpp"
#include "loom/emit/prelude.hpp"
#include "loom/ir/extents.hpp"
#include "loom/schedule/walk.hpp"

namespace loom::inline LOOM_ABI::emit {
namespace detail {

/// What a parameter of a printed function is.
struct argument {
  enum role_of { extent, input, input_stride, output, output_stride, workspace } role;
  int slot = 0, axis = 0;
};
/// A printed function: its code has no comments.
struct function_text {
  std::string text, head, code;
  std::vector<argument> arguments;  ///< in the order of its parameters
};
/// A buffer of the caller that arrays lie in, one after the other.
struct memory {
  std::string type, name;
  std::string holds{};  ///< in words
  std::string next{};  ///< where what comes next begins
  std::vector<std::pair<std::string, int>> sizes{};  ///< and how many arrays have it

  void add(const std::string& array, const std::string& entries_of_it, const std::string& what) {
    next = array + " + " + entries_of_it;
    list(holds, what);
    for (auto& [entries, count] : sizes)
      if (entries == entries_of_it) {
        ++count;
        return;
      }
    sizes.emplace_back(entries_of_it, 1);
  }
  /// "2 * N * C + N"
  std::string size() const {
    std::string s;
    for (const auto& [entries, count] : sizes)
      list(s, (count > 1 ? std::to_string(count) + " * " : "") + entries, " + ");
    return s;
  }
};

/// A function with the headers and functions that it needs.
inline std::string file_of(const dialect& d, const function_text& f, element type) {
  const std::string functions = prelude_of(d, f.code, type);
  return includes_of(d, functions + f.head + f.code) + "\n" + functions + f.text;
}

class c_family_printer : public plan_visitor, protected lines, protected expressions {
 public:
  c_family_printer(const plan& p, const dialect& d, std::string_view function, element type, const options& wanted,
                   const stage_text* stage = nullptr)
      : expressions(p, d, function, type, wanted.strided, stage),
        stage_(stage),
        wanted_(wanted),
        any_order_(wanted.simd),
        function_(function),
        T_(type_name(type)),
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
    print_function();
    return file_of(d_, text_, type_);
  }
  /// The function without what it needs around it.
  const function_text& print_function() {
    const bool returns = !g_.outputs.empty() && is_returned(0);
    const value_id result = returns ? g_.outputs[0].id : no_value;
    const bool known_in_loops = returns && p_.levels[result] != level::scalar;
    // A single row leaves its values in scope, so that the result can be returned as it is.
    assigns_result_ = known_in_loops && (!p_.row_order.empty() || p_.loops.size() > 1);
    cut_workspace();
    if (assigns_result_) line("double {} = 0.0;", name_.result);
    walk(p_, *this);
    if (returns)
      line("return {};", assigns_result_  ? name_.result
                         : known_in_loops ? operand(result, {}).text
                                          : scalar_operand(result).text);
    close_function(returns);
    return text_;
  }

  // ---- what walk() visits, in its order ----------------------------------------------------------------------------

  void scalar(value_id id) {
    const node& n = g_[id];
    if (n.code == op::constant || n.code == op::scalar || !(loops_use_[id] || scalars_use_[id])) return;
    if (form_.scalars().folded[id]) return;
    narrow_[id] = n.type == kind::number && type_ == element::f32 && !scalars_use_[id];
    const expression e = scalar_expression(id);
    if (narrow_[id])
      line("const float {} = {};", name_.value[id],
           n.code == op::extent ? entries_of(n, element::f32).text : cast(d_, element::f32, e).text);
    else
      line("const {} {} = {};",
           n.type == kind::mask    ? std::string_view("bool")
           : n.type == kind::index ? d_.index
                                   : std::string_view("double"),
           name_.value[id], e.text);
  }
  void begin_sweep(const sweep& s, int number) {
    sweep_ = &s;
    number_ = number;
    here_ = row_ = &form_.row(number);
    blank();
    if (p_.loops.size() > 1) comment(fmt::format("Sweep {} of {}{}.", number + 1, p_.loops.size(), told_.range_of(s)));
    if (s.passes.size() <= 1 && p_.loops.size() > 1) comment(told_.purpose(steps_of(s)));
  }
  void hoist(value_id id) {
    const node& n = g_[id];
    if (type_ == element::f64 || n.type != kind::number || n.code == op::constant || narrow_[id] || rounded_[id])
      return;
    line("const float {} = {};", name_.rounded[id], cast(d_, element::f32, name_.value[id]).text);
    rounded_[id] = true;
  }
  void begin_total(value_id id) { begin(id, element::f64); }
  void begin_array(value_id id) {
    const expression operands[] = {at_.array(id), at_.entries(at_.array_axes(id)),
                                   literal(d_, identity(folded_as(g_[id].code)), element::f64)};
    statement("std::fill_n({0}, {1}, {2})", element::f64, operands);
  }
  template <class F>
  void for_each_row(const sweep& s, const F& row) {
    const bool block = s.rows == 0 && p_.loops.size() > 1 && (s.before.size() > 0 || s.passes.size() > 1);
    int last = -1;
    for (int a : p_.row_order)
      if (has(s.rows, a)) last = a;
    for (int a : p_.row_order) {
      if (a == last && s.passes.empty()) vectorize(s.before, a);
      if (has(s.rows, a)) open(a);
    }
    if (block) line("{{"), ++indent_;
    row_pointers(steps_of(s));
    row();
    if (block) close();
    for (int k = 0; k < axis_count(s.rows); ++k) close_block();
  }
  void begin_pass(const row_pass& pass, int number) {
    pass_ = number;
    const std::string why = told_.purpose(pass.body);
    if (sweep_->passes.size() == 1) return;
    blank();
    comment(why);
  }
  void begin_reduction(value_id id) { begin(id, type_of(id)); }
  template <class F>
  void for_each_entry(const row_pass& pass, const F& entry) {
    for (int i = pass.body.begin; i < pass.body.end; ++i)
      if (p_.steps[i].kind == action::recall) parked_in_[p_.steps[i].id] = p_.steps[i].slot;
    here_ = &form_.body(number_, pass_);
    for (int a : p_.column_order) {
      if (a == p_.column_order.back()) vectorize(pass.body, a);
      open(a);
    }
    entry();
    for (int k = 0; k < p_.column_order.size(); ++k) close_block();
    here_ = row_;
    if (form_.has_labelled_entry(number_, pass_)) labelled_entry(pass);
    ends_row_ = sweep_->passes.size() > 1 && pass_ + 1 == sweep_->passes.size();
  }
  void perform(const step& s) {
    const std::size_t before = body_.size();
    print(s);
    if (body_.size() == before || !ends_row_ || here_ != row_) return;
    body_.insert(before, 1, '\n');
    ends_row_ = false;
  }
  void print(const step& s) {
    switch (s.kind) {
      case action::compute: return compute(s.id);
      case action::reduce: return fold(s.id, type_of(s.id));
      case action::total: return fold(s.id, element::f64);
      case action::accumulate: return g_[s.id].code == op::scatter ? scatter(s.id) : fold(s.id, element::f64);
      case action::park: return assign(at_.output_entry(s.slot), s.id);
      case action::recall: return compute(s.id);
      case action::store:
        if (output_level(p_, s.slot) != level::scalar) return assign(at_.output_entry(s.slot), s.id, written(s.slot));
        if (is_returned(s.slot)) return assigns_result_ ? line("{} = {};", name_.result, entry(s.id)) : void();
        return line("*{} {} {};", name_.output[s.slot], written(s.slot), entry(s.id));
    }
  }
  void end_reduction(value_id id) { finish(id, name_.value[id], type_of(id)); }
  void end_total(value_id id) { finish(id, name_.value[id], element::f64); }
  void end_array(value_id id) {
    if (!reduction(g_[id].code).finishes) return;
    for (int a : at_.array_axes(id)) open(a);
    finish(id, at_.array_entry(id), element::f64);
    for (int k = 0; k < at_.array_axes(id).size(); ++k) close_block();
  }
  void scalar_output(int slot) {
    if (!is_returned(slot))
      line("*{} {} {};", name_.output[slot], written(slot),
           is_handed_on(slot) ? scalar_operand(g_.outputs[slot].id).text
                              : as_element(scalar_operand(g_.outputs[slot].id)).text);
  }

 protected:
  const stage_text* stage_;
  function_text text_;
  options wanted_;
  bool any_order_;  // rows are added up in it
  std::string
      owner_;  // of several threads, the one that does the label's entry: a condition on it, if there is one; {0}: the label
  std::string function_, T_;
  description told_;
  std::vector<memory> memory_;
  const sweep* sweep_ = nullptr;
  int number_ = 0, pass_ = 0;  // of the sweep, of its pass
  int introduced_ = -1;  // the sweep that has told of what its gradient shares
  bool assigns_result_ = false;
  bool ends_row_ = false;  // the last pass over the row is printed, and nothing after it
  bool loops_use_[LOOM_MAX_NODES]{};  // of scalars
  bool scalars_use_[LOOM_MAX_NODES]{};  // or outputs
  bool narrow_[LOOM_MAX_NODES]{};  // scalars that only the loops use: declared in their type

  void open(int axis) {
    open_block(fmt::format("for ({0} {1} = 0; {1} < {2}; ++{1})", d_.index, name_.index[axis], name_.extent[axis]));
  }
  /// Tells the compiler that the entries of a loop may be done side by side, where they may.
  void vectorize(step_range body, int axis) {
    if (!wanted_.simd) return;
    std::string sum, others;
    for (int i = body.begin; i < body.end; ++i) {
      const step& s = p_.steps[i];
      const op code = g_[s.id].code;
      if (s.kind == action::accumulate && (code == op::scatter || !has(as_set(at_.array_axes(s.id)), axis))) return;
      if (s.kind != action::reduce && s.kind != action::total) continue;
      switch (code) {
        case op::sum: list(sum, name_.value[s.id]); break;
        case op::rest:
          list(sum, name_.value[s.id]);
          if (is_of_row(s.id)) list(sum, name_.ones[s.id]);
          break;
        case op::prod: others += " reduction(*:" + name_.value[s.id] + ")"; break;
        case op::shift: others += " reduction(max:" + name_.value[s.id] + ")"; break;
        case op::any_of: others += " reduction(||:" + name_.value[s.id] + ")"; break;
        case op::all_of: others += " reduction(&&:" + name_.value[s.id] + ")"; break;
        default: return;  // the largest of OpenMP loses a NaN
      }
    }
    const std::string indent(static_cast<std::size_t>(indent_) * 2, ' ');
    std::string pragma;
    for (const std::string& l : wrapped("#pragma omp simd" + (sum.empty() ? "" : " reduction(+:" + sum + ")") + others,
                                        code_width - indent.size() - 6))
      pragma += (pragma.empty() ? indent : " \\\n" + indent + "    ") + l;
    body_ += pragma + "\n";
  }
  /// Whether the entries of a row are added up in any order, where it matters to them: beside the largest small ones are lost. That
  /// is a 1, so that it is left out and counted.
  bool counts_ones(int id) const { return any_order_ && is_of_row(id) && reduction(g_[id].code).two_parts; }
  static constexpr std::string_view update_by_ones = "{0} += {1} == 1 ? 0 : {1}; {3} += {1} == 1 ? 1 : 0";

  void statement(std::string_view text, element type, const expression* operands) {
    line("{};", in_dialect(text, type, operands).text);
  }

  /// Arrays lie one after the other in the workspace.
  void cut_workspace() {
    if (p_.arrays.empty()) return;
    memory m{"double", name_.workspace};
    for (const array_info& a : p_.arrays)
      cut(m, at_.array(a.id), at_.entries(a.axes), told_.shape(at_.array(a.id), a.axes));
    memory_.push_back(m);
    body_ += "\n";
  }
  /// One more array of a buffer of the caller.
  void cut(memory& m, const std::string& name, const std::string& size, const std::string& what) {
    line("{}* const {} = {};", m.type, name, m.holds.empty() ? m.name : m.next);
    m.add(name, size, what);
  }
  /// What is multiplied with one other thing says so: d_x[c] *= scale.
  void assign(const std::string& place, int id, std::string_view how = "=") {
    const expression e = operand(id, knowing());
    const std::string product = place + " * ";
    if (e.level == binding::product && e.text.starts_with(product) &&
        outermost(std::string_view(e.text).substr(product.size())) <= binding::unary)
      line("{} *= {};", place, e.text.substr(product.size()));
    else line("{} {} {};", place, how, e.text);
  }
  std::string_view written(int slot) const { return p_.adds(slot) ? "+=" : "="; }
  /// Adds to the entry that a label names; a label outside adds nothing.
  void scatter(int id) {
    const node& n = g_[id];
    const std::string& label = name_.value[n.operand[1]];
    line("if ({0} >= 0 && {0} < {1}) {2} += {3};", label, name_.extent[n.scattered_over()],
         at_.array_entry(id, only(n.scattered_over()), label), entry(n.operand[0]));
  }
  /// The entry that the loop before has done without its one-hot.
  void labelled_entry(const row_pass& pass) {
    const stretch& s = form_.labelled_entry(number_, pass_);
    const value_id label = g_[s.known.id].operand[0];
    const int axis = first_axis(g_[s.known.id].over());
    comment(fmt::format("The entry of {}: its one-hot is 1, that of all others 0.", name_.value[label]));
    const expression who = name_.value[label];
    open_block(fmt::format("if ({0} >= 0 && {0} < {1}{2})", name_.value[label], name_.extent[axis],
                           owner_.empty() ? "" : std::string(" && ") + filled(owner_, &who).text));
    here_ = &s;
    at_.stand_at(axis, name_.value[label]);
    for (int i = 0; i < g_.size(); ++i)
      if (s.computed[i]) compute(i);
    for (int i = pass.body.begin; i < pass.body.end; ++i)
      if (form_.is_labelled(p_.steps[i], s.known.id)) print(p_.steps[i]);
    at_.stand_anywhere(axis);
    here_ = row_;
    close_block();
  }

  // ---- reductions --------------------------------------------------------------------------------------------------

  void begin(int id, element type) {
    const double first = identity(g_[id].code);
    if (g_[id].type == kind::mask) line("bool {} = {};", name_.value[id], first != 0);
    else line("{} {} = {};", type_name(type), name_.value[id], literal(d_, first, type));
    if (is_of_row(id) && reduction(g_[id].code).two_parts)
      line("{} {} = {};", type_name(type), counts_ones(id) ? name_.ones[id] : name_.aside[id], literal(d_, 0, type));
  }
  /// Folds an entry into a reduction in the type of the loops, or into a total or an array in double.
  void fold(int id, element type) {
    const reduction_info& row = reduction(g_[id].code);
    const bool in_array = p_.array_of[id] != 0;
    const value_id a = g_[id].operand[0];
    const known_onehot k = knowing();
    expression v = is_wide(a) && type == element::f64 ? value(a, k) : operand(a, k);
    if (g_[a].type == kind::mask && !row.of_masks) {
      const expression o[] = {v, literal(d_, 1, type_), literal(d_, 0, type_)};
      v = filled("{0} ? {1} : {2}", o);
    }
    if (row.entry != itself) v = in_dialect(info(row.entry).cpp, type_, &v);
    const std::string_view text = in_array          ? std::string_view(row.update_of_array)
                                  : counts_ones(id) ? update_by_ones
                                  : is_of_row(id)   ? std::string_view(row.row_update)
                                                    : std::string_view(row.update);
    const bool calls = !row.of_masks && text.find('(') != text.npos;  // a function of two numbers of one type
    if (calls && type != type_) v = cast(d_, type, v);
    update(id, text, in_array ? at_.array_entry(id) : name_.value[id], v, type);
  }
  void finish(int id, const std::string& acc, element type) {
    const reduction_info& row = reduction(g_[id].code);
    if (row.finishes) update(id, is_of_row(id) ? row.row_end : row.end, acc, {}, type);
  }
  bool is_of_row(int id) const { return !p_.is_total[id]; }
  /// The text of a reduction: {0} the accumulator, {1} the entry, {2} zero, {3} the second accumulator.
  void update(int id, std::string_view text, const std::string& acc, const expression& v, element type) {
    const expression operands[] = {acc, v, literal(d_, 0, type), counts_ones(id) ? name_.ones[id] : name_.aside[id]};
    for (std::size_t end = text.find("; "); end != text.npos; end = text.find("; ")) {
      statement(text.substr(0, end), type, operands);
      text.remove_prefix(end + 2);
    }
    statement(text, type, operands);
  }

  // ---- values ------------------------------------------------------------------------------------------------------

  void compute(int id) {
    const node& n = g_[id];
    if (n.code == op::constant || n.code == op::position || p_.levels[id] == level::scalar) return;
    const stretch& s = p_.levels[id] == level::row ? *row_ : *here_;
    if (s.uses[id] == 0 || s.folded[id]) return;
    if (here_ == row_ && !name_.is_forward(id)) introduce_shared(id);
    line("const {} {} = {};",
         n.type == kind::mask    ? "bool"
         : n.type == kind::index ? d_.index
         : is_wide(id)           ? type_name(element::f64)
                                 : std::string_view(T_),
         name_.value[id], in_full(id, s.known).text);
  }

  /// Says once a row what the values are for that a gradient has in common for all entries, if there are several.
  void introduce_shared(int id) {
    if (introduced_ == number_ || sweep_->passes.size() < 2) return;
    int others = 0;
    for (int i = id + 1; i < g_.size(); ++i)
      others += row_->computed[i] && row_->uses[i] > 0 && !row_->folded[i] && !name_.is_forward(i);
    if (others < 2) return;
    introduced_ = number_;
    blank();
    comment("What the gradient has in common along the row.");
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
      if (input[k] && at_.per_row(g_.inputs[k].axes) && !g_.inputs[k].is_shifted())
        line("const {}* {} = {} + {};", input_type(k), name_.input_row[k], name_.input[k], at_.input_row_of(k));
    for (int k = 0; k < g_.outputs.size(); ++k)
      if (output[k] && at_.per_row(output_axes(p_, k)))
        line("{}* {} = {} + {};", T_, name_.output_row[k], name_.output[k], at_.output_row_of(k));
  }

  // ---- the function ------------------------------------------------------------------------------------------------

  std::string input_type(int slot) const {
    return g_.inputs[slot].code == op::tensor ? T_ : g_.inputs[slot].code == op::index ? "int" : "bool";
  }
  bool is_returned(int slot) const { return slot == 0 && g_.outputs[0].is_value() && g_.outputs[0].axes.empty(); }

  /// The extents that the formula states, or that follow from others, where the code mentions them.
  std::string stated_extents(const std::string& code) const {
    std::string s;
    for (int a = 0; a < g_.axes.size(); ++a)
      if (g_.axes[a].extent == 0 && g_.axes[a].follows() && mentions(code, name_.extent[a]))
        s += fmt::format("  const {} {} = {};\n", d_.index, name_.extent[a], followed(a));
    for (int a = 0; a < g_.axes.size(); ++a)
      if (g_.axes[a].extent != 0 && mentions(code, name_.extent[a]))
        s += fmt::format("  {} {} {} = {};\n", d_.fixed_extent, d_.index, name_.extent[a], g_.axes[a].extent);
    return s;
  }
  /// "N + 2 * M - 1": an extent by those that follow from no others.
  std::string followed(int axis) const {
    ir::free_form f;
    f.add_extent(g_.axes, axis, 1);
    std::string s;
    const auto add = [&](std::int64_t times, const std::string& factor) {
      if (times == 0) return;
      s += times < 0 ? (s.empty() ? "-" : " - ") : (s.empty() ? "" : " + ");
      const std::string n = std::to_string(times < 0 ? -times : times);
      s += factor.empty() ? n : n == "1" ? factor : n + " * " + factor;
    };
    for (int a = 0; a < g_.axes.size(); ++a) add(f.times[a], name_.extent[a]);
    add(f.more, "");
    return s;
  }
  function_head head_of(const std::string& code, bool returns, std::vector<argument>* arguments = nullptr) const {
    function_head f{function_, returns, {}, stage_ != nullptr};
    const auto add = [&](const argument& what, const std::string& type, const std::string& name, bool written = false) {
      const bool used = mentions(code, name);
      if (stage_ != nullptr && !used) return;
      f.parameters.push_back({type, name, used, written, wanted_.restricted && type.ends_with('*')});
      if (arguments != nullptr) arguments->push_back(what);
    };
    const auto add_strides = [&](int slot, bool input, const axis_order& axes, const std::string* names) {
      for (int a : axes)
        if (at_.has_strides(slot, input))
          add({input ? argument::input_stride : argument::output_stride, slot, a}, std::string(d_.index), names[a]);
    };
    for (int a = 0; a < g_.axes.size(); ++a)
      if (g_.axes[a].extent == 0 && !g_.axes[a].follows())
        add({argument::extent, 0, a}, std::string(d_.index), name_.extent[a]);
    for (int k = 0; k < g_.inputs.size(); ++k) {
      if (g_.inputs[k].is_place()) continue;
      add({argument::input, k},
          g_.inputs[k].code == op::scalar ? "double" : std::string("const ") + input_type(k) + "*", name_.input[k]);
      add_strides(k, true, g_.inputs[k].axes, name_.input_stride[k]);
    }
    for (int k = 0; k < g_.outputs.size(); ++k) {
      if (is_returned(k)) continue;
      add({argument::output, k}, is_handed_on(k) ? "double*" : T_ + "*", name_.output[k], true);
      add_strides(k, false, output_axes(p_, k), name_.output_stride[k]);
    }
    for (const memory& m : memory_) add({argument::workspace}, m.type + "*", m.name, true);
    return f;
  }
  /// Whether an output is a number that other stages read as it is.
  bool is_handed_on(int slot) const { return stage_ != nullptr && (stage_->numbers >> slot & 1) != 0; }
  void close_function(bool returns) {
    text_.code = without_comments(body_);
    const std::string stated = stated_extents(text_.code);
    text_.head = d_.open(head_of(stated + text_.code, returns, &text_.arguments));
    text_.text = remarks() + text_.head + stated + body_ + "}\n";
  }

  std::string remarks() const {
    std::string reads, writes, adds, s;
    const auto add = [&](const std::string& text) {
      for (const std::string& l : wrapped(text, code_width - 3)) s += std::string("// ") + l + "\n";
    };
    if (!wanted_.formula.empty()) add(wanted_.formula);
    for (int k = 0; k < g_.inputs.size(); ++k)
      if (g_.inputs[k].code != op::scalar && !g_.inputs[k].is_place())
        list(reads, told_.shape(name_.input[k], g_.inputs[k].axes));
    for (int k = 0; k < g_.outputs.size(); ++k)
      if (!is_returned(k)) list(p_.adds(k) ? adds : writes, told_.shape(name_.output[k], output_axes(p_, k)));
    if (!reads.empty())
      add("Reads " + reads + (writes.empty() ? "" : "; writes " + writes) + (adds.empty() ? "" : "; adds to " + adds) +
          (wanted_.strided ? "; strides are in entries." : "; contiguous, row-major."));
    for (const memory& m : memory_) add(m.name + ": " + m.size() + " numbers, for " + m.holds + ".");
    for (const node& n : g_.nodes)
      if (n.code == op::gather) {
        add("A label that is no class reads entry 0: only a row that the formula leaves out may have one.");
        break;
      }
    return s;
  }
};

}  // namespace detail

}  // namespace loom::emit
