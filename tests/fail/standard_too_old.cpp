// SPDX-License-Identifier: BSL-1.0
// expect: Loom needs C\+\+20: compile with -std=c\+\+20
// lines: <= 10
// flags: -std=c++17
#include <loom/loom.hpp>

#include <vector>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::loss<x.mean()>;  // -DLOOM_FIXED is compiled as C++20

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
