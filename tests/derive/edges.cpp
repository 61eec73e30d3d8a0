// SPDX-License-Identifier: BSL-1.0
// Values and gradients at the edges of domains, as docs/reference/language.md lists them: the same however they are spelled.
#include "loom/derive/gradient.hpp"
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
constexpr double inf = numeric::infinity;

/// The value of f and its derivatives by u and q, all stages applied.
struct at {
  double value;
  numbers du, dq;

  template <formula F>
  at(const F& f, const numbers& of_u, const numbers& of_q = {}) {
    const graph g = written(f);
    const point p = point_of(g, {of_u, of_q});
    const graph program = in_form(compiler::form::simple, g, {numbers_of(g)}).program;
    value = value_at<double>(program, p, program.outputs[0].id, 0)[0];
    du = gradient_at<double>(program, p, 0);
    if (g.inputs.size() == 2) dq = gradient_at<double>(program, p, 1);
  }
};

TEST_CASE("0 log 0 is 0, and its derivative is that of xlogy in every spelling", "[derive]") {
  const auto check = [](const at& e) {
    CHECK(e.value == 0);
    CHECK(e.du == numbers{-inf});
    CHECK(e.dq == numbers{0});
  };
  check(at(sum(u * log(q)), {0}, {0}));
  check(at(sum(xlogy(u, q)), {0}, {0}));
  check(at(sum(u * (log(q) - 1)), {0}, {0}));
  CHECK(at(sum(u * log(u)), {0}).value == 0);
  CHECK(at(sum(u * log(u)), {0}).du == numbers{-inf});
  CHECK(at(sum((1 - u) * log(1 - u)), {1}).du == numbers{inf});
  CHECK(at(sum(u * log1p(-q)), {0}, {1}).dq == numbers{0});
}

TEST_CASE("an adjoint of 0 stays 0 where a slope is infinite", "[derive]") {
  CHECK(at(sum(u * sqrt(q)), {0, 2}, {0, 4}).dq == numbers{0, 0.5});
  CHECK(at(sum(u * sqrt(q)), {1}, {0}).dq == numbers{inf});
  CHECK(at(sum(sqrt(u * q)), {0}, {1}).du == numbers{inf});
  CHECK(at(sum(sqrt(u * q)), {0}, {1}).dq == numbers{0});
  CHECK(at(sum((u - 1) * log(q)), {1}, {0}).dq == numbers{0});
}

TEST_CASE("roots at 0", "[derive]") {
  CHECK(at(sum(sqrt(u * u)), {0, -2}).du == numbers{0, -1});
  CHECK(at(sum(sqrt(u * u + q * q)), {0}, {0}).du == numbers{0});
  CHECK(at(sqrt(sum(u * u)), {0, 0}).du == numbers{0, 0});
  CHECK(at(sqrt(mean(square(u - mean(u)))), {3, 3}).du == numbers{0, 0});
  CHECK(at(stddev(u), {3, 3}).du == numbers{0, 0});
  CHECK(at(stddev(u), {3e200, -3e200}).value == Approx(3e200));
  CHECK(at(stddev(u), {5, 1}).du[0] == Approx(0.5));
  CHECK(at(as_written(stddev(u)), {3, 3}).du == numbers{0, 0});
  CHECK(at(sum(hypot(u, q)), {3e200}, {4e200}).value == Approx(5e200));
  CHECK(at(sum(hypot(u, q)), {3e-200}, {4e-200}).value / 5e-200 == Approx(1));
  CHECK(at(sum(hypot(u, q)), {inf}, {-inf}).value == inf);
}

TEST_CASE("a mask shields from what is no number", "[derive]") {
  constexpr double nan = numeric::not_a_number;
  const at kept(sum(where(isnan(u), 0, square(u))), {nan, 3, -2});
  CHECK(kept.value == 13);
  CHECK(kept.du == numbers{0, 6, -4});
  const at finite(sum(where(isfinite(u * q), u * q, 0)) / count(isfinite(u)), {inf, 2, nan, -inf}, {1, 5, 0, 2});
  CHECK(finite.value == 10);
  CHECK(finite.du == numbers{0, 5, 0, 0});
  CHECK(finite.dq == numbers{0, 2, 0, 0});
}

TEST_CASE("logarithms of other bases are as stable as log", "[derive]") {
  CHECK(at(sum(log2(u) + log10(u)), {100}).value == Approx(6.643856189774724 + 2));
  CHECK(at(sum(log2(u)), {4}).du[0] == Approx(0.36067376022224085));
  CHECK(at(sum(log2(exp(u))), {2000}).value == Approx(2885.390081777927));
  CHECK(at(log10(sum(exp(u))), {1000, 1000}).value == Approx(434.5955121949));
  CHECK(at(sum(u * log2(u)), {0}).value == 0);
  CHECK(at(sum(u * log2(q)), {0}, {0}).dq == numbers{0});
  CHECK(at(sum(u * log10(u)), {0}).du == numbers{-inf});
}

TEST_CASE("the logarithm of the beta function", "[derive]") {
  const at e(sum(lbeta(u, q)), {2, 0.5}, {3, 0.5});
  CHECK(e.value == Approx(-2.4849066497880004 + 1.1447298858494002));
  CHECK(e.du[0] == Approx(0.42278433509846713 - 1.5061176684318003));
  CHECK(e.dq[1] == Approx(-1.9635100260214235 + 0.5772156649015329));
}

TEST_CASE("a logit of which the label is certain", "[derive]") {
  CHECK(at(sum(log(1 + exp(u)) - u * q), {-inf, inf}, {0, 1}).value == 0);
  CHECK(at(sum(log(1 + exp(u)) - u * q), {-inf, inf}, {0, 1}).du == numbers{0, 0});
  CHECK(at(sum(log(1 + exp(u)) - u * q), {-inf}, {1}).value == inf);
}

TEST_CASE("the slope of a normal tail far out", "[derive]") {
  const numbers du = at(sum(exp(-square(u)) / erfc(u)), {5, 30}).du;
  CHECK(std::fabs(du[0] / 1.740668311731623115 - 1) < 4e-15);
  CHECK(std::fabs(du[1] / 1.771472421534560482 - 1) < 4e-15);
}

TEST_CASE("quotients that the origin completes", "[derive]") {
  CHECK(at(sum((exp(u) - 1) / u), {0}).value == 1);
  CHECK(at(sum((exp(u) - 1) / u), {0}).du == numbers{0.5});
  CHECK(at(sum(log(1 + u) / u), {0}).value == 1);
  CHECK(at(sum(log(1 + u) / u), {0}).du == numbers{-0.5});
  CHECK(at(sum(u / (exp(u) - 1)), {0}).value == 1);
  CHECK(at(sum(u / (exp(u) - 1)), {0}).du == numbers{-0.5});
  CHECK(at(sum((1 - exp(-u)) / u), {0}).du == numbers{-0.5});
  CHECK(at(sum((1 - exp(-u)) / u), {1e-9}).du[0] == Approx(-0.5).epsilon(1e-8));
}

TEST_CASE("two equal infinities share a logaddexp", "[derive]") {
  CHECK(at(sum(log(exp(u) + exp(q))), {-inf, -1}, {-inf, -1}).du == numbers{0.5, 0.5});
  CHECK(at(sum(logaddexp(u, q)), {inf}, {inf}).dq == numbers{0.5});
  CHECK(at(sum(logaddexp(u, q)), {inf}, {1}).du == numbers{1});
  CHECK(at(sum(logaddexp(u, q)), {inf}, {1}).dq == numbers{0});
}

TEST_CASE("a row of -inf has a log-sum-exp, and no softmax", "[derive]") {
  CHECK(at(log(sum(exp(u))), {-inf, -inf}).value == -inf);
  for (double slope : at(log(sum(exp(u))), {-inf, -inf}).du) CHECK(slope != slope);
}

TEST_CASE("a product of a row has its derivative where an entry is 0, and its logarithm where it underflows",
          "[derive]") {
  CHECK(at(prod(u), {2, 0, 4}).du == numbers{0, 8, 0});
  const at e(log(square(prod(u))), numbers(250, 0.01));
  CHECK(e.value == Approx(500 * std::log(0.01)));
  CHECK(e.du[0] == Approx(200));
}

}  // namespace
