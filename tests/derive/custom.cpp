// SPDX-License-Identifier: BSL-1.0
// Derivatives that a formula declares: custom(value, slope(u) = s).
#include "loom/derive/second.hpp"

#include "loom/ir/verify.hpp"
#include "loom/laws.hpp"
#include "support/catch.hpp"
#include "support/differences.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;
using numbers = std::vector<double>;

constexpr auto u = tensor<"u[N]">;
constexpr auto q = tensor<"q[N]">;
constexpr auto T = scalar<"T">;
constexpr double inf = numeric::infinity, nan = __builtin_nan("");

graph program(const graph& g, const derivative_request& wanted) {
  const graph stable = with_derivatives(g, wanted).program;
  CHECK(graph_problem(stable).empty());
  return finished(stable);
}

/// d f / d (input `slot`), all stages applied; inputs are numbered in the order in which f names them.
template <formula F>
numbers derivative(const F& f, const std::vector<numbers>& data, int slot = 0) {
  const graph g = written(f);
  return gradient_at<double>(program(g, {1u << slot}), point_of(g, data), slot);
}
template <formula F>
double value(const F& f, const std::vector<numbers>& data) {
  const graph g = written(f);
  const graph p = program(g, {});
  return value_at<double>(p, point_of(g, data), p.outputs[0].id, 0)[0];
}
/// The same of a program with what is asked for.
template <formula F>
numbers second(const F& f, const std::vector<numbers>& data, bool diagonal) {
  const graph g = written(f);
  point p = point_of(g, data);
  if (!diagonal) p.inputs.push_back({p.inputs[0].axes, numbers(data[0].size(), 1)});
  const derivative_request wanted = diagonal ? derivative_request{0, 1} : derivative_request{0, 0, 1, 1};
  return derivative_at<double>(program(g, wanted), p, diagonal ? derivative_kind::curvature : derivative_kind::product,
                               0);
}
void same(const numbers& a, const numbers& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::fabs(a[i] - b[i]) <= 1e-12 * (1 + std::fabs(b[i])));
}

TEST_CASE("a slope replaces the derivative, and the value stays", "[derive]") {
  CHECK(derivative(sum(custom(round(u), slope(u) = 1)), {{0.4, 2.6}}) == numbers{1, 1});
  CHECK(derivative(sum(custom(u, slope(u) = -1)), {{0.4, 2.6}}) == numbers{-1, -1});
  CHECK(derivative(sum(q * custom(sign(u), slope(u) = where(abs(u) <= 1, 1, 0))), {{3, 5}, {0.5, -2}}, 1) ==
        numbers{3, 0});
  CHECK(derivative(square(sum(custom(round(u), slope(u) = 1))), {{0.4, 2.6}}) == numbers{6, 6});
}

TEST_CASE("what no slope names is a constant", "[derive]") {
  CHECK(derivative(sum(custom(u * q, slope(q) = u)), {{2, 3}, {4, 5}}) == numbers{0, 0});
  CHECK(derivative(sum(custom(u * q, slope(q) = u)), {{2, 3}, {4, 5}}, 1) == numbers{2, 3});
  CHECK(derivative(sum(u * custom(u, slope(q) = 1) + q), {{2, 3}, {4, 5}}) == numbers{2, 3});
}

TEST_CASE("a slope may be by what is computed, and there may be several", "[derive]") {
  constexpr auto e = exp(u);
  CHECK(derivative(sum(custom(round(e), slope(e) = 2)), {{0}}) == numbers{2});
  const auto f = sum(custom(u * q, slope(u) = 10, slope(q) = 20, slope(u + q) = 1));
  CHECK(derivative(f, {{2}, {4}}) == numbers{11});
  CHECK(derivative(f, {{2}, {4}}, 1) == numbers{21});
  // By what the value is not made of.
  CHECK(derivative(sum(custom(q, slope(u) = 3)), {{2}, {4}}, 1) == numbers{3});
}

TEST_CASE("a slope of fewer axes is added up", "[derive]") {
  CHECK(derivative(sum(custom(u * T, slope(T) = u)), {{1, 2, 3}, {7}}, 1) == numbers{6});
  CHECK(derivative(sum(custom(w * u, slope(u) = 1)), {{1, 2, 3}, {5, 6}}, 1) == numbers{3, 3});
}

TEST_CASE("custom nests, and the inner slope is seen through the outer one only where that names it", "[derive]") {
  constexpr auto inner = custom(round(u), slope(u) = 3);
  CHECK(derivative(sum(custom(inner * 2, slope(inner) = 5)), {{1}}) == numbers{15});
  CHECK(derivative(sum(custom(inner * 2, slope(u) = 5)), {{1}}) == numbers{5});
}

TEST_CASE("what a slope is by does not reach the value", "[derive]") {
  CHECK(value(sum(custom(where(u > 0, u, 0), slope(log(u)) = 1)), {{-1, 2}}) == 2);
  CHECK(value(sum(custom(q, slope(u) = 1 / u)), {{1, 2}, {0, nan}}) == 3);
  CHECK(value(sum(custom(q, slope(u) = u)), {{1, 2}, {inf, 1e300}}) == 3);
  CHECK(derivative(sum(custom(q, slope(u) = 2)), {{1, 2}, {inf, nan}}, 1) == numbers{2, 2});
}

TEST_CASE("a slope that is masked is not seen", "[derive]") {
  CHECK(derivative(sum(where(u > 0, custom(sqrt(u), slope(u) = 1 / u), 0)), {{0, -1, 2}}) == numbers{0, 0, 0.5});
  CHECK(derivative(sum(q * custom(u, slope(u) = log(u))), {{0, 2}, {-1, 1}}, 1)[1] == 0);
}

TEST_CASE("before rules and after, the same program as the value alone", "[derive]") {
  const auto text = [](const graph& g) { return listing(program(g, {})); };
  CHECK(text(written(sum(custom(round(u), slope(u) = 1)))) == text(written(sum(round(u)))));
  CHECK(text(written(mean(custom(log(1 + exp(u)), slope(u) = exp(u) / square(1 + exp(u)))))) ==
        text(written(mean(log(1 + exp(u))))));
  // With slope 1 the gradient is that of what is straight through.
  const auto gradient = [](const graph& g) { return listing(program(g, {1})); };
  CHECK(gradient(written(sum(square(custom(u, slope(u) = 1))))) == gradient(written(sum(square(u)))));
}

TEST_CASE("no rule looks through a slope", "[derive]") {
  // abs(v) is v where v is not negative; its slope at 0 is not.
  constexpr auto spike = custom(where(u > 0, 1, 0), slope(u) = 1);
  CHECK(derivative(sum(abs(spike)), {{-1, 1}}) == numbers{0, 1});
  CHECK(derivative(sum(max(spike, 0.0)), {{-1, 1}}) == numbers{0.5, 1});
  CHECK(derivative(sum(square(spike) / 2), {{-1, 1}}) == numbers{0, 1});
  CHECK(derivative(sum(floor(custom(round(u), slope(u) = 1))), {{1.5}}) == numbers{0});
  CHECK(derivative(sum(custom(u, slope(u) = 2) - u), {{1.5}}) == numbers{1});
  CHECK(derivative(sum(log(custom(exp(u), slope(u) = 3))), {{0}}) == numbers{3});
  CHECK(derivative(sum(q * custom(0 * u, slope(u) = 3)), {{7}, {0}}, 1) == numbers{21});
  CHECK(derivative(log(sum(exp(custom(2 * u, slope(u) = 1)))), {{400, 400}}) == numbers{0.5, 0.5});
}

TEST_CASE("a slope that is the derivative changes nothing, nor do second derivatives", "[derive]") {
  const auto alike = [](const auto& plain, const auto& declared, const numbers& data) {
    CHECK(value(declared, {data}) == Approx(value(plain, {data})));
    same(derivative(declared, {data}), derivative(plain, {data}));
    for (const bool diagonal : {false, true}) same(second(declared, {data}, diagonal), second(plain, {data}, diagonal));
  };
  const numbers data = {-1.5, 0.25, 2};
  alike(sum(tanh(u)), sum(custom(tanh(u), slope(u) = 1 - square(tanh(u)))), data);
  alike(log(sum(exp(sin(u)))), log(sum(exp(custom(sin(u), slope(u) = cos(u))))), data);
  constexpr auto e = exp(u);
  alike(square(sum(e * sqrt(1 + e))), square(sum(custom(e * sqrt(1 + e), slope(e) = (2 + 3 * e) / (2 * sqrt(1 + e))))),
        data);
  // The slope is differentiated, whatever the value's curvature is.
  CHECK(second(sum(custom(round(u), slope(u) = 1)), {data}, true) == numbers{0, 0, 0});
  CHECK(second(sum(custom(round(u), slope(u) = u)), {data}, true) == numbers{1, 1, 1});
  CHECK(second(sum(custom(round(u), slope(u) = stop_gradient(u))), {data}, true) == numbers{0, 0, 0});
}

TEST_CASE("a slope that is meant to be the derivative is held against differences", "[derive]") {
  constexpr auto p = tensor<"p[N] in (0,1)">;
  constexpr auto e = exp(u);
  CHECK(broken_slopes(sum(custom(tanh(u), slope(u) = 1 - square(tanh(u))))).empty());
  CHECK(broken_slopes(custom(u * q * T, slope(u) = q * T, slope(q) = T * u, slope(T) = u * q)).empty());
  CHECK(broken_slopes(sum(custom(e * u, slope(e) = u))).empty());  // all else held: u as well
  CHECK(broken_slopes(sum(custom(log(p / (1 - p)), slope(p) = 1 / (p * (1 - p))))).empty());
  CHECK(broken_slopes(sum(custom(w * u, slope(u) = w))).empty());
  CHECK(broken_slopes(sum(u)).empty());

  const auto only = [](const std::vector<std::string>& broken) { return broken.size() == 1 ? broken[0] : "?"; };
  const std::string sign = only(broken_slopes(sum(custom(tanh(u), slope(u) = square(tanh(u)) - 1))));
  CHECK(sign.starts_with("in custom(tanh(u), slope(u) = square(tanh(u)) - 1), the slope by u is -"));
  CHECK(sign.find(", and the value's is about ") != sign.npos);
  CHECK(only(broken_slopes(custom(u * q, slope(u) = q, slope(q) = u + 1e-3))).find("the slope by q is") != sign.npos);
  CHECK(only(broken_slopes(custom(softmax(u), slope(u) = softmax(u) * (1 - softmax(u))))) != "?");  // entries meet
  CHECK(only(broken_slopes(custom(round(u), slope(u) = 1))) != "?");
  CHECK(only(broken_slopes(custom(q, slope(u) = 1))) != "?");
  CHECK(only(broken_slopes(custom(log(-exp(u)), slope(u) = 1))).find("infinite or NaN at every point") != sign.npos);
}

TEST_CASE("a value with slopes is read elsewhere", "[derive]") {
  constexpr auto N = axis<"N">;
  constexpr auto M = axis<"M">;
  constexpr auto near = custom(round(u), slope(u) = 1);
  CHECK(derivative(sum(where(N < M, near * near(N = M), 0)), {{1.2, 2.1, 2.9}, {0, 0, 0}}) == numbers{5, 4, 3});
  CHECK(derivative(near(N = 1), {{1.2, 2.1, 2.9}, {0}}) == numbers{0, 1, 0});
}

}  // namespace
