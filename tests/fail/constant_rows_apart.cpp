// SPDX-License-Identifier: BSL-1.0
// expect: axes_reduced_together_are_not_contiguous
// lines: <= 19
#include <loom/loom.hpp>

constexpr auto f = loom::tensor<"f[N,H,W]">;
constexpr auto images = loom::loss<sum(square(sum(f, loom::axis<"H">, loom::axis<"W">)))>;

constexpr float data[12]{};
#ifdef LOOM_FIXED
constexpr float value = images(f = loom::view(data, {2, 2, 2}, {6, 2, 1}));
#else
constexpr float value = images(f = loom::view(data, {2, 2, 2}, {6, 3, 1}));
#endif
