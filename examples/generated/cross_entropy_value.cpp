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

// Computes -mean(gather(log_softmax(x, C), t, C), N).
// Reads x[N,C], t[N]; contiguous, row-major.
// A label that is no class reads entry 0: only a row that the formula leaves out may have one.
double cross_entropy_value(std::ptrdiff_t N, std::ptrdiff_t C, const float* x, const int* t) {
  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float* x_row = x + n * C;
    const std::ptrdiff_t t_n = t[n];
    const float x_t = x_row[t_n >= 0 && t_n < C ? t_n : 0];

    // The largest entry of x, to shift by, so that no exponential overflows.
    float row_max = -std::numeric_limits<float>::infinity();
    for (std::ptrdiff_t c = 0; c < C; ++c) row_max = std::max(row_max, x_row[c]);
    if (!std::isfinite(row_max)) row_max = 0.0f;

    // The sum of exp_x but for the largest, a 1 beside which small ones would be lost.
    float row_rest = 0.0f;
    float largest = 0.0f;
    for (std::ptrdiff_t c = 0; c < C; ++c) {
      const float exp_x = std::exp(x_row[c] - row_max);
      row_rest += minimum(largest, exp_x);
      largest = std::max(largest, exp_x);
    }
    row_rest += largest - 1;

    const float log_p_t = x_t - row_max - std::log1p(row_rest);
    total += log_p_t;
  }
  return -(total / static_cast<double>(N));
}
