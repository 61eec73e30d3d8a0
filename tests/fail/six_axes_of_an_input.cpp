// SPDX-License-Identifier: BSL-1.0
// expect: loom: the input named<> has got<> axes; limit_is<> are allowed
// lines: <= 14
#include <loom/loom.hpp>

#ifdef LOOM_FIXED
constexpr auto f = loom::loss<loom::tensor<"x[N,C,D,H,W]">.mean()>;
#else
constexpr auto f = loom::loss<loom::tensor<"x[N,C,D,H,W,T]">.mean()>;
#endif

constexpr auto x = loom::tensor<"x[N,C,D,H,W]">;
float call(const float* p) { return f(x = loom::view(p, 1, 2, 3, 4, 5)); }
