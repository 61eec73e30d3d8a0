// SPDX-License-Identifier: BSL-1.0
// Which loops a plan has: the facts of the flagships, and formulas of other shapes.
#include "loom/schedule/fuse.hpp"

#include "loom/collection/collection.hpp"
#include "loom/ir/print.hpp"
#include "loom/schedule/verify.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/over_axes.hpp"

namespace {

using namespace loom;

using namespace loom::layers;

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
  LOOM_CHECK(facts_of(flagship::weighted_cross_entropy.plan()) == facts{1, 0, 2, 1, 1, 0});
  LOOM_CHECK(facts_of(flagship::focal_cross_entropy.plan()) == facts{1, 0, 2, 1, 1, 0});
  LOOM_CHECK(facts_of(flagship::binary_cross_entropy.plan()) == facts{1, 0, 1, 1, 2, 0});
  LOOM_CHECK(facts_of(flagship::huber.plan()) == facts{1, 0, 1, 0, 2, 0});
  LOOM_CHECK(facts_of(flagship::gaussian_nll.plan()) == facts{1, 0, 1, 0, 3, 0});
  LOOM_CHECK(facts_of(flagship::distillation.plan()) == facts{1, 0, 2, 2, 2, 0});
}

TEST_CASE("with its gradient as well", "[schedule]") {
  LOOM_CHECK(facts_of(flagship::cross_entropy.plan(d(x))) == facts{1, 0, 3, 1, 1, 1});
  // The weight of the kept rows divides every gradient: a pass over the labels comes first.
  LOOM_CHECK(facts_of(flagship::weighted_cross_entropy.plan(d(x))) == facts{1, 1, 3, 1, 1, 1});
  LOOM_CHECK(facts_of(flagship::focal_cross_entropy.plan(d(x))) == facts{1, 0, 3, 1, 1, 1});
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

/// The plan of a formula with the gradients of some inputs, made at run time.
template <auto Formula, class... Inputs>
plan with(Inputs... inputs) {
  const graph& g = source<Formula>::written.program;
  input_set wanted = 0;
  for (std::string_view name : std::initializer_list<std::string_view>{inputs...})
    for (int i = 0; i < g.inputs.size(); ++i)
      if (g.inputs[i].name == name) wanted |= 1u << i;
  return loom::compiler::compile(g, wanted);
}

/// What a plan over several sets of axes has: sweeps over all of them, prologues, arrays, and the axes of its rows.
struct shape {
  int sweeps = 0, prologues = 0, arrays = 0, lookups = 0;
  std::string columns;
  bool operator==(const shape&) const = default;
  friend std::ostream& operator<<(std::ostream& to, const shape& s) {
    return to << s.sweeps << " " << s.prologues << " " << s.arrays << " " << s.lookups << " " << s.columns;
  }
};

shape sound_shape(const plan& p) {
  CHECK(plan_problem(p) == "");
  return {p.sweeps, p.prologues, p.arrays.size(), p.lookups.size(), axes_text(p.program, p.column_axes)};
}

TEST_CASE("reductions over different axes leave arrays that later sweeps read", "[schedule]") {
  using namespace over_axes;
  constexpr auto crossed = sum(log_softmax(flagship::x, axis<"C">) * log_softmax(flagship::x, axis<"N">));
  CHECK(sound_shape(with<crossed>()) == shape{3, 0, 2, 0, "C"});
  CHECK(sound_shape(with<info_nce>()) == shape{2, 1, 2, 1, "M"});
  CHECK(sound_shape(with<info_nce>("s")) == shape{3, 1, 2, 1, "M"});
  CHECK(sound_shape(with<dice_of_images>()) == shape{1, 1, 3, 0, "C"});
  CHECK(sound_shape(with<dice_of_images>("x")) == shape{2, 1, 3, 0, "C"});
  CHECK(sound_shape(with<dice_of_classes>()) == shape{1, 1, 3, 0, "C"});
  CHECK(sound_shape(with<dice_of_classes>("x")) == shape{2, 1, 3, 0, "C"});
  CHECK(sound_shape(with<dpo>()) == shape{1, 1, 2, 0, "V"});
  CHECK(sound_shape(with<dpo>("chosen", "rejected")) == shape{2, 1, 2, 0, "V"});
  CHECK(sound_shape(with<token_means>()) == shape{1, 1, 2, 0, "V"});
  CHECK(sound_shape(with<token_means>("chosen")) == shape{1, 2, 2, 0, "V"});
}

TEST_CASE("the gradient of the weights of classes is an array of one number a class", "[schedule]") {
  const plan p = flagship::weighted_cross_entropy.plan(d(w));
  CHECK(sound_shape(p) == shape{2, 1, 2, 0, "C"});
  CHECK(sound_shape(flagship::weighted_cross_entropy.plan(d(x), d(w))) == shape{2, 1, 2, 0, "C"});
}

TEST_CASE("no array is larger than the data: embeddings meet entry by entry", "[schedule]") {
  using namespace over_axes;
  for (const plan& p :
       {with<clip>(), with<clip>("a", "b"), with<-gather(log_softmax(similarity, M), pair, M).mean()>("a")}) {
    CHECK(plan_problem(p) == "");
    CHECK(axes_text(p.program, p.column_axes) == "D");
    for (const array_info& each : p.arrays) CHECK(loom::schedule::detail::within_data(p.program, as_set(each.axes)));
  }
  CHECK(sound_shape(with<clip>()) == shape{2, 2, 4, 2, "D"});
  CHECK(sound_shape(with<clip>("a", "b")) == shape{3, 2, 6, 2, "D"});
}

TEST_CASE("sets of axes that overlap in part are split at one axis", "[schedule]") {
  using namespace over_axes;
  CHECK(sound_shape(with<logsumexp(over_axes::x, N, C).mean() + logsumexp(over_axes::x, C, P).mean()>("x")) ==
        shape{3, 2, 4, 0, "C"});
  constexpr auto row = tensor<"row[N]">;  // {N, C} cannot be walked as one: row has but one of them
  CHECK(sound_shape(with<sum(softmax(row * flagship::x * tensor<"k[M]">, N, C) * row)>()) == shape{3, 0, 2, 0, "C"});
}

TEST_CASE("a row of -inf does not hide what the other rows of its shift are", "[schedule]") {
  using namespace over_axes;
  const plan p = with<logsumexp(over_axes::x, N, P).mean()>();
  int split = 0;
  for (const node& n : p.program.nodes) split += n.code == op::shift && p.program[n.operand[0]].code == op::reduce_max;
  CHECK(split == 1);
  for (const node& n : p.program.nodes) CHECK((n.code != op::shift || n.over() == only(0)));
}

TEST_CASE("a label that names an entry of what is computed is found along a row", "[schedule]") {
  using namespace over_axes;
  const plan p = with<square(flagship::x - gather(flagship::x.mean(axis<"N">), flagship::t)).mean()>("x");
  CHECK(sound_shape(p) == shape{3, 0, 2, 0, "C"});
}

TEST_CASE("what needs more than the capacities of a plan has none", "[schedule]") {
  constexpr auto both_ways = []<int... K>(std::integer_sequence<int, K...>) {
    return ((logsumexp(x * (flagship::a + K), -1).mean() + logsumexp(x * (flagship::a + K), -2).mean()) + ...);
  };
  CHECK(plan_problem(with<both_ways(std::make_integer_sequence<int, 4>())>()) == "");
  const plan none = with<both_ways(std::make_integer_sequence<int, max_arrays / 2 + 1>())>();
  CHECK(none.problem == unplanned::too_many_arrays);
  CHECK(none.problem_count == max_arrays + 2);
  CHECK(none.problem_limit == max_arrays);
}

TEST_CASE("a formula of one row is a number, not a row of numbers", "[schedule]") {
  constexpr auto q = tensor<"q[C]">;
  constexpr auto normalizer = logsumexp(q);
  constexpr auto entropy = -sum(softmax(q, -1) * log_softmax(q, -1));
  constexpr auto times_a_total = sum(log_softmax(q, -1)) * sum(flagship::x);
  for (const plan* p : {&plan_of<normalizer>(), &plan_of<entropy>(), &plan_of<times_a_total>()}) {
    CAPTURE(p->program.size());
    CHECK(plan_problem(*p) == "");
  }
}

}  // namespace
