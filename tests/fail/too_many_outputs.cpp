// SPDX-License-Identifier: BSL-1.0
// expect: loom: this call asks for got<> results and derivatives; limit_is<> are allowed
// lines: <= 14
#include <loom/loom.hpp>

template <auto... Inputs> constexpr auto squares = (0 + ... + square(Inputs));
constexpr auto p0 = loom::scalar<"p0">;
constexpr auto p1 = loom::scalar<"p1">;
constexpr auto p2 = loom::scalar<"p2">;
constexpr auto p3 = loom::scalar<"p3">;
constexpr auto p4 = loom::scalar<"p4">;
constexpr auto p5 = loom::scalar<"p5">;
constexpr auto p6 = loom::scalar<"p6">;
constexpr auto p7 = loom::scalar<"p7">;
constexpr auto p8 = loom::scalar<"p8">;
constexpr auto p9 = loom::scalar<"p9">;
constexpr auto p10 = loom::scalar<"p10">;
constexpr auto p11 = loom::scalar<"p11">;
constexpr auto p12 = loom::scalar<"p12">;
constexpr auto p13 = loom::scalar<"p13">;
constexpr auto p14 = loom::scalar<"p14">;
constexpr auto p15 = loom::scalar<"p15">;
constexpr auto f = loom::loss<squares<p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15>>;

double call(double* g, [[maybe_unused]] double* h) {
#ifdef LOOM_FIXED
  return f(p0 = 0, p1 = 1, p2 = 2, p3 = 3, p4 = 4, p5 = 5, p6 = 6, p7 = 7, p8 = 8, p9 = 9, p10 = 10, p11 = 11, p12 = 12,
           p13 = 13, p14 = 14, p15 = 15, d(p0) = *g);
#else
  return f(p0 = 0, p1 = 1, p2 = 2, p3 = 3, p4 = 4, p5 = 5, p6 = 6, p7 = 7, p8 = 8, p9 = 9, p10 = 10, p11 = 11, p12 = 12,
           p13 = 13, p14 = 14, p15 = 15, d(p0) = g[0], d(p1) = g[1], d(p2) = g[2], d(p3) = g[3], d(p4) = g[4],
           d(p5) = g[5], d(p6) = g[6], d(p7) = g[7], d(p8) = g[8], d(p9) = g[9], d(p10) = g[10], d(p11) = g[11],
           d(p12) = g[12], d(p13) = g[13], d(p14) = g[14], d(p15) = g[15], d2(p0) = h[0], d2(p1) = h[1], d2(p2) = h[2],
           d2(p3) = h[3], d2(p4) = h[4], d2(p5) = h[5], d2(p6) = h[6], d2(p7) = h[7], d2(p8) = h[8], d2(p9) = h[9],
           d2(p10) = h[10], d2(p11) = h[11], d2(p12) = h[12], d2(p13) = h[13], d2(p14) = h[14], d2(p15) = h[15]);
#endif
}
