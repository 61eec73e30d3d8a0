// SPDX-License-Identifier: BSL-1.0
// Hessian-vector products of whole formulas: against second differences, and what is fixed at kinks.
#include "loom/derive/second.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/second_order.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;
using numbers = std::vector<double>;

constexpr auto u = tensor<"u[N]">;
constexpr auto q = tensor<"q[N]">;

/// H d for input 0, all stages applied; inputs are numbered in the order in which f names them.
template <formula F>
numbers product(const F& f, const std::vector<numbers>& data, const numbers& direction) {
  const graph g = written(f);
  point p = point_of(g, data);
  p.inputs.push_back({p.inputs[0].axes, direction});
  return derivative_at<double>(finished(with_derivatives(g, {0, 0, 1, 1}).program), p, derivative_kind::product, 0);
}

template <formula F>
void check(const F& f, domain d = domain::any, std::ptrdiff_t rows = 2, std::ptrdiff_t columns = 3) {
  points random(31);
  const graph g = written(f);
  const hessian h(g);
  CAPTURE(formula_text(g, g.outputs[0].id));
  CHECK(h.complete());
  std::vector<std::ptrdiff_t> extents;
  for (const axis_info& a : g.axes) extents.push_back(a.name == "C" ? columns : rows);
  for (int k = 0; k < 3; ++k) {
    point p{extents, {}};
    for (const input_info& in : g.inputs) {
      dense<double> e{as_set(in.axes), {}};
      for (std::size_t i = 0; i < size_of(e.axes, extents); ++i)
        e.entries.push_back(in.code == op::index ? random.below(static_cast<int>(columns)) : random.number(d));
      p.inputs.push_back(e);
    }
    CHECK(h.wrong_at(p, random, 1e-14) == "");
  }
}

constexpr auto e = scalar<"e">;
constexpr auto p = exp(x) / sum(exp(x), C);
constexpr auto smoothed = (1 - e) * onehot(t, C) + e / extent(C);

TEST_CASE("products with the Hessians of losses, and their diagonals", "[derive]") {
  check(-gather(log(p), t).mean());
  check(-sum(smoothed * log(p), C).mean());
  check(-sum(w * smoothed * log(p), C).mean() / sum(gather(w, t)), domain::positive);
  check(sum(where(t != 1, -sum(w * smoothed * log(p), C), 0)) / sum(gather(w, t)), domain::positive);
  check((pow(1 - gather(p, t), s) * -sum(smoothed * log(p), C) + 0.25 * square(log(sum(exp(x), C)))).mean(),
        domain::positive);
  check(-(s * q * log(1 / (1 + exp(-u))) + (1 - q) * log(1 - 1 / (1 + exp(-u)))).mean(), domain::positive);
  check(where(abs(u - q) <= s, 0.5 * square(u - q), s * (abs(u - q) - 0.5 * s)).mean(), domain::positive);
  check(0.5 * (log(max(v, 1e-6)) + square(u - q) / max(v, 1e-6)).mean(), domain::positive);
  check(square(s) * sum(exp(y / s) / sum(exp(y / s), C) *
                            log(exp(y / s) / sum(exp(y / s), C) / (exp(x / s) / sum(exp(x / s), C))),
                        C)
                        .mean(),
        domain::positive);
}

TEST_CASE("ratios of totals, distances, nested reductions", "[derive]") {
  check(1 - 2 * sum(x * y) / (sum(square(x)) + sum(square(y))), domain::positive);
  check((1 - sum(x * y, C) / (norm(x, C) * norm(y, C))).mean());
  check(logsumexp(norm(x, C)));
  check(log(sum(exp(sum(x * y, -1)), -1)).mean());
  check(gather(x * exp(y), t).mean());
  check((logsumexp(x, C) * gather(x, t) * norm(y, C)).mean());
  check(sum(softmax(x, C) * log(softmax(x, C)), C).mean());
  check(sum(square(softmax(x - mean(x, C), C) - y)));
  check((x - x.mean()).norm());
  check(var(x, axis<"N">).sum() / var(x));
  check(logsumexp(x, C).mean() + logsumexp(x, axis<"N">).mean() - sum(x * onehot(t, C)).mean());
  check(logsumexp(v * tensor<"m[M]">, axis<"M">).mean());
}

TEST_CASE("the entropy of the mean prediction: rows meet, and meet again in columns", "[derive]") {
  check(sum(mean(softmax(x, C), axis<"N">) * log(mean(softmax(x, C), axis<"N">))));
  check(logsumexp((x - mean(x, axis<"N">)) / sqrt(0.5 + var(x, axis<"N">)), C).mean(), domain::any, 3, 2);
  check(-log(mean(exp(gather(log_softmax(x, C), t)))) + logsumexp(mean(x, axis<"N">), C));
}

TEST_CASE("three levels: tokens, sequences, a batch", "[derive]") {
  constexpr auto tokens = tensor<"z[B,S,C]">;
  constexpr auto label = loom::index<"l[B,S]">;
  check(square(sum(-gather(log_softmax(tokens, -1), label), -1)).mean());
  check(logsumexp(sum(square(tokens), C), axis<"S">).mean());
  check(log(sum(exp(norm(softmax(tokens, axis<"S">), C)))));
}

TEST_CASE("at a kink the second derivative is 0", "[derive]") {
  const numbers zero{0, 0, 0}, ones{1, 1, 1};
  CHECK(product(sum(relu(u)), {{-1, 0, 1}}, ones) == zero);
  CHECK(product(sum(abs(u)), {{-1, 0, 1}}, ones) == zero);
  CHECK(product(sum(max(u, 0.0)), {{-1, 0, 1}}, ones) == zero);
  CHECK(product(sum(clamp(u, -1, 1)), {{-1, 0, 1}}, ones) == zero);
  CHECK(product(max(u), {{1, 1, 0}}, ones) == zero);
  CHECK(product(norm(u), {{0, 0, 0}}, ones) == zero);
  CHECK(product(sum(sign(u)), {{-1, 0, 1}}, ones) == zero);
  CHECK(product(sum(where(u > 0, square(u), 0)), {{-1, 0, 1}}, ones) == numbers{0, 0, 2});
  CHECK(product(square(sum(max(u, q))), {{1, 2, 3}, {2, 2, 2}}, ones) == numbers{0, 1.5, 3});
}

TEST_CASE("powers at 0, and the branch that is not taken", "[derive]") {
  CHECK(product(sum(pow(u, 2)), {{0, 3, -1}}, {1, 1, 1}) == numbers{2, 2, 2});
  CHECK(product(sum(pow(u, 1)), {{0, 3, -1}}, {1, 1, 1}) == numbers{0, 0, 0});
  CHECK(product(sum(pow(u, 3)), {{0, 1, 2}}, {1, 1, 1}) == numbers{0, 6, 12});
  CHECK(product(sum(where(u > 0, u * log(u), 0)), {{-1, 0, 2}}, {1, 1, 1}) == numbers{0, 0, 0.5});
  CHECK(product(sum(where(u > 0, 1 / u, u)), {{-1, 0, 2}}, {1, 1, 1}) == numbers{0, 0, 0.25});
  CHECK(product(prod(u), {{2, 3, 4}}, {1, 0, 0}) == numbers{0, 4, 3});
  CHECK(product(prod(u), {{2, 0, 4}}, {1, 0, 0}) == numbers{0, 4, 0});
  CHECK(product(prod(u), {{2, 0, 4}}, {0, 1, 0}) == numbers{4, 0, 2});
  CHECK(product(prod(u), {{2, 0, 0}}, {0, 1, 0}) == numbers{0, 0, 0});  // truly 2 for the other zero
}

TEST_CASE("saturated functions have second derivatives, not NaN", "[derive]") {
  CHECK(product(sum(tanh(u)), {{-800, 0, 800}}, {1, 1, 1}) == numbers{0, 0, 0});
  CHECK(product(sum(log(1 + exp(u))), {{-800, 0, 800}}, {1, 1, 1}) == numbers{0, 0.25, 0});
  CHECK(product(sum(log(1 - exp(u))), {{-800, -1000}}, {1, 1}) == numbers{-0.0, -0.0});
}

TEST_CASE("what is not in the direction stands still, a constant has no Hessian", "[derive]") {
  const graph g = written(sum(u * q * q));
  const derived d = with_derivatives(g, {0, 0, 3, 2});  // u, q move along q only
  const point at{{2}, {{1, {1, 2}}, {1, {3, 4}}, {1, {1, 10}}}};
  CHECK(d.program.inputs.size() == 3);
  CHECK((d.program.inputs[2].origin == input_origin::direction && d.program.inputs[2].of == 1));
  CHECK(derivative_at<double>(d.program, at, derivative_kind::product, 0) == numbers{6, 80});
  CHECK(derivative_at<double>(d.program, at, derivative_kind::product, 1) == numbers{2, 40});
  CHECK(product(sum(u) + 2, {{1, 2}}, {1, 1}) == numbers{0, 0});
  CHECK(product(sum(square(stop_gradient(u)) * u), {{1, 2}}, {1, 1}) == numbers{0, 0});
}

TEST_CASE("the seed does not move", "[derive]") {
  const graph g = stable(square(u));
  const derived d = second_derivatives(gradient(g, 1).program, {0, 1, 1, 1});
  const point at{{2}, {{1, {1, 2}}, {1, {5, 7}}, {1, {1, 10}}}};  // u, seed, direction
  CHECK(derivative_at<double>(d.program, at, derivative_kind::product, 0) == numbers{10, 140});
  CHECK(derivative_at<double>(d.program, at, derivative_kind::curvature, 0) == numbers{10, 14});
}

TEST_CASE("an op that has no second derivative is named", "[derive]") {
  const derived d = with_derivatives(written(sum(digamma(u))), {0, 1});
  CHECK(d.not_differentiable == "trigamma");
  CHECK(with_derivatives(written(sum(digamma(u))), {1}).not_differentiable.empty());
  CHECK(with_derivatives(written(sum(lgamma(u))), {0, 1, 1, 1}).not_differentiable.empty());
}

}  // namespace
