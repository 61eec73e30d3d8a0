// SPDX-License-Identifier: BSL-1.0
// expect: loom: a temporary container would be gone before the call
// lines: <= 14
#include <loom/loom.hpp>

#include <vector>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto f = loom::loss<x.mean()>;

float call([[maybe_unused]] const std::vector<float>& data) {
#ifdef LOOM_FIXED
  return f(x = data);
#else
  return f(x = std::vector<float>{1, 2, 3});
#endif
}
