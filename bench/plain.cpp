// SPDX-License-Identifier: BSL-1.0
// bench/plain.cpp — the loops a careful programmer writes without a library: shifted, one row at a time, scalar <cmath>.
#include <algorithm>
#include <cmath>

#include "peers.hpp"

namespace bench {
namespace {

template <bool Gradient>
double cross_entropy(const data& d) {
  double total = 0;
  const float scale = 1 / static_cast<float>(d.rows);
  for (std::ptrdiff_t i = 0; i < d.rows; ++i) {
    const float* x = d.x + i * d.classes;
    const float m = *std::max_element(x, x + d.classes);
    float s = 0;
    for (std::ptrdiff_t j = 0; j < d.classes; ++j) s += std::exp(x[j] - m);
    total += static_cast<double>(std::log(s) - (x[d.t[i]] - m));
    if constexpr (Gradient) {
      float* g = d.dx + i * d.classes;
      for (std::ptrdiff_t j = 0; j < d.classes; ++j) g[j] = std::exp(x[j] - m) / s * scale;
      g[d.t[i]] -= scale;
    }
  }
  return total / static_cast<double>(d.rows);
}

template <bool Gradient>
double focal(const data& d) {
  double total = 0;
  const float scale = 1 / static_cast<float>(d.rows), c = static_cast<float>(d.classes);
  for (std::ptrdiff_t i = 0; i < d.rows; ++i) {
    const float* x = d.x + i * d.classes;
    const float m = *std::max_element(x, x + d.classes);
    float s = 0, sx = 0;
    for (std::ptrdiff_t j = 0; j < d.classes; ++j) {
      s += std::exp(x[j] - m);
      sx += x[j] - m;
    }
    const float ls = std::log(s), lse = ls + m, nll = ls - (x[d.t[i]] - m), pt = std::exp(-nll), om = 1 - pt,
                w = om * om;
    const float smooth = 0.9f * nll + 0.1f * (ls - sx / c);
    total += static_cast<double>(w * smooth + 1e-4f * lse * lse);
    if constexpr (Gradient) {
      const float a = 2 * om * pt * smooth, k = a + w + 2e-4f * lse;
      float* g = d.dx + i * d.classes;
      for (std::ptrdiff_t j = 0; j < d.classes; ++j) g[j] = scale * (k * std::exp(x[j] - m) / s - w * 0.1f / c);
      g[d.t[i]] -= scale * (a + 0.9f * w);
    }
  }
  return total / static_cast<double>(d.rows);
}

template <bool Gradient>
double bce(const data& d) {
  double total = 0;
  const std::ptrdiff_t n = d.rows * d.classes;
  const float scale = 1 / static_cast<float>(n);
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const float e = std::exp(-std::fabs(d.x[i]));
    total += static_cast<double>(std::max(d.x[i], 0.f) - d.x[i] * d.y[i] + std::log1p(e));
    if constexpr (Gradient) d.dx[i] = ((d.x[i] >= 0 ? 1 : e) / (1 + e) - d.y[i]) * scale;
  }
  return total / static_cast<double>(n);
}

template <bool Gradient>
double huber(const data& d) {
  double total = 0;
  const std::ptrdiff_t n = d.rows * d.classes;
  const float scale = 1 / static_cast<float>(n);
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const float r = d.x[i] - d.y[i], a = std::fabs(r);
    total += static_cast<double>(a <= 1 ? 0.5f * r * r : a - 0.5f);
    if constexpr (Gradient) d.dx[i] = std::min(std::max(r, -1.f), 1.f) * scale;
  }
  return total / static_cast<double>(n);
}

template <bool Gradient>
double gaussian(const data& d) {
  double total = 0;
  const std::ptrdiff_t n = d.rows * d.classes;
  const float scale = 1 / static_cast<float>(n);
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const float v = std::max(d.v[i], 1e-6f), r = d.x[i] - d.y[i], q = r / v;
    total += static_cast<double>(0.5f * (std::log(v) + r * q));
    if constexpr (Gradient) {
      d.dx[i] = q * scale;
      d.dv[i] = 0.5f * scale * (1 / v - q * q);
    }
  }
  return total / static_cast<double>(n);
}

template <bool Gradient>
double distillation(const data& d) {
  double total = 0;
  const float scale = 2 / static_cast<float>(d.rows);
  for (std::ptrdiff_t i = 0; i < d.rows; ++i) {
    const float *x = d.x + i * d.classes, *t = d.y + i * d.classes;
    const float mx = *std::max_element(x, x + d.classes), mt = *std::max_element(t, t + d.classes);
    float sx = 0, st = 0;
    for (std::ptrdiff_t j = 0; j < d.classes; ++j) {
      sx += std::exp((x[j] - mx) / 2);
      st += std::exp((t[j] - mt) / 2);
    }
    const float lx = std::log(sx), lt = std::log(st);
    float kl = 0;
    for (std::ptrdiff_t j = 0; j < d.classes; ++j) {
      const float p = std::exp((t[j] - mt) / 2) / st;
      kl += p * (((t[j] - mt) / 2 - lt) - ((x[j] - mx) / 2 - lx));
      if constexpr (Gradient) d.dx[i * d.classes + j] = scale * (std::exp((x[j] - mx) / 2) / sx - p);
    }
    total += static_cast<double>(kl);
  }
  return 4 * total / static_cast<double>(d.rows);
}

}  // namespace

contender plain() {
  return {.name = "plain loops",
          .compared = agreement::values_and_gradients,
          .cross_entropy = cross_entropy<false>,
          .cross_entropy_gradient = cross_entropy<true>,
          .focal = focal<false>,
          .focal_gradient = focal<true>,
          .bce = bce<false>,
          .bce_gradient = bce<true>,
          .huber = huber<false>,
          .huber_gradient = huber<true>,
          .gaussian = gaussian<false>,
          .gaussian_gradient = gaussian<true>,
          .distillation = distillation<false>,
          .distillation_gradient = distillation<true>};
}

}  // namespace bench
