// SPDX-License-Identifier: BSL-1.0
// expect: loom: this formula uses labels as positions, in gather and onehot, in got<> different ways; limit_is<> are allowed
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<gather(x, t).mean()>;
#else
constexpr auto f = loom::loss<(gather(2 * x, t) + gather(3 * x, t) + gather(4 * x, t) + gather(5 * x, t) + gather(6 * x, t) + gather(7 * x, t) + gather(8 * x, t) + gather(9 * x, t) + gather(10 * x, t) + gather(11 * x, t) + gather(12 * x, t) + gather(13 * x, t) + gather(14 * x, t) + gather(15 * x, t) + gather(16 * x, t) + gather(17 * x, t) + gather(18 * x, t)).mean()>;
#endif

float call(const float* p, const int* q) { return f(x = loom::view(p, 2, 3), t = loom::view(q, 2)); }
