// SPDX-License-Identifier: BSL-1.0
// examples/generated/gaussian_nll.cpp — printed by `./run generated`, to be read; compiles without Loom.
//     0.5 * (log(s) + square(mu - y) / s).mean(), where s is max(v, 1e-6)
// clang-format off
#include <cmath>
#include <cstddef>

// The larger; NaN if either is NaN.
template <class T>
inline T maximum(T a, T b) { return a != a || a > b ? a : b; }

// Reads v[N], mu[N], y[N]; writes d_v[N], d_mu[N]; contiguous, row-major.
double gaussian_nll(std::ptrdiff_t N, const float* v, const float* mu, const float* y, float* d_v,
                    float* d_mu) {
  const double count_N = static_cast<double>(N);
  const float v17 = static_cast<float>(0.5 / count_N);

  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float v_n = v[n];
    const float v3 = maximum(v_n, 1e-06f);
    const float v4 = std::log(v3);
    const float mu_n = mu[n];
    const float y_n = y[n];
    const float v7 = mu_n - y_n;
    const float v8 = v7 * v7;
    const float v10 = 1.0f / v3;
    const float v11 = v8 * v10;
    const float v12 = v4 + v11;
    const float v18 = v10 * v17;
    const float v19 = v11 * v17;
    const float v20 = v10 * v19;
    const float v22 = v18 * 2.0f;
    const float grad_mu = v7 * v22;
    const float v24 = v18 - v20;
    const bool v25 = v_n >= 1e-06f;
    const bool v26 = v_n == 1e-06f;
    const float v27 = 0.5f * v24;
    const float v28 = v26 ? v27 : v24;
    const float grad_v = v25 ? v28 : 0.0f;
    total += v12;
    d_v[n] = grad_v;
    d_mu[n] = grad_mu;
  }
  const double v15 = total / count_N;
  const double value = 0.5 * v15;
  return value;
}
