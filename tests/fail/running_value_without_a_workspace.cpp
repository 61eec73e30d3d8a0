// SPDX-License-Identifier: BSL-1.0
// expect: loom: this loss keeps arrays, with the axes named<>; bind loom::workspace = buffer
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,T]">;
constexpr auto T = loom::axis<"T">;
constexpr auto f = loom::loss<square(cumsum(x, T)).mean()>;

#ifdef LOOM_FIXED
float call(const float* p, double* room) { return f(x = loom::view(p, 2, 3), loom::workspace = loom::view(room, 99)); }
#else
float call(const float* p, double*) { return f(x = loom::view(p, 2, 3)); }
#endif
