// SPDX-License-Identifier: BSL-1.0
// expect: loom: in custom.value, slope.u. = s., u or s has the axis .*, which the value does not have; a slope is taken entry by entry
// lines: <= 14
#include <loom/loom.hpp>

using loom::slope;

constexpr auto x = loom::tensor<"x[N,C]">;
#ifdef LOOM_FIXED
constexpr auto f = loom::loss<custom(softmax(x, -1), slope(x) = 1).mean()>;
#else
constexpr auto f = loom::loss<custom(logsumexp(x, -1), slope(x) = softmax(x, -1)).mean()>;
#endif

float call(const float* p) { return f(x = loom::view(p, 2, 3)); }
