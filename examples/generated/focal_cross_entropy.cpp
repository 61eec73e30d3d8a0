// SPDX-License-Identifier: BSL-1.0
// examples/generated/focal_cross_entropy.cpp — printed by `./run generated`, to be read; compiles without Loom.
//     (pow(1 - gather(p, t), gamma) * -sum(smoothed * log(p), C) + z * square(log(sum(exp(x), C)))).mean()
// clang-format off
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

// The smaller; NaN if either is NaN.
template <class T>
inline T minimum(T a, T b) { return a != a || a < b ? a : b; }

// Computes mean(z * square(logsumexp(x, C)) - pow(-expm1(gather(log_softmax(x, C), t, C)), gamma) *
// sum(((1 - e) * onehot(t, C) + e / extent(C)) * log_softmax(x, C), C), N).
// Reads x[N,C], t[N]; writes d_x[N,C]; contiguous, row-major.
// A label that is no class reads entry 0: only a row that the formula leaves out may have one.
double focal_cross_entropy(std::ptrdiff_t N, std::ptrdiff_t C, const float* x, const int* t,
                           double gamma, double e, double z, float* d_x) {
  const double one_minus_e = 1.0 - e;
  const double count_C = static_cast<double>(C);
  const double e_over_C = e / count_C;
  const float factor = static_cast<float>(one_minus_e + count_C * e_over_C);
  const double count_N = static_cast<double>(N);
  const double scale = 1.0 / count_N;
  const float scale_z = static_cast<float>(z * scale * 2.0);
  const bool gamma_is_zero = gamma == 0.0;
  const float gamma_minus_1 = static_cast<float>(gamma - 1.0);

  const float gamma_f = static_cast<float>(gamma);
  const float one_minus_e_f = static_cast<float>(one_minus_e);
  const float e_over_C_f = static_cast<float>(e_over_C);
  const float z_f = static_cast<float>(z);
  const float scale_f = static_cast<float>(scale);
  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* x_row = x + n * C;
    float* d_x_row = d_x + n * C;
    const std::ptrdiff_t t_n = t[n];
    const float x_t = x_row[t_n >= 0 && t_n < C ? t_n : 0];

    // The largest entry of x, to shift by, so that no exponential overflows.
    float row_max = -std::numeric_limits<float>::infinity();
    for (std::ptrdiff_t c = 0; c < C; ++c) row_max = std::max(row_max, x_row[c]);
    if (!std::isfinite(row_max)) row_max = 0.0f;
    const float x_t_shifted = x_t - row_max;
    const float exp_x_t = std::exp(x_t_shifted);

    // row_rest: the sum of exp_x but for the largest, a 1 beside which small ones would be lost;
    // row_weighted: the sum of target * x_shifted. Kept for the gradient: exp_x in d_x.
    float row_rest = 0.0f;
    float largest = 0.0f;
    float row_weighted = 0.0f;
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float x_shifted = x_row[c] - row_max;
      const float exp_x = std::exp(x_shifted);
      d_x_row[c] = exp_x;
      const float target = c == t_n ? one_minus_e_f + e_over_C_f : e_over_C_f;
      row_rest += minimum(largest, exp_x);
      largest = std::max(largest, exp_x);
      row_weighted += target == 0 ? 0 : target * x_shifted;
    }
    row_rest += largest - 1;
    const float log_row_sum = std::log1p(row_rest);
    const float row_sum = 1.0f + row_rest;
    const float p_t = exp_x_t / row_sum;
    const float p_t_minus_1 = row_rest < 1.0f ? (std::expm1(x_t_shifted) - row_rest) / row_sum
        : p_t - 1.0f;
    const float one_minus_p_t = -p_t_minus_1;
    const float power = std::pow(one_minus_p_t, gamma_f);
    const float term = factor == 0 ? 0 : factor * log_row_sum;
    const float weighted_log_p = row_weighted - term;
    const float logsumexp = row_max + log_row_sum;

    // What the gradient has in common along the row.
    const float slope = scale_z == 0 ? 0 : scale_z * logsumexp;
    const float one_over_row_sum = 1.0f / row_sum;
    const float scaled_power = power * scale_f;
    const float slope_2 = gamma_is_zero ? 0.0f
        : -(weighted_log_p * scale_f * (gamma_f * std::pow(one_minus_p_t, gamma_minus_1)));
    const float slope_3 = p_t * slope_2;
    const float slope_4 = slope_3 + factor * scaled_power;

    // The gradient: d_x.
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float p = d_x_row[c] * one_over_row_sum;
      d_x_row[c] = slope * p + (p * slope_4 - e_over_C_f * scaled_power);
    }
    // The entry of t_n: its one-hot is 1, that of all others 0.
    if (t_n >= 0 && t_n < C) {
      const float p = exp_x_t * one_over_row_sum;
      d_x_row[t_n] = slope * p
          + (p * slope_4 - ((one_minus_e_f + e_over_C_f) * scaled_power + slope_3));
    }

    total += z_f * (logsumexp * logsumexp) - power * weighted_log_p;
  }
  return total / count_N;
}
