// SPDX-License-Identifier: BSL-1.0
// Graphs as text: one formula, or one value a line.
#include "loom/ir/print.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

template <formula F> std::string text(const F& f) { return text_of(written(f)); }

TEST_CASE("parentheses where they are needed, and nowhere else", "[ir]") {
  CHECK(text(x + y + s) == "x + y + s");
  CHECK(text(x - (y - s)) == "x - (y - s)");
  CHECK(text(x - y - s) == "x - y - s");
  CHECK(text((x + y) * s) == "(x + y) * s");
  CHECK(text(x / (y * s)) == "x / (y * s)");
  CHECK(text(x / y / s) == "x / y / s");
  CHECK(text(-x) == "-x");
  CHECK(text(-(x + y)) == "-(x + y)");
  CHECK(text(-(x * y)) == "-(x * y)");
  CHECK(text(-exp(x)) == "-exp(x)");
  CHECK(text(x * -y) == "x * (-y)");
  CHECK(text(x + -2.5) == "x + (-2.5)");
  CHECK(text(where(x < y && !(x == 0), x, y)) == "where(x < y && !(x == 0), x, y)");
  CHECK(text(where(x < y && (x < 0 || y < 0), x, y)) == "where(x < y && (x < 0 || y < 0), x, y)");
}

TEST_CASE("what C++ would take for something else", "[ir]") {
  CHECK(text(max(x, -1.0)) == "max(x, -1.0)");  // max(x, -1) is that of an axis, as far as a reader can see
  CHECK(text(max(x, 2)) == "max(x, 2)");
  CHECK(text(x + -0.0) == "x + (-0.0)");
  CHECK(text(x + 1e19) == "x + 1e+19");
  CHECK(text(x + 12345678901234567890.0) == "x + 12345678901234567168.0");
  constexpr auto c = tensor<"C[N]">;
  CHECK(text(sum(x * c, axis<"C">)) == "sum(x * C, axis<\"C\">)");
  builder b;
  const value_id one = b.constant(1), three = b.constant(3);
  const value_id third = b.binary(op::div, one, three);
  CHECK(formula_text(b.view(), third) == "1.0 / 3.0");
}

TEST_CASE("a formula that repeats itself without end is cut", "[ir]") {
  graph g = written(x + y);
  builder b(g);
  value_id v = b.input(0);
  for (int i = 0; i < 60; ++i) v = b.binary(i % 2 == 0 ? op::add : op::mul, v, v);
  const std::string s = formula_text(b.view(), v);
  CHECK(s.size() < 30'000);
  CHECK(s.find("...") != s.npos);
}

TEST_CASE("axes by name", "[ir]") {
  CHECK(text(sum(x, -1)) == "sum(x, C)");
  CHECK(text(sum(x)) == "sum(x, N,C)");
  CHECK(text(gather(x, t)) == "gather(x, t, C)");
  CHECK(text(x * onehot(t, C)) == "x * onehot(t, C)");
  CHECK(text(mean(v)) == "mean(v, N)");
  CHECK(text(x.max(-1)) == "max(x, C)");
}

TEST_CASE("numbers in the fewest digits that read back", "[ir]") {
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(1e-9) == "1e-09");
  CHECK(number_text(-0.0) == "-0");
  CHECK(number_text(__builtin_huge_val()) == "inf");
  CHECK(number_text(-__builtin_huge_val()) == "-inf");
  CHECK(number_text(__builtin_nan("")) == "nan");
}

TEST_CASE("a listing", "[ir]") {
  CHECK(listing(written(sum(exp(x) * 2, -1))) ==
        "v0[N,C] = x\n"
        "v1[N,C] = exp(v0)\n"
        "v2 = 2\n"
        "v3[N,C] = mul(v1, v2)\n"
        "v4[N] = sum(v3, C)\n"
        "value = v4\n");
  const graph g = stage::stabilize(stage::differentiate(written(sum(x)), 1).program);
  CHECK(listing(g) ==
        "v0[N,C] = x\n"
        "v1 = sum(v0, N,C)\n"
        "v2 = 1\n"
        "value = v1\n"
        "d(x) = v2\n");
}

}  // namespace
