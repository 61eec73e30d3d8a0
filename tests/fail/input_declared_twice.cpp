// SPDX-License-Identifier: BSL-1.0
// expect: loom: two inputs of this formula have the same name
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto one = loom::tensor<"x[N]">;
constexpr auto other = loom::tensor<"y[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<(x - other).mean()>;
#else
constexpr auto f = loom::loss<(x - one).mean()>;
#endif

float call(const float* p, const float* po) { return f(x = loom::view(p, 2, 3), other = loom::view(po, 2)); }
