// SPDX-License-Identifier: BSL-1.0
// tests/loops/instruction.cpp — what each step of a plan is for the loops.
#include "loom/loops/instruction.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace {

using loom::loops::instruction, loom::loops::instruction_of;
using i = instruction;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto table = loom::tensor<"e[V,C]">;
constexpr auto q = loom::mask<"q[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto u = loom::index<"u[N]">;
constexpr auto s = loom::scalar<"s">;

std::vector<instruction> instructions_of(const loom::plan& p) {
  std::vector<instruction> all;
  for (const auto& one : p.steps) all.push_back(instruction_of(p, one));
  return all;
}
bool has(const std::vector<instruction>& all, std::initializer_list<instruction> wanted) {
  return std::ranges::all_of(wanted, [&](instruction one) { return std::ranges::count(all, one) > 0; });
}

}  // namespace

TEST_CASE("a step is one instruction of the loops") {
  constexpr auto cross_entropy = loom::loss<-gather(log(exp(x) / sum(exp(x), -1)), t).mean()>;
  const auto all = instructions_of(cross_entropy.plan(d(x)));
  CHECK(has(all, {i::load_input, i::exp_of_guess, i::binary, i::reduce, i::gather, i::onehot, i::log_part,
                  i::add_to_total, i::store_entry}));
  CHECK(!has(all, {i::load_array}));
}

TEST_CASE("an operation that facts know more of is an instruction of its own") {
  CHECK(has(instructions_of(loom::loss<softplus(x).mean()>.plan()), {i::bounded, i::log_part, i::unary}));
  CHECK(
      has(instructions_of(loom::loss<sum(log(max(x, 1e-6)) * pow(x, s))>.plan()), {i::by_number, i::unary, i::binary}));
  CHECK(!has(instructions_of(loom::loss<sum(max(x, s))>.plan()), {i::by_number}));  // s may be NaN
  CHECK(has(instructions_of(loom::loss<sum(x * x * x - 3 * x * x + 3 * x - 1)>.plan()), {i::wide}));
}

TEST_CASE("masks, comparisons and labels have instructions of their own") {
  constexpr auto masked = loom::loss<where((q && x > 0) || !(x < -1), x, 0).sum()>;
  CHECK(has(instructions_of(masked.plan()),
            {i::where, i::logical_and, i::logical_or, i::logical_not, i::compare, i::load_constant}));
  constexpr auto labels = loom::loss<where(t == u, sum(x, -1), 0).sum()>;
  CHECK(has(instructions_of(labels.plan()), {i::compare_labels}));
}

TEST_CASE("labels along an axis of rows are looked up, and sums over rows are arrays") {
  constexpr auto looked_up = loom::loss<square(gather(table, t, loom::axis<"V">) - x).sum()>;
  CHECK(has(instructions_of(looked_up.plan()), {i::look_up}));
  constexpr auto columns = loom::loss<square(sum(softmax(x, -1), loom::axis<"N">)).sum()>;
  CHECK(has(instructions_of(columns.plan()), {i::add_to_array, i::load_array}));
}

TEST_CASE("a scalar condition is a mask of the loops") {
  constexpr auto switched = loom::loss<where(s > 1, max(s, x), square(x)).sum()>;
  CHECK(has(instructions_of(switched.plan()), {i::load_scalar, i::load_scalar_mask}));
  const float entries[40]{3, 4};
  CHECK(switched(x = loom::view(entries, 2, 20), s = 2) == 83);
  CHECK(switched(x = loom::view(entries, 2, 20), s = 1) == 25);
}

TEST_CASE("results that are entries and row values are stored by different instructions") {
  constexpr auto rows = loom::loss<results(logsumexp(x, -1), exp(x))>;
  CHECK(has(instructions_of(rows.plan()), {i::store_row_value, i::store_entry}));
}
