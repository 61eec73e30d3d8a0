// SPDX-License-Identifier: BSL-1.0
// Which loops a plan has: the facts of the flagships, and formulas of other shapes.
#include "loom/schedule/fuse.hpp"

#include "loom/collection/flagships.hpp"
#include "support/catch.hpp"
#include "support/plan_check.hpp"

namespace {

using namespace loom;
using namespace loom::test;
namespace flagship = loom::collection;
using flagship::a, flagship::mu, flagship::v, flagship::x, flagship::w, flagship::y;

/// The facts of a plan that a change of the planner could make worse.
struct facts {
  int sweeps = 0, prologues = 0, row_passes = 0, exponentials = 0, reads = 0, writes = 0;
  constexpr bool operator==(const facts&) const = default;
};

constexpr facts facts_of(const plan& p) {
  return {p.sweeps, p.prologues, p.row_passes, p.exponentials, p.reads_per_element, p.writes_per_element};
}

TEST_CASE("every flagship reads its data once", "[schedule]") {
  LOOM_CHECK(facts_of(flagship::cross_entropy.plan()) == facts{1, 0, 2, 1, 1, 0});
  LOOM_CHECK(facts_of(flagship::weighted_cross_entropy.plan()) == facts{1, 0, 3, 1, 1, 0});
  LOOM_CHECK(facts_of(flagship::focal_cross_entropy.plan()) == facts{1, 0, 3, 1, 1, 0});
  LOOM_CHECK(facts_of(flagship::binary_cross_entropy.plan()) == facts{1, 0, 1, 1, 2, 0});
  LOOM_CHECK(facts_of(flagship::huber.plan()) == facts{1, 0, 1, 0, 2, 0});
  LOOM_CHECK(facts_of(flagship::gaussian_nll.plan()) == facts{1, 0, 1, 0, 3, 0});
  LOOM_CHECK(facts_of(flagship::distillation.plan()) == facts{1, 0, 3, 3, 2, 0});
}

TEST_CASE("with its gradient as well", "[schedule]") {
  LOOM_CHECK(facts_of(flagship::cross_entropy.plan(d(x))) == facts{1, 0, 3, 1, 1, 1});
  // The weight of the kept rows divides every gradient: a pass over the labels comes first.
  LOOM_CHECK(facts_of(flagship::weighted_cross_entropy.plan(d(x))) == facts{1, 1, 3, 1, 1, 1});
  LOOM_CHECK(facts_of(flagship::focal_cross_entropy.plan(d(x))) == facts{1, 0, 5, 1, 1, 1});
  LOOM_CHECK(facts_of(flagship::binary_cross_entropy.plan(d(a))) == facts{1, 0, 1, 1, 2, 1});
  LOOM_CHECK(facts_of(flagship::huber.plan(d(a))) == facts{1, 0, 1, 0, 2, 1});
  LOOM_CHECK(facts_of(flagship::gaussian_nll.plan(d(mu), d(v))) == facts{1, 0, 1, 0, 3, 2});
  LOOM_CHECK(facts_of(flagship::distillation.plan(d(x))) == facts{1, 0, 3, 3, 2, 1});
}

TEST_CASE("an exponential that two passes need is parked in the gradient", "[schedule]") {
  LOOM_CHECK(flagship::cross_entropy.plan(d(x)).kept == 1);
  LOOM_CHECK(flagship::distillation.plan(d(x)).kept == 1);
  LOOM_CHECK(flagship::cross_entropy.plan().kept == 0);
}

TEST_CASE("the plans of the flagships are sound", "[schedule]") {
  CHECK(plan_problem(flagship::cross_entropy.plan(d(x))) == "");
  CHECK(plan_problem(flagship::weighted_cross_entropy.plan(d(x))) == "");
  CHECK(plan_problem(flagship::focal_cross_entropy.plan(d(x), d(flagship::gamma))) == "");
  CHECK(plan_problem(flagship::binary_cross_entropy.plan(d(a), d(y))) == "");
  CHECK(plan_problem(flagship::huber.plan(d(a), d(y))) == "");
  CHECK(plan_problem(flagship::gaussian_nll.plan(d(mu), d(v))) == "");
  CHECK(plan_problem(flagship::distillation.plan(d(x), d(flagship::T))) == "");
}

/// The plan of a formula, with gradients by input number.
template <auto Formula>
const plan& plan_of() {
  return compiled<Formula, 0>::schedule;
}

TEST_CASE("a value that depends on a total needs a sweep of its own", "[schedule]") {
  constexpr auto variance = var(x);
  const plan& p = plan_of<variance>();
  CHECK(p.sweeps == 2);
  CHECK(plan_problem(p) == "");
  constexpr auto rows_first = var(sum(x, -1));
  CHECK(plan_of<rows_first>().sweeps == 2);
  CHECK(plan_problem(plan_of<rows_first>()) == "");
}

TEST_CASE("reductions over different axes have no plan", "[schedule]") {
  constexpr auto crossed = sum(log_softmax(x, axis<"C">) * log_softmax(x, axis<"N">));
  CHECK(plan_of<crossed>().problem == unplanned::reductions_over_different_axes);
  constexpr auto weighted = flagship::weighted_cross_entropy;
  CHECK(weighted.plan(d(w)).problem != unplanned::none);
}

TEST_CASE("a formula of one row is a number, not a row of numbers", "[schedule]") {
  constexpr auto q = tensor<"q[C]">;
  constexpr auto normalizer = logsumexp(q);
  constexpr auto entropy = -sum(softmax(q, -1) * log_softmax(q, -1));
  constexpr auto times_a_total = sum(log_softmax(q, -1)) * sum(flagship::x);
  for (const plan* p : {&plan_of<normalizer>(), &plan_of<entropy>(), &plan_of<times_a_total>()}) {
    CAPTURE(p->program.size());
    CHECK((p->problem != unplanned::none || plan_problem(*p) == ""));
  }
}

}  // namespace
