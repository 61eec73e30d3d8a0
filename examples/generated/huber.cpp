// SPDX-License-Identifier: BSL-1.0
// examples/generated/huber.cpp — printed by `./run generated`, to be read; compiles without Loom.
//     where(abs(r) <= delta, 0.5 * square(r), delta * (abs(r) - 0.5 * delta)).mean(), where r is a - y
// clang-format off
#include <cmath>
#include <cstddef>

// -1, 0 or 1; NaN stays NaN.
template <class T>
inline T sign(T x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

// Computes mean(where(abs(a - y) <= delta, 0.5 * square(a - y), delta * (abs(a - y) - delta *
// 0.5)), N).
// Reads a[N], y[N]; writes d_a[N]; contiguous, row-major.
double huber(std::ptrdiff_t N, const float* a, const float* y, double delta, float* d_a) {
  const float half_delta = static_cast<float>(delta * 0.5);
  const double count_N = static_cast<double>(N);
  const double scale = 1.0 / count_N;
  const float scale_delta = static_cast<float>(delta * scale);
  const float scale_2 = static_cast<float>(0.5 * scale * 2.0);

  const float delta_f = static_cast<float>(delta);
  double total = 0.0;
  for (std::ptrdiff_t n = 0; n < N; ++n) {
    const float a_minus_y = a[n] - y[n];
    const float abs_a_minus_y = std::fabs(a_minus_y);
    const bool inside = abs_a_minus_y <= delta_f;
    total += inside ? 0.5f * (a_minus_y * a_minus_y) : delta_f * (abs_a_minus_y - half_delta);
    d_a[n] = inside ? a_minus_y * scale_2 : scale_delta * sign(a_minus_y);
  }
  return total / count_N;
}
