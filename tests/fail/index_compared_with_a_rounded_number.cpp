// SPDX-License-Identifier: BSL-1.0
// expect: loom: an index is compared with an integer beyond 2.53 that is not a double
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<where(t == 9007199254740992, x, 0).mean()>;
#else
constexpr auto f = loom::loss<where(t == 9007199254740993, x, 0).mean()>;
#endif

float call(const float* p, const int* q) { return f(x = loom::view(p, 2, 3), t = loom::view(q, 2)); }
