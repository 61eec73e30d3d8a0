// SPDX-License-Identifier: BSL-1.0
// lang/lower.cpp — the graph of a formula, and the mistakes lowering finds; functions.cpp has the functions one by one.
#include "loom/lang/lower.hpp"

#include <string>

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

namespace {
/// The axes of the first result, in order, as text.
template <class E>
std::string layout(const E& e) {
  const loom::ir::lowered l = lower(e);
  std::string s;
  for (int axis : l.program.result_axes) s += std::string(l.program.axes[axis].name);
  return s;
}
template <class E>
constexpr bool open_order(const E& e) {
  return lower(e).in_doubt[0] != 0;
}
constexpr auto r = loom::tensor<"r[C]">;
constexpr auto v = loom::tensor<"v[N]">;
constexpr auto y = loom::tensor<"y[C,N]">;
constexpr auto f = loom::tensor<"f[N,D]">;
constexpr auto h = loom::tensor<"h[C,D]">;
constexpr auto D = loom::axis<"D">;
}  // namespace

TEST_CASE("a position names the axis that the declarations determine, whatever the order of the text") {
  constexpr auto k = loom::index<"k[K]">;
  constexpr auto n = loom::index<"n[N]">;
  constexpr auto z = loom::tensor<"z[N,K]">;
  CHECK(text(sum(where(k < n, z, 0), -1)) == "sum(where(k < n, z, 0), K)");
  CHECK(text(sum(where(n > k, z, 0), -1)) == "sum(where(n > k, z, 0), K)");
  CHECK(text(sum(f * h, -1)) == "sum(f * h, D)");
  CHECK(text(sum(h * f, -1)) == "sum(h * f, D)");
  CHECK(text(sum(r * x, -1)) == text(sum(r * x, C)));
  CHECK(text(softmax(v * r + x, -1)) == text(softmax(v * r + x, C)));
  CHECK(text(sum(f * h, -1, C)) == "sum(f * h, D,C)");
}

TEST_CASE("declarations of the whole formula count, also those that come later") {
  CHECK(text(sum(r * v, -1) * sum(x)) == text(sum(r * v, C) * sum(x)));
  LOOM_CHECK(problem(sum(r * v, -1)) == issue::axis_in_doubt);
  // N before D and D before E: N before E, which no input says by itself.
  constexpr auto e = loom::tensor<"e[E]">;
  CHECK(text(sum(e * v, -1) * sum(f) * sum(loom::tensor<"i[D,E]">)) ==
        text(sum(e * v, loom::axis<"E">) * sum(f) * sum(loom::tensor<"i[D,E]">)));
}

TEST_CASE("what the inputs of a value say goes before what others say") {
  CHECK(text(sum(x, -1) + sum(y, -2)) == "sum(x, C) + sum(y, C)");
  CHECK(layout(x + 0 * sum(y)) == "NC");
  CHECK(layout(y + 0 * sum(x)) == "CN");
}

TEST_CASE("a position that the declarations leave open is a mistake that names the axes in doubt") {
  constexpr loom::ir::mistake open = lower(sum(f * h, -2)).problem;
  LOOM_CHECK(open.kind == issue::axis_in_doubt);
  LOOM_CHECK(open.name == "N");
  LOOM_CHECK(open.more[0] == "C");
  LOOM_CHECK(open.got == -2);
  LOOM_CHECK(problem(sum(x + y, -1)) == issue::axis_in_doubt);
  LOOM_CHECK(problem(sum(x + y, C)) == issue::none);
  LOOM_CHECK(problem(gather(r * v, loom::index<"i[D]">)) == issue::gather_axis_in_doubt);
  LOOM_CHECK(problem(gather(r * v, loom::index<"i[D]">, C)) == issue::none);
  LOOM_CHECK(problem(gather(r * v, loom::index<"i[D]">, -1)) == issue::axis_in_doubt);
}

TEST_CASE("the axes of a result are in the order of the declarations") {
  CHECK(layout(r * x) == "NC");
  CHECK(layout(x * r) == "NC");
  CHECK(layout(r * v + 0 * sum(x)) == "NC");
  CHECK(layout(sum(f * h, C)) == "ND");
  CHECK(layout(sum(x * h, C)) == "ND");  // N before C, C before D
  LOOM_CHECK(!open_order(sum(x * h, C)));
  LOOM_CHECK(!open_order(x.sum()));
  LOOM_CHECK(!open_order(r));
  LOOM_CHECK(open_order(sum(f * h, D)));
  LOOM_CHECK(open_order(r * v));
  LOOM_CHECK(open_order(x + y));
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
  LOOM_CHECK(range.kind == issue::axis_out_of_range);
  LOOM_CHECK(range.got == -3);
  LOOM_CHECK(range.limit == 2);
  constexpr loom::lang::mistake extents = lower(sum(loom::tensor<"a[C=10]"> * loom::tensor<"b[C=11]">)).problem;
  LOOM_CHECK(extents.kind == issue::extents_disagree);
  LOOM_CHECK(extents.name == "C");
  LOOM_CHECK(extents.got == 10);
  LOOM_CHECK(extents.limit == 11);
  constexpr loom::lang::mistake text = lower(sum(loom::tensor<"a[N,">)).problem;
  LOOM_CHECK(text.kind == issue::malformed_text);
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

TEST_CASE("limits are mistakes like others: which was passed, and by how much") {
  constexpr auto wide = loom::tensor<"a[A,B,C,D,E]">;
  constexpr loom::ir::mistake rank_of_six = lower(wide * loom::tensor<"e[F]">).problem;
  LOOM_CHECK(rank_of_six.kind == issue::rank_too_large);
  LOOM_CHECK(rank_of_six.got == 6);
  LOOM_CHECK(rank_of_six.limit == 5);
  LOOM_CHECK(rank_of_six.more.size() == 5);
  LOOM_CHECK(problem(sum(wide) + sum(loom::tensor<"b[E,F,G,H]">)) == issue::none);
  constexpr loom::ir::mistake axes =
      lower(sum(wide) + sum(loom::tensor<"b[E,F,G,H]">) + sum(loom::tensor<"c[I]">) + sum(loom::tensor<"d[I,J]">))
          .problem;
  LOOM_CHECK(axes.kind == issue::too_many_axes);
  LOOM_CHECK(axes.got == 10);
  LOOM_CHECK(axes.limit == 8);
  constexpr loom::ir::mistake six = lower(sum(loom::tensor<"a[A,B,C,D,E,F]">)).problem;
  LOOM_CHECK(six.kind == issue::too_many_axes_of_an_input);
  LOOM_CHECK(six.name == "a");
  LOOM_CHECK(six.got == 6);
  constexpr loom::ir::mistake results =
      lower(loom::results(sum(x), sum(x), sum(x), sum(x), sum(x), sum(x), sum(x), sum(x), sum(x))).problem;
  LOOM_CHECK(results.kind == issue::too_many_results);
  LOOM_CHECK(results.got == 9);
  LOOM_CHECK(results.limit == 8);
}
