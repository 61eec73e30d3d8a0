// SPDX-License-Identifier: BSL-1.0
// tests/emit/forms.cpp — which values have a line, and which passes leave the label's entry to one.
#include "loom/emit/forms.hpp"

#include "emit/subjects.hpp"
#include "support/catch.hpp"

using namespace loom::emit::detail;
using loom::ir::op;

namespace {

/// The first value of an op.
loom::ir::value_id first(const loom::schedule::plan& p, op code) {
  int id = 0;
  while (p.program[id].code != code) ++id;
  return static_cast<loom::ir::value_id>(id);
}

}  // namespace

TEST_CASE("a value of one use stands in the expression that uses it") {
  const printed::subject s = printed::flagships(false)[0];  // cross entropy
  const value_words words(s.schedule);
  const forms f(s.schedule, words);
  const stretch& exponentials = f.body(0, 1);
  const auto x = first(s.schedule, op::tensor), e = first(s.schedule, op::exp);
  CHECK(exponentials.folded[x]);
  CHECK(exponentials.folded[s.schedule.program[e].operand[0]]);
  CHECK_FALSE(exponentials.folded[e]);  // parked, and added up
  CHECK(f.body(0, 2).folded[e]);        // as it is recalled
  CHECK_FALSE(f.row(0).folded[first(s.schedule, op::gather)]);
}

TEST_CASE("a pass that stores what has to do with a label leaves its entry to a line after the loop") {
  const printed::subject s = printed::flagships(false)[0];
  const value_words words(s.schedule);
  const forms f(s.schedule, words);
  CHECK_FALSE(f.has_labelled_entry(0, 1));
  REQUIRE(f.has_labelled_entry(0, 2));
  const auto onehot = first(s.schedule, op::onehot);
  CHECK(f.body(0, 2).known.id == onehot);
  CHECK(f.body(0, 2).uses[onehot] == 0);
  CHECK(f.form_of(onehot, {onehot, true}).is == form::one);
  CHECK(f.form_of(onehot, {onehot, false}).is == form::zero);
  CHECK(f.form_of(onehot, {}).is == form::itself);
  // The row has loaded that entry already.
  CHECK(f.resolved(first(s.schedule, op::tensor), f.labelled_entry(0, 2).known) == first(s.schedule, op::gather));
}

TEST_CASE("no pass leaves a label's entry to a line if it folds one-hots into a reduction") {
  for (const printed::subject& s : printed::flagships(false)) {
    if (s.name != "focal_cross_entropy") continue;
    const value_words words(s.schedule);
    const forms f(s.schedule, words);
    CHECK_FALSE(f.has_labelled_entry(0, 1));
    CHECK(f.has_labelled_entry(0, 2));
    // There it is written out: c == t_n ? a : b.
    int split = 0;
    for (bool each : f.body(0, 1).split) split += each;
    CHECK(split == 1);
  }
}
