// SPDX-License-Identifier: BSL-1.0
// bench/peers/plain.cpp — the loops a careful programmer writes without a library: shifted, one row at a time, <cmath>, each
// exponential of a row once. Compiled as LOOM_BENCH_PEER at -O3, which keeps them scalar, and at -Ofast, which does not.
#include <algorithm>
#include <cmath>
#include <vector>

#include "../peers.hpp"

namespace bench {
namespace {

template <class T>
T largest(const T* x, std::ptrdiff_t n) {
  T m = x[0];
  for (std::ptrdiff_t j = 1; j < n; ++j) m = std::max(m, x[j]);
  return m;
}

/// The sum of exponentials, kept where there is room for them.
template <class T>
T sum_of_exponentials(const T* x, T shift, T over, T* keep, std::ptrdiff_t n) {
  T s = 0;
  for (std::ptrdiff_t j = 0; j < n; ++j) {
    const T e = std::exp((x[j] - shift) * over);
    if (keep != nullptr) keep[j] = e;
    s += e;
  }
  return s;
}

struct losses {
  template <class T, bool Gradient>
  static double cross_entropy(const data_of<T>& d) {
    double total = 0;
    for (std::ptrdiff_t i = 0; i < d.rows; ++i) {
      const T* x = d.x + i * d.classes;
      T* g = Gradient ? d.dx + i * d.classes : nullptr;
      const T m = largest(x, d.classes), s = sum_of_exponentials(x, m, T(1), g, d.classes);
      total += static_cast<double>(std::log(s) - (x[d.t[i]] - m));
      if constexpr (Gradient) {
        const T k = 1 / (s * static_cast<T>(d.rows));
        for (std::ptrdiff_t j = 0; j < d.classes; ++j) g[j] *= k;
        g[d.t[i]] -= 1 / static_cast<T>(d.rows);
      }
    }
    return total / static_cast<double>(d.rows);
  }

  template <bool Gradient>
  static double focal(const data& d) {
    double total = 0;
    const float scale = 1 / static_cast<float>(d.rows), c = static_cast<float>(d.classes);
    for (std::ptrdiff_t i = 0; i < d.rows; ++i) {
      const float* x = d.x + i * d.classes;
      float* g = Gradient ? d.dx + i * d.classes : nullptr;
      const float m = largest(x, d.classes), s = sum_of_exponentials(x, m, 1.f, g, d.classes);
      float sx = 0;
      for (std::ptrdiff_t j = 0; j < d.classes; ++j) sx += x[j] - m;
      const float ls = std::log(s), lse = ls + m, nll = ls - (x[d.t[i]] - m), pt = std::exp(-nll), om = 1 - pt,
                  w = om * om;
      const float smooth = 0.9f * nll + 0.1f * (ls - sx / c);
      total += static_cast<double>(w * smooth + 1e-4f * lse * lse);
      if constexpr (Gradient) {
        const float a = 2 * om * pt * smooth, k = scale * (a + w + 2e-4f * lse) / s, offset = scale * w * 0.1f / c;
        for (std::ptrdiff_t j = 0; j < d.classes; ++j) g[j] = k * g[j] - offset;
        g[d.t[i]] -= scale * (a + 0.9f * w);
      }
    }
    return total / static_cast<double>(d.rows);
  }

  template <bool Gradient>
  static double bce(const data& d) {
    double total = 0;
    const std::ptrdiff_t n = d.rows * d.classes;
    const float scale = 1 / static_cast<float>(n);
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      const float e = std::exp(-std::fabs(d.x[i]));
      total += static_cast<double>(std::max(d.x[i], 0.f) - d.x[i] * d.y[i] + std::log1p(e));
      if constexpr (Gradient) d.dx[i] = (1 / (1 + std::exp(-d.x[i])) - d.y[i]) * scale;
    }
    return total / static_cast<double>(n);
  }

  template <bool Gradient>
  static double weighted_bce(const data& d) {
    double total = 0;
    const std::ptrdiff_t n = d.rows * d.classes;
    const float scale = 1 / static_cast<float>(n);
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      const float e = std::exp(-std::fabs(d.x[i])), k = 1 + (positive_weight - 1) * d.y[i];
      total += static_cast<double>((1 - d.y[i]) * d.x[i] + k * (std::max(-d.x[i], 0.f) + std::log1p(e)));
      if constexpr (Gradient) d.dx[i] = (k / (1 + std::exp(-d.x[i])) - positive_weight * d.y[i]) * scale;
    }
    return total / static_cast<double>(n);
  }

  template <bool Gradient>
  static double huber(const data& d) {
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
  static double gaussian(const data& d) {
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
  static double distillation(const data& d) {
    double total = 0;
    std::vector<float> teacher(static_cast<std::size_t>(d.classes));
    float* const p = teacher.data();
    for (std::ptrdiff_t i = 0; i < d.rows; ++i) {
      const float *x = d.x + i * d.classes, *t = d.y + i * d.classes;
      float* g = Gradient ? d.dx + i * d.classes : nullptr;
      const float mx = largest(x, d.classes), mt = largest(t, d.classes);
      const float sx = sum_of_exponentials(x, mx, 0.5f, g, d.classes),
                  st = sum_of_exponentials(t, mt, 0.5f, p, d.classes);
      float dot = 0;
      for (std::ptrdiff_t j = 0; j < d.classes; ++j) dot += p[j] * ((t[j] - mt) - (x[j] - mx));
      total += static_cast<double>(0.5f * dot / st + (std::log(sx) - std::log(st)));
      if constexpr (Gradient) {
        const float kx = 2 / (sx * static_cast<float>(d.rows)), kt = 2 / (st * static_cast<float>(d.rows));
        for (std::ptrdiff_t j = 0; j < d.classes; ++j) g[j] = kx * g[j] - kt * p[j];
      }
    }
    return 4 * total / static_cast<double>(d.rows);
  }
};

}  // namespace

contender LOOM_BENCH_PEER() { return contender_of<losses>(LOOM_BENCH_NAME); }

}  // namespace bench
