// SPDX-License-Identifier: BSL-1.0
// src/tool/forms.cpp — programs as words, as data and as drawings; everything is read from their graphs and plans.
#include "tool/forms.hpp"

#include <fmt/format.h>

#include <set>

#include "formula/words.hpp"
#include "loom/emit/explain.hpp"
#include "loom/ir/print.hpp"
#include "loom/rewrite/hazards.hpp"

namespace loom::tool {

namespace {

using namespace loom::emit;
using ir::graph, ir::node, ir::op;

json formulas(const graph& g, bool values) {
  json all = json::array();
  for (const ir::output_info& o : g.outputs)
    if (o.is_value() == values) all.push_back({{"of", ir::output_text(g, o)}, {"formula", ir::formula_text(g, o.id)}});
  return all;
}

std::string dot_text(std::string_view s) {
  std::string r;
  for (const char c : s) r += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  return "\"" + r + "\"";
}

/// One word for a node of a drawing: exp, sum over C, 0.5, x[N,C].
std::string label_of(const graph& g, const node& n) {
  if (n.code == op::constant) return ir::number_text(n.constant_value());
  if (is_input(n.code)) return notation::declaration_text(g, static_cast<int>(n.bits));
  for (const notation::operator_word& o : notation::operator_words)
    if (o.code == n.code) return std::string(o.word);
  std::string s(info(n.code).name);
  if (n.code == op::neg) return "-";
  const ir::family f = info(n.code).kind;
  if (f == ir::family::reduction || f == ir::family::row || f == ir::family::indexing || f == ir::family::running ||
      n.code == op::extent)
    s += " " + ir::axes_text(g, n.over());
  if (f == ir::family::chain) s += " " + std::string(g.axes[n.chain().along].name);
  if (f == ir::family::running)
    s += std::string(n.order().reverse ? " reverse" : "") + (n.order().exclusive ? " exclusive" : "");
  return s;
}

void draw(std::string& s, const graph& g, const std::string& id, const std::string& title) {
  std::set<int> needed;
  const auto need = [&](const auto& self, int v) -> void {
    if (!needed.insert(v).second) return;
    for (int k = 0; k < arity(g[v].code); ++k) self(self, g[v].operand[k]);
  };
  for (const ir::output_info& o : g.outputs) need(need, o.id);
  s += fmt::format("  subgraph cluster_{} {{\n    label = {};\n", id, dot_text(title));
  for (const int v : needed) {
    const node& n = g[v];
    const char* shape = is_input(n.code) ? "box" : n.code == op::constant ? "plaintext" : "ellipse";
    const std::string axes = n.axes == 0 ? "" : "[" + ir::axes_text(g, n.axes) + "]";
    s += fmt::format("    {}_{} [shape={}, label={}, tooltip={}];\n", id, v, shape, dot_text(label_of(g, n)),
                     dot_text(axes.empty() ? "a number" : axes));
  }
  for (const int v : needed) {
    const int count = arity(g[v].code);
    for (int k = 0; k < count; ++k)
      s += fmt::format("    {0}_{1} -> {0}_{2}{3};\n", id, g[v].operand[k], v,
                       count > 1 && !info(g[v].code).commutative ? fmt::format(" [label=\"{}\"]", k + 1) : "");
  }
  for (int k = 0; k < g.outputs.size(); ++k) {
    s += fmt::format("    {}_out{} [shape=box, style=rounded, label={}];\n", id, k,
                     dot_text(ir::output_text(g, g.outputs[k])));
    s += fmt::format("    {0}_{1} -> {0}_out{2};\n", id, g.outputs[k].id, k);
  }
  s += "  }\n";
}

}  // namespace

std::string declarations_text(const notation::program& p) {
  const graph& g = p.written;
  std::string s;
  for (int k = 0; k < g.inputs.size(); ++k)
    if (!g.inputs[k].is_place())
      s += fmt::format("constexpr auto {} = loom::{}<\"{}\">;\n", std::string_view(g.inputs[k].name),
                       notation::word_of_input(g.inputs[k].code), notation::declaration_text(g, k));
  return s;
}

std::string cpp_text(const notation::program& p) {
  const graph& g = p.written;
  std::string formula;
  for (const ir::output_info& o : g.outputs) formula += (formula.empty() ? "" : ", ") + notation::text_of(g, o.id);
  if (g.outputs.size() > 1) formula = "results(" + formula + ")";
  // Axes that the formula names, as variables beside the inputs; ir::formula_text writes one out that an input is called like.
  std::string axes;
  for (int a = 0; a < g.axes.size(); ++a) {
    const std::string name(g.axes[a].name);
    const auto letter = [&](std::size_t at) {
      return at < formula.size() && (std::isalnum(static_cast<unsigned char>(formula[at])) != 0 || formula[at] == '_');
    };
    bool mentioned = false;
    for (std::size_t at = formula.find(name); at != formula.npos; at = formula.find(name, at + 1))
      mentioned = mentioned || ((at == 0 || !letter(at - 1)) && !letter(at + name.size()));
    if (mentioned) axes += fmt::format("constexpr auto {0} = loom::axis<\"{1}\">;\n", name, ir::axis_declaration(g, a));
  }
  return declarations_text(p) + axes + fmt::format("constexpr auto {} = loom::loss<{}>;\n", p.name, formula);
}

std::string explanation(const notation::program& p, bool steps) {
  return emit::explain({p.written, p.rewritten, p.gradients, p.plan}, steps);
}

json explanation_json(const notation::program& p) {
  json j;
  j["name"] = p.name;
  j["inputs"] = notation::declarations_of(p.written);
  j["written"] = formulas(p.written, true);
  j["rewritten"] = formulas(p.rewritten, true);
  j["gradients"] = formulas(p.gradients, false);
  json rules = json::array();
  for (const auto& rule : p.plan.program.trace) rules.push_back(std::string(rule));
  j["rules"] = rules;
  json hazards = json::array();
  for (const rewrite::hazard& h : rewrite::hazards_of(p.gradients)) {
    const char* kind = h.kind == rewrite::hazard_kind::overflow       ? "overflow"
                       : h.kind == rewrite::hazard_kind::invalid      ? "invalid"
                       : h.kind == rewrite::hazard_kind::cancellation ? "cancellation"
                                                                      : "cancellation in double";
    hazards.push_back({{"kind", kind}, {"of", ir::formula_text(p.gradients, h.value)}});
  }
  j["hazards"] = hazards;
  const schedule::plan& plan = p.plan;
  j["plan"] = {{"sweeps", plan.sweeps},
               {"row_passes", plan.row_passes},
               {"exponentials", plan.exponentials},
               {"reads_per_element", plan.reads_per_element},
               {"writes_per_element", plan.writes_per_element},
               {"parked", plan.kept},
               {"arrays", plan.arrays.size()}};
  j["text"] = explanation(p);
  return j;
}

std::string graphviz(const notation::program& p, const drawing& d) {
  std::string s = fmt::format("digraph {} {{\n  rankdir=BT;\n  node [fontname=\"sans-serif\"];\n  edge [fontsize=9];\n",
                              dot_text(p.name));
  if (d.written) draw(s, p.written, "written", "as written");
  if (d.rewritten) draw(s, p.rewritten, "rewritten", "as rewritten");
  if (d.gradients && p.request.any()) draw(s, p.gradients, "gradients", "with derivatives");
  if (d.simple) draw(s, p.simple, "simple", "as the loops compute it");
  return s + "}\n";
}

json failure_json(const notation::failure& f) {
  json error = {
      {"sentence", f.sentence}, {"line", f.line()}, {"column", f.column()}, {"length", f.length}, {"source", f.source}};
  if (!f.hint.empty()) error["hint"] = f.hint;
  return {{"error", error}};
}

}  // namespace loom::tool
