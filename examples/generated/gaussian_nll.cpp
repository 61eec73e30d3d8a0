// SPDX-License-Identifier: BSL-1.0
// examples/generated/gaussian_nll.cpp — printed by `./run generated`, to be read; compiles without Loom.
//     0.5 * (log(s) + square(mu - y) / s).mean(), where s is max(v, 1e-6)
// clang-format off
#include <cmath>
#include <cstddef>

// The larger; NaN if either is NaN.
template <class T>
inline T maximum(T a, T b) { return a != a || a > b ? a : b; }

// Computes 0.5 * mean(log(max(v, 1e-06)) + square(mu - y) / max(v, 1e-06), N).
// Reads v[N], mu[N], y[N]; writes d_v[N], d_mu[N]; contiguous, row-major.
double gaussian_nll(std::ptrdiff_t N, const float* v, const float* mu, const float* y,
                    float* d_v, float* d_mu) {
  const double count_N = static_cast<double>(N);
  const float scale = static_cast<float>(0.5 / count_N);

  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float v_n = v[n];
    const float clamped_v = maximum(v_n, 1e-06f);
    const float mu_minus_y = mu[n] - y[n];
    const float one_over_clamped_v = 1.0f / clamped_v;
    const float term = mu_minus_y * mu_minus_y * one_over_clamped_v;
    const float slope = one_over_clamped_v * scale;
    const float slope_2 = slope - one_over_clamped_v * (term * scale);
    const float slope_3 = v_n == 1e-06f ? 0.5f * slope_2 : slope_2;
    total += std::log(clamped_v) + term;
    d_v[n] = v_n >= 1e-06f ? slope_3 : 0.0f;
    d_mu[n] = mu_minus_y * (slope * 2.0f);
  }
  return 0.5 * (total / count_N);
}
