// SPDX-License-Identifier: BSL-1.0
// expect: loom: a product of matrices is a sum over the axis they share
// lines: <= 10
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto y = loom::tensor<"y[M,C]">;
#ifdef LOOM_FIXED
// clang-format off
constexpr auto f = loom::loss<sum(x * y, loom::axis<"C">).mean()>;
// clang-format on
#else
constexpr auto f = loom::loss<matmul(x, y).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3), y = loom::view(p, 2, 3)); }
