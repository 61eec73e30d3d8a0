// SPDX-License-Identifier: BSL-1.0
// bench/compile/xtensor_loss.cpp — the loss of one_loss.cpp, its gradient derived by hand.
#define XTENSOR_USE_XSIMD
#include <array>
#include <cmath>
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>

float step(const float* logits, const int* targets, float* grad, std::ptrdiff_t n, std::ptrdiff_t c) {
  const std::array<std::size_t, 1> shape{static_cast<std::size_t>(c)};
  constexpr auto at_once = xt::evaluation_strategy::immediate;
  float total = 0;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const auto x = xt::adapt(logits + i * c, shape[0], xt::no_ownership(), shape);
    auto g = xt::adapt(grad + i * c, shape[0], xt::no_ownership(), shape);
    const float m = xt::amax(x, at_once)();
    xt::noalias(g) = xt::exp(x - m);
    const float s = xt::sum(g, at_once)();
    g /= s * static_cast<float>(n);
    g(targets[i]) -= 1 / static_cast<float>(n);
    total += std::log(s) - (x(targets[i]) - m);
  }
  return total / static_cast<float>(n);
}
