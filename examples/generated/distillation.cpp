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

// Reads s[N,C], x[N,C]; writes d_x[N,C]; contiguous, row-major.
double distillation(std::ptrdiff_t N, std::ptrdiff_t C, double T, const float* s, const float* x,
                    float* d_x) {
  const double square_T = T * T;
  const float v3 = static_cast<float>(sign(T));
  const float one_over_T = static_cast<float>(1.0 / T);
  const double count_N = static_cast<double>(N);
  const float v36 = static_cast<float>(square_T / count_N);

  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* s_row = s + n * C;
    const float* x_row = x + n * C;
    float* d_x_row = d_x + n * C;
    // Row pass 1 of 3: finds row_max, row_max_2.
    float row_max = -std::numeric_limits<float>::infinity();
    float row_max_2 = -std::numeric_limits<float>::infinity();
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float s_nc = s_row[c];
      const float v4 = s_nc * v3;
      const float x_nc = x_row[c];
      const float v17 = v3 * x_nc;
      row_max = std::max(row_max, v4);
      row_max_2 = std::max(row_max_2, v17);
    }
    if (!std::isfinite(row_max)) row_max = 0.0f;
    if (!std::isfinite(row_max_2)) row_max_2 = 0.0f;
    const float v6 = v3 * row_max;
    const float v19 = v3 * row_max_2;
    // Row pass 2 of 3: finds row_rest, row_rest_2, row_sum_2; parks v11 (in d_x).
    float row_rest = 0.0f;
    float largest = 0.0f;
    float row_rest_2 = 0.0f;
    float largest_2 = 0.0f;
    float row_sum_2 = 0.0f;
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float s_nc = s_row[c];
      const float v7 = s_nc - v6;
      const float v10 = v7 * one_over_T;
      const float v11 = std::exp(v10);
      d_x_row[c] = v11;  // parked
      const float x_nc = x_row[c];
      const float v20 = x_nc - v19;
      const float v21 = one_over_T * v20;
      const float v22 = std::exp(v21);
      const float v27 = v10 - v21;
      const float v28 = v11 == 0 ? 0 : v11 * v27;
      row_rest += minimum(largest, v11);
      largest = std::max(largest, v11);
      row_rest_2 += minimum(largest_2, v22);
      largest_2 = std::max(largest_2, v22);
      row_sum_2 += v28;
    }
    row_rest += largest - 1;
    row_rest_2 += largest_2 - 1;
    const float row_sum = 1.0f + row_rest;
    const float one_over_row_sum = 1.0f / row_sum;
    const float row_sum_3 = 1.0f + row_rest_2;
    const float one_over_row_sum_3 = 1.0f / row_sum_3;
    // Row pass 3 of 3: writes d_x.
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float v11 = d_x_row[c];  // as parked
      const float softmax = v11 * one_over_row_sum;
      const float x_nc = x_row[c];
      const float v20 = x_nc - v19;
      const float v21 = one_over_T * v20;
      const float v22 = std::exp(v21);
      const float v37 = softmax * v36;
      const float softmax_2 = v22 * one_over_row_sum_3;
      const float v41 = v36 * softmax_2;
      const float v42 = v41 - v37;
      const float grad_x = one_over_T * v42;
      d_x_row[c] = grad_x;
    }
    const float log_row_sum = std::log1p(row_rest_2);
    const float log_row_sum_2 = std::log1p(row_rest);
    const float v26 = log_row_sum_2 - log_row_sum;
    const float v30 = row_sum_2 / row_sum;
    const float v31 = v30 - v26;
    total += v31;
  }
  const double v34 = total / count_N;
  const double value = square_T * v34;
  return value;
}
