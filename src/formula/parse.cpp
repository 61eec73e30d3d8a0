// SPDX-License-Identifier: BSL-1.0
// src/formula/parse.cpp — a text read, its names found, its values built.
#include "formula/parse.hpp"

#include "formula/build.hpp"

namespace loom::notation {

namespace {

using namespace reading;

/// Where the text names an axis, for what is said of one once the formula is complete.
std::optional<node_id> place_of_axis(const tree& t, text_view axis) {
  for (std::size_t k = 0; k < t.nodes.size(); ++k)
    if (t.nodes[k].kind == node_kind::name ? axis == t.nodes[k].word
                                           : t.nodes[k].kind == node_kind::quoted && t.nodes[k].word == "axis" &&
                                                 axis == axis_name_of(t.nodes[k].quoted))
      return static_cast<node_id>(k);
  return {};
}

lowered write_formula(scope& names, node_id root) {
  checked_builder first;
  writer(names, first).results(root);
  if (!first.undecided()) return first.finish();
  checked_builder again(first.axes());
  writer(names, again).results(root);
  return again.finish();
}

/// A statement that the formula does not use is still a formula: its mistakes are told.
void check_unused(scope& names, const tree& t) {
  for (const syntax::statement& s : t.statements) {
    checked_builder to;
    writer w(names, to);
    const node_id behind = w.unwrapped(s.value);
    const bool says_nothing =
        t[behind].kind == node_kind::quoted || (t[behind].kind == node_kind::call && t[behind].word == "results");
    std::optional<failure> wrong;  // thrown outside of the handler: see stop
    try {
      if (!says_nothing) w.value(behind);
    } catch (stop& e) {
      // A name that nothing defines may be defined where the text was taken from, and of which axis `last` is the last where it is used.
      if (!e.is_said_elsewhere) wrong = std::move(e.why);
    }
    if (wrong) throw stop{std::move(*wrong)};
  }
}

}  // namespace

formula parse(std::string_view text, std::span<const std::string> declarations) {
  formula r;
  text_store texts;
  texts.keep(std::string(text));
  r.texts = texts.all();
  const tree t = syntax::read(texts[0]);
  const auto nothing = [&] {
    builder zero;
    zero.result.outputs.push_back({derivative_kind::value, -1, zero.constant(0)});
    r.written = zero.result;
  };
  if (t.wrong.failed()) {
    r.wrong = t.wrong;
    nothing();
    return r;
  }
  try {
    scope names_of(t, texts);
    for (const std::string& d : declarations) names_of.declare(d);
    names_of.define_statements();
    names_of.infer();
    r.inferred = names_of.inferred;
    const syntax::statement& last = t.statements.back();
    r.name = std::string(last.name);
    const lowered built = write_formula(names_of, last.value);
    if (built.problem.kind != issue::none) {
      if (built.problem.kind == issue::axis_without_extent)
        if (const auto at = place_of_axis(t, built.problem.name)) names_of.fail_at(*at, sentence(built.problem));
      names_of.fail_at(last.value, sentence(built.problem));
    }
    check_unused(names_of, t);
    r.written = built.program;
  } catch (stop& s) {
    r.wrong = std::move(s.why);
    nothing();
  }
  return r;
}

}  // namespace loom::notation
