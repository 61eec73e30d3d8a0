// SPDX-License-Identifier: BSL-1.0
// examples/generated/cross_entropy_value.cpp — printed by `./run generated`, to be read; compiles without Loom.
//     -gather(log(p), t).mean(), where p is exp(x) / sum(exp(x), C)
// clang-format off
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

// The smaller; NaN if either is NaN.
template <class T>
inline T minimum(T a, T b) { return a != a || a < b ? a : b; }

// Reads x[N,C], t[N]; contiguous, row-major.
// A label that is no class reads entry 0: only a row that the formula leaves out may have one.
double cross_entropy_value(std::ptrdiff_t N, std::ptrdiff_t C, const float* x, const int* t) {
  const double count_N = static_cast<double>(N);

  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* x_row = x + n * C;
    const std::ptrdiff_t t_n = t[n];
    const float x_t = x_row[t_n >= 0 && t_n < C ? t_n : 0];
    // Row pass 1 of 2: finds row_max.
    float row_max = -std::numeric_limits<float>::infinity();
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float x_nc = x_row[c];
      row_max = std::max(row_max, x_nc);
    }
    if (!std::isfinite(row_max)) row_max = 0.0f;
    // Row pass 2 of 2: finds row_rest.
    float row_rest = 0.0f;
    float largest = 0.0f;
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float x_nc = x_row[c];
      const float x_shifted = x_nc - row_max;
      const float exp_x_shifted = std::exp(x_shifted);
      row_rest += minimum(largest, exp_x_shifted);
      largest = std::max(largest, exp_x_shifted);
    }
    row_rest += largest - 1;
    const float log_row_sum = std::log1p(row_rest);
    const float x_t_shifted = x_t - row_max;
    const float v9 = x_t_shifted - log_row_sum;
    total += v9;
  }
  const double v12 = total / count_N;
  const double value = -v12;
  return value;
}
