// SPDX-License-Identifier: BSL-1.0
// expect: buffers_overlap
// lines: <= 22
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto y = loom::tensor<"y[N]">;
// clang-format off
constexpr auto product = loom::loss<sum(x * y)>;
// clang-format on

constexpr float a[2] = {1, 2};
constexpr float b[2] = {3, 4};

constexpr float slope() {
  float both[4]{};
#ifdef LOOM_FIXED
  product(x = a, y = b, loom::d(x) = loom::view(both, 2), loom::d(y) = loom::view(both + 2, 2));
#else
  product(x = a, y = b, loom::d(x) = loom::view(both, 2), loom::d(y) = loom::view(both + 1, 2));
#endif
  return both[0];
}
constexpr float value = slope();
