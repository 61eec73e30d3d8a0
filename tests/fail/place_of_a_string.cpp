// SPDX-License-Identifier: BSL-1.0
// expect: loom: a value is read at an entry
// lines: <= 16
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<sum(x(C = 2))>;
#else
constexpr auto f = loom::loss<sum(x(C = "2"))>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
