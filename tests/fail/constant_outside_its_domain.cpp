// SPDX-License-Identifier: BSL-1.0
// expect: entry_is_outside_its_domain
// lines: <= 19
#include <loom/loom.hpp>

constexpr auto p = loom::tensor<"p[N,C] in [0,1]">;
constexpr auto mean_of_p = loom::loss<p.mean()>;

#ifdef LOOM_FIXED
constexpr float entries[2][3] = {{0, 0.5F, 1}, {1, 0, 0}};
#else
constexpr float entries[2][3] = {{0, 0.5F, 1}, {1, 0, 2}};
#endif

constexpr float value = mean_of_p(p = entries, loom::checked);
