// SPDX-License-Identifier: BSL-1.0
// Rules that fit but for a fact: they are named, with the fact; once it is declared, the rule is used.
#include "loom/rewrite/near_misses.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using namespace loom::test;

constexpr auto C = axis<"C">;

/// Each as "rule: condition".
template <formula F>
std::vector<std::string> missed(const F& f) {
  const graph g = in_form(compiler::form::stable, written(sum(f))).program;
  std::vector<std::string> all;
  for (const rewrite::near_miss& m : rewrite::near_misses_of(g))
    all.push_back(std::string(m.rule) + ": " + formula_text(g, m.operand) + " " + std::string(m.condition));
  return all;
}
template <formula F>
bool used(const F& f, std::string_view rule) {
  return in_form(compiler::form::stable, written(sum(f))).program.trace.contains(rule);
}
using texts = std::vector<std::string>;

template <formula A, formula W>
auto weighted_variance(A a, W w) {
  return sum(w * a * a, C) / sum(w, C) - square(sum(w * a, C) / sum(w, C));
}

TEST_CASE("weights that may be negative", "[rewrite]") {
  const auto unknown = weighted_variance(x, tensor<"w[C]">);
  const auto known = weighted_variance(x, tensor<"w[C] >= 0">);
  CHECK(missed(unknown) == texts{"variance in two passes: w >= 0"});
  CHECK(!used(unknown, "variance in two passes"));
  CHECK(missed(known).empty());
  CHECK(used(known, "variance in two passes"));
}

TEST_CASE("a divisor that is not the number of entries", "[rewrite]") {
  const auto of_nine = sum(x * x, C) / 9 - square(sum(x, C) / 9);
  CHECK(missed(of_nine) == texts{"variance in two passes: 9 is the extent of the sum"});
  CHECK(missed(mean(x * x, C) - square(mean(x, C))).empty());
}

TEST_CASE("factors that may be negative", "[rewrite]") {
  const auto positive = tensor<"p[N,C] > 0">;
  CHECK(missed(log(prod(x, C))) == texts{"log of a product over a row: x >= 0"});
  CHECK(missed(log(prod(positive, C))).empty());
  CHECK(missed(as_written(log(prod(x, C)))).empty());
}

}  // namespace
