// SPDX-License-Identifier: BSL-1.0
// lang/lower.cpp — the graph of a formula, and the mistakes lowering finds; functions.cpp has the functions one by one.
#include "loom/lang/lower.hpp"

#include "lang/support.hpp"
#include "loom/lang/functions.hpp"
#include "loom/lang/inputs.hpp"
#include "loom/lang/operators.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"

using namespace loom::tests;
using loom::lang::issue;

namespace {
constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto m = loom::mask<"m[N]">;
constexpr auto scale = loom::scalar<"scale">;
constexpr auto C = loom::axis<"C">;
}  // namespace

TEST_CASE("a formula becomes a graph, one value a line") {
  CHECK(listing(lower(-gather(log(exp(x) / sum(exp(x), -1)), t).mean()).program) ==
        "v0[N,C] = x\n"
        "v1[N,C] = exp(v0)\n"
        "v2[N] = sum(v1, C)\n"
        "v3[N,C] = div(v1, v2)\n"
        "v4[N,C] = log(v3)\n"
        "v5[N] = t\n"
        "v6[N] = gather(v4, v5, C)\n"
        "v7 = extent(N)\n"
        "v8 = sum(v6, N)\n"
        "v9 = div(v8, v7)\n"
        "v10 = neg(v9)\n"
        "value = v10\n");
}

TEST_CASE("inputs keep their declaration, in the order of the formula") {
  constexpr loom::ir::graph g = lower(where(m, scale * gather(x, t), 0)).program;
  LOOM_CHECK(g.inputs.size() == 4);
  LOOM_CHECK(g.inputs[0].name == "m");
  LOOM_CHECK(g.inputs[0].code == loom::ir::op::mask);
  LOOM_CHECK(g.inputs[1].name == "scale");
  LOOM_CHECK(g.inputs[1].code == loom::ir::op::scalar);
  LOOM_CHECK(g.inputs[2].name == "x");
  LOOM_CHECK(g.inputs[2].axes.size() == 2);
  LOOM_CHECK(g.inputs[3].name == "t");
  LOOM_CHECK(g.inputs[3].code == loom::ir::op::index);
}

TEST_CASE("the axes of a result are in the order of its first operand that has them") {
  constexpr auto w = loom::tensor<"w[C]">;
  constexpr auto y = loom::tensor<"y[C,N]">;
  constexpr loom::ir::graph wide = lower(w * x).program;
  LOOM_CHECK(wide.axes[wide.result_axes[0]].name == "C");
  LOOM_CHECK(wide.axes[wide.result_axes[1]].name == "N");
  constexpr loom::ir::graph turned = lower(x + y).program;
  LOOM_CHECK(turned.axes[turned.result_axes[0]].name == "N");
  LOOM_CHECK(rank(x + y) == 2);
}

TEST_CASE("an extent that one input declares holds for all") {
  constexpr auto w = loom::tensor<"w[C=10]">;
  constexpr loom::ir::graph g = lower(sum(x * w)).program;
  LOOM_CHECK(g.axes[1].name == "C");
  LOOM_CHECK(g.axes[1].extent == 10);
}

TEST_CASE("a mistake is data: which, about what, and the numbers") {
  constexpr loom::lang::mistake range = lower(sum(x, -3)).problem;
  LOOM_CHECK(range.what == issue::axis_out_of_range);
  LOOM_CHECK(range.got == -3);
  LOOM_CHECK(range.limit == 2);
  constexpr loom::lang::mistake extents = lower(sum(loom::tensor<"a[C=10]"> * loom::tensor<"b[C=11]">)).problem;
  LOOM_CHECK(extents.what == issue::extents_disagree);
  LOOM_CHECK(extents.name == "C");
  LOOM_CHECK(extents.got == 10);
  LOOM_CHECK(extents.limit == 11);
  constexpr loom::lang::mistake text = lower(sum(loom::tensor<"a[N,">)).problem;
  LOOM_CHECK(text.what == issue::malformed_text);
  LOOM_CHECK(text.name == "a[N,");
  LOOM_CHECK(text.got == 5);
}

TEST_CASE("the first mistake is kept") {
  LOOM_CHECK(problem(sum(x, -3) + sum(x + t)) == issue::axis_out_of_range);
  LOOM_CHECK(problem(sum(x + t) + sum(x, -3)) == issue::index_used_as_a_number);
}

TEST_CASE("a formula with a mistake has the graph of a constant, so that no stage finds another") {
  constexpr loom::ir::graph g = lower(sum(x + t)).program;
  LOOM_CHECK(g.size() == 1);
  LOOM_CHECK(g.inputs.empty());
  LOOM_CHECK(g[g.outputs[0].id].code == loom::ir::op::constant);
}

TEST_CASE("an axis is reduced once, and only where it is") {
  LOOM_CHECK(problem(sum(x, C, -1)) == issue::axis_reduced_twice);
  LOOM_CHECK(problem(sum(x, loom::axis<"K">)) == issue::unknown_axis);
  LOOM_CHECK(problem(sum(sum(x, C), C)) == issue::unknown_axis);
  LOOM_CHECK(problem(sum(x, 0)) == issue::axis_out_of_range);
}

TEST_CASE("a name is declared alike wherever it stands") {
  LOOM_CHECK(problem(x + loom::tensor<"x[N,C]">) == issue::none);
  LOOM_CHECK(problem(x + loom::tensor<"x[C,N]">) == issue::input_declared_twice);
  LOOM_CHECK(problem(x + loom::tensor<"x[N]">) == issue::input_declared_twice);
  LOOM_CHECK(problem(gather(x, loom::index<"x[N]">)) == issue::input_declared_twice);
}

TEST_CASE("the result is a number") {
  LOOM_CHECK(problem(t) == issue::index_used_as_a_number);
  LOOM_CHECK(problem(m) == issue::mask_used_as_a_number);
  LOOM_CHECK(problem(any(x > 0)) == issue::mask_used_as_a_number);
}

TEST_CASE("limits are mistakes like others") {
  constexpr auto wide = loom::tensor<"a[A,B,C,D]">;
  LOOM_CHECK(problem(wide * loom::tensor<"e[E]">) == issue::rank_too_large);
  LOOM_CHECK(problem(sum(wide) + sum(loom::tensor<"b[E,F,G,H]">)) == issue::none);
  LOOM_CHECK(problem(sum(wide) + sum(loom::tensor<"b[E,F,G,H]">) + sum(loom::tensor<"c[I]">)) ==
             issue::too_many_inputs);
}
