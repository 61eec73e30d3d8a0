// SPDX-License-Identifier: BSL-1.0
// examples/generated/info_nce.cpp — printed by `./run generated`, to be read; compiles without Loom.
//     cross entropy along the rows of s and along its columns, averaged
// clang-format off
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

// The smaller; NaN if either is NaN.
template <class T>
inline T minimum(T a, T b) { return a != a || a < b ? a : b; }

// Reads s[N,M], t[N], u[M]; writes d_s[N,M]; contiguous, row-major.
// workspace: M + M numbers, for max_M[M], rest_M[M].
// A label that is no class reads entry 0: only a row that the formula leaves out may have one.
double info_nce(std::ptrdiff_t N, std::ptrdiff_t M, const float* s, const int* t, const int* u,
                float* d_s, double* workspace) {
  double* const max_M = workspace;
  double* const rest_M = max_M + M;

  const double count_N = static_cast<double>(N);
  const double count_M = static_cast<double>(M);
  const float v30 = static_cast<float>(-0.5 / count_M);
  const float v39 = static_cast<float>(-0.5 / count_N);

  // Sweep 1 of 4: fills max_M.
  std::fill_n(max_M, M, -std::numeric_limits<double>::infinity());
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* s_row = s + n * M;
    for (std::ptrdiff_t m = 0; m < M; ++m) {
      const float s_nm = s_row[m];
      max_M[m] = std::max(max_M[m], static_cast<double>(s_nm));
    }
  }
  for (std::ptrdiff_t m = 0; m < M; ++m) {
    if (!std::isfinite(max_M[m])) max_M[m] = 0.0;
  }

  // Sweep 2 of 4: fills rest_M.
  std::fill_n(rest_M, M, 0.0);
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* s_row = s + n * M;
    for (std::ptrdiff_t m = 0; m < M; ++m) {
      const float s_nm = s_row[m];
      const float max_m = static_cast<float>(max_M[m]);
      const float s_shifted_2 = s_nm - max_m;
      const float exp_s_shifted_2 = std::exp(s_shifted_2);
      rest_M[m] += exp_s_shifted_2;
    }
  }
  for (std::ptrdiff_t m = 0; m < M; ++m) {
    rest_M[m] -= 1;
  }

  // Sweep 3 of 4: finds row_max, row_rest; adds to total; parks exp_s_shifted (in d_s); writes d_s.
  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* s_row = s + n * M;
    float* d_s_row = d_s + n * M;
    const std::ptrdiff_t t_n = t[n];
    const float s_t = s_row[t_n >= 0 && t_n < M ? t_n : 0];
    // Row pass 1 of 3: finds row_max.
    float row_max = -std::numeric_limits<float>::infinity();
    for (std::ptrdiff_t m = 0; m < M; ++m) {
      const float s_nm = s_row[m];
      row_max = std::max(row_max, s_nm);
    }
    if (!std::isfinite(row_max)) row_max = 0.0f;
    // Row pass 2 of 3: finds row_rest; parks exp_s_shifted (in d_s).
    float row_rest = 0.0f;
    float largest = 0.0f;
    for (std::ptrdiff_t m = 0; m < M; ++m) {
      const float s_nm = s_row[m];
      const float s_shifted = s_nm - row_max;
      const float exp_s_shifted = std::exp(s_shifted);
      d_s_row[m] = exp_s_shifted;  // parked
      row_rest += minimum(largest, exp_s_shifted);
      largest = std::max(largest, exp_s_shifted);
    }
    row_rest += largest - 1;
    const float row_sum_2 = row_rest + 1.0f;
    const float v42 = v39 / row_sum_2;
    // Row pass 3 of 3: writes d_s.
    for (std::ptrdiff_t m = 0; m < M; ++m) {
      const float s_nm = s_row[m];
      const float exp_s_shifted = d_s_row[m];  // as parked
      const float max_m = static_cast<float>(max_M[m]);
      const float s_shifted_2 = s_nm - max_m;
      const float exp_s_shifted_2 = std::exp(s_shifted_2);
      const float rest_m = static_cast<float>(rest_M[m]);
      const std::ptrdiff_t u_m = u[m];
      const float onehot_u = n == u_m ? 1.0f : 0.0f;
      const float row_sum = rest_m + 1.0f;
      const float v34 = v30 / row_sum;
      const float v35 = onehot_u - exp_s_shifted_2;
      const float v36 = rest_m * onehot_u;
      const float v37 = v35 + v36;
      const float v38 = v34 * v37;
      const float onehot_t = m == t_n ? 1.0f : 0.0f;
      const float v43 = onehot_t - exp_s_shifted;
      const float v44 = row_rest * onehot_t;
      const float v45 = v43 + v44;
      const float v46 = v42 * v45;
      const float grad_s = v38 + v46;
      d_s_row[m] = grad_s;
    }
    const float log_row_sum = std::log1p(row_rest);
    const float s_t_shifted = s_t - row_max;
    const float v9 = s_t_shifted - log_row_sum;
    total += v9;
  }

  // Sweep 4 of 4, over M: adds to total_2.
  double total_2 = 0.0;
  {
    for (std::ptrdiff_t m = 0; m < M; ++m) {
      const float max_m = static_cast<float>(max_M[m]);
      const float rest_m = static_cast<float>(rest_M[m]);
      const float log_row_sum_2 = std::log1p(rest_m);
      const std::ptrdiff_t u_m = u[m];
      const float s_u = s[(u_m >= 0 && u_m < N ? u_m : 0) * M + m];
      const float s_u_shifted = s_u - max_m;
      const float v21 = s_u_shifted - log_row_sum_2;
      total_2 += v21;
    }
  }
  const double v12 = total / count_N;
  const double v24 = total_2 / count_M;
  const double v25 = v12 + v24;
  const double v27 = v25 / 2.0;
  const double value = -v27;
  return value;
}
