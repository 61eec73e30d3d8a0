// SPDX-License-Identifier: BSL-1.0
// expect: data_is_a_null_pointer
// lines: <= 19
#include <loom/loom.hpp>

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto total = loom::loss<sum(x)>;

#ifdef LOOM_FIXED
constexpr float data[2]{};
#else
constexpr const float* data = nullptr;
#endif

constexpr float value = total(x = loom::view(data, 2));
