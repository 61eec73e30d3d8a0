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

// Reads x[N,C], t[N]; writes d_x[N,C]; contiguous, row-major.
// A label that is no class reads entry 0: only a row that the formula leaves out may have one.
double focal_cross_entropy(std::ptrdiff_t N, std::ptrdiff_t C, const float* x, const int* t,
                           double gamma, double e, double z, float* d_x) {
  const double v23 = 1.0 - e;
  const double count_C = static_cast<double>(C);
  const double v27 = e / count_C;
  const double v31 = count_C * v27;
  const float v32 = static_cast<float>(v23 + v31);
  const double count_N = static_cast<double>(N);
  const double one_over_count_N = 1.0 / count_N;
  const double v45 = z * one_over_count_N;
  const float v47 = static_cast<float>(v45 * 2.0);
  const bool v56 = gamma == 0.0;
  const float v57 = static_cast<float>(gamma - 1.0);

  const float gamma_f = static_cast<float>(gamma);
  const float v23_f = static_cast<float>(v23);
  const float v27_f = static_cast<float>(v27);
  const float z_f = static_cast<float>(z);
  const float one_over_count_N_f = static_cast<float>(one_over_count_N);
  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* x_row = x + n * C;
    float* d_x_row = d_x + n * C;
    const std::ptrdiff_t t_n = t[n];
    const float x_t = x_row[t_n >= 0 && t_n < C ? t_n : 0];
    // Row pass 1 of 3: finds row_max.
    float row_max = -std::numeric_limits<float>::infinity();
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float x_nc = x_row[c];
      row_max = std::max(row_max, x_nc);
    }
    if (!std::isfinite(row_max)) row_max = 0.0f;
    const float x_t_shifted = x_t - row_max;
    const float v11 = std::expm1(x_t_shifted);
    const float exp_x_t_shifted = std::exp(x_t_shifted);
    // Row pass 2 of 3: finds row_rest, row_sum_2; parks exp_x_shifted (in d_x).
    float row_rest = 0.0f;
    float largest = 0.0f;
    float row_sum_2 = 0.0f;
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float x_nc = x_row[c];
      const float x_shifted = x_nc - row_max;
      const float exp_x_shifted = std::exp(x_shifted);
      d_x_row[c] = exp_x_shifted;  // parked
      const float onehot_t = c == t_n ? 1.0f : 0.0f;
      const float v25 = v23_f * onehot_t;
      const float v28 = v25 + v27_f;
      const float v29 = v28 == 0 ? 0 : v28 * x_shifted;
      row_rest += minimum(largest, exp_x_shifted);
      largest = std::max(largest, exp_x_shifted);
      row_sum_2 += v29;
    }
    row_rest += largest - 1;
    const float log_row_sum = std::log1p(row_rest);
    const bool v8 = row_rest < 1.0f;
    const float v12 = v11 - row_rest;
    const float row_sum = 1.0f + row_rest;
    const float v14 = v12 / row_sum;
    const float v16 = exp_x_t_shifted / row_sum;
    const float v17 = v16 - 1.0f;
    const float v18 = v8 ? v14 : v17;
    const float v19 = -v18;
    const float v21 = std::pow(v19, gamma_f);
    const float v33 = v32 == 0 ? 0 : v32 * log_row_sum;
    const float v34 = row_sum_2 - v33;
    const float v37 = row_max + log_row_sum;
    const float v48 = v47 == 0 ? 0 : v47 * v37;
    const float one_over_row_sum = 1.0f / row_sum;
    const float v52 = v34 * one_over_count_N_f;
    const float v53 = v21 * one_over_count_N_f;
    const float v58 = std::pow(v19, v57);
    const float v59 = gamma_f * v58;
    const float v60 = v52 * v59;
    const float v61 = -v60;
    const float v62 = v56 ? 0.0f : v61;
    const float v63 = v16 * v62;
    const float v66 = v32 * v53;
    const float v67 = v63 + v66;
    // Row pass 3 of 3: writes d_x.
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float exp_x_shifted = d_x_row[c];  // as parked
      const float onehot_t = c == t_n ? 1.0f : 0.0f;
      const float v25 = v23_f * onehot_t;
      const float v28 = v25 + v27_f;
      const float softmax = exp_x_shifted * one_over_row_sum;
      const float v51 = v48 * softmax;
      const float v54 = v28 * v53;
      const float v64 = onehot_t * v63;
      const float v65 = v54 + v64;
      const float v68 = softmax * v67;
      const float v69 = v68 - v65;
      const float grad_x = v51 + v69;
      d_x_row[c] = grad_x;
    }
    const float v35 = v21 * v34;
    const float v38 = v37 * v37;
    const float v39 = z_f * v38;
    const float v40 = v39 - v35;
    total += v40;
  }
  const double value = total / count_N;
  return value;
}
