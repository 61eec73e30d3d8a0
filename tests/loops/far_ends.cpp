// SPDX-License-Identifier: BSL-1.0
// Functions of functions that vanish or round to 1 where what is wanted of them does not: as loops compute them, on every target.
#include <cmath>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"
#include "support/targets.hpp"

namespace {

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto log_hazard = loom::loss<log(log(1 + exp(x)))>;
constexpr auto distance = loom::loss<acosh(1 + x)>;

/// The values of a loss of each entry, and its slopes, within so many units of float.
template <class Loss, class Value, class Slope>
void check_entries(const Loss& f, const std::vector<float>& data, const Value& value, const Slope& slope) {
  std::vector<float> got(data.size()), gradient(data.size()), ones(data.size(), 1);
  for (loom::target each : trial::targets()) {
    const loom::limit_target limit(each);
    f(x = data, loom::out = got, loom::seed = ones, d(x) = gradient);
    for (std::size_t i = 0; i < data.size(); ++i) {
      const double at = static_cast<double>(data[i]), want = value(at), want_slope = slope(at);
      CAPTURE(at, got[i], want, gradient[i], want_slope);
      CHECK(std::fabs(static_cast<double>(got[i]) - want) <= 8 * 0x1p-24 * std::fabs(want));
      CHECK(std::fabs(static_cast<double>(gradient[i]) - want_slope) <= 8 * 0x1p-24 * std::fabs(want_slope));
    }
  }
}

TEST_CASE("the logarithm of a softplus, where the softplus is 0 in float") {
  check_entries(
      log_hazard, {-1e30f, -1e4f, -200, -104, -88, -20, -3, -0.5f, 0, 0.5f, 2, 40, 1e4f, 1e30f},
      [](double v) { return v < -40  ? v
                            : v > 40 ? std::log(v)
                                     : std::log(std::log1p(std::exp(v))); },
      [](double v) { return v < -40  ? 1
                            : v > 40 ? 1 / v
                                     : 1 / (1 + std::exp(-v)) / std::log1p(std::exp(v)); });
}

TEST_CASE("the distance of what lies close together in a hyperbolic space") {
  check_entries(
      distance, {1e-30f, 1e-20f, 1e-8f, 1e-4f, 0.1f, 1, 30, 1e4f, 1e20f, 1e30f},
      [](double v) { return 2 * std::asinh(std::sqrt(v / 2)); },
      [](double v) { return 1 / (std::sqrt(v) * std::sqrt(v + 2)); });
}

}  // namespace
