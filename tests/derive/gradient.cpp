// SPDX-License-Identifier: BSL-1.0
// Gradients of whole formulas: the conventions at kinks, what is constant, and what must not become NaN.
#include "loom/derive/gradient.hpp"

#include "support/catch.hpp"
#include "support/differences.hpp"
#include "support/layers.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

/// d f / d (input `slot`), all stages applied; inputs are numbered in the order in which f names them.
template <formula F>
std::vector<double> derivative(const F& f, const std::vector<std::vector<double>>& data, int slot = 0) {
  const graph g = written(f);
  const point p = point_of(g, data);
  return gradient_at<double>(finished(with_gradients(g, 1u << slot)), p, slot);
}
using numbers = std::vector<double>;

constexpr auto u = tensor<"u[N]">;
constexpr auto q = tensor<"q[N]">;
constexpr double inf = numeric::infinity;

TEST_CASE("kinks", "[derive]") {
  CHECK(derivative(sum(relu(u)), {{-1, 0, -0.0, 2}}) == numbers{0, 0, 0, 1});
  CHECK(derivative(sum(abs(u)), {{-3, 0, 3}}) == numbers{-1, 0, 1});
  CHECK(derivative(sum(max(u, q)), {{1, 2, 3}, {2, 2, 2}}) == numbers{0, 0.5, 1});
  CHECK(derivative(sum(min(u, q)), {{1, 2, 3}, {2, 2, 2}}) == numbers{1, 0.5, 0});
  CHECK(derivative(sum(clamp(u, -1, 1)), {{-2, -1, 0, 1, 2}}) == numbers{0, 1, 1, 1, 0});
  CHECK(derivative(sum(max(u, 0.0)), {{-1, 0, 1}}) == numbers{0, 0.5, 1});
  CHECK(derivative(sum(sign(u)), {{-1, 0, 1}}) == numbers{0, 0, 0});
}

TEST_CASE("the largest entries share the derivative", "[derive]") {
  CHECK(derivative(max(u), {{1, 4, 2, 4}}) == numbers{0, 0.5, 0, 0.5});
  CHECK(derivative(min(u), {{1, 4, 1, 1, 2}}) == numbers{1.0 / 3, 0, 1.0 / 3, 1.0 / 3, 0});
}

TEST_CASE("norm, prod and pow at zero", "[derive]") {
  CHECK(derivative(norm(u), {{0, 0}}) == numbers{0, 0});
  CHECK(derivative(norm(u), {{3, 4}}) == numbers{0.6, 0.8});
  CHECK(derivative(sqrt(sum(square(u))), {{0, 0}}) == numbers{0, 0});
  CHECK(derivative(prod(u), {{2, 3, 4}}) == numbers{12, 8, 6});
  CHECK(derivative(prod(u), {{2, 0, 4}}) == numbers{0, 8, 0});
  CHECK(derivative(prod(u), {{0, 0, 4}}) == numbers{0, 0, 0});
  CHECK(derivative(sum(pow(u, 2)), {{0, 3}}) == numbers{0, 6});
  CHECK(derivative(sum(pow(u, 0)), {{0, 3}}) == numbers{0, 0});
  CHECK(derivative(sum(pow(u, 1)), {{0}}) == numbers{1});
  CHECK(derivative(sum(xlogy(u, q)), {{0, 1}, {1, 2}})[0] == 0);
}

TEST_CASE("the slope of a softplus at 0 is one half", "[derive]") {
  CHECK(derivative(sum(log(1 + exp(u))), {{0, -800, 800}}) == numbers{0.5, 0, 1});
  CHECK(derivative(sum(max(u, 0.0) + log(1 + exp(-abs(u)))), {{1, -1}})[0] == Approx(0.7310585786300049));
}

TEST_CASE("stop_gradient makes a constant", "[derive]") {
  CHECK(derivative(sum(u * stop_gradient(u)), {{2, 3}}) == numbers{2, 3});
  CHECK(derivative(sum(stop_gradient(exp(u))), {{2, 3}}) == numbers{0, 0});
}

TEST_CASE("the branch that is not taken is not seen", "[derive]") {
  CHECK(derivative(sum(where(u > 0, log(u), 0)), {{-1, 0, 2}}) == numbers{0, 0, 0.5});
  CHECK(derivative(sum(where(u <= 0, 0, log(u))), {{-1, 0, 2}}) == numbers{0, 0, 0.5});
  CHECK(derivative(sum(where(u > 0, u * sqrt(u), u)), {{-1, 4}}) == numbers{1, 3});
  CHECK(derivative(sum(where(q > 0, sqrt(u), 0)) + sum(where(u > 0, 3 * sqrt(u), 0)), {{-1, -1, 1}, {-1, 4, 4}}, 1) ==
        numbers{0, 0.75, 1});
  CHECK(derivative(sum(where(q > 0, 1 / u, u)), {{-1, 1}, {0, 2}}, 1) == numbers{1, -0.25});
}

TEST_CASE("a broadcast operand receives a sum", "[derive]") {
  constexpr auto b = scalar<"b">;
  CHECK(derivative(sum(b + u), {{0}, {1, 2, 3}}) == numbers{3});
  CHECK(derivative(mean(u - b), {{1, 2, 3}, {0}}) == numbers{1.0 / 3, 1.0 / 3, 1.0 / 3});
  CHECK(derivative(mean(b - u), {{0}, {1, 2, 3}})[0] == Approx(1));
  CHECK(derivative(sum(u + tensor<"k[K]">), {{1, 2}, {5, 6, 7}}) == numbers{3, 3});
  CHECK(derivative(sum(exp(b) * sum(u) + b), {{0}, {1, 2, 3}}) == numbers{7});
}

TEST_CASE("a rule that takes an axis away does not change the gradient", "[derive]") {
  // softmax(v + w) along the axis of w does not depend on v; what is reduced along the axis of v is constant there.
  const graph g = written(sum(w * square(logsumexp(2 * softmax(v + w, -1), axis<"N">))));
  const point p{{3, 2}, {{only(0), {0.25, 1, -0.5}}, {only(1), {0.5, -1}}}};
  const std::vector<real> got = gradient_at<real>(with_gradients(g, 1), p, 0);
  for (std::size_t i = 0; i < got.size(); ++i) {
    std::vector<dense<double>> direction = no_direction(p);
    direction[0].entries[i] = 1;
    CHECK(close(got[i], slope(g, p, direction), 1e-25));
  }
}

TEST_CASE("saturated functions keep their slope", "[derive]") {
  CHECK(derivative(sum(tanh(u)), {{20}})[0] == Approx(1.6993417021166355e-17).epsilon(1e-12));
  CHECK(derivative(sum(sigmoid(u)), {{-40, 40}})[1] == Approx(4.248354255291589e-18).epsilon(1e-12));
  CHECK(derivative(sum(log(1 - exp(u))), {{-1e-10}})[0] == Approx(-1e10).epsilon(1e-9));
}

TEST_CASE("an op without a derivative is named, a program without gradients is itself", "[derive]") {
  CHECK(gradient(written(sum(trigamma(u))), 1).not_differentiable == "trigamma");
  const graph g = written(sum(exp(u)));
  CHECK(same_program(gradient(g, 0).program, g));
  CHECK(gradient(g, 1).program.outputs.size() == 2);
  CHECK(gradient(written(sum(exp(u) + 0 * sum(q))), 2).program.outputs[1].input == 1);
}

TEST_CASE("a result that is not a scalar has a gradient, given the cotangent of its entries", "[derive]") {
  const graph g = stable(log_softmax(x * v, -1));
  const derived d = gradient(g, 1);
  const input_info& seed = d.program.inputs.back();
  CHECK(d.program.inputs.size() == g.inputs.size() + 1);
  CHECK((seed.name == "seed" && seed.origin == input_origin::seed && seed.code == op::tensor));
  CHECK(as_set(seed.axes) == as_set(g.result_axes));
  // The same as the gradient of sum(seed * result), where y is the seed.
  const point p{{2, 3}, {{3, {0.5, 1, -1, 2, 0, 1}}, {1, {1, -2}}, {3, {1, 2, 3, -1, 0.5, 4}}}};
  const graph scalar = with_gradients(written(sum(y * log_softmax(x * v, -1))), 1u << 1);
  const point at{p.extents, {p.inputs[2], p.inputs[0], p.inputs[1]}};
  const std::vector<real> got = gradient_at<real>(stage::stabilize(d.program), p, 0),
                          want = gradient_at<real>(scalar, at, 1);
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(close(got[i], want[i], 1e-60));
}

TEST_CASE("the seed has the axes of the result, also where the value has fewer", "[derive]") {
  graph g = written(v * s);
  g.result_axes.push_back(static_cast<std::int8_t>(g.axes.size()));
  g.axes.push_back({"M", 0});  // as in v * s + 0 * m, once the zero is gone
  const graph d = stage::stabilize(gradient(g, 1).program);
  const point p{{2, 3}, {{1, {5, 7}}, {0, {10}}, {3, {1, 2, 3, 4, 5, 6}}}};
  CHECK(gradient_at<double>(d, p, 0) == numbers{60, 150});
}

TEST_CASE("a scalar is seeded on demand", "[derive]") {
  const graph g = stable(sum(square(u)));
  const derived d = gradient(g, {1, 0, 0, 0, true});
  CHECK(d.program.inputs.back().code == op::scalar);
  CHECK(gradient_at<double>(d.program, {{3}, {{1, {1, 2, 3}}, {0, {10}}}}, 0) == numbers{20, 40, 60});
  CHECK(gradient(g, 1).program.inputs.size() == 1);
  CHECK(gradient(g, 0).program.inputs.size() == 1);
  CHECK(gradient(stable(square(u)), 0).program.inputs.size() == 1);
}

TEST_CASE("all results pass through, the first is differentiated", "[derive]") {
  graph g = stable(sum(square(u)));
  g.outputs.push_back({derivative_kind::value, -1, g[g.outputs[0].id].operand[0], 1});
  const graph d = gradient(g, 1).program;
  CHECK(d.outputs.size() == 3);
  CHECK((d.outputs[1].is_value() && d.outputs[1].result == 1));
  CHECK(gradient_at<double>(d, {{2}, {{1, {1, 2}}}}, 0) == numbers{2, 4});
  const graph twice = second_derivatives(d, {1, 1}).program;
  CHECK(twice.outputs.size() == 4);
  CHECK((twice.outputs[1].is_value() && twice.outputs[1].result == 1));
}

TEST_CASE("infinite logits with a label of no weight", "[derive]") {
  const numbers d = derivative(sum(q * log_softmax(u, -1)), {{1, 0, 1}, {0, -inf, 0}}, 1);
  CHECK(d == numbers{0, 0, 0});
}

TEST_CASE("one input too many, the seed, is reported", "[derive]") {
  graph g;
  g.axes.push_back({"N", 0});
  builder b(g);
  value_id total = b.constant(0);
  for (int i = 0; i < max_inputs; ++i) {
    b.add_input({"x", op::tensor, {}});
    b.result.inputs[i].axes.push_back(0);
    total = b.binary(op::add, total, b.input(i));
  }
  b.result.result_axes.push_back(0);
  b.add_output({derivative_kind::value, -1, total, 0, b.result.result_axes});
  const derived r = gradient(b.view(), 1);
  CHECK(r.program.too_large);
  CHECK(r.program.overflow.of == capacity::inputs);
  CHECK(r.program.overflow.limit == max_inputs);
  CHECK(r.program.overflow.needed == max_inputs + 1);
}

}  // namespace
