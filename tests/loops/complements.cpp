// SPDX-License-Identifier: BSL-1.0
// Logarithms of what is left to 1 of a probability, in the spellings of textbooks, where the probability rounds to 1: as loops compute
// them in float, beside what is left itself, which no cancellation touches.
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/plain_loss.hpp"
#include "support/targets.hpp"

namespace {

using loom::d;
using plain::real, plain::softplus;
using row = std::vector<real>;

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[N,C]">;
constexpr auto z = loom::tensor<"z[N]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto C = loom::axis<"C">;
constexpr auto p = softmax(x, C);
constexpr auto q = 1 / (1 + exp(-x));

constexpr auto of_shares = loom::loss<sum(log(1 - p))>;
constexpr auto of_a_label = loom::loss<sum(log(1 - gather(p, t)))>;
constexpr auto of_a_part = loom::loss<sum(log(1 - sum(where(C == 1 || C == t, p, 0), C)))>;
constexpr auto of_the_first = loom::loss<sum(log(1 - cumsum(p, C)(C = t)))>;
constexpr auto of_a_sigmoid = loom::loss<sum(log(1 - gather(q, t)))>;
constexpr auto of_the_largest = loom::loss<sum(log(1 - max(q, C)))>;
constexpr auto of_none = loom::loss<sum(log(1 - prod(1 - q, C)))>;
constexpr auto of_a_square = loom::loss<sum(log(1 - square(tanh(x))))>;
constexpr auto of_a_tangent = loom::loss<sum(log(1 - tanh(x)) - log(1 + tanh(x)))>;
constexpr auto of_two = loom::loss<sum(log(q - 1 / (1 + exp(2 - x))))>;
constexpr auto apart = loom::loss<-sum(log(exp(z) / (exp(z) + sum(exp(x), C))))>;
constexpr auto of_a_mixture = loom::loss<sum(log(1 - (0.25 + y * 0 + (1 - (0.25 + y * 0)) * q)))>;

// ---- what is left ---------------------------------------------------------------------------------------------------------

real log_sum(const row& v) {
  real most = -INFINITY, sum = 0;
  for (const real e : v) most = std::max(most, e);
  if (std::isinf(most)) return most;
  for (const real e : v) sum += std::exp(e - most);
  return most + std::log(sum);
}
/// Of the entries for which `left` holds, the logarithm of their share.
template <class Left>
real log_share(const row& v, const Left& left) {
  row some;
  for (std::size_t k = 0; k < v.size(); ++k)
    if (left(k)) some.push_back(v[k]);
  return log_sum(some) - log_sum(v);
}
template <class F>
real sum_of(const row& v, const F& f) {
  real sum = 0;
  for (std::size_t k = 0; k < v.size(); ++k) sum += f(k);
  return sum;
}
real log_cosh(real v) { return std::fabs(v) + std::log1p(std::exp(-2 * std::fabs(v))) - std::log(real(2)); }

// ---- comparison -----------------------------------------------------------------------------------------------------------

/// A loss of rows of three, each by itself, and its gradient by x, against the logarithm of a row and differences of it.
template <class Call>
void agrees(const char* what, const std::vector<row>& rows, const std::function<real(const row&)>& exact,
            const Call& call, double margin = 1e-18) {
  for (const loom::target each : trial::targets()) {
    const loom::limit_target limit(each);
    for (const row& v : rows) {
      std::vector<float> data(v.begin(), v.end()), gradient(v.size(), -7);
      CAPTURE(what, v, static_cast<int>(each));
      const auto value = static_cast<double>(call(data, gradient)), want = static_cast<double>(exact(v));
      CHECK(std::fabs(value - want) <= 3e-6 * std::fabs(want) + margin);
      real largest = 0;
      row slope;
      for (std::size_t k = 0; k < v.size(); ++k) {
        row above = v, below = v;
        const real step = 1e-5L;
        above[k] += step, below[k] -= step;
        slope.push_back((exact(above) - exact(below)) / (2 * step));
        largest = std::max(largest, std::fabs(slope.back()));
      }
      for (std::size_t k = 0; k < v.size(); ++k) {
        CAPTURE(k, gradient[k], static_cast<double>(slope[k]));
        CHECK(std::fabs(static_cast<real>(gradient[k]) - slope[k]) <= 1e-5L * largest + 1e-7L);
      }
    }
  }
}

auto as_row(std::vector<float>& v) { return loom::view(v.data(), 1, v.size()); }

const std::vector<row> rows = {{0.5, -1, 2},      {10, 0, 0.25},   {20, 0, -1},   {0, 60, 1}, {-30, 2, 90},
                               {200, 0, -1},      {-300, 0, 300},  {7, 7, -3},    {1, 1, 1},  {-5, -17, -9},
                               {-90, -100, -300}, {8.5, -8.5, 16}, {40, 39, -200}};

TEST_CASE("what is left to 1 of the shares of a row") {
  agrees(
      "of shares", rows,
      [](const row& v) {
        return sum_of(v, [&](std::size_t k) { return log_share(v, [&](std::size_t j) { return j != k; }); });
      },
      [](auto& data, auto& gradient) { return of_shares(x = as_row(data), d(x) = as_row(gradient)); });
  for (const int label : {0, 1, 2}) {
    const std::vector<int> labels{label};
    const auto named = static_cast<std::size_t>(label);
    agrees(
        "of a label", rows, [&](const row& v) { return log_share(v, [&](std::size_t j) { return j != named; }); },
        [&](auto& data, auto& gradient) { return of_a_label(x = as_row(data), t = labels, d(x) = as_row(gradient)); });
    if (label == 2) continue;  // nothing is left of both, or after the last
    agrees(
        "of a part", rows,
        [&](const row& v) { return log_share(v, [&](std::size_t j) { return j != named && j != 1; }); },
        [&](auto& data, auto& gradient) { return of_a_part(x = as_row(data), t = labels, d(x) = as_row(gradient)); });
    std::vector<double> room(128);
    agrees(
        "of the first", rows, [&](const row& v) { return log_share(v, [&](std::size_t j) { return j > named; }); },
        [&](auto& data, auto& gradient) {
          return of_the_first(x = as_row(data), t = labels, d(x) = as_row(gradient), loom::workspace = room);
        });
  }
}

TEST_CASE("what is left to 1 of sigmoids") {
  const std::vector<int> labels{1};
  agrees(
      "of a sigmoid", rows, [](const row& v) { return -softplus(v[1]); },
      [&](auto& data, auto& gradient) { return of_a_sigmoid(x = as_row(data), t = labels, d(x) = as_row(gradient)); });
  const std::vector<row> apart_rows = {{9, 0, -1}, {12, 0, 3}, {1, 16, 2}, {0, 18, 40}, {-3, -200, -7}, {100, 2, 0}};
  agrees(
      "of the largest", apart_rows, [](const row& v) { return -softplus(*std::max_element(v.begin(), v.end())); },
      [](auto& data, auto& gradient) { return of_the_largest(x = as_row(data), d(x) = as_row(gradient)); });
  agrees(
      "of none", {{-12, -13, -14}, {-18, -19, -60}, {0.5, 1, 2}, {-1, 5, -3}, {-80, -90, -100}},
      [](const row& v) {
        const real sum = sum_of(v, [&](std::size_t k) { return softplus(v[k]); });
        return std::log(-std::expm1(-sum));
      },
      [](auto& data, auto& gradient) { return of_none(x = as_row(data), d(x) = as_row(gradient)); });
  agrees(
      "of two", {{110, 100, 1}, {-110, 3, -2}, {5, 40, 60}, {-1, -50, 0.5}},
      [](const row& v) {
        return sum_of(v, [&](std::size_t k) {
          const real below = v[k] - 2;
          return -softplus(-v[k]) - softplus(below) + std::log(-std::expm1(below - v[k]));
        });
      },
      [](auto& data, auto& gradient) { return of_two(x = as_row(data), d(x) = as_row(gradient)); });
  agrees(
      "of a mixture", rows,
      [](const row& v) { return sum_of(v, [&](std::size_t k) { return std::log(real(0.75)) - softplus(v[k]); }); },
      [](auto& data, auto& gradient) {
        std::vector<float> zeros(data.size());
        return of_a_mixture(x = as_row(data), y = as_row(zeros), d(x) = as_row(gradient));
      });
}

TEST_CASE("what is left to 1 of hyperbolic tangents") {
  const std::vector<row> all = {{0.5, -1, 2}, {7, -7, 1e-3L}, {8.5, 9, -9}, {20, -40, 120}, {1e-4L, -1e-5L, 0}};
  agrees(
      "of a square", all, [](const row& v) { return sum_of(v, [&](std::size_t k) { return -2 * log_cosh(v[k]); }); },
      [](auto& data, auto& gradient) { return of_a_square(x = as_row(data), d(x) = as_row(gradient)); });
  agrees(
      "of a tangent", all, [](const row& v) { return sum_of(v, [&](std::size_t k) { return -2 * v[k]; }); },
      [](auto& data, auto& gradient) { return of_a_tangent(x = as_row(data), d(x) = as_row(gradient)); }, 2e-7);
}

TEST_CASE("a positive pair beside its negatives") {
  for (const real lead : {0.5L, 10.0L, 17.0L, 80.0L, -30.0L}) {
    const std::vector<float> positive{static_cast<float>(lead)};
    std::vector<float> d_z(1);
    agrees(
        "apart", {{0.5, -1, 0.25}}, [&](const row& v) { return softplus(log_sum(v) - lead); },
        [&](auto& data, auto& gradient) {
          return apart(z = positive, x = as_row(data), d(x) = as_row(gradient), d(z) = d_z);
        });
    const double gap = static_cast<double>(log_sum({0.5, -1, 0.25}) - lead);
    CHECK(static_cast<double>(d_z[0]) == Approx(-1 / (1 + std::exp(-gap))).epsilon(1e-5));
  }
}

constexpr auto some = loom::mask<"some[N,C]">;
constexpr auto spread = loom::loss<sum(sqrt(sum(where(some, square(x), 0), C) / count(some, C)))>;

TEST_CASE("the root of a masked mean of squares that are all 0") {
  const bool keeps[] = {true, false, true, false, true, false};
  std::vector<float> data{0, 3, 0, 3, 5, 4}, gradient(6);
  const float value = spread(x = loom::view(data.data(), 2, 3), some = loom::view(keeps, 2, 3),
                             d(x) = loom::view(gradient.data(), 2, 3));
  CHECK(value == Approx(5));
  CHECK(gradient == std::vector<float>{0, 0, 0, 0, 1, 0});
}

}  // namespace
