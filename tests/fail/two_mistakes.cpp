// SPDX-License-Identifier: BSL-1.0
// expect: loom: the operand does not have the axis
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<(sum(x, loom::axis<"C">) * x.sum(loom::axis<"C">)).mean()>;
#else
constexpr auto f = loom::loss<(sum(x, loom::axis<"K">) + t).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
