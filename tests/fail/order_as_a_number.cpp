// SPDX-License-Identifier: BSL-1.0
// expect: loom: an index is used as a number
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(number(order(x, C)) * x)>;
#else
constexpr auto f = loom::loss<sum(order(x, C) * x)>;
#endif

float call(const float* p, double* room) { return f(x = loom::view(p, 2, 3), loom::workspace = loom::view(room, 99)); }
