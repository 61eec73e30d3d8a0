// SPDX-License-Identifier: BSL-1.0
// src/site/show.cpp — a formula at its stages -> JSON.
// Written by hand: it is compiled to WebAssembly as well, where a JSON library would be most of the program.
#include "show.hpp"

#include <cstddef>
#include <memory>
#include <vector>

#include "loom/emit/c99.hpp"
#include "loom/emit/cpp.hpp"
#include "loom/emit/explain.hpp"
#include "loom/emit/gpu.hpp"
#include "loom/emit/planned_stages.hpp"
#include "loom/emit/products.hpp"
#include "loom/emit/rewriting.hpp"
#include "loom/ir/extents.hpp"
#include "loom/ir/interpret.hpp"
#include "mathematics.hpp"

namespace loom::site {

std::string quoted(std::string_view text) {
  constexpr char hexadecimal[] = "0123456789abcdef";
  std::string s = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') (s += '\\') += c;
    else if (c == '\n') s += "\\n";
    else if (static_cast<unsigned char>(c) < 32) ((s += "\\u00") += hexadecimal[(c >> 4) & 15]) += hexadecimal[c & 15];
    else s += c;
  }
  return s + "\"";
}

std::string member(std::string_view name, const std::string& value, bool more) {
  return quoted(name) + ": " + value + (more ? ",\n" : "\n");
}

namespace {

using namespace loom::emit;

std::string text(text_view s) { return quoted(std::string_view(s)); }
std::string truth(bool b) { return b ? "true" : "false"; }

/// [item, item]: items are added as text.
class array {
 public:
  void add(const std::string& item) { text_ += (text_.empty() ? "" : ",\n") + item; }
  std::string done() const { return "[" + text_ + "]"; }

 private:
  std::string text_;
};

std::string declarations(const graph& g) {
  array all;
  for (const input_info& in : g.inputs) {
    if (in.origin != input_origin::declared) continue;
    array axes, extents;
    for (const int a : in.axes) {
      axes.add(text(g.axes[a].name));
      extents.add(std::to_string(g.axes[a].extent));
    }
    const number_domain& d = in.domain;
    const bool low = d.low > -numeric::infinity, high = d.high < numeric::infinity;
    std::string domain;
    if (low && high)
      domain = std::string("in ") + (d.above_low ? "(" : "[") + number_text(d.low) + "," + number_text(d.high) +
               (d.below_high ? ")" : "]");
    else if (low) domain = (d.above_low ? "> " : ">= ") + number_text(d.low);
    else if (high) domain = (d.below_high ? "< " : "<= ") + number_text(d.high);
    all.add(std::string("{") + member("name", text(in.name)) + member("kind", text(info(in.code).name)) +
            member("axes", axes.done()) + member("extents", extents.done()) + member("domain", quoted(domain), false) +
            "}");
  }
  return all.done();
}

std::string equations(const graph& g, shown_outputs which) {
  array all;
  for (const equation& e : equations_of(g, which))
    all.add(std::string("{") + member("left", quoted(e.left)) + member("right", quoted(e.right)) +
            member("definition", truth(e.definition), false) + "}");
  return all.done();
}

/// The sweeps and row passes of a plan, each a list of deeds: what it reads, reduces, parks and writes.
class picture : public schedule::plan_visitor {
 public:
  /// `stage`: what its outputs are called, if the plan is one of several.
  explicit picture(const plan& p, const stage_text* stage = nullptr)
      : p_(p), g_(p.program), stage_(stage), name_(p, "loss", {words_of_cpp}, stage), told_(p_, name_, stage) {}

  std::string print() {
    schedule::walk(p_, *this);
    array arrays;
    for (int k = 0; k < p_.arrays.size(); ++k) arrays.add(quoted(told_.array(k)));
    return std::string("{") + member("rows", quoted(axes_text(g_, p_.row_axes))) +
           member("columns", quoted(axes_text(g_, p_.column_axes))) + member("elementwise", truth(p_.elementwise)) +
           member("sweeps", std::to_string(p_.sweeps)) + member("prologues", std::to_string(p_.prologues)) +
           member("row_passes", std::to_string(p_.row_passes)) +
           member("exponentials", std::to_string(p_.exponentials)) +
           member("reads", std::to_string(p_.reads_per_element)) +
           member("writes", std::to_string(p_.writes_per_element)) + member("parked", std::to_string(p_.kept)) +
           member("arrays", arrays.done()) + member("loops", sweeps_.done(), false) + "}";
  }

  void begin_sweep(const sweep& s, int) {
    sweep_ = &s;
    passes_ = array();
    before_ = deeds(s.before);
  }
  void begin_pass(const row_pass& pass, int number) {
    passes_.add(std::string("{") + member("deeds", deeds(pass.body)) + member("after", deeds(pass.after)) +
                member("cost", std::to_string(pass.cost)) +
                member("left_out", truth(number == sweep_->guess.pass), false) + "}");
  }
  void end_sweep(const sweep& s, int) {
    sweeps_.add(std::string("{") + member("rows", quoted(axes_text(g_, s.rows))) +
                member("over_rows_only", truth(s.over == level::row)) + member("before", before_) +
                member("passes", passes_.done(), false) + "}");
  }

 private:
  const plan& p_;
  const graph& g_;
  const stage_text* stage_;
  names name_;
  emit::detail::description told_;
  const sweep* sweep_ = nullptr;
  array sweeps_, passes_;
  std::string before_;

  static std::string deed(std::string_view verb, const std::string& what, const std::string& detail = "") {
    return std::string("{") + member("verb", quoted(verb)) + member("what", quoted(what)) +
           member("detail", quoted(detail), false) + "}";
  }
  std::string deeds(schedule::step_range range) const {
    array all;
    for (int i = range.begin; i < range.end; ++i) {
      const schedule::step& s = p_.steps[i];
      const node& n = g_[s.id];
      const std::string output = s.slot < 0          ? ""
                                 : stage_ != nullptr ? stage_->outputs[s.slot]
                                                     : schedule::detail::output_text(g_, s.slot);
      switch (s.kind) {
        case action::compute:
          if (p_.array_of[s.id] != 0) all.add(deed("read", name_.array[p_.array_of[s.id] - 1]));
          else if (is_input(n.code) && n.code != op::scalar)
            all.add(deed("read", input_text(g_, static_cast<int>(n.bits))));
          else if (n.code == op::gather && is_input(g_[n.operand[0]].code))
            all.add(deed("read", input_text(g_, static_cast<int>(g_[n.operand[0]].bits)), "one entry"));
          else all.add(deed("compute", told_.named(s.id)));
          break;
        case action::reduce: all.add(deed("reduce", told_.named(s.id), told_.reduction_of(s.id))); break;
        case action::total: all.add(deed("total", told_.named(s.id), told_.reduction_of(s.id))); break;
        case action::accumulate: all.add(deed("fill", name_.array[p_.array_of[s.id] - 1])); break;
        case action::park: all.add(deed("park", output, told_.named(s.id))); break;
        case action::recall: all.add(deed("recall", output, told_.named(s.id))); break;
        case action::store: all.add(deed("write", output, told_.named(s.id))); break;
      }
    }
    return all.done();
  }
};

/// The plans of a program, in the order of its stages: mostly one. In front of each stands what runs along an axis before it.
std::string plans(const plan& whole) {
  array all;
  const auto add = [&](const std::string& before, const std::string& makes, const std::string& planned) {
    all.add(std::string("{") + member("before", before) + member("makes", makes) + member("plan", planned, false) +
            "}");
  };
  if (whole.problem != schedule::unplanned::running) {
    add("[]", "[]", picture(whole).print());
    return all.done();
  }
  const auto planned = std::make_unique<emit::detail::planned_stages>(whole);
  const auto outline = std::make_unique<plan>(planned->outline(whole.added));
  names outer(*outline, "loss", {words_of_cpp});
  planned->plan_stages(outer, whole.added);
  if (!planned->possible) return all.done();
  const graph& g = planned->map.program;
  array before;
  bool open = false;
  for (int s = 0; s < planned->map.tiles.size(); ++s) {
    for (int i = 0; i < g.size(); ++i)
      if (planned->map.stage_of[i] == s && runs_along(g[i].code)) {
        before.add(quoted(planned->sentence_of(static_cast<value_id>(i))));
        open = true;
      }
    const plan& p = planned->plans[static_cast<std::size_t>(s)];
    if (p.program.outputs.empty()) continue;
    const stage_text text = planned->text_of(s);
    array makes;
    for (int k = 0; k < p.program.outputs.size(); ++k) makes.add(quoted(text.outputs[k]));
    add(before.done(), makes.done(), picture(p, &text).print());
    before = array();
    open = false;
  }
  if (open) add(before.done(), "[]", "null");
  return all.done();
}

/// Products of matrices that a call does by tiles, a sentence each.
std::string tiles(const plan& whole) {
  array all;
  for (const std::string& tile : tiles_of(whole)) all.add(quoted(tile));
  return all.done();
}

}  // namespace

namespace {

/// A formula that can be read at a glance, or its beginning: what is shared in a graph is spelled again and again in a line.
std::string at_a_glance(const std::string& formula) {
  constexpr std::size_t most = 280;
  return formula.size() <= most ? formula : formula.substr(0, most) + " ...";
}

/// What rules changed, in the order of their use; those that did one thing together, together.
std::string rewriting(const shown& s) {
  array all;
  const std::vector<applied_rule> rules = rewriting_of(s.written, s.request);
  for (std::size_t i = 0; i < rules.size();) {
    const applied_rule& first = rules[i];
    array names;
    for (; i < rules.size() && rules[i].before == first.before && rules[i].after == first.after; ++i)
      names.add(quoted(rules[i].name));
    all.add(std::string("{") + member("names", names.done()) + member("before", quoted(at_a_glance(first.before))) +
            member("after", quoted(at_a_glance(first.after))) +
            member("of_gradient", truth(first.made >= compiler::form::with_gradients), false) + "}");
  }
  return all.done();
}

std::string code(const shown& s, const dialect& language) {
  return quoted(print(s.plan, language, s.name, element::f32, {.formula = formula_of(s.rewritten)}));
}

}  // namespace

std::string members(const shown& s) {
  const bool differentiated = s.plan.program.outputs.size() > 1;
  array rules;
  for (const text_view rule : s.plan.program.trace) rules.add(text(rule));
  return member("declarations", declarations(s.written)) +
         member("written", equations(s.written, shown_outputs::values)) +
         member("rewritten", equations(s.rewritten, shown_outputs::values)) +
         member("gradients", differentiated ? equations(s.gradients, shown_outputs::derivatives) : "[]") +
         member("rules", rules.done()) + member("rewriting", rewriting(s)) +
         member("explanation", quoted(explain(stages{s.written, s.rewritten, s.gradients, s.plan}))) +
         member("tiles", tiles(s.plan)) + member("plans", plans(s.plan)) + member("cpp", code(s, cpp)) +
         member("c99", code(s, c99)) + member("cuda", code(s, cuda)) + member("hip", code(s, hip), false);
}

namespace {

/// Entries over axes in one order, over the same axes in the numbering of the graph, or back.
std::vector<double> reordered(const std::vector<double>& from, const axis_order& order,
                              const std::vector<std::ptrdiff_t>& extents, bool to_graph) {
  std::vector<double> r(from.size());
  for (std::size_t p = 0; p < from.size(); ++p) {
    std::ptrdiff_t coordinate[max_axes]{};
    auto rest = static_cast<std::ptrdiff_t>(p);
    for (int k = order.size() - 1; k >= 0; --k) {
      const std::ptrdiff_t n = extents[static_cast<std::size_t>(order[k])];
      coordinate[order[k]] = rest % n;
      rest /= n;
    }
    std::ptrdiff_t at = 0;
    for (int a = 0; a < max_axes; ++a)
      if (has(as_set(order), a)) at = at * extents[static_cast<std::size_t>(a)] + coordinate[a];
    if (to_graph) r[static_cast<std::size_t>(at)] = from[p];
    else r[p] = from[static_cast<std::size_t>(at)];
  }
  return r;
}

/// The extents of a graph's axes: those that are given, and those that follow from them; else less than 0.
std::vector<std::ptrdiff_t> extents_in(const graph& g, const std::vector<extent_of_axis>& given) {
  std::vector<std::ptrdiff_t> n(static_cast<std::size_t>(g.axes.size()), -1);
  const auto of = [&](int axis) -> std::ptrdiff_t& { return n[static_cast<std::size_t>(axis)]; };
  for (int a = 0; a < g.axes.size(); ++a) {
    if (g.axes[a].extent > 0) of(a) = static_cast<std::ptrdiff_t>(g.axes[a].extent);
    for (const extent_of_axis& e : given)
      if (std::string_view(g.axes[a].name) == e.name) of(a) = static_cast<std::ptrdiff_t>(e.extent);
  }
  // An axis that an input is read along has as many entries as the input's own.
  for (const input_info& in : g.inputs)
    for (int k = 0; k < in.at.size(); ++k)
      if (const int along = in.at[k].axis; along >= 0 && of(along) < 0 && !g.axes[along].follows())
        of(along) = of(g.inputs[in.of].axes[k]);
  std::int64_t wanted = 0;
  if (follow_extents(g.axes, n, wanted) >= 0) n.assign(n.size(), -1);
  return n;
}

std::string list(const std::vector<double>& numbers) {
  std::string s;
  for (const double v : numbers) s += (s.empty() ? "" : ",") + quoted(number_text(v));
  return "[" + s + "]";
}

}  // namespace

std::string values(const shown& s, const ir::graph& simple, const std::vector<extent_of_axis>& extents,
                   const std::vector<numbers_of_input>& data) {
  const auto evaluate = [&](const graph& g, array& outputs) {
    const std::vector<std::ptrdiff_t> n = extents_in(g, extents);
    for (const std::ptrdiff_t e : n)
      if (e <= 0) return false;
    std::vector<dense<double>> inputs;
    for (const input_info& in : g.inputs) {
      if (in.is_place()) {
        inputs.emplace_back();
        continue;
      }
      std::size_t size = 1;
      for (const int a : in.axes) size *= static_cast<std::size_t>(n[static_cast<std::size_t>(a)]);
      const numbers_of_input* found = nullptr;
      for (const numbers_of_input& d : data)
        if (d.name == std::string_view(in.name)) found = &d;
      if (found == nullptr || found->entries.size() != size) return false;
      inputs.push_back({as_set(in.axes), reordered(found->entries, in.axes, n, true)});
    }
    const interpreter<double> known(g, n, inputs);
    for (const output_info& o : g.outputs) {
      array axes;
      for (const int a : o.axes) axes.add(text(g.axes[a].name));
      const std::vector<double> entries = known.broadcast(o.id, as_set(o.axes));
      outputs.add(std::string("{") + member("name", quoted(output_text(g, o))) + member("axes", axes.done()) +
                  member("entries", list(reordered(entries, o.axes, n, false)), false) + "}");
    }
    return true;
  };
  array spelled, computed;
  if (!evaluate(s.written, spelled) || !evaluate(simple, computed)) return {};
  return member("spelled", spelled.done()) + member("computed", computed.done(), false);
}

}  // namespace loom::site
