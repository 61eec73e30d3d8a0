// SPDX-License-Identifier: BSL-1.0
// expect: loom: a value of this formula has got<> axes, named<>
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto image = loom::tensor<"image[B,C,H,W]">;
constexpr auto kernel = loom::tensor<"kernel[K,L]">;
constexpr auto C = loom::axis<"C">;
constexpr auto H = loom::axis<"H">;
constexpr auto W = loom::axis<"W">;
constexpr auto K = loom::axis<"K">;
constexpr auto L = loom::axis<"L">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(kernel* image(C = 0, H = H + K, W = W + L))>;
#else
constexpr auto f = loom::loss<sum(kernel* image(H = H + K, W = W + L))>;
#endif

float call(const float* p, const float* q) {
  return f(image = loom::view(p, 1, 2, 3, 3), kernel = loom::view(q, 2, 2));
}
