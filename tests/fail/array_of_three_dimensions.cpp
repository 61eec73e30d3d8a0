// SPDX-License-Identifier: BSL-1.0
// expect: loom: this container holds containers, whose numbers do not lie in one block
// lines: <= 15
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::loss<x.mean()>;

#ifdef LOOM_FIXED
float call(float (&rows)[2][3]) { return f(x = rows); }
#else
float call(float (&rows)[2][3][4]) { return f(x = rows); }
#endif
