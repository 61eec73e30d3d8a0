// SPDX-License-Identifier: BSL-1.0
// expect: loom: an index is compared with a number that is not an integer
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(where(number(order(x, C)) < 1.5, x, 0))>;
#else
constexpr auto f = loom::loss<sum(where(order(x, C) < 1.5, x, 0))>;
#endif

float call(const float* p, double* room) { return f(x = loom::view(p, 2, 3), loom::workspace = loom::view(room, 99)); }
