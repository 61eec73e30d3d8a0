// SPDX-License-Identifier: BSL-1.0
// src/site/pages.cpp — the data of the site as JSON, on standard output: the collection, and the losses that show a notation, at every stage
// of the compiler, and the tables of ops, reductions, rules and issues.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <boost/hana/for_each.hpp>

#include "loom/call/data_issue.hpp"
#include "loom/collection/collection.hpp"
#include "loom/ir/print.hpp"
#include "loom/rewrite/guards.hpp"
#include "notations.hpp"
#include "show.hpp"

namespace loom::site {
namespace {

using namespace loom::compiler;

std::string number(double v) {
  char text[40];
  std::snprintf(text, sizeof text, "%.5g", v);
  return text;
}
std::string joined(const std::vector<std::string>& items) {
  std::string s;
  for (const std::string& i : items) s += (s.empty() ? "" : ",\n") + i;
  return "[" + s + "]";
}

// ---- the collection, and what shows a notation -----------------------------------------------------------------------

/// What a page differentiates by: what a network computes. `header`: of the collection, or the namespace in notations.hpp.
struct subject {
  std::string_view loss, header, inputs;
};
constexpr subject subjects[] = {
    {"cross_entropy", "classification", "x"},
    {"weighted_cross_entropy", "classification", "x"},
    {"focal_cross_entropy", "classification", "x"},
    {"binary_cross_entropy", "classification", "a"},
    {"distillation", "classification", "x"},
    {"softmax_objective", "classification", "x"},
    {"logistic_objective", "classification", "a"},
    {"huber", "regression", "a"},
    {"gaussian_nll", "regression", "mu v"},
    {"pixel_cross_entropy", "segmentation", "x"},
    {"dice", "segmentation", "x"},
    {"image_dice", "segmentation", "x"},
    {"class_dice", "segmentation", "x"},
    {"info_nce", "contrastive", "s"},
    {"clip", "contrastive", "a b"},
    {"triplet_margin", "contrastive", "anchor positive negative"},
    {"cosine_embedding", "contrastive", "a c"},
    {"token_cross_entropy", "preference", "x"},
    {"dpo", "preference", "xc xr"},
    {"grpo", "preference", "x"},
};
constexpr subject subjects_of_notations[] = {
    {"nt_xent", "places", "z"},     {"siglip", "products", "a b"}, {"cox", "running", "x"},
    {"crf", "chains", "e first a"}, {"list_mle", "sorted", "x"},   {"next_token", "extents", "x"},
    {"kappa", "numbers", "x"},      {"lsq", "slopes", "w step"},
};

bool has_word(std::string_view words, std::string_view word) {
  return (" " + std::string(words) + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

std::string loss_page(const subject& s, const graph& written) {
  derivative_request wanted;
  std::vector<std::string> by;
  for (int k = 0; k < written.inputs.size(); ++k) {
    if (written.inputs[k].is_place() || !has_word(s.inputs, std::string_view(written.inputs[k].name))) continue;
    wanted.gradients |= 1u << k;
    by.push_back(quoted(std::string_view(written.inputs[k].name)));
  }
  // The stages are large: they lie on the heap.
  const auto at = [&](form f) { return std::make_unique<graph>(in_form(f, written, wanted).program); };
  const auto rewritten = at(form::stable), gradients = at(form::stable_gradients), simple = at(form::simple);
  const auto schedule = std::make_unique<plan>(stage::schedule(*simple));
  return std::string("{") + member("name", quoted(s.loss)) + member("header", quoted(s.header)) +
         member("gradients_by", joined(by)) + members({s.loss, written, *rewritten, *gradients, *schedule, wanted}) +
         "}";
}

/// In the order of `all`, of a map of losses by their names. `missing`: one that `all` lacks.
template <std::size_t N, class Losses>
std::string losses(const subject (&all)[N], const Losses& map, std::string& missing) {
  std::vector<std::string> pages(N);
  hana::for_each(map, [&](const auto& entry) {
    const std::string_view name = hana::to<const char*>(hana::first(entry));
    using loss = std::remove_cvref_t<decltype(hana::second(entry))>;
    const auto subject_of = std::find_if(all, all + N, [&](const subject& s) { return s.loss == name; });
    if (subject_of == all + N) missing = name;
    else pages[static_cast<std::size_t>(subject_of - all)] = loss_page(*subject_of, loss::front::written.program);
  });
  return joined(pages);
}

// ---- tables --------------------------------------------------------------------------------------------------------

std::string bounds(const interval& i) {
  const bool below = i.low > -numeric::infinity, above = i.high < numeric::infinity;
  return below && above ? number(i.low) + " to " + number(i.high)
         : below        ? "from " + number(i.low)
         : above        ? "to " + number(i.high)
                        : "";
}

std::string op_row(op code, const char* meaning, const std::string& adjoint) {
  const op_info& o = info(code);
  const std::string a = bounds(o.domain_a), b = bounds(o.domain_b);
  return std::string("{") + member("name", quoted(std::string_view(o.name))) + member("meaning", quoted(meaning)) +
         member("domain", quoted(a + (a.empty() || b.empty() ? "" : "; ") + (b.empty() ? "" : "b: " + b))) +
         member("range", quoted(bounds(o.range))) +
         member("ulp", quoted(o.cpp.empty() ? "" : number(o.ulp.f32) + " / " + number(o.ulp.f64))) +
         member("adjoint",
                quoted(adjoint == "undefined" ? "none"
                       : adjoint == "zero"    ? "0"
                                              : adjoint),
                false) +
         "}";
}

std::string ops() {
  std::vector<std::string> rows;
#define LOOM_UNARY(name, cost, text, notation, ulp, domain, range, course, weight, definition, of_x) \
  rows.push_back(op_row(op::name, #definition, #of_x));
#define LOOM_BINARY(name, cost, text, notation, ulp, domain_a, domain_b, fact, order, weight, definition, of_a, of_b) \
  rows.push_back(op_row(op::name, #definition, #of_a ";  " #of_b));
#define LOOM_UNARY_COMPOSED(name, notation, domain, range, course, definition, of_x) \
  rows.push_back(op_row(op::name, #definition, #of_x));
#define LOOM_BINARY_COMPOSED(name, notation, domain_a, domain_b, fact, order, definition, of_a, of_b) \
  rows.push_back(op_row(op::name, #definition, #of_a ";  " #of_b));
#include "loom/ir/ops.def"
  return joined(rows);
}

std::string reduction_row(op code, const char* combine, const char* finish) {
  const reduction_info& r = reduction(code);
  const std::string each = r.composed          ? std::string(info(r.scale).name)
                           : r.entry == itself ? ""
                                               : std::string(info(r.entry).name);
  return std::string("{") + member("name", quoted(std::string_view(info(code).name))) + member("each", quoted(each)) +
         member("identity", quoted(r.composed ? "" : number_text(r.identity))) + member("combine", quoted(combine)) +
         member("finish", quoted(std::string_view(finish) == "v" ? "" : finish), false) + "}";
}
std::string reductions() {
  std::vector<std::string> rows;
#define LOOM_REDUCTION(code, name, word, cost, entry, identity, combine, finish, ...) \
  rows.push_back(reduction_row(op::code, #combine, #finish));
#define LOOM_MASK_REDUCTION(code, name, word, cost, identity, combine, ...) \
  rows.push_back(reduction_row(op::code, #combine, "v"));
#define LOOM_REDUCTION_COMPOSED(code, name, cost, entry, scale, fact, term, finish, ...) \
  rows.push_back(reduction_row(op::code, #term, #finish));
#include "loom/ir/reductions.def"
  return joined(rows);
}

struct guard_in_words {
  rewrite::guard holds;
  const char* words;
};
constexpr guard_in_words guards_in_words[] = {
    {rewrite::guards::a_varies_along_k, "a varies along k"},
    {rewrite::guards::b_constant_along_k, "b is constant along k"},
    {rewrite::guards::m_constant_along_k, "m is constant along k"},
    {rewrite::guards::b_is_extent_of_k, "b is the extent of k"},
    {rewrite::guards::both_nonnegative, "a >= 0 and b >= 0"},
    {rewrite::guards::one_may_be_negative, "a or b may be negative"},
    {rewrite::guards::a_nonnegative, "a >= 0"},
    {rewrite::guards::a_nonpositive, "a <= 0"},
    {rewrite::guards::a_may_be_negative, "a may be negative"},
    {rewrite::guards::c_nonnegative, "c >= 0"},
    {rewrite::guards::b_nonnegative, "b >= 0"},
    {rewrite::guards::ratio_of_exponentials, "a and b are built of exponentials"},
    {rewrite::guards::a_finite, "a is finite"},
    {rewrite::guards::not_both_zero, "a and b are not both 0"},
};

/// A side of a rule, as a graph of its variables: they have no axes of their own, and k is one.
std::string side(const rewrite::term& t) {
  builder made;
  made.add_axis({"k", 0});
  for (const char* name : {"a", "b", "c", "d", "m"}) {
    input_info in;
    in.name = text_view(name, 1);
    made.add_input(in);
  }
  const value_id root = rewrite::instantiate(
      t, only(0), [&](std::uint64_t v) { return made.input(static_cast<int>(v)); },
      [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) { return made.make(code, a, b, c, bits); });
  return formula_text(made.result, root);
}

std::string rules_of(const rewrite::rule_table& table, const char* name, const char* purpose) {
  std::vector<std::string> rows;
  for (const rewrite::rule& r : table.rows) {
    std::string condition = r.holds == nullptr ? "" : "under a condition";
    for (const guard_in_words& g : guards_in_words)
      if (g.holds == r.holds) condition = g.words;
    rows.push_back(std::string("{") + member("name", quoted(std::string_view(r.name))) +
                   member("left", quoted(side(r.lhs))) + member("right", quoted(side(r.rhs))) +
                   member("in_a_sum", r.parts.count > 0 ? "true" : "false") +
                   member("condition", quoted(condition), false) + "}");
  }
  return std::string("{") + member("name", quoted(name)) + member("purpose", quoted(purpose)) +
         member("rows", joined(rows), false) + "}";
}

std::string issues() {
  std::vector<std::string> rows;
  const auto add = [&](const char* when, const char* name, const char* sentence) {
    rows.push_back(std::string("{") + member("when", quoted(when)) + member("name", quoted(name)) +
                   member("sentence", quoted(sentence), false) + "}");
  };
#define LOOM_ISSUE(name, sentence) add("when a program is compiled", #name, sentence);
#include "loom/ir/issues.def"
#undef LOOM_ISSUE
#define LOOM_DATA_ISSUE(name, sentence) add("at a call", #name, sentence);
#include "loom/call/data_issues.def"
#undef LOOM_DATA_ISSUE
  return joined(rows);
}

}  // namespace
}  // namespace loom::site

int main() {
  using namespace loom::site;
  std::string missing;
  const std::string collection = losses(subjects, loom::collection::losses, missing);
  const std::string notations = losses(subjects_of_notations, ::notations::losses, missing);
  if (!missing.empty()) {
    std::fprintf(stderr, "src/site/pages.cpp does not say what to differentiate %s by\n", missing.c_str());
    return 1;
  }
  const std::string rules[] = {
      rules_of(loom::rewrite::canonical_rules, "canonical", "One spelling for one meaning."),
      rules_of(loom::rewrite::stable_rules, "stable",
               "Spellings that overflow, underflow or cancel, and the primitive that each means."),
      rules_of(loom::rewrite::expand_rules, "expand", "Primitives as the loops compute them: shifts and branches."),
      rules_of(loom::rewrite::cheap_rules, "cheap", "The same value by less work."),
  };
  const std::string version = std::to_string(LOOM_VERSION_MAJOR) + "." + std::to_string(LOOM_VERSION_MINOR) + "." +
                              std::to_string(LOOM_VERSION_PATCH);
  std::string text = std::string("{") + member("version", quoted(version)) + member("losses", collection) +
                     member("notations", notations) + member("ops", ops()) + member("reductions", reductions()) +
                     member("rules", "[" + rules[0] + "," + rules[1] + "," + rules[2] + "," + rules[3] + "]") +
                     member("issues", issues(), false) + "}\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
}
