// SPDX-License-Identifier: BSL-1.0
// src/formula/program.cpp — the forms of a formula, one after the other, as compiled.hpp has them as constants.
#include "formula/program.hpp"

#include "formula/words.hpp"
#include "loom/compiled.hpp"
#include "loom/schedule/stages.hpp"

namespace loom::notation {

namespace {

using namespace loom::compiler;

/// The inputs of some names, as a set; or what is wrong with one.
derive::input_set inputs_of(const graph& g, const std::vector<std::string>& names, std::string& wrong) {
  derive::input_set all = 0;
  for (const std::string& name : names) {
    int found = -1;
    for (int k = 0; k < g.inputs.size(); ++k)
      if (g.inputs[k].name == name && !g.inputs[k].is_place()) found = k;
    if (found < 0) wrong = "the formula has no input " + name;
    else if (g.inputs[found].code != op::tensor && g.inputs[found].code != op::scalar)
      wrong = sentence({issue::gradient_of_an_index, text_view(name)});
    else all |= derive::input_set{1} << found;
  }
  return all;
}

}  // namespace

std::unique_ptr<program> compile(const formula& f, const wanted& w) {
  auto p = std::make_unique<program>();
  if (!f.name.empty()) p->name = f.name;
  p->texts = f.texts;
  p->written = f.written;
  p->request = {inputs_of(f.written, w.gradients, p->wrong), inputs_of(f.written, w.curvatures, p->wrong)};
  p->request.gauss_newton = inputs_of(f.written, w.gauss_newton, p->wrong);
  if (!p->wrong.empty()) p->request = {};
  // What is no scalar has derivatives only with a cotangent.
  p->request.seeded = p->request.any() && !f.written.result_axes.empty();

  const auto needs_memory = [](const plan& of_pairs) { return !of_pairs.arrays.empty() || of_pairs.refused(); };
  auto now = std::make_unique<derived>();
  const auto run = [&](const derivative_request& wanted) {
    *now = derived{f.written};
    for (form at = form::canonical; at <= form::simple; at = static_cast<form>(static_cast<int>(at) + 1)) {
      const bool second = at == form::with_second_derivatives || at == form::stable_second_derivatives;
      if (second && !wanted.second_order()) continue;
      *now = next_form(at, *now, request_for(at, wanted));
      if (at == form::stable) p->rewritten = now->program;
      if (at == form::stable_gradients || at == form::stable_second_derivatives) p->gradients = now->program;
      if (now->program.too_large) break;
    }
    return !now->program.too_large && now->not_differentiable.empty();
  };
  run(p->request);
  if (p->request.gradients != 0 && !p->request.second_order() && rewrite::has_sums_in_order(p->rewritten) &&
      needs_memory(stage::schedule(now->program))) {
    const bool may = run(p->request.ordered());
    if (may && schedule::map_stages(now->program).possible) p->request = p->request.ordered();
    else run(p->request);
  }
  p->simple = now->program;
  mistake m;
  if (now->program.too_large) m = ir::mistake_of(now->program.overflow);
  else if (!now->not_differentiable.empty()) m = {issue::not_differentiable, now->not_differentiable};
  else if (!now->no_diagonal.empty()) m = {issue::no_diagonal, now->no_diagonal};
  if (m.kind == issue::none) {
    p->plan = stage::schedule(p->simple);
    if (!p->in_stages()) m = compiler::mistake_of(p->plan);
  }
  if (p->wrong.empty() && m.kind != issue::none) p->wrong = sentence(m);
  return p;
}

}  // namespace loom::notation
