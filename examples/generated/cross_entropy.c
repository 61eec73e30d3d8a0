// SPDX-License-Identifier: BSL-1.0
// examples/generated/cross_entropy.c — printed by `./run generated`, to be read; compiles without Loom.
//     -gather(log(p), t).mean(), where p is exp(x) / sum(exp(x), C)
// clang-format off
#include <math.h>
#include <stddef.h>

// The smaller; NaN if either is NaN.
static inline float minimumf(float a, float b) { return a != a || a < b ? a : b; }

// Reads x[N,C], t[N]; writes d_x[N,C]; contiguous, row-major.
// A label that is no class reads entry 0: only a row that the formula leaves out may have one.
double cross_entropy(ptrdiff_t N, ptrdiff_t C, const float* x, const int* t, float* restrict d_x) {
  const double count_N = (double)N;
  const float v15 = (float)(-1.0 / count_N);

  double total = 0.0;
  for (ptrdiff_t n = 0; n < N; ++n) {
    const float* x_row = x + n * C;
    float* d_x_row = d_x + n * C;
    const ptrdiff_t t_n = t[n];
    const float x_t = x_row[t_n >= 0 && t_n < C ? t_n : 0];
    // Row pass 1 of 3: finds row_max.
    float row_max = -INFINITY;
    for (ptrdiff_t c = 0; c < C; ++c) {
      const float x_nc = x_row[c];
      row_max = fmaxf(row_max, x_nc);
    }
    if (!isfinite(row_max)) row_max = 0.0f;
    // Row pass 2 of 3: finds row_rest; parks exp_x_shifted (in d_x).
    float row_rest = 0.0f;
    float largest = 0.0f;
    for (ptrdiff_t c = 0; c < C; ++c) {
      const float x_nc = x_row[c];
      const float x_shifted = x_nc - row_max;
      const float exp_x_shifted = expf(x_shifted);
      d_x_row[c] = exp_x_shifted;  // parked
      row_rest += minimumf(largest, exp_x_shifted);
      largest = fmaxf(largest, exp_x_shifted);
    }
    row_rest += largest - 1;
    const float row_sum = row_rest + 1.0f;
    const float v19 = v15 / row_sum;
    // Row pass 3 of 3: writes d_x.
    for (ptrdiff_t c = 0; c < C; ++c) {
      const float exp_x_shifted = d_x_row[c];  // as parked
      const float onehot_t = c == t_n ? 1.0f : 0.0f;
      const float v20 = onehot_t - exp_x_shifted;
      const float v21 = row_rest * onehot_t;
      const float v22 = v20 + v21;
      const float grad_x = v19 * v22;
      d_x_row[c] = grad_x;
    }
    const float log_row_sum = log1pf(row_rest);
    const float x_t_shifted = x_t - row_max;
    const float v9 = x_t_shifted - log_row_sum;
    total += v9;
  }
  const double v12 = total / count_N;
  const double value = -v12;
  return value;
}
