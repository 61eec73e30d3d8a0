// SPDX-License-Identifier: BSL-1.0
// expect: loom: this formula has at least got<> inputs, with its seed, its directions and each place at which an input is read; limit_is<> are allowed
// lines: <= 14
#include <loom/loom.hpp>
#include <utility>

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto C = loom::axis<"C">;
template <int... K>
constexpr auto entries(std::integer_sequence<int, K...>) {
  return (x(C = K) + ...);
}
#ifdef LOOM_FIXED
constexpr int count = 3;
#else
constexpr int count = 33;
#endif
constexpr auto f = loom::loss<entries(std::make_integer_sequence<int, count>()).mean()>;

float call(const float* p) { return f(x = loom::view(p, 2, count)); }
