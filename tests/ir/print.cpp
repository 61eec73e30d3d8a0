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
}

TEST_CASE("axes by name", "[ir]") {
  CHECK(text(sum(x, -1)) == "sum(x, C)");
  CHECK(text(sum(x)) == "sum(x, N,C)");
  CHECK(text(gather(x, t)) == "gather(x, t, C)");
  CHECK(text(x * onehot(t, C)) == "x * onehot(t, C)");
  CHECK(text(mean(v)) == "sum(v, N) / extent(N)");
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
