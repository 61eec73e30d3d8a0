// SPDX-License-Identifier: BSL-1.0
// The diagonal of the Gauss-Newton matrix: the formula it becomes; that it is J^T H J, beside Jacobians row by row; that it is the
// Hessian's where nothing is left out; and that it is never negative.
#include "loom/derive/gauss_newton.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/random_formula.hpp"
#include "support/second_order.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

constexpr auto N = axis<"N">;
constexpr auto u = tensor<"u[N]">;

derivative_request gauss_newton(input_set of = 1, input_set d2 = 0) { return {0, d2, 0, 0, false, 0, of}; }

template <formula F>
std::string text(const F& f, input_set of = 1) {
  const derived d = with_derivatives(written(f), gauss_newton(of));
  CHECK(d.not_differentiable.empty());
  CHECK(d.no_diagonal.empty());
  return formula_text(d.program, d.program.outputs[1].id);
}

TEST_CASE("the Gauss-Newton diagonals of textbook losses are the textbook's", "[derive]") {
  // Convex: nothing is left out.
  CHECK(text(-sum(gather(log(exp(x) / sum(exp(x), C)), t))) == "softmax(x, C) * (1 - softmax(x, C))");
  CHECK(text(sum(log(1 + exp(u)))) == "sigmoid(u) * sigmoid(-u)");
  CHECK(text(sum(exp(u) - v * u)) == "exp(u)");
  CHECK(text(sum(u * (u - 1))) == "2");
  // Squares of a model: how the model bends is left out.
  CHECK(text(sum(square(sigmoid(u) - v))) == "sigmoid(u) * sigmoid(-u) * (sigmoid(u) * sigmoid(-u) * 2)");
  // Robust losses: weights of squares.
  CHECK(text(sum(log(1 + square(u)))) == "1 / (square(u) + 1) * 2");
  CHECK(text(sum(where(abs(u - v) < 1, 0.5 * square(u - v), abs(u - v) - 0.5))) == "where(abs(u - v) < 1, 1, 0)");
  // The scale of a likelihood: what bends downwards, log v, is left out.
  CHECK(text(sum(v * exp(-u) + u), 2) == "max(0, where(v * exp(-u) > 0, v * exp(-u), 0))");
}

TEST_CASE("what bends nowhere, or downwards, has the Gauss-Newton diagonal 0", "[derive]") {
  CHECK(text(sum(u * v)) == "0");
  CHECK(text(sum(abs(u - v))) == "0");
  CHECK(text(sum(softmax(x, C) * 0)) == "0");
  CHECK(text(-sum(square(u))) == "0");
  CHECK(text(-sum(exp(u)).mean()) == "0");
  CHECK(text(sum(square(stop_gradient(u)) * u)) == "0");
}

// ---- beside Jacobians ---------------------------------------------------------------------------------------------------

graph with_output(const builder& b, value_id v, const axis_order& axes = {}) {
  graph g = b.result;
  g.result_axes = axes;
  g.outputs.push_back({derivative_kind::value, -1, v, 0, axes});
  return compact(g);
}

/// Differentiated as it is: no rule moves what is outside and what is within.
derived as_it_is(const graph& g, const derivative_request& wanted) {
  const derived first = stage::differentiate(g, wanted);
  if (first.program.too_large || !wanted.second_order()) return first;
  derived second = stage::differentiate_twice(first.program, wanted);
  if (!first.no_diagonal.empty()) second.no_diagonal = first.no_diagonal;
  return second;
}

/// A loss of every entry of a model, and how it bends there: the derivative of the outside, as Gauss and Newton weigh squares.
struct outside {
  const char* name;
  value_id (*of)(builder&, value_id);
  real (*bend)(const real&);
};
const outside losses[] = {
    {"square", [](builder& b, value_id f) { return b.unary(op::square, f); }, [](const real&) { return real(2); }},
    {"exp", [](builder& b, value_id f) { return b.unary(op::exp, f); }, [](const real& f) { return exp(f); }},
    {"softplus", [](builder& b, value_id f) { return b.unary(op::softplus, f); },
     [](const real& f) { return real(1 / (2 + exp(f) + exp(real(-f)))); }},
    // log(1 + f^2) bends downwards from 1 on: the square within is what is kept, and weighed.
    {"log1p of square", [](builder& b, value_id f) { return b.unary(op::log1p, b.unary(op::square, f)); },
     [](const real& f) { return real(2 / (1 + f * f)); }},
    {"cosh less 1", [](builder& b, value_id f) { return b.binary(op::sub, b.unary(op::cosh, f), b.constant(1)); },
     [](const real& f) { return real((exp(f) + exp(real(-f))) / 2); }},
};

/// The sum of a loss over the entries of a model.
graph loss_of(const graph& model, const outside& loss) {
  builder b(model);
  const value_images image = rebuild_values(
      model, b,
      [&](op code, value_id a, value_id c, value_id d, std::uint64_t bits) { return b.make(code, a, c, d, bits); });
  const value_id f = loss.of(b, image[model.outputs[0].id]);
  return with_output(b, b[f].axes == 0 ? f : b.reduce(op::sum, f, b[f].axes));
}

/// J^T H J of the same, on the diagonal: the gradient of each entry of the model by itself, squared, times how the loss bends there.
std::vector<real> squared_jacobian(const graph& model, const outside& loss, const point& p, int slot) {
  const graph gradients = stage::differentiate(model, {input_set{1} << slot, 0, 0, 0, true}).program;
  const std::vector<real> values = interpreter<real>(model, p.extents, p.as<real>())[model.outputs[0].id];
  point q = p;
  q.inputs.push_back({as_set(model.result_axes), std::vector<double>(values.size(), 0)});
  std::vector<real> sum(p.inputs[static_cast<std::size_t>(slot)].entries.size(), real(0));
  for (std::size_t j = 0; j < values.size(); ++j) {
    q.inputs.back().entries[j] = 1;
    const std::vector<real> row = gradient_at<real>(gradients, q, slot);
    q.inputs.back().entries[j] = 0;
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += loss.bend(values[j]) * row[i] * row[i];
  }
  return sum;
}

std::string wrong_beside_jacobians(const graph& model, const outside& loss, const point& p, int slot) {
  const derived d = as_it_is(loss_of(model, loss), gauss_newton(input_set{1} << slot));
  if (d.program.too_large || !d.no_diagonal.empty()) return "refused";
  const std::vector<real> got = derivative_at<real>(d.program, p, derivative_kind::gauss_newton, slot),
                          want = squared_jacobian(model, loss, p, slot);
  for (std::size_t i = 0; i < want.size(); ++i)
    if (!close(got[i], want[i], 1e-12)) return std::to_string(i) + ": " + got[i].str(20) + ", not " + want[i].str(20);
  return "";
}

template <formula F>
void check_model(const F& f, int slot = 0) {
  graph model = written(f);
  model.result_axes = {};
  const axis_set axes = model[model.outputs[0].id].axes;
  for (int a = 0; a < model.axes.size(); ++a)
    if (has(axes, a)) model.result_axes.push_back(static_cast<std::int8_t>(a));
  points random(7);
  const point p = data_for(model, random, domain::any, {3, 4});
  for (const outside& loss : losses) {
    CAPTURE(loss.name, text_of(model));
    CHECK(wrong_beside_jacobians(model, loss, p, slot) == "");
  }
}

TEST_CASE("models of entries, rows and columns: the diagonal of J^T H J", "[derive]") {
  check_model(x * y);
  check_model(tanh(x) - y);
  check_model(sin(x) * exp(x));
  check_model(softmax(x, C) - y);
  check_model(log_softmax(x, C));
  check_model(gather(log_softmax(x, C), t));
  check_model(sum(tanh(x) * y, C));
  check_model(logsumexp(x, C) - v);
  check_model(sum(square(x), C) / sum(exp(x), C));
  check_model(mean(sin(x), N) * w);
  check_model(where(x > y, square(x), sin(x)));
  check_model(max(x * x, y));
  check_model(sigmoid(x * w + v), 1);  // w, which every row has in common
  check_model(prod(sin(x), C));
  check_model(norm(x - y, C));
}

TEST_CASE("random formulas within a loss: the square of their gradient, weighed", "[derive]") {
  int compared = 0;
  for (int number = 0; number < 250; ++number) {
    points random(static_cast<std::uint64_t>(9000 + number));
    const graph model = formula_maker(random).make(1 + number % 4);
    const point p = data_for_formula(model, random, 2, 3);
    if (model.too_large) continue;
    const interpreter<real> values(model, p.extents, p.as<real>());
    double largest = 0;  // as it is, also what no branch takes has to be finite
    for (int i = 0; i < model.size(); ++i)
      for (const real& v : values[i]) largest = is_finite(v) ? std::max(largest, magnitude(v)) : 1e9;
    if (largest > 1e4) continue;
    const std::string wrong =
        wrong_beside_jacobians(model, losses[number % 4], p, number % 3 == 0 ? formula_maker::v : formula_maker::x);
    if (wrong == "refused") continue;
    ++compared;
    if (!wrong.empty()) {
      CAPTURE(number, text_of(model), losses[number % 4].name, wrong);
      CHECK(wrong.empty());
    }
  }
  CHECK(compared > 150);
}

// ---- laws ---------------------------------------------------------------------------------------------------------------

template <formula F>
void check_as_hessian(const F& f, int slot = 0) {
  const graph g = written(f);
  const derived d = with_derivatives(g, gauss_newton(input_set{1} << slot, input_set{1} << slot));
  points random(3);
  for (int k = 0; k < 3; ++k) {
    const point p = data_for(g, random, domain::any, {3, 4});
    const std::vector<real> got = derivative_at<real>(d.program, p, derivative_kind::gauss_newton, slot),
                            want = derivative_at<real>(d.program, p, derivative_kind::curvature, slot);
    CAPTURE(text_of(g));
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(close(got[i], want[i], 1e-25));
  }
}

TEST_CASE("of a convex loss of a model that does not bend it is the Hessian's diagonal", "[derive]") {
  check_as_hessian(-mean(gather(log_softmax(x, C), t)));
  check_as_hessian(mean(logsumexp(x * w + y, C)));
  check_as_hessian(mean(logsumexp(x * w + y, C)), 1);
  check_as_hessian(mean(square(sum(x * w, C) - v)));
  check_as_hessian(mean(softplus(-v * u)), 1);
  check_as_hessian(sum(exp(mean(x, N)) - mean(x, N)));
  check_as_hessian(sum(norm(x - y, C)));
  check_as_hessian(sum(logaddexp(x, 2 * x)));
  check_as_hessian(sum(where(x > y, square(x - y), x - y)));
  check_as_hessian(s * sum(cosh(x)) + sum(square(square(x))));
}

TEST_CASE("a slope of one's own is differentiated", "[derive]") {
  CHECK(text(sum(custom(abs(u), slope(u) = tanh(u)))) == "4 * sigmoid(u * 2) * sigmoid(-(u * 2))");
  // Within a square it stands still.
  CHECK(text(sum(square(custom(sign(u), slope(u) = tanh(u)) - v))) == "max(tanh(u) * 2 * tanh(u), 0)");
}

TEST_CASE("it is never negative, whatever the formula, and finite where the Hessian's is", "[derive]") {
  int compared = 0, some = 0;
  for (int number = 0; number < 200; ++number) {
    points random(static_cast<std::uint64_t>(700 + number));
    const graph model = formula_maker(random).make(2 + number % 3);
    if (model.too_large) continue;
    const int slot = number % 2 == 0 ? formula_maker::x : formula_maker::y;
    const derived d = with_derivatives(model, gauss_newton(input_set{1} << slot, input_set{1} << slot));
    if (d.program.too_large || !d.no_diagonal.empty()) continue;
    const point p = data_for_formula(model, random, 2, 3);
    const std::vector<real> got = derivative_at<real>(d.program, p, derivative_kind::gauss_newton, slot),
                            hessian = derivative_at<real>(d.program, p, derivative_kind::curvature, slot);
    for (std::size_t i = 0; i < got.size(); ++i) {
      if (!is_finite(hessian[i])) continue;
      ++compared;
      some += got[i] > 0;
      if (!(got[i] >= 0) || !is_finite(got[i])) {
        CAPTURE(number, text_of(model), got[i].str(10), hessian[i].str(10));
        CHECK(false);
      }
    }
  }
  CHECK(compared > 600);
  CHECK(some > 200);
}

}  // namespace
