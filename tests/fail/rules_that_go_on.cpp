// SPDX-License-Identifier: BSL-1.0
// expect: loom: the rules of this loss do not stop
// lines: <= 14
#include <loom/loom.hpp>
#include <loom/rules.hpp>

namespace mine {
using namespace loom::rule_notation;
#ifdef LOOM_FIXED
inline constexpr loom::rules rules({{"one way", exp(a) * exp(b), exp(a + b)}});
#else
inline constexpr loom::rules rules({{"one way", exp(a) * exp(b), exp(a + b)},
                                    {"and back", exp(a + b), exp(a) * exp(b)}});
#endif
}  // namespace mine

constexpr auto x = loom::tensor<"x[N]">;
constexpr auto y = loom::tensor<"y[N]">;
constexpr auto f = loom::loss<(exp(x) * exp(y)).mean(), mine::rules>;

float call(const float* p) { return f(x = loom::view(p, 2), y = loom::view(p, 2)); }
