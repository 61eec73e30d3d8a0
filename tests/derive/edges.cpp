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

TEST_CASE("an angle, by the length and not its square", "[derive]") {
  const at e(sum(atan2(u, q)), {1, 3e200, -3e-200, 0, -1}, {0, 4e200, -4e-200, 0, -inf});
  CHECK(e.value == Approx(std::atan2(1, 0) + std::atan2(3, 4) + std::atan2(-3, -4) + std::atan2(-1, -inf)));
  CHECK(e.du[0] == 0);
  CHECK(e.dq[0] == -1);
  CHECK(e.du[1] / 1.6e-201 == Approx(1));
  CHECK(e.dq[2] / 1.2e199 == Approx(1));
  CHECK(e.du[3] == 0);
  CHECK(e.dq[3] == 0);
  CHECK(at(sum(atan2(-u, q)), {0}, {-2}).value == -std::atan2(0, -2));
}

TEST_CASE("whole numbers have no slope", "[derive]") {
  const at e(sum(floor(u) + round(u) * q), {-2.5, 0.5, 1.25}, {1, 10, 100});
  CHECK(e.value == -3 + 0 + 1 - 3 + 10 + 100);
  CHECK(e.du == numbers{0, 0, 0});
  CHECK(e.dq == numbers{-3, 1, 1});
}

TEST_CASE("the logarithm of a normal tail", "[derive]") {
  // log(erfc(-x / sqrt(2)) / 2) and its derivative, in 60 digits.
  const struct {
    double x, value, slope;
  } rows[] = {
      {-1e10, -5.0e+19, 10000000000.0},
      {-1e5, -5000000012.431864, 100000.00001},
      {-40, -804.608442013753788, 40.0249688472072637},
      {-5, -15.0649983939887257, 5.18650396712584212},
      {-1, -1.84102164500926351, 1.52513527616098121},
      {-0.001, -0.693945383466965179, 0.798521289562911379},
      {0, -0.693147180559945309, 0.797884560802865356},
      {0.5, -0.368946415288656393, 0.509160433837033486},
      {3, -0.0013508099647481938, 0.00443783904212566379},
      {8, -6.22096057427178606e-16, 5.05227108353689543e-15},
      {20, -2.7536241186062337e-89, 5.52094836215976319e-88},
  };
  for (const auto& r : rows) {
    CAPTURE(r.x);
    const at e(sum(log_ndtr(u)), {r.x});
    // Far to the right, where the value is the tail itself, a rounding of x counts x^2 times.
    CHECK(std::fabs(e.value / r.value - 1) < (r.x > 0 ? 4e-16 * (1 + r.x * r.x) : 4e-16));
    CHECK(std::fabs(e.du[0] / r.slope - 1) < 1e-14);
  }
  CHECK(at(sum(log_ndtr(u)), {-inf}).value == -inf);
  CHECK(at(sum(log_ndtr(u)), {inf, -0.0}).value == Approx(-std::log(2)));
  CHECK(at(sum(log_ndtr(u)), {inf}).du == numbers{0});
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
