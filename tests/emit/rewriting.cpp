// SPDX-License-Identifier: BSL-1.0
// emit/rewriting.cpp — which rule changed what, and into what.
#include "loom/emit/rewriting.hpp"

#include "support/catch.hpp"
#include "support/written.hpp"

namespace {

using namespace loom::test;
namespace emit = loom::emit;

/// "name: before -> after" of every rule.
std::vector<std::string> rewriting(const graph& g, const loom::derive::derivative_request& wanted = {}) {
  std::vector<std::string> all;
  for (const emit::applied_rule& a : emit::rewriting_of(g, wanted))
    all.push_back(std::string(a.name) + ": " + a.before + " -> " + a.after);
  return all;
}

}  // namespace

TEST_CASE("each rule at the part of the formula that it changed", "[emit]") {
  const std::vector<std::string> all = rewriting(written(log(1 + exp(-x * y)).mean()));
  REQUIRE(all.size() == 2);
  CHECK(all[0] == "product of a negation: (-x) * y -> -(x * y)");
  CHECK(all[1] == "softplus: mean(log(1 + exp(-(x * y))), N,C) -> mean(softplus(-(x * y)), N,C)");
  const std::vector<std::string> inner = rewriting(written(sum(1 - exp(gather(log_softmax(x, -1), t)))));
  CHECK(std::find(inner.begin(), inner.end(),
                  "exponential minus one: 1 - exp(gather(log_softmax(x, C), t, C)) -> -expm1(gather(log_softmax(x, C), "
                  "t, C))") != inner.end());
  CHECK(rewriting(written(sum(x * y))).empty());
}

TEST_CASE("rules about derivatives come after those about the formula, and are those of the trace", "[emit]") {
  const graph g = written(-gather(log(exp(x) / sum(exp(x), -1)), t).mean());
  const auto all = emit::rewriting_of(g, 1);
  const graph gradients = loom::compiler::in_form(loom::compiler::form::stable_gradients, g, 1).program;
  int last = 0;
  for (const emit::applied_rule& a : all) {
    CHECK(static_cast<int>(a.made) >= last);
    last = static_cast<int>(a.made);
    CHECK(gradients.trace.contains(loom::base::text_view(a.name)));
  }
  for (const auto& name : gradients.trace)
    CHECK(std::any_of(all.begin(), all.end(), [&](const emit::applied_rule& a) { return name == a.name; }));
}
