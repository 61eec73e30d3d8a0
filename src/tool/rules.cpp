// SPDX-License-Identifier: BSL-1.0
// src/tool/rules.cpp — terms become graphs over made-up inputs, and those are printed.
#include "tool/rules.hpp"

#include "loom/compile.hpp"
#include "loom/ir/print.hpp"
#include "loom/rewrite/instances.hpp"

namespace loom::tool {

namespace {

using namespace loom::rewrite;
using ir::only;

struct condition {
  guard holds;
  const char* text;
};
constexpr condition conditions[] = {
    {guards::a_varies_along_k, "where a varies along the axes"},
    {guards::b_constant_along_k, "where b does not vary along the axes"},
    {guards::m_constant_along_k, "where m does not vary along the axes"},
    {guards::b_is_shared, "where b has fewer axes than a"},
    {guards::b_is_extent_of_k, "where b is the extent of the axes"},
    {guards::both_nonnegative, "where a >= 0 and b >= 0"},
    {guards::one_may_be_negative, "where a or b may be negative"},
    {guards::a_nonnegative, "where a >= 0"},
    {guards::a_nonpositive, "where a <= 0"},
    {guards::a_may_be_negative, "where a may be negative"},
    {guards::c_nonnegative, "where c >= 0"},
    {guards::b_nonnegative, "where b >= 0"},
    {guards::ratio_of_exponentials, "where a or b is made of exponentials, and neither is negative"},
    {guards::unmasked_zero_times_logarithm, "where a may be 0, and b is a logarithm"},
    {guards::c_scales_b, "where c is made of constants and extents, and is above 0"},
    {guards::a_finite, "where a is finite"},
    {guards::not_both_zero, "where a and b are not both 0"},
    {guards::b_is_shared_and_safe, "where b has fewer axes than a, and its reciprocal can be taken"},
    {guards::not_opposite, "where neither is the other with its sign changed"},
    {guards::masks_overlap, "where m and c are two masks, and neither is the negation of the other"},
    {guards::only_m_is_given, "where m is data, and c is computed"},
};

std::string condition_of(guard g) {
  for (const condition& c : conditions)
    if (c.holds == g) return c.text;
  return g == nullptr ? "" : "under a condition";
}

std::string text_of(const graph& inputs, const term& t) {
  builder b(inputs);
  value_id variable[terms::max_variables] = {};
  for (int v = 0; v < terms::max_variables; ++v) variable[v] = b.input(v);
  const value_id id = samples::instantiate(b, t, variable, only(samples::axis_c));
  return ir::formula_text(b.view(), id);
}

rule_text text_of(const rule& r, const char* stage) {
  constexpr const char* names[terms::max_variables] = {"a", "b", "c", "d", "m"};
  graph inputs = samples::two_axes();
  const ir::axis_set row = only(samples::axis_n), both = static_cast<ir::axis_set>(row | only(samples::axis_c));
  for (int v = 0; v < terms::max_variables; ++v) {
    const samples::variable_kind kind = samples::kind_of(r.lhs, v);
    const ir::op code = kind == samples::variable_kind::index  ? ir::op::index
                        : kind == samples::variable_kind::mask ? ir::op::mask
                                                               : ir::op::tensor;
    samples::add_input(inputs, names[v], code, code == ir::op::index ? row : both);
  }
  return {stage,
          std::string(r.name),
          text_of(inputs, r.lhs),
          text_of(inputs, r.rhs),
          condition_of(r.holds),
          r.parts.count != 0};
}

}  // namespace

std::vector<rule_text> all_rules() {
  std::vector<rule_text> all;
  const auto add = [&](const rule_table& table, const char* stage) {
    for (int i = 0; i < table.rows.size(); ++i) all.push_back(text_of(table.rows[i], stage));
  };
  add(canonical_rules, "canonical");
  add(stable_rules, "stable");
  add(expand_rules, "expand");
  add(cheap_rules, "cheap");
  return all;
}

}  // namespace loom::tool
