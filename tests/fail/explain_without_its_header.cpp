// SPDX-License-Identifier: BSL-1.0
// expect: loom: explain\(loss, d\(x\)\) is in the header loom/code.hpp
// lines: <= 10
#ifdef LOOM_FIXED
#include <loom/code.hpp>
#endif
#include <loom/loom.hpp>

#include <cstdio>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::loss<x.mean()>;

void print() { std::puts(loom::explain(f, d(x)).c_str()); }
