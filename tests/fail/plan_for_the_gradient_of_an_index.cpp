// SPDX-License-Identifier: BSL-1.0
// expect: loom: d\(named<>\): only a tensor or a scalar has a gradient
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto f = loom::loss<gather(x, t).mean()>;

#ifdef LOOM_FIXED
int sweeps() { return f.plan(d(x)).sweeps; }
#else
int sweeps() { return f.plan(d(t)).sweeps; }
#endif
