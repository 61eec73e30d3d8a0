// SPDX-License-Identifier: BSL-1.0
// laws/confluence.cpp — where two rules describe parts of one formula that overlap, it does not matter which of them comes first. The formulas
// are made of the tables: the left side of one rule, in which a part that another rule may describe is that rule's left side.
#include "loom/compile.hpp"
#include "loom/ir/print.hpp"
#include "support/catch.hpp"
#include "support/rule_instances.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using namespace loom::rewrite;
using namespace loom::test;

/// Inputs of the kinds that the variables of a term want; numbers over the axes `numbers`.
struct variables {
  value_id of[terms::max_variables];

  variables(builder& b, const term& t, axis_set numbers, const char* const* names) {
    for (int v = 0; v < terms::max_variables; ++v) {
      const variable_kind kind = kind_of(t, v);
      const op code = kind == variable_kind::index ? op::index : kind == variable_kind::mask ? op::mask : op::tensor;
      of[v] = kind == variable_kind::absent
                  ? no_value
                  : b.input(add_input(b.result, names[v], code, code == op::index ? only(axis_n) : numbers));
    }
  }
};

/// The left side of `outer`, with that of `inner` in the place of its node `at`; or nothing, if the shapes do not fit.
graph overlap(const rule& outer, int at, const rule& inner, axis_set numbers) {
  static constexpr const char* outer_names[] = {"a", "b", "c", "d", "m"};
  static constexpr const char* inner_names[] = {"p", "q", "r", "s", "k"};
  builder b(two_axes());
  const variables of_inner(b, inner.lhs, numbers, inner_names), of_outer(b, outer.lhs, numbers, outer_names);
  const value_id part = instantiate(b, inner.lhs, of_inner.of, only(axis_c));
  value_id id[terms::max_size]{};
  for (int i = 0; i < outer.lhs.size(); ++i) {
    const term_node& n = outer.lhs[i];
    const auto operand = [&](int k) { return n.operand[k] == no_value ? no_value : id[n.operand[k]]; };
    id[i] = i == at             ? part
            : n.code == op::any ? of_outer.of[n.bits]
                                : b.make(n.code, operand(0), operand(1), operand(2),
                                         names_axes(n.code) ? std::uint64_t{only(axis_c)} : n.bits);
  }
  graph g = b.result;
  g.outputs.push_back({derivative_kind::value, -1, id[outer.lhs.size() - 1]});
  return g;
}

bool describes(const rule& r, const graph& g, value_id v) {
  known_graph known(g);
  if (r.parts.count == 0) {
    matched w;
    return matches(known, v, r, w);
  }
  sum_terms s;
  s.read(g, v, false);
  matched_terms found;
  return matches(known, s, r, found);
}

void check_table(const rule_table& table, int least) {
  points random(11);
  const shuffled first(table, random), second(table, random), third(table, random);
  int pairs = 0;
  const std::vector<rule> rows = rows_of(table);
  for (const rule& outer : rows)
    for (const rule& inner : rows)
      for (int at = 0; at < outer.lhs.size(); ++at) {
        const bool is_root = at == outer.lhs.size() - 1;
        if (outer.lhs[at].code != inner.lhs.root().code || (is_root && &outer >= &inner)) continue;
        for (const int numbers : {only(axis_n) | only(axis_c), int{only(axis_n)}}) {
          const graph g = overlap(outer, at, inner, static_cast<axis_set>(numbers));
          if (!well_formed(g) || g.too_large || !describes(outer, g, g.outputs[0].id)) continue;
          ++pairs;
          const graph ordered = rewritten(g, table);
          for (const shuffled* other : {&first, &second, &third}) {
            const graph result = rewritten(g, *other);
            const bool same = same_program(result, ordered);
            if (!same) {
              CAPTURE(std::string(outer.name), std::string(inner.name), formula_text(g, g.outputs[0].id),
                      formula_text(ordered, ordered.outputs[0].id), formula_text(result, result.outputs[0].id));
              CHECK(same);
            }
          }
        }
      }
  CHECK(pairs >= least);
}

}  // namespace

TEST_CASE("overlapping rules: canonical", "[laws]") { check_table(canonical_rules, 60); }
TEST_CASE("overlapping rules: stable", "[laws]") { check_table(stable_rules, 250); }
TEST_CASE("overlapping rules: cheap", "[laws]") { check_table(cheap_rules, 60); }
