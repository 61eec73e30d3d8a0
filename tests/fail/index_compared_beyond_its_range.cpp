// SPDX-License-Identifier: BSL-1.0
// expect: loom: an index is compared with a number that no integer of 64 bits equals
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto t = loom::index<"t[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<where(t == 5000000000, x, 0).mean()>;
#else
constexpr auto f = loom::loss<where(t == 18446744073709551615u, x, 0).mean()>;
#endif

float call(const float* p, const int* q) { return f(x = loom::view(p, 2, 3), t = loom::view(q, 2)); }
