// SPDX-License-Identifier: BSL-1.0
// examples/generated/distillation.cpp — printed by `./run generated`, to be read; compiles without Loom.
//     square(T) * sum(p * log(p / q), C).mean(), where p and q are the softmax of s / T and of x / T
// clang-format off
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

// -1, 0 or 1; NaN stays NaN.
template <class T>
inline T sign(T x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

// The smaller; NaN if either is NaN.
template <class T>
inline T minimum(T a, T b) { return a != a || a < b ? a : b; }

// Computes square(T) * mean(sum(softmax(s / T, C) * (log_softmax(s / T, C) - log_softmax(x / T,
// C)), C), N).
// Reads s[N,C], x[N,C]; writes d_x[N,C]; contiguous, row-major.
double distillation(std::ptrdiff_t N, std::ptrdiff_t C, double T, const float* s, const float* x,
                    float* d_x) {
  const double T_squared = T * T;
  const float sign_T = static_cast<float>(sign(T));
  const float one_over_T = static_cast<float>(1.0 / T);
  const double count_N = static_cast<double>(N);
  const float T_squared_over_N = static_cast<float>(T_squared / count_N);

  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* s_row = s + n * C;
    const float* x_row = x + n * C;
    float* d_x_row = d_x + n * C;

    // row_max_s: the largest entry of s * sign_T, to shift by, so that no exponential overflows;
    // row_max_x: the largest entry of sign_T * x, to shift by, so that no exponential overflows.
    float row_max_s = -std::numeric_limits<float>::infinity();
    float row_max_x = -std::numeric_limits<float>::infinity();
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      row_max_s = std::max(row_max_s, s_row[c] * sign_T);
      row_max_x = std::max(row_max_x, sign_T * x_row[c]);
    }
    if (!std::isfinite(row_max_s)) row_max_s = 0.0f;
    if (!std::isfinite(row_max_x)) row_max_x = 0.0f;
    const float shift_s = sign_T * row_max_s;
    const float shift_x = sign_T * row_max_x;

    // row_rest_s: the sum of exp_s but for the largest, a 1 beside which small ones would be lost;
    // row_rest_x: the sum of exp_x but for the largest, a 1 beside which small ones would be lost.
    // Kept for the gradient: exp_s in d_x.
    float row_rest_s = 0.0f;
    float largest = 0.0f;
    float row_rest_x = 0.0f;
    float largest_2 = 0.0f;
    float row_weighted = 0.0f;
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float s_shifted = (s_row[c] - shift_s) * one_over_T;
      const float exp_s = std::exp(s_shifted);
      d_x_row[c] = exp_s;
      const float x_shifted = one_over_T * (x_row[c] - shift_x);
      const float exp_x = std::exp(x_shifted);
      row_rest_s += minimum(largest, exp_s);
      largest = std::max(largest, exp_s);
      row_rest_x += minimum(largest_2, exp_x);
      largest_2 = std::max(largest_2, exp_x);
      row_weighted += exp_s == 0 ? 0 : exp_s * (s_shifted - x_shifted);
    }
    row_rest_s += largest - 1;
    row_rest_x += largest_2 - 1;
    const float row_sum_s = 1.0f + row_rest_s;
    const float one_over_row_sum_s = 1.0f / row_sum_s;
    const float one_over_row_sum_x = 1.0f / (1.0f + row_rest_x);

    // The gradient: d_x.
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float p_s = d_x_row[c] * one_over_row_sum_s;
      const float exp_x = std::exp(one_over_T * (x_row[c] - shift_x));
      const float p_x = exp_x * one_over_row_sum_x;
      d_x_row[c] = one_over_T * (T_squared_over_N * p_x - p_s * T_squared_over_N);
    }

    total += row_weighted / row_sum_s - (std::log1p(row_rest_s) - std::log1p(row_rest_x));
  }
  return T_squared * (total / count_N);
}
