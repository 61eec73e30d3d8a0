// SPDX-License-Identifier: BSL-1.0
// expect: label_is_too_large_for_a_constant
// lines: <= 19
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto marked = loom::loss<sum(where(t == -1, 0, x))>;

constexpr float data[1] = {1};
#ifdef LOOM_FIXED
constexpr unsigned long long labels[1] = {1};
#else
constexpr unsigned long long labels[1] = {18446744073709551615u};
#endif

constexpr float value = marked(x = data, t = labels);
