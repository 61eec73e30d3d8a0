// SPDX-License-Identifier: BSL-1.0
// Rewrites that change what a formula means, and that others do or that people propose: each is left alone, or done with what
// keeps its meaning. Values are compared as well as texts: a rule may fire, but not on these points.
#include "support/catch.hpp"
#include "support/differences.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

constexpr auto a = tensor<"a[N]">;
constexpr auto b = tensor<"b[N]">;
constexpr auto row = tensor<"row[C]">;
constexpr double inf = numeric::infinity;
using numbers = std::vector<double>;

/// The sum of f at a point, as Loom computes it; and the derivatives by its inputs, in the order in which f names them.
struct computed {
  double value;
  std::vector<numbers> gradients;

  template <formula F>
  computed(const F& f, const std::vector<numbers>& data) {
    const graph g = written(sum(f));
    const point p = point_of(g, data);
    const graph program = in_form(compiler::form::simple, g, {numbers_of(g)}).program;
    value = value_at<double>(program, p, program.outputs[0].id, 0)[0];
    for (int s = 0; s < g.inputs.size(); ++s) gradients.push_back(gradient_at<double>(program, p, s));
  }
};
template <formula F>
double value(const F& f, const std::vector<numbers>& data) {
  return computed(f, data).value;
}
bool is_nan(double v) { return v != v; }

TEST_CASE("log of a product or quotient of negative numbers", "[rewrite]") {
  CHECK(value(log(a * b), {{-2}, {-3}}) == Approx(std::log(6)));
  CHECK(value(log(a / b), {{-6}, {-2}}) == Approx(std::log(3)));
}

TEST_CASE("log of a square, and of a power, of a negative number", "[rewrite]") {
  CHECK(value(log(a * a), {{-2}}) == Approx(std::log(4)));
  CHECK(value(log(pow(a, 2)), {{-2}}) == Approx(std::log(4)));
  CHECK(is_nan(value(log(pow(a, 0.5)), {{-2}})));
  CHECK(value(log(pow(a, b)), {{0}, {0}}) == 0);
}

TEST_CASE("what is undefined stays so: exp(log x), a logit's sigmoid, a root squared", "[rewrite]") {
  CHECK(is_nan(value(exp(log(a)), {{-1}})));
  CHECK(is_nan(value(sigmoid(log(a / (1 - a))), {{2}})));
  CHECK(is_nan(value(sqrt(a) * sqrt(a), {{-4}})));
  CHECK(is_nan(value(square(sqrt(a)), {{-4}})));
}

TEST_CASE("powers of one base are not added up", "[rewrite]") {
  CHECK(value(pow(a, b) * pow(a, -b), {{0}, {1}}) != 1);
  CHECK(is_nan(value(pow(a, b) * pow(a, 0.5), {{-4}, {0.5}})));
}

TEST_CASE("nothing is divided by itself", "[rewrite]") {
  CHECK(is_nan(value(a * b / a, {{0}, {3}})));
  CHECK(is_nan(value(a / a, {{0}})));
  CHECK(is_nan(value(a / a, {{inf}})));
  CHECK(is_nan(value(a * (1 / a), {{0}})));
  CHECK(is_nan(value(a / abs(a), {{0}})));
}

TEST_CASE("an epsilon, a clip and a number near 1 are what was written", "[rewrite]") {
  const double far = value(log(softmax(row, -1) + 1e-9), {{0, -60}});
  CHECK(far == Approx(std::log(1e-9)).epsilon(1e-7));
  CHECK(value(max(log(sigmoid(a)), -100.0), {{-500}}) == -100);
  CHECK(value(log(1.00000012 + a), {{1e-9}}) == Approx(std::log1p(1.21e-7)).epsilon(1e-9));
}

TEST_CASE("probabilities and targets are not taken to sum to 1", "[rewrite]") {
  constexpr auto t = tensor<"t[C]">;
  const computed half(-sum(t * log_softmax(row, -1)), {{0.5, 0}, {0, 0}});
  CHECK(half.value == Approx(0.5 * std::log(2)));
  CHECK(half.gradients[1][0] == Approx(-0.25));
}

TEST_CASE("parameters that are large are not infinite", "[rewrite]") {
  CHECK(value(lgamma(a + b) - lgamma(b) - a * log(b), {{3}, {1e3}}) != 0);
}

TEST_CASE("no regime answers for another: small arguments of a sigmoid", "[rewrite]") {
  CHECK(value(sigmoid(a), {{1}}) == Approx(1 / (1 + std::exp(-1.0))));
  CHECK(value(log(exp(a) - exp(b)), {{2}, {1}}) == Approx(std::log(std::exp(2.0) - std::exp(1.0))));
}

TEST_CASE("a row scaled by a negative number has its smallest entry as the largest", "[rewrite]") {
  CHECK(value(log(sum(exp(-2 * row), -1)), {{-500, 500}}) == Approx(1000));
}

TEST_CASE("intermediates that overflow do not count", "[rewrite]") {
  CHECK(value(log(exp(a)), {{1000}}) == 1000);
  CHECK(value(sqrt(a * a), {{1e200}}) == 1e200);
  CHECK(value(exp(a) / exp(b), {{1000}, {999}}) == Approx(std::exp(1.0)));
}

TEST_CASE("a quotient by an exponential keeps the range of the exponential", "[rewrite]") {
  CHECK(value(a / exp(b), {{1e300}, {705}}) == Approx(1e300 / std::exp(705.0)).epsilon(1e-14));
}

TEST_CASE("quotients are not regrouped", "[rewrite]") {
  CHECK(value(a / b / b, {{1e200}, {1e200}}) == Approx(1e-200));
  CHECK(value(a / (b / b), {{1e200}, {1e200}}) == 1e200);
}

TEST_CASE("a product is not distributed over a logarithm that may be infinite", "[rewrite]") {
  CHECK(value((a - 1) * log(b), {{2}, {0}}) == -inf);
  CHECK(value((a - 1) * log(b), {{1}, {0}}) == 0);
}

TEST_CASE("log a - log b is not the log of a quotient that overflows", "[rewrite]") {
  CHECK(value(log(a) - log(b), {{1e300}, {1e-300}}) == Approx(600 * std::log(10)));
}

TEST_CASE("infinity less itself, and 0 times infinity, are NaN", "[rewrite]") {
  CHECK(is_nan(value(a - a, {{inf}})));
  CHECK(is_nan(value(0 * a, {{inf}})));
  CHECK(is_nan(value(0 * a, {{numeric::not_a_number}})));
}

TEST_CASE("rows of -inf", "[rewrite]") {
  CHECK(value(log(sum(exp(row), -1)), {{-inf, -inf}}) == -inf);
  CHECK(is_nan(value(softmax(row, -1), {{-inf, -inf}})));
}

TEST_CASE("a NaN beside a weight of 0", "[rewrite]") {
  CHECK(is_nan(value(xlogy(a, b), {{numeric::not_a_number}, {1}})));
  CHECK(is_nan(value(a * log(b), {{1}, {numeric::not_a_number}})));
}

TEST_CASE("a product with a number is no mask", "[rewrite]") {
  CHECK(is_nan(value(a * exp(b), {{0}, {inf}})));
  CHECK(value(where(a > 0, exp(b), 0), {{0}, {inf}}) == 0);
}

TEST_CASE("variances are never negative", "[rewrite]") {
  CHECK(value(mean(square(row)) - square(mean(row)), {{1e8 + 1, 1e8, 1e8}}) == Approx(2.0 / 9));
}

TEST_CASE("sums are added up in their order where no rule is about their terms", "[rewrite]") {
  CHECK(value(a + b - a, {{1e16}, {1}}) == 0);
}

TEST_CASE("a clamp is not undone, nor moved", "[rewrite]") {
  const computed outside(sqrt(max(a, 0.0)), {{-4}});
  CHECK(outside.value == 0);
  CHECK(outside.gradients[0][0] == 0);
}

TEST_CASE("softplus has no threshold", "[rewrite]") {
  CHECK(value(log(1 + exp(a)) - a, {{20}}) == Approx(std::log1p(std::exp(-20.0))));
}

TEST_CASE("the branch that is not taken reaches no gradient", "[rewrite]") {
  CHECK(computed(where(a > 0, sqrt(a), 0), {{-1}}).gradients[0][0] == 0);
  CHECK(computed(where(a > 0, a * log(a), 0), {{0}}).gradients[0][0] == 0);
}

TEST_CASE("stable forms are differentiated before they branch", "[rewrite]") {
  CHECK(computed(max(a, 0.0) + log(1 + exp(-abs(a))), {{0}}).gradients[0][0] == Approx(0.5));
  CHECK(computed(log(1 - exp(-a)), {{1e-300}}).gradients[0][0] == Approx(1e300));
}

TEST_CASE("the gradient of a log-sum-exp at large offsets", "[rewrite]") {
  CHECK(computed(log(sum(exp(row), -1)), {{1e50}}).gradients[0][0] == 1);
  CHECK(computed(log(sum(exp(row), -1)), {{1e8, 1e8}}).gradients[0] == numbers{0.5, 0.5});
}

TEST_CASE("the slope of a saturated tanh is not 0", "[rewrite]") {
  CHECK(computed(tanh(a), {{20}}).gradients[0][0] == Approx(4 * std::exp(-40.0)));
  CHECK(computed(sigmoid(a), {{40}}).gradients[0][0] == Approx(std::exp(-40.0)));
}

TEST_CASE("a norm, a deviation, a distance of 0", "[rewrite]") {
  CHECK(computed(sqrt(sum(square(row))), {{0, 0}}).gradients[0] == numbers{0, 0});
  CHECK(computed(sqrt(mean(square(row - mean(row)))), {{2, 2}}).gradients[0] == numbers{0, 0});
}

TEST_CASE("a power of 0 by its exponent", "[rewrite]") { CHECK(computed(pow(a, b), {{0}, {2}}).gradients[1][0] == 0); }

TEST_CASE("a quotient that is stable has a derivative that is", "[rewrite]") {
  CHECK(computed((exp(a) - 1) / a, {{1e-7}}).gradients[0][0] == Approx(0.5 + 1e-7 / 3 + 0.125e-14).epsilon(1e-14));
  CHECK(computed(log(1 + a) / a, {{1e-7}}).gradients[0][0] == Approx(-0.5 + 2e-7 / 3 - 0.75e-14).epsilon(1e-14));
}

}  // namespace
