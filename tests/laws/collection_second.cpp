// SPDX-License-Identifier: BSL-1.0
// tests/laws/collection_second.cpp — second derivatives of every loss of the collection with respect to everything that is a number,
// scalars too, without loops: the Hessian against second differences of the value in 80 digits, and the plans step by step.
#include "loom/collection/collection.hpp"
#include "loom/schedule/run.hpp"
#include "loom/schedule/verify.hpp"
#include "support/collection_trials.hpp"
#include "support/layers.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

template <class F>
void for_each_loss(const F& f) {
  hana::for_each(collection::losses, [&](const auto& entry) {
    using front = typename std::remove_cvref_t<decltype(hana::second(entry))>::front;
    f(std::string(hana::to<const char*>(hana::first(entry))), front::written.program, front::labels);
  });
}

/// The plan of what a request asks for, run step by step, beside the graph.
void check_plan(const graph& written, const derivative_request& wanted, const point& p) {
  const plan planned = loom::compiler::compile(written, wanted);
  REQUIRE(planned.problem == unplanned::none);
  CHECK(plan_problem(planned) == "");
  const graph program = finished(with_derivatives(written, wanted).program);
  const interpreter<double> values(program, p.extents, p.inputs);
  const auto got = run_plan(planned, p.extents, p.inputs);
  for (int slot = 0; slot < program.outputs.size(); ++slot) {
    INFO("output " << slot << ": " << output_text(program, program.outputs[slot]));
    const std::vector<double> want = values.broadcast(program.outputs[slot].id, as_set(output_axes(planned, slot)));
    double size = 1e-3;  // of what cancels to nothing, too
    for (double w : want) size = std::max(size, std::fabs(w));
    for (std::size_t i = 0; i < want.size(); ++i)
      CHECK(std::fabs(got[static_cast<std::size_t>(slot)][i] - want[i]) <= 1e-11 * size);
  }
}

}  // namespace

TEST_CASE("the Hessian of every loss is that of its textbook spelling, symmetric, and has its diagonal", "[laws]") {
  int losses = 0;
  for_each_loss([&](const std::string& name, const graph& written, const auto& labels) {
    INFO(name);
    ++losses;
    const hessian h(written);
    REQUIRE(h.complete());
    points random(4);
    for (std::uint64_t draw : {1u, 2u, 3u}) {
      const point p = collected::data_for(written, labels, {3, 2, 3, 2}, 2, draw);
      // Loom's constants, such as 1e-6, have the digits of a double.
      CHECK(h.wrong_at(p, random, 1e-13) == "");
    }
  });
  CHECK(losses == 20);
}

TEST_CASE(
    "second derivatives of every loss with respect to each input have a plan, which gives the numbers of the graph",
    "[laws]") {
  for_each_loss([](const std::string& name, const graph& written, const auto& labels) {
    const point p = collected::data_for(written, labels, {3, 2, 5, 2}, 2, 5);
    const input_set numbers = numbers_of(written);
    for (int slot = 0; slot < written.inputs.size(); ++slot) {
      if (((numbers >> slot) & 1u) == 0) continue;
      INFO(name << ", d2(" << written.inputs[slot].name << ")");
      check_plan(written, {1u << slot, 1u << slot}, p);
    }
  });
}
