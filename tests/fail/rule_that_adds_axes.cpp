// SPDX-License-Identifier: BSL-1.0
// expect: loom: the rule named<> puts something with more axes in the place of its left side
// lines: <= 14
#include <loom/loom.hpp>
#include <loom/rules.hpp>

namespace mine {
using namespace loom::rule_notation;
#ifdef LOOM_FIXED
inline constexpr loom::rules rules({{"energy of a row", square(norm(a, k)), sum(square(a), k)}});
#else
inline constexpr loom::rules rules({{"energy of a row", square(norm(a, k)), square(a)}});
#endif
}  // namespace mine

constexpr auto x = loom::tensor<"x[N,C]">;
constexpr auto f = loom::loss<square(norm(x, -1)).mean(), mine::rules>;

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
