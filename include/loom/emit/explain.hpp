// SPDX-License-Identifier: BSL-1.0
// emit/explain.hpp — the way from a formula to its loops, in words.
// Everything is read from the graphs of the stages and from the plan; the sections come in the order of the stages.
// Layer 5 (emit).
#pragma once

#include <fmt/format.h>

#include "loom/emit/describe.hpp"
#include "loom/emit/picture.hpp"
#include "loom/emit/planned_stages.hpp"
#include "loom/emit/products.hpp"
#include "loom/emit/rewriting.hpp"
#include "loom/layout/shape_words.hpp"
#include "loom/rewrite/hazards.hpp"
#include "loom/rewrite/near_misses.hpp"
#include "loom/schedule/row_ends.hpp"
#include "loom/schedule/walk.hpp"

namespace loom::inline LOOM_ABI::emit {

/// The stages that an explanation shows.
struct stages {
  const graph& written;    ///< as lowered
  const graph& rewritten;  ///< canonical and stable
  const graph& gradients;  ///< differentiated, and stable again
  const plan& schedule;
  const rewrite::rule_table* rules = nullptr;  ///< of the user's own
};

namespace detail {

/// Prints a graph as formulas, a value that is used twice as a formula of its own: its name is that of a made-up input.
class formula_sheet {
 public:
  explicit formula_sheet(const graph& g) : g_(g) {
    int uses[LOOM_MAX_NODES]{};
    for (int i = 0; i < g.size(); ++i)
      for (value_id o : g[i].operand)
        if (o != no_value) ++uses[o];
    for (int i = 0; i < g.size(); ++i) shared_[i] = uses[i] > 1 && !is_leaf(g[i].code) && !is_leaf_like(i);
    while (is_input_prefix(prefix_)) prefix_ += '_';
  }

  /// "name = formula", then "  where u3 = ..." for what it shares.
  std::string print(const std::string& name, int id) {
    number_shared(id);
    std::string s = item(name + " = " + text(id), "  ");
    bool needed[LOOM_MAX_NODES]{};
    need(id, needed, true);
    std::string word = "where ";
    for (int i = id - 1; i >= 0; --i) {
      if (!needed[i] || printed_[i]) continue;
      printed_[i] = true;
      s += item(word + name_[i] + " = " + text(i), "    ");
      word = "      ";
    }
    return s;
  }

 private:
  const graph& g_;
  bool shared_[LOOM_MAX_NODES]{};
  bool printed_[LOOM_MAX_NODES]{};
  std::string name_[LOOM_MAX_NODES];
  std::string prefix_ = "u";
  int count_ = 0;

  /// One op of leaves is as short as a name: 1 / extent(N), -y.
  bool is_leaf_like(int id) const {
    const op code = g_[id].code;
    if (code == op::onehot) return true;
    if (!is_elementwise(code)) return false;
    for (value_id o : g_[id].operand)
      if (o != no_value && !is_leaf(g_[o].code)) return false;
    return true;
  }

  /// The values with names that value `id` mentions, and those that they mention.
  void need(int id, bool* needed, bool root = false) const {
    if (shared_[id] && !root) {
      if (needed[id]) return;
      needed[id] = true;
    }
    for (value_id o : g_[id].operand)
      if (o != no_value) need(o, needed);
  }

  bool is_input_prefix(const std::string& s) const {
    for (const input_info& in : g_.inputs)
      if (std::string_view(in.name).starts_with(s)) return true;
    return false;
  }
  /// Names what value `id` shares, the last computed first.
  void number_shared(int id) {
    bool needed[LOOM_MAX_NODES]{};
    need(id, needed, true);
    for (int i = id - 1; i >= 0; --i)
      if (needed[i] && name_[i].empty()) name_[i] = prefix_ + std::to_string(++count_);
  }

  void replace(graph& g, int id, bool root) const {
    if (shared_[id] && !root) {
      if (g[id].code == op::tensor || g.inputs.size() == max_inputs) return;
      g.inputs.push_back({name_[id], op::tensor, {}});
      g.nodes[id] = {op::tensor,
                     g_[id].type,
                     g_[id].axes,
                     {no_value, no_value, no_value},
                     static_cast<std::uint64_t>(g.inputs.size() - 1)};
      return;
    }
    for (value_id o : g_[id].operand)
      if (o != no_value) replace(g, o, false);
  }
  std::string text(int id) const {
    graph g = g_;
    replace(g, id, true);
    return formula_text(g, id);
  }

  static std::string item(const std::string& text, const std::string& indent) {
    std::string s;
    for (const std::string& l : wrapped(text, 100)) s += indent + std::string(s.empty() ? "" : "    ") + l + "\n";
    return s;
  }
};

/// The sections of an explanation; as a visitor of the plan, its sweeps and row passes in words.
class explanation : public plan_visitor {
 public:
  explanation(const stages& s, bool steps, const stage_text* stage = nullptr)
      : s_(s),
        steps_(steps),
        stage_(stage),
        p_(s.schedule),
        name_(s.schedule, "loss", {words_of_cpp}, stage),
        told_(p_, name_, stage) {}

  std::string print() {
    section("As written");
    formulas(s_.written, false);
    section("As rewritten");
    formulas(s_.rewritten, false);
    if (p_.program.outputs.size() > 1 || (p_.program.outputs.size() == 1 && !p_.program.outputs[0].is_value())) {
      section("Gradients");
      formulas(s_.gradients, true);
    }
    section("Rules used");
    rules();
    near_misses();
    section("Hazards");
    hazards();
    if (p_.problem == schedule::unplanned::running) {
      walks();
      programs_in_stages();
      return text_;
    }
    if (const std::vector<std::string> tiles = tiles_of(p_); !tiles.empty()) {
      section("Products of matrices");
      paragraph(std::string(p_.arrays.empty() && !p_.refused() ? "A call that has a workspace" : "A call") +
                    " does not run the loops of the plan below, but these, and loops over what has fewer axes.",
                "");
      for (const std::string& tile : tiles) paragraph(tile, "");
    }
    walks();
    return loops();
  }
  /// What a call in stages walks.
  void walks() {
    const schedule::walk_list all = walks_in_stages(p_);
    if (all.empty()) return;
    section("Walks");
    paragraph("A call walks, in order, and for each entry of it:", "");
    for (const schedule::walk_facts& w : all)
      paragraph(
          fmt::format("{}{}: {}", axes_text(p_.program, w.over),
                      w.makes == op::any ? "" : fmt::format(", {}", std::string_view(info(w.makes).name)), cost(w)),
          "  ");
  }
  /// The sections that a plan has.
  const std::string& loops(const std::string& whose = "") {
    section("Plan" + whose);
    facts();
    walk(p_, *this);
    section("Picture");
    for (const std::string& l : plan_picture(p_, name_, stage_).draw(106)) text_ += (l.empty() ? "" : "  " + l) + "\n";
    section("Loop shapes");
    shapes();
    if (!steps_) return text_;
    section("Steps");
    const std::string steps = listing(p_, [&](int id) {
      const node& n = p_.program[id];
      return n.code == op::constant ? number_text(n.constant_value()) : told_.named(id);
    });
    for (std::size_t begin = 0, end; (end = steps.find('\n', begin)) != steps.npos; begin = end + 1)
      say("{}", std::string_view(steps).substr(begin, end - begin));
    return text_;
  }

  void begin_sweep(const sweep& s, int number) {
    guess_ = s.guess;
    const std::string before = told_.deeds(s.before);
    int hoisted = 0;
    for_each_step(p_, s.hoisted, action::compute, [&](value_id id) { hoisted += p_.program[id].code != op::constant; });
    paragraph(fmt::format("Sweep {}{}: {} hoisted{}.", number + 1, told_.range_of(s),
                          counted(hoisted, "scalar is", "scalars are"), before.empty() ? "" : "; " + before),
              "");
  }
  void begin_pass(const row_pass& pass, int number) {
    const std::string body = told_.deeds(pass.body), after = told_.deeds(pass.after);
    paragraph(fmt::format("row pass {}: {}{}.", number + 1, body.empty() ? "computes" : body,
                          after.empty() ? "" : "; after it, " + after),
              "  ");
    if (number == guess_.pass)
      paragraph(
          fmt::format("Left out at first: the row is shifted by {}, and done again with this pass if {} reaches 2^{} "
                      "(2^{} in double).",
                      formula_text(p_.program, guess_.stand_in), name_.value[guess_.sum], guess_.exponent(true),
                      guess_.exponent(false)),
          "    ");
  }

 private:
  const stages& s_;
  bool steps_;
  const stage_text* stage_;
  const plan& p_;
  names name_;
  description told_;
  std::string text_;
  schedule::shift_guess guess_;  // of the sweep that is told

  void section(std::string_view title) { text_ += fmt::format("{}{}\n", text_.empty() ? "" : "\n", title); }
  template <class... Args>
  void say(fmt::format_string<Args...> text, Args&&... args) {
    text_ += std::string("  ") + fmt::format(text, std::forward<Args>(args)...) + "\n";
  }

  /// What is computed between stages, and the plan of each stage.
  void programs_in_stages() {
    const auto planned = std::make_unique<planned_stages>(p_);
    const auto outline = std::make_unique<plan>(planned->outline(p_.added));
    names outer(*outline, "loss", {words_of_cpp});
    planned->plan_stages(outer, p_.added);
    section("Stages");
    if (!planned->possible) {
      say("None: a running value, or what it runs over, would be an array larger than the data, or a stage has no "
          "plan.");
      return;
    }
    if (!schedule::isolate_products(p_.program).products.empty())
      paragraph("Products of matrices are sums in the plans below.", "");
    std::string plans;
    int number = 0;
    for (int s = 0; s < planned->map.tiles.size(); ++s) {
      for (int i = 0; i < planned->map.program.size(); ++i)
        if (planned->map.stage_of[i] == s && runs_along(planned->map.program[i].code))
          paragraph(planned->sentence_of(static_cast<value_id>(i)) + ".", "");
      const plan& p = planned->plans[static_cast<std::size_t>(s)];
      if (p.program.outputs.empty()) continue;
      const stage_text text = planned->text_of(s);
      std::string made;
      for (int k = 0; k < p.program.outputs.size(); ++k) list(made, text.outputs[k]);
      paragraph(fmt::format("Stage {}, by loops: {}.", ++number, made), "");
      const stages plan_of_stage{s_.written, s_.rewritten, s_.gradients, p, s_.rules};
      explanation of_stage(plan_of_stage, steps_, &text);
      plans += "\n" + of_stage.loops(fmt::format(" of stage {}", number));
    }
    text_ += plans;
  }

  void formulas(const graph& g, bool gradients) {
    formula_sheet sheet(g);
    for (int slot = 0; slot < g.outputs.size(); ++slot)
      if (g.outputs[slot].is_value() != gradients)
        text_ += sheet.print(schedule::detail::output_text(g, slot), g.outputs[slot].id);
  }

  /// What the plan was asked for, as far as rules about derivatives depend on it.
  derivative_request request() const {
    derivative_request wanted;
    for (const output_info& o : p_.program.outputs) {
      if (o.is_value()) continue;
      const auto bit = input_set{1} << o.input;
      (o.kind == derivative_kind::gradient    ? wanted.gradients
       : o.kind == derivative_kind::curvature ? wanted.curvatures
       : o.kind == derivative_kind::product   ? wanted.products
                                              : wanted.gauss_newton) |= bit;
    }
    for (const input_info& in : p_.program.inputs) {
      if (in.origin == input_origin::seed) wanted.seeded = true;
      if (in.origin == input_origin::direction) wanted.directions |= input_set{1} << in.of;
    }
    wanted.in_order = p_.program.trace.contains(rewrite::sum_in_order);
    return wanted;
  }

  /// The rules of the trace; beside each, the first part of the formula that it changed, where that is short enough to be read.
  void rules() {
    const std::vector<applied_rule> all = rewriting_of(s_.written, request(), s_.rules);
    const auto change_of = [&](std::string_view rule) {
      for (const applied_rule& a : all)
        if (a.name == rule && a.before.size() + a.after.size() <= 200) return &a;
      return static_cast<const applied_rule*>(nullptr);
    };
    const rule_trace& trace = p_.program.trace;
    for (int k = 0; k < trace.size(); ++k) {
      say("{}", std::string_view(trace[k]));
      const applied_rule* change = change_of(trace[k]);
      const applied_rule* next = k + 1 < trace.size() ? change_of(trace[k + 1]) : nullptr;
      // Rules that recognized one spelling together are followed by what they made of it.
      if (change == nullptr || (next != nullptr && next->before == change->before)) continue;
      paragraph(change->before, "    ");
      paragraph("-> " + change->after, "    ");
    }
    if (trace.empty()) say("none");
  }

  /// Each as "variance in two passes fits sum(...), if w >= 0".
  void near_misses() {
    const graph& g = s_.gradients;
    const rewrite::near_miss_list all = rewrite::near_misses_of(g);
    if (!all.empty()) section("Rules that nearly fit");
    for (const rewrite::near_miss& m : all)
      paragraph(fmt::format("{} fits {}, if {} {}", std::string_view(m.rule), formula_text(g, m.value),
                            formula_text(g, m.operand), std::string_view(m.condition)),
                "");
  }

  /// Each as "log(p) is invalid, but for p > 0".
  void hazards() {
    const graph& g = s_.gradients;
    const rewrite::hazard_list all = rewrite::hazards_of(g);
    for (const rewrite::hazard& h : all) {
      const std::string what = h.operand == rewrite::no_value ? "" : std::string(", but for ") + excluded_by(h);
      paragraph(formula_text(g, h.value) + effect_of(h.kind) + what, "");
    }
    if (all.empty()) say("none");
  }
  static const char* effect_of(rewrite::hazard_kind kind) {
    switch (kind) {
      case rewrite::hazard_kind::overflow: return " overflows";
      case rewrite::hazard_kind::invalid: return " is invalid";
      case rewrite::hazard_kind::cancellation: return " may cancel";
      case rewrite::hazard_kind::cancellation_in_double: return " may cancel in double";
    }
    return "";
  }
  std::string excluded_by(const rewrite::hazard& h) const {
    const std::string operand = formula_text(s_.gradients, h.operand);
    std::string what;
    const auto add = [&](const std::string& condition) { what += (what.empty() ? "" : " and ") + condition; };
    if (h.not_zero && h.low == 0) add(operand + " > 0");
    else if (h.low > -numeric::infinity) add(operand + " >= " + number_text(h.low));
    if (h.not_zero && h.high == 0) add(operand + " < 0");
    else if (h.high < numeric::infinity) add(operand + " <= " + number_text(h.high));
    if (h.not_zero && h.low != 0 && h.high != 0) add(operand + " != 0");
    return what;
  }

  void facts() {
    std::string rows = axes_text(p_.program, p_.row_axes), columns = axes_text(p_.program, p_.column_axes);
    if (p_.elementwise)
      say("No entry depends on another one: every entry of {}{}{} is computed by itself.", rows,
          rows.empty() ? "" : ",", columns);
    else
      say("A row is what {} counts{}.", columns,
          rows.empty() ? "; there is one" : fmt::format("; {} counts the rows", rows));
    say("{} over memory{}, {} over a row in cache.", counted(p_.sweeps, "sweep"),
        p_.prologues == 0 ? ""
                          : fmt::format(", {} over what has {}", counted(p_.prologues, "sweep"),
                                        p_.arrays.empty() ? "one entry a row" : "fewer axes"),
        counted(p_.row_passes, "pass", "passes"));
    say("Per element: {}.",
        cost({0, op::any, static_cast<std::int8_t>(p_.exponentials), static_cast<std::int8_t>(p_.reads_per_element),
              static_cast<std::int8_t>(p_.writes_per_element)}));
    for (const sweep& s : p_.loops) {
      const schedule::walk_facts w = walk_of(p_, s);
      const bool everything = s.over == level::element && s.rows == p_.row_axes;
      if (!everything && w.reads + w.writes + w.exponentials > 0)
        say("Per entry of {}: {}.", axes_text(p_.program, w.over), cost(w));
    }
    if (!p_.arrays.empty()) paragraph(std::string("The workspace holds ") + arrays() + ".", "");
    if (p_.wide.any()) paragraph(std::string("In double, where the data is float: ") + values_of(p_.wide) + ".", "");
    if (p_.log_sums.any())
      paragraph(
          std::string("Added up as logarithms of products, where the data is float: ") + values_of(p_.log_sums) + ".",
          "");
    if (p_.kept > 0)
      say("{} parked in the buffer of a gradient instead of being computed twice.",
          counted(p_.kept, "value is", "values are"));
  }

  static std::string cost(const schedule::walk_facts& w) {
    return fmt::format("{} read ({} bytes of f32), {} written ({} bytes), {}", counted(w.reads, "value"),
                       w.bytes_read<float>(), counted(w.writes, "value"), w.bytes_written<float>(),
                       counted(w.exponentials, "exponential"));
  }

  /// The values of a set.
  std::string values_of(const ir::value_set& values) const {
    std::string s;
    for (int i = 0; i < p_.program.size(); ++i)
      if (values[i]) list(s, told_.named(i));
    return s;
  }
  /// Each array and what it is.
  std::string arrays() const {
    std::string s;
    for (int k = 0; k < p_.arrays.size(); ++k)
      list(s, told_.array(k) + " (" + told_.reduction_of(p_.arrays[k].id) + ")");
    return s;
  }

  void paragraph(const std::string& text, const std::string& indent) {
    bool first = true;
    for (const std::string& l : wrapped(text, 104 - indent.size())) {
      say("{}{}{}", indent, first ? "" : "  ", l);
      first = false;
    }
  }

  void shapes() {
    for (const sweep& s : p_.loops) {
      const layout::shape_choice choice = layout::possible_loop_shapes(p_, s);
      for (layout::loop_shape shape : layout::all_loop_shapes)
        if (choice.allows(shape)) say("{}", std::string_view(words(shape)));
      if (choice.vectors_abreast > 1)
        say("Rows declared side by side: in place, {} vectors abreast, but where many entries are whole pages apart.",
            choice.vectors_abreast);
      if (s.over == level::row || p_.elementwise) continue;
      std::string unroll;
      for (const row_pass& pass : s.passes) unroll += fmt::format("{}{}", unroll.empty() ? "" : ", ", pass.unroll);
      say("Accumulators of each reduction, by row pass: {}.", unroll);
    }
    bool by_blocks = false, by_label = false, fetches = false, float_ends_wait = false, double_ends_wait = false;
    for (const sweep& s : p_.loops) {
      fetches = fetches || fetching_pass(s) >= 0;
      float_ends_wait = float_ends_wait || puts_off_row_ends(p_, s, true);
      double_ends_wait = double_ends_wait || puts_off_row_ends(p_, s, false);
      for (const row_pass& pass : s.passes) {
        by_blocks = by_blocks || pass.by_blocks;
        by_label = by_label || pass.label != no_value;
      }
    }
    if (fetches) say("Along rows, the last pass asks for the next row.");
    if (double_ends_wait)  // so do those of floats, but for products
      say("Along rows{}, what follows the last pass is done for a vector of rows at once.",
          float_ends_wait ? "" : " of doubles");
    if (by_label) say("Along rows, one-hots are computed for the vector with the label; in others they are 0.");
    say("Totals are accumulated in double{}.", by_blocks ? ", those of float entries by blocks" : "");
  }
};

}  // namespace detail

/// From formula to loops, in words.
/// Returns: sections "As written", "As rewritten", "Gradients", "Rules used", "Rules that nearly fit", "Hazards",
///          "Products of matrices", "Walks", "Plan", "Picture", "Loop shapes",
///          without gradients, near misses, products and walks of stages where there are none; "Steps" if they are asked for. Values are called what printed
///          C++ calls them. Of a formula with running values or chains, "Stages" says what is computed between loops, and each stage has a
///          plan. Lines of at most 110 characters.
inline std::string explain(const stages& s, bool steps = false) { return detail::explanation(s, steps).print(); }

}  // namespace loom::emit
