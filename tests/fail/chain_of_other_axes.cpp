// SPDX-License-Identifier: BSL-1.0
// expect: loom: a chain, forward.e, a, T, S = R. or viterbi.*, takes three axes of different names
// lines: <= 14
#include <loom/loom.hpp>

constexpr auto e = loom::tensor<"e[T,S]">;
constexpr auto T = loom::axis<"T">;
constexpr auto S = loom::axis<"S">;
constexpr auto R = loom::axis<"R">;
#ifdef LOOM_FIXED
constexpr auto a = loom::tensor<"a[R,S]">;
#else
constexpr auto a = loom::tensor<"a[T,R,S]">;
#endif
constexpr auto f = loom::loss<sum(forward(e, a, T, S = R))>;

float call(const float* p, double* room) {
  return f(e = loom::view(p, 2, 3), a = loom::view(p, 3, 3), loom::workspace = loom::view(room, 100));
}
