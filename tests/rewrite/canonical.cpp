// SPDX-License-Identifier: BSL-1.0
// One spelling for one meaning, and arithmetic on constants.
#include "loom/rewrite/compiled/canonical.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/points.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
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
  CHECK(canonical_text(sum(x * v, -1)) == "v * sum(x, C)");
  CHECK(canonical_text(sum(x / v, -1)) == "sum(x, C) / v");
  CHECK(canonical_text(sum(2 * x, -1)) == "2 * sum(x, C)");
  CHECK(canonical_text(sum(x * w, -1)) == "sum(x * w, C)");  // w varies along C
  CHECK(canonical_text(sum(x * v)) == "sum(x * v, N,C)");
}

TEST_CASE("a sum over an axis that is gone is a multiple", "[rewrite]") {
  // softmax(x + v) does not depend on v; the same rule may take away the last value with an axis.
  CHECK(stable_text(sum(softmax(v + w, axis<"C">))) == "sum(softmax(w, C), C) * extent(N)");
  CHECK(stable_text(softmax(v + w, axis<"C">).max(axis<"N">)) == "softmax(w, C)");
}

TEST_CASE("a sum of one-hot vectors and constants takes no loop", "[rewrite]") {
  CHECK(stable_text(x * sum(s * onehot(t, C) + v, C)) == "x * (s + v * extent(C))");
  CHECK(stable_text(x * sum(v - (1 - s) * onehot(t, C) / v, C)) == "x * (v * extent(C) - (1 - s) / v)");
  CHECK(stable_text(x * sum(v * (onehot(t, C) + s), C)) == "v * (1 + s * extent(C)) * x");
  CHECK(stable_text(sum(onehot(t, C) + x, C)) == "sum(onehot(t, C) + x, C)");  // the loop is there anyway
  CHECK(stable_text(sum(w * onehot(t, C) + v, C)) == "gather(w, t, C) + v * extent(C)");
}

/// The value of a formula of v[N] and w[C] before and after the stages.
template <formula F>
void check_value(const F& f) {
  const graph before = written(f), after = simple(f);
  const point p{{2, 3}, {{only(0), {0.5, -1}}, {only(1), {0.25, 1, -0.5}}}};  // v, then w
  const std::vector<double> want = value_at<double>(before, p, before.outputs[0].id, before[before.outputs[0].id].axes);
  const std::vector<double> got = value_at<double>(after, p, after.outputs[0].id, before[before.outputs[0].id].axes);
  for (std::size_t i = 0; i < want.size(); ++i) CHECK(numeric::abs(got[i] - want[i]) < 1e-12);
}

TEST_CASE("and so for every reduction", "[rewrite]") {
  constexpr auto N = axis<"N">;
  constexpr auto p = softmax(v + w, -1);
  SECTION("sum") { check_value(sum(p, N)); }
  SECTION("max and min") { check_value(max(p, N) - min(p, N)); }
  SECTION("prod") { check_value(prod(p, N)); }
  SECTION("logsumexp") { check_value(logsumexp(p, N)); }
  SECTION("norm") { check_value(norm(p, N)); }
  SECTION("softmax") { check_value(softmax(p, N)); }
  SECTION("log_softmax") { check_value(log_softmax(p, N)); }
}

TEST_CASE("constants fold through + - * / and signs", "[rewrite]") {
  CHECK(canonical_text(x + (constant<2>() * 3 - 1)) == "x + 5");
  CHECK(canonical_text(x * (constant<1>() / 4)) == "x * 0.25");
  CHECK(canonical_text(x + -constant<3>()) == "x + (-3)");
  CHECK(canonical_text(x + constant<1>() / 0) == "x + 1.0 / 0.0");  // not a constant expression
  CHECK(canonical_text(x + loom::exp(constant<1>())) == "x + exp(1)");
}

TEST_CASE("what rounds or may be NaN is not touched", "[rewrite]") {
  CHECK(canonical_text(x - x) == "x - x");
  CHECK(canonical_text(x * 0) == "x * 0");
  CHECK(canonical_text(x / x) == "x / x");
  CHECK(canonical_text((x + y) - y) == "x + y - y");
  CHECK(canonical_text(x / y / s) == "x / y / s");
  CHECK(canonical_text(s * (x - y)) == "s * (x - y)");
}

}  // namespace
