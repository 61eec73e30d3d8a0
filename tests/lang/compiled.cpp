// SPDX-License-Identifier: BSL-1.0
// lang/compiled.cpp — what the stages cannot do, as the mistake of a formula.
#include "loom/compiled.hpp"

#include <string>

#include "loom/ir/sentence.hpp"
#include "support/catch.hpp"

using loom::ir::capacity;
using loom::ir::issue;
using loom::schedule::plan;
using loom::schedule::unplanned;

namespace {

std::string text(const plan& p) {
  return std::string(loom::base::text_view(sentence_of(loom::compiler::mistake_of(p))));
}
bool says(const plan& p, const char* part) { return text(p).find(part) != std::string::npos; }

plan without_a_plan(unplanned why, int needed = 0, int limit = 0) {
  plan p;
  p.refuse(why, needed, limit);
  return p;
}
plan too_large(capacity of, int needed, int limit) {
  plan p = without_a_plan(unplanned::too_large, needed, limit);
  p.program.overflow = {of, limit, needed};
  return p;
}

}  // namespace

TEST_CASE("a plan that is one is no mistake") { CHECK(loom::compiler::mistake_of(plan()).kind == issue::none); }

TEST_CASE("what a plan has too many of is named, with the limit and the number needed") {
  CHECK(says(without_a_plan(unplanned::too_many_arrays, 11, 8), "needs 11 arrays; 8 are allowed"));
  CHECK(says(without_a_plan(unplanned::too_many_steps, 700, 640), "needs 700 steps; 640 are allowed"));
  CHECK(says(without_a_plan(unplanned::too_many_sweeps, 9, 8), "needs 9 sweeps; 8 are allowed"));
}

TEST_CASE("what a graph has too many of is another mistake for each") {
  CHECK(says(too_large(capacity::nodes, 600, 512), "at least 600 values"));
  CHECK(says(too_large(capacity::inputs, 18, 16), "18 inputs"));
  CHECK(says(too_large(capacity::outputs, 40, 32), "40 results and derivatives; 32 are allowed"));
  CHECK(says(too_large(capacity::axes, 9, 8), "9 axes of different names; 8 are allowed"));
  CHECK(says(too_large(capacity::rewrites, 2001, 2000), "rewritten 2000 times"));
}

TEST_CASE("what there is no loop for has a sentence of its own") {
  CHECK(loom::compiler::mistake_of(without_a_plan(unplanned::part_of_a_row)).kind == issue::part_of_a_row);
  CHECK(loom::compiler::mistake_of(without_a_plan(unplanned::computed_table)).kind == issue::computed_table);
  CHECK(loom::compiler::mistake_of(without_a_plan(unplanned::scattered_row)).kind == issue::scattered_row);
  CHECK(loom::compiler::mistake_of(without_a_plan(unplanned::reduced_scalar)).kind == issue::reduced_scalar);
}
