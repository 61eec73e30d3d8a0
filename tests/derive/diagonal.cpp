// SPDX-License-Identifier: BSL-1.0
// The diagonal of the Hessian: the formula it becomes, its digits, and what is refused. That it is the diagonal at all is
// checked beside the products, in tangent.cpp and tests/laws/second_derivatives.cpp.
#include "loom/derive/diagonal.hpp"

#include "support/catch.hpp"
#include "support/layers.hpp"
#include "support/second_order.hpp"
#include "support/written.hpp"

namespace {

using namespace loom;

using namespace loom::layers;
using namespace loom::test;

constexpr auto N = axis<"N">;
constexpr auto u = tensor<"u[N]">;

template <formula F>
derived curvature(const F& f, input_set of = 1) {
  return with_derivatives(written(f), {0, of});
}
template <formula F>
std::string text(const F& f, input_set of = 1) {
  const graph g = curvature(f, of).program;
  return formula_text(g, g.outputs[1].id);
}

TEST_CASE("the curvature of textbook losses is the textbook's", "[derive]") {
  CHECK(text(sum(logsumexp(x, C))) == "softmax(x, C) * (1 - softmax(x, C))");
  CHECK(text(-sum(gather(log(exp(x) / sum(exp(x), C)), t))) == "softmax(x, C) * (1 - softmax(x, C))");
  CHECK(text(sum(log(1 + exp(u)))) == "sigmoid(u) * sigmoid(-u)");
  CHECK(text(sum(square(u))) == "2");
  CHECK(text(sum(square(sum(x, C)))) == "2");
  CHECK(text(square(sum(u * v)), 2) == "u * 2 * u");
  CHECK(text(sum(exp(u) * v), 1) == "exp(u) * v");
}

TEST_CASE("an input that the gradient does not depend on, or does not have, has the curvature 0", "[derive]") {
  CHECK(text(sum(u * v)) == "0");
  CHECK(text(sum(sign(u))) == "0");
  CHECK(text(sum(stop_gradient(u) * u)) == "0");
}

/// Entry by entry, in binary32 beside 80 digits.
void check_digits(const graph& program, const point& p, double ulps) {
  const std::vector<single> got = derivative_at<single>(program, p, derivative_kind::curvature, 0);
  const std::vector<real> want = derivative_at<real>(program, p, derivative_kind::curvature, 0);
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i, got[i].v, want[i].str(12));
    CHECK(got[i].v >= 0);
    CHECK(magnitude(real(real(static_cast<double>(got[i].v)) - want[i])) <=
          ulps * 0x1p-24 * magnitude(want[i]) + 0x1p-149);
  }
}

TEST_CASE("the curvature of a cross entropy keeps its digits: it is not a difference", "[derive]") {
  const graph g = finished(curvature(-gather(log(exp(x) / sum(exp(x), C)), t).mean()).program);
  check_digits(g, {{2, 3}, {{3, {1, 2, 3, -1, 0.5f, 0}}, {1, {0, 2}}}}, 8);
  check_digits(g, {{2, 3}, {{3, {-30, 0.5f, 0, 0, -80, 0}}, {1, {0, 2}}}}, 64);  // tiny probabilities
  check_digits(g, {{2, 3}, {{3, {10001, 10002, 10003, -1e4, -1e4, -1e4}}, {1, {0, 2}}}}, 8);  // an offset
  // Entries of -inf have probability 0, and no curvature.
  const std::vector<double> masked =
      derivative_at<double>(g, {{1, 3}, {{3, {0, -numeric::infinity, 0}}, {1, {0}}}}, derivative_kind::curvature, 0);
  CHECK(masked == std::vector<double>{0.25, 0, 0.25});
}

TEST_CASE("the curvature of a binary cross entropy keeps its digits at both ends", "[derive]") {
  const graph g =
      finished(curvature(-(v * log(1 / (1 + exp(-u))) + (1 - v) * log(1 - 1 / (1 + exp(-u)))).mean(), 2).program);
  const std::vector<double> got = derivative_at<double>(g, {{5}, {{1, {0, 1, 0, 1, 0.5}}, {1, {-40, 40, 700, 0, 1}}}},
                                                        derivative_kind::curvature, 1);
  CHECK(got[0] == Approx(4.248354255291589e-18 / 5).epsilon(1e-14));
  CHECK(got[1] == Approx(4.248354255291589e-18 / 5).epsilon(1e-14));
  CHECK(got[2] == Approx(9.859676543759770e-305 / 5).epsilon(1e-12));
  CHECK(got[3] == Approx(0.05));
}

TEST_CASE("of a product with two zeros, the second derivative with respect to the two is 0 by convention", "[derive]") {
  const derived d = with_derivatives(written(prod(u)), {0, 1, 1, 1});
  const auto along_the_second = [&](std::vector<double> entries) {
    return derivative_at<double>(d.program, {{3}, {{1, entries}, {1, {0, 1, 0}}}}, derivative_kind::product, 0);
  };
  CHECK(along_the_second({5, 3, 2}) == std::vector<double>{2, 0, 5});
  CHECK(along_the_second({0, 3, 2}) == std::vector<double>{2, 0, 0});
  CHECK(along_the_second({0, 0, 2}) == std::vector<double>{0, 0, 0});  // that of the first is 2
  CHECK(derivative_at<double>(d.program, {{3}, {{1, {0, 0, 2}}, {1, {0, 1, 0}}}}, derivative_kind::curvature, 0) ==
        std::vector<double>(3));
}

TEST_CASE("extreme logits give no NaN", "[derive]") {
  constexpr auto p = exp(x) / sum(exp(x), C);
  const auto finite = [](const graph& written) {
    const graph g = finished(with_derivatives(written, {0, 1}).program);
    point at{{3, 4}, {}};
    for (const input_info& in : g.inputs) {
      if (in.code == op::tensor)
        at.inputs.push_back({3, {1e4, -1e4, 88, 0, 1e4, 1e4, 1e4, 1e4, -700, 700, 1e-20, -1e-20}});
      else
        at.inputs.push_back({in.code == op::index ? axis_set{1} : axis_set{0},
                             in.code == op::index ? std::vector<double>{1, 0, 2} : std::vector<double>{2}});
    }
    bool all = true;
    for (double c : derivative_at<double>(g, at, derivative_kind::curvature, 0)) all = all && c - c == 0;
    return all;
  };
  CHECK(finite(written(-gather(log(p), t).mean())));
  CHECK(finite(written((pow(1 - gather(p, t), s) * -gather(log(p), t)).mean())));
  CHECK(finite(written(sum(p * log(p), C).mean())));
  CHECK(finite(written(-log(1 - gather(p, t)).mean())));
  CHECK(finite(written(logsumexp(x / s, C).mean())));
  CHECK(finite(written(sum(tanh(x)))));
}

TEST_CASE("a diagonal that takes a product of matrices is refused, the products are not", "[derive]") {
  // Columns are standardised, then rows are normalised and compared: every entry moves every other, twice over.
  constexpr auto z = (x - mean(x, N)) / sqrt(var(x, N));
  const auto f = sum(square(softmax(z, C)), C).mean();
  CHECK(curvature(f).no_diagonal == "x");
  CHECK(curvature(sum(square(z))).no_diagonal.empty());
  const derived product = with_derivatives(written(f), {0, 0, 1, 1});
  CHECK((product.no_diagonal.empty() && product.not_differentiable.empty()));
}

}  // namespace
