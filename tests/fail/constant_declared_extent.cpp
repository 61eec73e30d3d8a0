// SPDX-License-Identifier: BSL-1.0
// expect: extent_differs_from_its_declaration
// lines: <= 19
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N,C=3]">;
constexpr auto total = loom::loss<sum(x)>;

#ifdef LOOM_FIXED
constexpr float data[2 * 3]{};
constexpr float value = total(x = loom::view(data, 2, 3));
#else
constexpr float data[2 * 4]{};
constexpr float value = total(x = loom::view(data, 2, 4));
#endif
