// SPDX-License-Identifier: BSL-1.0
// expect: loom: loom::in_place: a derivative cannot be written over named<>, for sweep got<> reads entries in its pass limit_is<> that may be overwritten
// lines: <= 18
#include <loom/loom.hpp>

#include <vector>

constexpr auto x = loom::tensor<"x[T]">;
constexpr auto T = loom::axis<"T">;
constexpr auto roughness = loom::loss<sum(where(T > 0, square(x - x(T = T - 1)), 0))>;

float call(std::vector<float>& data, [[maybe_unused]] std::vector<float>& gradient) {
#ifdef LOOM_FIXED
  return roughness(x = data, d(x) = gradient);
#else
  return roughness(x = data, d(x) = loom::in_place);
#endif
}
