// SPDX-License-Identifier: BSL-1.0
// expect: loom: this formula, with the derivatives asked for, needs at least got<> values, dead ones included; limit_is<> are allowed; define a larger LOOM_MAX_NODES in the whole program, the same in every file
// lines: <= 14
#ifndef LOOM_FIXED
#define LOOM_MAX_NODES 24
#endif
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto f =
    loom::loss<(sin(x) * cos(x) + sin(2 * x) * cos(3 * x) + sin(4 * x) * cos(5 * x) + sin(6 * x)).mean()>;

float call(const float* p) { return f(x = loom::view(p, 3)); }
