// SPDX-License-Identifier: BSL-1.0
// expect: loom: a mask is used where a number is needed
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x(C = order(number(x > 0), C)) * x)>;
#else
constexpr auto f = loom::loss<sum(x(C = order(x > 0, C)) * x)>;
#endif

float call(const float* p, double* room) { return f(x = loom::view(p, 2, 3), loom::workspace = loom::view(room, 99)); }
