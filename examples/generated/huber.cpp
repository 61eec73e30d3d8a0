// SPDX-License-Identifier: BSL-1.0
// examples/generated/huber.cpp — printed by `./run generated`, to be read; compiles without Loom.
//     where(abs(r) <= delta, 0.5 * square(r), delta * (abs(r) - 0.5 * delta)).mean(), where r is a - y
// clang-format off
#include <cmath>
#include <cstddef>

// -1, 0 or 1; NaN stays NaN.
template <class T>
inline T sign(T x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

// Reads a[N], y[N]; writes d_a[N]; contiguous, row-major.
double huber(std::ptrdiff_t N, const float* a, const float* y, double delta, float* d_a) {
  const float v9 = static_cast<float>(delta * 0.5);
  const double count_N = static_cast<double>(N);
  const double one_over_count_N = 1.0 / count_N;
  const float v18 = static_cast<float>(delta * one_over_count_N);
  const double v19 = 0.5 * one_over_count_N;
  const float v21 = static_cast<float>(v19 * 2.0);

  const float delta_f = static_cast<float>(delta);
  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float a_n = a[n];
    const float y_n = y[n];
    const float v2 = a_n - y_n;
    const float v3 = std::fabs(v2);
    const bool v5 = v3 <= delta_f;
    const float v7 = v2 * v2;
    const float v8 = 0.5f * v7;
    const float v10 = v3 - v9;
    const float v11 = delta_f * v10;
    const float v12 = v5 ? v8 : v11;
    const float v22 = v2 * v21;
    const float v23 = sign(v2);
    const float v24 = v18 * v23;
    const float grad_a = v5 ? v22 : v24;
    total += v12;
    d_a[n] = grad_a;
  }
  const double value = total / count_N;
  return value;
}
