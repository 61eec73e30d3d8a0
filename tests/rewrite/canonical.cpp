// SPDX-License-Identifier: BSL-1.0
// One spelling for one meaning, and arithmetic on constants.
#include "loom/rewrite/rules/canonical.hpp"

#include "support/catch.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;
using namespace loom::test;

TEST_CASE("neutral elements go", "[rewrite]") {
  CHECK(canonical_text(x + 0) == "x");
  CHECK(canonical_text(0 + x) == "x");
  CHECK(canonical_text(x - 0) == "x");
  CHECK(canonical_text(1 * x) == "x");
  CHECK(canonical_text(x / 1) == "x");
  CHECK(canonical_text(0 - x) == "-x");
  CHECK(canonical_text(x * -1) == "-x");
}

TEST_CASE("signs move outwards", "[rewrite]") {
  CHECK(canonical_text(-(-x)) == "x");
  CHECK(canonical_text(-(x - y)) == "y - x");
  CHECK(canonical_text(x + -y) == "x - y");
  CHECK(canonical_text(x - -y) == "x + y");
  CHECK(canonical_text(-x - y) == "-(x + y)");
  CHECK(canonical_text(-x * y) == "-(x * y)");
  CHECK(canonical_text(-x * -y) == "x * y");
  CHECK(canonical_text(-x / y) == "-(x / y)");
  CHECK(canonical_text(x / -y) == "-(x / y)");
  CHECK(canonical_text(abs(-x)) == "abs(x)");
  CHECK(canonical_text(square(-x)) == "square(x)");
  CHECK(canonical_text(sum(-x, -1)) == "-sum(x, C)");
  CHECK(canonical_text(gather(-x, t)) == "-gather(x, t, C)");
}

TEST_CASE("a product with itself is a square", "[rewrite]") {
  CHECK(canonical_text(x * x) == "square(x)");
  CHECK(canonical_text((x - v) * (x - v)) == "square(x - v)");
  CHECK(canonical_text(x * y) == "x * y");
}

TEST_CASE("what is constant along a sum leaves it", "[rewrite]") {
  CHECK(canonical_text(sum(x * v, -1)) == "sum(x, C) * v");
  CHECK(canonical_text(sum(x / v, -1)) == "sum(x, C) / v");
  CHECK(canonical_text(sum(2 * x, -1)) == "sum(x, C) * 2");
  CHECK(canonical_text(sum(x * w, -1)) == "sum(x * w, C)");  // w varies along C
  CHECK(canonical_text(sum(x * v)) == "sum(x * v, N,C)");
}

TEST_CASE("a sum over an axis that is gone is a multiple", "[rewrite]") {
  // softmax(x + v) does not depend on v; the same rule may take away the last value with an axis.
  CHECK(text_of(stage::canonicalize(stable(sum(softmax(w + v, -1))))) == "sum(softmax(w, C), C) * extent(N)");
  CHECK(stable_text(softmax(w + v, -1).max(axis<"N">)) == "softmax(w, C)");
}

TEST_CASE("constants fold through + - * / and signs", "[rewrite]") {
  CHECK(canonical_text(x + (constant<2>() * 3 - 1)) == "x + 5");
  CHECK(canonical_text(x * (constant<1>() / 4)) == "x * 0.25");
  CHECK(canonical_text(x + -constant<3>()) == "x + (-3)");
  CHECK(canonical_text(x + constant<1>() / 0) == "x + 1 / 0");  // not a constant expression
  CHECK(canonical_text(x + exp(constant<1>())) == "x + exp(1)");
}

TEST_CASE("what rounds or may be NaN is not touched", "[rewrite]") {
  CHECK(canonical_text(x - x) == "x - x");
  CHECK(canonical_text(x * 0) == "x * 0");
  CHECK(canonical_text(x / x) == "x / x");
  CHECK(canonical_text((x + y) - y) == "x + y - y");
  CHECK(canonical_text(x / y / s) == "x / y / s");
  CHECK(canonical_text(s * (x - y)) == "(x - y) * s");
}

}  // namespace
