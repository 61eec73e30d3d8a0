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

// Computes -((mean(gather(log_softmax(s, M), t, M), N) + mean(gather(log_softmax(s, N), u, N), M))
// / 2).
// Reads s[N,M], t[N], u[M]; writes d_s[N,M]; contiguous, row-major.
// workspace: 2 * M numbers, for max_M[M], rest_M[M].
// A label that is no class reads entry 0: only a row that the formula leaves out may have one.
double info_nce(std::ptrdiff_t N, std::ptrdiff_t M, const float* s, const int* t, const int* u,
                float* d_s, double* workspace) {
  double* const max_M = workspace;
  double* const rest_M = max_M + M;

  const double count_N = static_cast<double>(N);
  const double count_M = static_cast<double>(M);
  const float scale = static_cast<float>(-0.5 / count_M);
  const float scale_2 = static_cast<float>(-0.5 / count_N);

  // Sweep 1 of 4.
  // The largest entry of s, to shift by, so that no exponential overflows.
  std::fill_n(max_M, M, -std::numeric_limits<double>::infinity());
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* s_row = s + n * M;
    for (std::ptrdiff_t m = 0; m < M; ++m) {
      max_M[m] = std::max(max_M[m], static_cast<double>(s_row[m]));
    }
  }
  for (std::ptrdiff_t m = 0; m < M; ++m) {
    if (!std::isfinite(max_M[m])) max_M[m] = 0.0;
  }

  // Sweep 2 of 4.
  // The sum of exp_s_m but for the largest, a 1 beside which small ones would be lost.
  std::fill_n(rest_M, M, 0.0);
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* s_row = s + n * M;
    for (std::ptrdiff_t m = 0; m < M; ++m) {
      rest_M[m] += std::exp(s_row[m] - static_cast<float>(max_M[m]));
    }
  }
  for (std::ptrdiff_t m = 0; m < M; ++m) rest_M[m] -= 1;

  // Sweep 3 of 4.
  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* s_row = s + n * M;
    float* d_s_row = d_s + n * M;
    const std::ptrdiff_t t_n = t[n];
    const float s_t = s_row[t_n >= 0 && t_n < M ? t_n : 0];

    // The largest entry of s, to shift by, so that no exponential overflows.
    float row_max_s = -std::numeric_limits<float>::infinity();
    for (std::ptrdiff_t m = 0; m < M; ++m) row_max_s = std::max(row_max_s, s_row[m]);
    if (!std::isfinite(row_max_s)) row_max_s = 0.0f;

    // The sum of exp_s but for the largest, a 1 beside which small ones would be lost. Kept for the
    // gradient: exp_s in d_s.
    float row_rest_s = 0.0f;
    float largest_2 = 0.0f;
    for (std::ptrdiff_t m = 0; m < M; ++m) {
      const float exp_s = std::exp(s_row[m] - row_max_s);
      d_s_row[m] = exp_s;
      row_rest_s += minimum(largest_2, exp_s);
      largest_2 = std::max(largest_2, exp_s);
    }
    row_rest_s += largest_2 - 1;
    const float slope = scale_2 / (row_rest_s + 1.0f);

    // The gradient: d_s.
    for (std::ptrdiff_t m = 0; m < M; ++m) {
      const float exp_s_m = std::exp(s_row[m] - static_cast<float>(max_M[m]));
      const float rest_m = static_cast<float>(rest_M[m]);
      const std::ptrdiff_t u_m = u[m];
      const float onehot_u = n == u_m ? 1.0f : 0.0f;
      const float slope_3 = slope * -d_s_row[m];
      d_s_row[m] = scale / (rest_m + 1.0f) * (onehot_u - exp_s_m + rest_m * onehot_u) + slope_3;
    }
    // The entry of t_n: its one-hot is 1, that of all others 0.
    if (t_n >= 0 && t_n < M) {
      const float rest_m = static_cast<float>(rest_M[t_n]);
      const std::ptrdiff_t u_m = u[t_n];
      const float onehot_u = n == u_m ? 1.0f : 0.0f;
      const float slope_2 = onehot_u - std::exp(s_t - static_cast<float>(max_M[t_n]))
          + rest_m * onehot_u;
      const float slope_3 = slope * (1.0f - std::exp(s_t - row_max_s) + row_rest_s);
      d_s_row[t_n] = scale / (rest_m + 1.0f) * slope_2 + slope_3;
    }

    const float log_p_s_t = s_t - row_max_s - std::log1p(row_rest_s);
    total += log_p_s_t;
  }

  // Sweep 4 of 4, over M.
  double total_2 = 0.0;
  for (std::ptrdiff_t m = 0; m < M; ++m) {
    const std::ptrdiff_t u_m = u[m];
    const float s_u = s[(u_m >= 0 && u_m < N ? u_m : 0) * M + m];
    const float log_p_s_m_u = s_u - static_cast<float>(max_M[m])
        - std::log1p(static_cast<float>(rest_M[m]));
    total_2 += log_p_s_m_u;
  }
  return -((total / count_N + total_2 / count_M) / 2.0);
}
