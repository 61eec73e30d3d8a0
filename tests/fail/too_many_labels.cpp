// SPDX-License-Identifier: BSL-1.0
// expect: loom: this formula uses labels as positions, in gather and onehot, in got<> different ways; limit_is<> are allowed
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C,D]">;
constexpr auto C = loom::axis<"C">;
constexpr auto D = loom::axis<"D">;
template <auto... Index> constexpr auto both = (0 + ... + (sum(gather(x, Index, C)) + sum(gather(x, Index, D))));
constexpr auto t = loom::index<"t[N]">;
constexpr auto u = loom::index<"u[N]">;
constexpr auto v = loom::index<"v[N]">;
constexpr auto w = loom::index<"w[N]">;
constexpr auto p = loom::index<"p[N]">;
constexpr auto q = loom::index<"q[N]">;
constexpr auto r = loom::index<"r[N]">;
constexpr auto s = loom::index<"s[N]">;
constexpr auto o = loom::index<"o[N]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<both<t>>;
#else
constexpr auto f = loom::loss<both<t, u, v, w, p, q, r, s, o>>;
#endif

float call(const float* a, const int* b) { return f(x = loom::view(a, 2, 3, 4), t = loom::view(b, 2)); }
