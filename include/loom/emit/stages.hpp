// SPDX-License-Identifier: BSL-1.0
// emit/stages.hpp — a program with running values or chains of states as text: a function for each stage that loops compute, and one
// that calls them, in which the running values and the chains are loops of their own between stages (schedule/stages.hpp).
// What stages hand on is kept in arrays that the caller brings. They are of the type of the tensors, as in a call of the loss.
// Layer 5 (emit).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "loom/emit/c_family.hpp"
#include "loom/emit/planned_stages.hpp"

namespace loom::inline LOOM_ABI::emit {

namespace detail {

/// How a running value goes on by one more entry, in C++: {0} the value so far, {1} the entry, {2} the factor of a recurrence, {3}
/// what rounding has lost, {4} the sum of exponentials, {5} and {6} for the moment.
struct running_text {
  op code;
  int beside;  ///< {3} or {4}, which then begins as 0; or none
  std::vector<std::string_view> steps;
  std::string_view value;
};
inline const running_text& running_text_of(op code) {
  static const running_text texts[] = {
      {op::cumsum,
       3,
       {"const double {5} = {0} + {1}, {6} = {5} - {0};", "{3} += ({0} - ({5} - {6})) + ({1} - {6});", "{0} = {5};"},
       "std::isfinite({0}) ? {0} + {3} : {0}"},
      {op::cumprod, 0, {"{0} *= {1};"}, "{0}"},
      {op::cummax, 0, {"{0} = {0} != {0} || {0} > {1} ? {0} : {1};"}, "{0}"},
      {op::recurrence, 0, {"{0} = {1} + ({2} == 0 ? 0 : {2} * {0});"}, "{0}"},
      {op::logcumsumexp,
       4,
       {"const double {5} = std::exp({1} > {0} ? {0} - {1} : {1} == {0} ? 0 : {1} - {0});",
        "{4} = {1} > {0} ? {4} * {5} + 1 : {4} + {5};", "{0} = {1} > {0} || {1} != {1} ? {1} : {0};"},
       "std::isfinite({0}) ? {0} + std::log({4}) : {0}"}};
  const running_text* found = texts;
  while (found->code != code) ++found;
  return *found;
}

class stages_printer : public c_family_printer {
 public:
  stages_printer(planned_stages& stages, const plan& outline, const dialect& d, std::string_view function, element type,
                 const options& wanted)
      : c_family_printer(outline, d, function, type, wanted),
        stages_(stages),
        m_(stages.map),
        all_(stages.map.program) {
    stages.plan_stages(name_, outline.added);
  }

  std::string print() {
    if (!stages_.possible)
      return "// This formula has no code: a running value, or what it runs over, would be an array larger than the "
             "data,\n// or a stage has no plan.\n";
    cut_kept();
    for (int s = 0; s < m_.tiles.size(); ++s) {
      for (int i = 0; i < all_.size(); ++i) {
        if (m_.stage_of[i] != s) continue;
        if (is_running(all_[i].code)) run_along(static_cast<value_id>(i));
        if (is_chain(all_[i].code)) run_chain(static_cast<value_id>(i));
      }
      if (!stages_.programs[at(s)].outputs.empty()) call(s);
    }
    const bool returns = !g_.outputs.empty() && is_returned(0);
    if (returns && !returned_) line("return {};", name_.result);
    memory_.insert(memory_.end(), {kept_memory_, sums_});
    std::erase_if(memory_, [](const memory& m) { return m.holds.empty(); });
    close_function(returns);
    function_text all;
    for (const function_text& f : functions_) {
      all.text += f.text + "\n";
      all.head += f.head;
      all.code += f.code;
    }
    all.text += text_.text;
    all.head += text_.head;
    all.code += text_.code;
    return file_of(d_, all, type_);
  }

 private:
  planned_stages& stages_;
  const stage_map& m_;
  const graph& all_;
  const std::string* const kept_ = stages_.name;
  std::vector<function_text> functions_;
  bool returned_ = false;  // by the call of the last stage
  memory kept_memory_{T_, name_.take("kept")}, sums_{"double", name_.take("workspace")};
  const std::string so_far_ = name_.take("so_far"), entry_ = name_.take("entry"), factor_ = name_.take("factor"),
                    lost_ = name_.take("lost"), sum_ = name_.take("sum"), each_ = name_.take("each"),
                    left_ = name_.take("left"), now_ = name_.take("now"), part_ = name_.take("part"),
                    largest_ = name_.take("largest"), score_ = name_.take("score"), shift_ = name_.take("shift"),
                    share_ = name_.take("share"), place_ = name_.take("place"), other_ = name_.take("other");

  static std::size_t at(int s) { return static_cast<std::size_t>(s); }
  axis_order order(value_id v) const { return stages_.order(v); }

  void cut_kept() {
    for (const value_id v : stages_.kept)
      if (stages_.is_array(v)) cut(kept_memory_, kept_[v], at_.entries(order(v)), stages_.shape(v));
  }

  // ---- stages ------------------------------------------------------------------------------------------------------

  void call(int s) {
    const stage_program& made = stages_.programs[at(s)];
    const plan& p = stages_.plans[at(s)];
    const stage_text text = stages_.text_of(s);
    options wanted = wanted_;
    wanted.formula.clear();
    const std::string name = name_.take(function_ + "_stage_" + std::to_string(functions_.size() + 1));
    const auto printer = std::make_unique<c_family_printer>(p, d_, name, type_, wanted, &text);
    functions_.push_back(printer->print_function());

    std::vector<std::string> arguments;
    for (const argument& a : functions_.back().arguments) arguments.push_back(argument_of(a, s));
    for (int k = 0; k < made.outputs.size(); ++k)
      if ((text.numbers >> k & 1) != 0 && k > 0) line("double {} = 0.0;", kept_[made.outputs[k].value]);
    const stage_output& first = made.outputs[0];
    const bool returns = p.program.outputs[0].axes.empty();
    std::string to;
    if (returns && first.of_program < 0) to = "const double " + kept_[first.value] + " = ";
    else if (returns && is_returned(first.of_program))
      to = is_last(s) ? "return " : "const double " + name_.result + " = ";
    else if (returns) to = "*" + name_.output[first.of_program] + " " + std::string(written(first.of_program)) + " ";
    returned_ = to == "return ";
    const std::string value = argument_list(name, arguments, 10000);
    const bool narrow = returns && first.of_program >= 0 && !is_returned(first.of_program);
    line("{}{};", to, narrow ? as_element(value).text : value);
  }
  bool is_last(int s) const {
    for (std::size_t later = at(s) + 1; later < stages_.programs.size(); ++later)
      if (!stages_.programs[later].outputs.empty()) return false;
    return true;
  }
  std::string argument_of(const argument& a, int s) {
    const stage_program& made = stages_.programs[at(s)];
    switch (a.role) {
      case argument::extent: return name_.extent[a.axis];
      case argument::input: {
        const stage_input& in = made.inputs[a.slot];
        return in.of_program >= 0 ? name_.input[in.of_program] : kept_[in.value];
      }
      case argument::input_stride: return name_.input_stride[made.inputs[a.slot].of_program][a.axis];
      case argument::output: {
        const stage_output& out = made.outputs[a.slot];
        return out.of_program >= 0 ? name_.output[out.of_program]
                                   : (stages_.is_array(out.value) ? "" : "&") + kept_[out.value];
      }
      case argument::output_stride: return name_.output_stride[made.outputs[a.slot].of_program][a.axis];
      case argument::workspace: break;
    }
    const std::string name = name_.take("sums");
    std::string size;
    for (const array_info& array : stages_.plans[at(s)].arrays) list(size, at_.entries(array.axes), " + ");
    cut(sums_, name, size, name);
    return name;
  }

  // ---- values ------------------------------------------------------------------------------------------------------

  /// An entry of what running values are made of, at the positions where at_ stands.
  expression entry_of(value_id v) const {
    const node& n = all_[v];
    if (n.code == op::constant) return literal(d_, n.constant_value(), element::f64);
    if (n.code == op::scalar) return name_.input[n.bits];
    if (n.axes == 0) return kept_[v];
    return m_.is_in_memory(v) ? at_.entry_of_input(static_cast<int>(n.bits)) : at_.entry_of_array(kept_[v], order(v));
  }
  expression wide_entry_of(value_id v) const {
    return all_[v].axes == 0 || type_ == element::f64 ? entry_of(v) : cast(d_, element::f64, entry_of(v));
  }
  /// The same in the type of the tensors, of numbers as well: as running values are made of them.
  expression element_of(value_id v) const {
    const node& n = all_[v];
    if (n.code == op::constant) {
      const double number = n.constant_value();
      return literal(d_, number, static_cast<double>(static_cast<float>(number)) == number ? element::f64 : type_);
    }
    return n.axes == 0 ? as_element(entry_of(v)) : entry_of(v);
  }
  expression in_double(std::string_view text, const std::vector<expression>& operands) const {
    return in_dialect(text, element::f64, operands.data());
  }
  void print_line(std::string_view text, const std::vector<expression>& operands) {
    line("{}", in_double(text, operands).text);
  }

  /// An order, found by counting what comes before each entry; or a value in an order.
  void put_in_order(value_id v) {
    const node& n = all_[v];
    const int along = first_axis(n.over());
    const std::string &t = name_.index[along], &extent = name_.extent[along];
    blank();
    comment(stages_.sentence_of(v) + ".");
    for (int a : order(v))
      if (a != along) open(a);
    open(along);
    const auto place_of = [&](const expression& e) {
      const expression operands[] = {std::string(d_.index), e};
      line("const {} {} = {};", d_.index, place_, filled(d_.cast, operands).text);
    };
    const auto store = [&](const std::string& at, const expression& e) {
      at_.stand_at(along, at);
      line("{} = {};", at_.entry_of_array(kept_[v], order(v)), e.text);
      at_.stand_anywhere(along);
    };
    if (n.code == op::order) {
      line("const double {} = {};", entry_, element_of(n.operand[0]).text);
      line("{} {} = 0;", d_.index, place_);
      open_block(fmt::format("for ({0} {1} = 0; {1} < {2}; ++{1})", d_.index, other_, extent));
      at_.stand_at(along, other_);
      line("const double {} = {};", part_, element_of(n.operand[0]).text);
      at_.stand_anywhere(along);
      line("if ({0} != {0} ? {1} == {1} || {2} < {3} : {1} {4} {0} || ({1} == {0} && {2} < {3})) ++{5};", entry_, part_,
           other_, t, n.order().reverse ? ">" : "<", place_);
      close_block();
      const expression position[] = {std::string(type_name(type_)), t};
      store(place_, filled(d_.cast, position));
    } else {
      place_of(entry_of(n.operand[1]));
      const bool back = n.code == op::unpermuted;
      at_.stand_at(along, back ? t : place_);
      const expression e = element_of(n.operand[0]);
      store(back ? place_ : t, e);
    }
    for (int k = 0; k < order(v).size(); ++k) close_block();
  }

  void run_along(value_id v) {
    const node& n = all_[v];
    if (is_of_order(n.code)) return put_in_order(v);
    const running_text& text = running_text_of(n.code);
    const int along = first_axis(n.over());
    const std::string &t = name_.index[along], &extent = name_.extent[along];
    const std::vector<expression> operands{so_far_, entry_, factor_, lost_, sum_, now_, part_};
    blank();
    comment(stages_.sentence_of(v) + ".");
    axis_order others;
    for (int a : order(v))
      if (a != along) others.push_back(static_cast<std::int8_t>(a));
    if (others.empty()) line("{{"), ++indent_;
    for (int a : others) open(a);
    line("double {} = {};", so_far_, literal(d_, ir::running_identity(n.code), element::f64));
    if (text.beside > 0) line("double {} = 0.0;", operands[at(text.beside)].text);
    if (n.order().reverse) open_block(fmt::format("for ({0} {1} = {2} - 1; {1} >= 0; --{1})", d_.index, t, extent));
    else open(along);
    const auto store = [&] {
      line("{} = {};", at_.entry_of_array(kept_[v], order(v)), as_element(in_double(text.value, operands)).text);
    };
    line("const double {} = {};", entry_, element_of(n.operand[0]).text);
    if (arity(n.code) > 1) line("const double {} = {};", factor_, element_of(n.operand[1]).text);
    if (n.order().exclusive) store();
    for (const std::string_view s : text.steps) print_line(s, operands);
    if (!n.order().exclusive) store();
    for (int k = 0; k <= others.size(); ++k) close_block();
    if (others.empty()) close();
  }

  // ---- chains ------------------------------------------------------------------------------------------------------

  /// What the lines of a chain are made of.
  struct chain_text {
    ir::chain_axes axes;
    std::string t, s, r;  ///< indices: along the chain, of a state, of the state before or of the move
    std::string before;  ///< the index of the state before
    value_id moves, chain;  ///< the chain: of what comes back
    axis_order own, others;  ///< batches: those that have moves of their own, and the rest
  };
  chain_text text_of(value_id v) const {
    const node& n = all_[v];
    chain_text c{n.chain(), {}, {}, {}, {}, n.operand[arity(n.code) - 1], n.operand[1], {}, {}};
    c.t = name_.index[c.axes.along], c.s = name_.index[c.axes.to], c.r = name_.index[c.axes.from];
    c.before = c.axes.band ? c.s + " - " + c.r : c.r;
    axis_set batch = n.axes;
    for (int k = 0; k < arity(n.code); ++k) batch |= all_[n.operand[k]].axes;
    for (int a = 0; a < max_axes; ++a)
      if (has(static_cast<axis_set>(batch & ~c.axes.all()), a))
        (has(all_[c.moves].axes, a) ? c.own : c.others).push_back(static_cast<std::int8_t>(a));
    return c;
  }
  /// The loop over what a state comes from. Of a band, before the first state there is none.
  void open_before(const chain_text& c) {
    if (c.axes.band)
      open_block(fmt::format("for ({0} {1} = 0; {1} < {2} && {1} <= {3}; ++{1})", d_.index, c.r,
                             name_.extent[c.axes.from], c.s));
    else open(c.axes.from);
  }
  /// An entry of the chain, or of what it is made of, at another step and state.
  expression at_state(const chain_text& c, value_id v, const std::string& step, const std::string& state) {
    const auto parenthesized = [](const std::string& i) { return i.find(' ') == i.npos ? i : "(" + i + ")"; };
    at_.stand_at(c.axes.along, parenthesized(step));
    at_.stand_at(c.axes.to, parenthesized(state));
    const expression e = wide_entry_of(v);
    at_.stand_anywhere(c.axes.along);
    at_.stand_anywhere(c.axes.to);
    return e;
  }
  /// The largest score of a state, and what is taken out of them.
  void find_largest(const chain_text& c, const expression& score) {
    print_line("double {0} = -infinity;", {largest_});
    open_before(c);
    print_line("const double {0} = {1};", {score_, score});
    print_line("{0} = {1} != {1} || {1} > {0} ? {1} : {0};", {largest_, score_});
    close_block();
    if (!c.axes.best) print_line("const double {0} = std::isfinite({1}) ? {1} : 0.0;", {shift_, largest_});
  }
  void sum_up(const chain_text& c, const expression& score) {
    print_line("double {0} = 0.0;", {sum_});
    open_before(c);
    print_line("{0} += std::exp({1} - {2});", {sum_, score, shift_});
    close_block();
  }
  expression score_of(const chain_text& c, const expression& before) const {
    const expression operands[] = {before, wide_entry_of(c.moves)};
    return filled("{0} + {1}", operands);
  }

  void run_chain(value_id v) {
    const node& n = all_[v];
    const chain_text c = text_of(v);
    blank();
    comment(stages_.sentence_of(v) + ".");
    const bool moves = n.code == op::chain_moves, back = n.code == op::chain_back;
    axis_order states;
    if (moves) states.push_back(c.axes.from);
    states.push_back(c.axes.to);
    const std::string first = scratch(moves  ? "totals"
                                      : back ? "later"
                                             : "before",
                                      states),
                      second = moves ? "" : scratch(back ? "received" : "here", states);
    for (int a : c.own) open(a);
    for (int a : c.others)
      if (!moves) open(a);
    if (moves) add_moves(v, c, first);
    else if (back) go_back(v, c, first, second);
    else go_on(v, c, first, second);
    for (int k = 0; k < c.own.size() + (moves ? 0 : c.others.size()); ++k) close_block();
  }
  /// Numbers in double, in the workspace.
  std::string scratch(std::string_view name, const axis_order& axes) {
    const std::string taken = name_.take(name);
    cut(sums_, taken, at_.entries(axes), told_.shape(taken, axes));
    return taken;
  }
  void store_state(value_id v, const std::string& number) {
    line("{} = {};", at_.entry_of_array(kept_[v], order(v)), as_element(number).text);
  }

  void go_on(value_id v, const chain_text& c, const std::string& before, const std::string& here) {
    open(c.axes.along);
    open(c.axes.to);
    line("double {} = {};", now_, wide_entry_of(all_[v].operand[0]).text);
    open_block(fmt::format("if ({} > 0)", c.t));
    const expression score = score_of(c, fmt::format("{}[{}]", before, c.before));
    find_largest(c, score);
    if (!c.axes.best) sum_up(c, score);
    if (c.axes.best) print_line("{0} += {1};", {now_, largest_});
    else print_line("{0} += {1} + std::log({2});", {now_, shift_, sum_});
    close_block();
    line("{}[{}] = {};", here, c.s, now_);
    store_state(v, now_);
    close_block();
    open(c.axes.to);
    line("{0}[{2}] = {1}[{2}];", before, here, c.s);
    close_block();
    close_block();
  }

  /// The share of what comes to a state that is due to each before it, as often as `use` needs it.
  template <class F>
  void weigh(const chain_text& c, const std::string& step, const std::string& step_before, const F& use) {
    const expression score = score_of(c, at_state(c, c.chain, step_before, c.before));
    find_largest(c, score);
    const expression here = at_state(c, c.chain, step, c.s);
    if (c.axes.best) {
      print_line("double {0} = {1} == -infinity ? 0.0 : 1.0;", {left_, here});
    } else {
      sum_up(c, score);
      print_line("const double {0} = {1} == -infinity || {2} == 0.0 ? 0.0 : 1 / {2};", {each_, here, sum_});
    }
    open_before(c);
    if (c.axes.best) {
      print_line("const double {0} = {1} == {2} ? {3} : 0.0;", {share_, score, largest_, left_});
      print_line("{0} -= {1};", {left_, share_});
    } else {
      print_line("const double {0} = std::exp({1} - {2}) * {3};", {share_, score, shift_, each_});
    }
    use();
    close_block();
  }
  void go_back(value_id v, const chain_text& c, const std::string& later, const std::string& received) {
    const value_id own = all_[v].operand[0];
    const std::string extent = name_.extent[c.axes.along];
    open_block(fmt::format("for ({0} {1} = {2} - 1; {1} >= 0; --{1})", d_.index, c.t, extent));
    open(c.axes.to);
    line("{}[{}] = {};", received, c.s, wide_entry_of(own).text);
    close_block();
    open_block(fmt::format("for ({0} {1} = 0; {1} < {2} && {3} + 1 < {4}; ++{1})", d_.index, c.s,
                           name_.extent[c.axes.to], c.t, extent));
    weigh(c, c.t + " + 1", c.t,
          [&] { line("if ({0} != 0.0) {1}[{2}] += {0} * {3}[{4}];", share_, received, c.before, later, c.s); });
    close_block();
    open(c.axes.to);
    line("{0}[{1}] = {2}[{1}];", later, c.s, received);
    store_state(v, fmt::format("{}[{}]", received, c.s));
    close_block();
    close_block();
  }
  void add_moves(value_id v, const chain_text& c, const std::string& totals) {
    const std::string states = name_.extent[c.axes.to];
    const std::string entry = fmt::format("{}[{} * {} + {}]", totals, c.r, states, c.s);
    const auto over_moves = [&](const auto& body) {
      open(c.axes.from);
      open(c.axes.to);
      body();
      close_block();
      close_block();
    };
    over_moves([&] { line("{} = 0.0;", entry); });
    for (int a : c.others) open(a);
    open_block(fmt::format("for ({0} {1} = 1; {1} < {2}; ++{1})", d_.index, c.t, name_.extent[c.axes.along]));
    open(c.axes.to);
    line("const double {} = {};", now_, wide_entry_of(all_[v].operand[0]).text);
    weigh(c, c.t, c.t + " - 1", [&] { line("if ({0} != 0.0) {1} += {0} * {2};", share_, entry, now_); });
    close_block();
    close_block();
    for (int k = 0; k < c.others.size(); ++k) close_block();
    over_moves([&] { store_state(v, entry); });
  }
};

}  // namespace detail

/// A program with running values as functions: see print.
inline std::string print_stages(const plan& whole, const dialect& d, std::string_view function, element type,
                                const options& wanted) {
  const auto stages = std::make_unique<detail::planned_stages>(whole);
  const auto outline = std::make_unique<plan>(stages->outline(whole.added));
  return std::make_unique<detail::stages_printer>(*stages, *outline, d, function, type, wanted)->print();
}

}  // namespace loom::emit
