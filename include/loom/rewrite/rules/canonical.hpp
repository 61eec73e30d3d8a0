// SPDX-License-Identifier: BSL-1.0
// rewrite/rules/canonical.hpp — one spelling for one meaning; no result changes beyond rounding.
// Signs move outwards, constant factors leave sums, neutral elements go.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/guards.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace terms {

inline constexpr double undefined_number = __builtin_nan("");

// clang-format off
inline constexpr written_rules<256> canonical_rules({
    {"plus zero", a + 0, a},
    {"minus zero", a - 0, a},
    {"times one", a * 1, a},
    {"over one", a / 1, a},
    {"times minus one", a * -1, -a},
    {"zero minus", 0 - a, -a},
    {"double negation", -(-a), a},
    {"negated difference", -(a - b), b - a},
    {"sum with a negation", a + -b, a - b},
    {"difference with a negation", a - -b, a + b},
    {"negation minus", -a - b, -(a + b)},
    {"product of a negation", -a * b, -(a * b)},
    {"quotient of a negation", -a / b, -(a / b)},
    {"quotient by a negation", a / -b, -(a / b)},
    {"zero-absorbing product of a negation", mul0(-a, b), -mul0(a, b)},
    {"zero-absorbing product by a negation", mul0(a, -b), -mul0(a, b)},
    {"square of a product with itself", a * a, square(a)},
    {"abs of a negation", abs(-a), abs(a)},
    {"abs of what is not negative", abs(a), a, guards::a_nonnegative},
    {"exponential of a logarithm", exp(log(a)), a, guards::a_nonnegative},
    {"exponential of a logarithm", exp(log(a)), where(a >= 0, a, undefined_number), guards::a_may_be_negative},
    {"square of a negation", square(-a), square(a)},
    in_a_sum("complement of a normal tail", 1 - erf(a), erfc(a)),
    in_a_sum("complement of a normal tail", 1 + erf(a), erfc(-a)),
    in_a_sum("complement of a normal tail", 2 - erfc(a), erfc(-a)),
    in_a_sum("complement of a normal tail", 1 - 0.5 * erfc(a), 0.5 * erfc(-a)),
    in_a_sum("complement of a normal tail", 1 - erfc(a) / 2, erfc(-a) / 2),
    {"sum of negations", sum(-a, k), -sum(a, k)},
    {"sum of a constant multiple", sum(a * b, k), sum(a, k) * b, guards::b_constant_along_k},
    {"sum of a constant share", sum(a / b, k), sum(a, k) / b, guards::b_constant_along_k},
    {"sum of a one-hot", sum(onehot(b, k), k), number(1)},
    {"gather of a negation", gather(-a, b, k), -gather(a, b, k)},
});
// clang-format on

}  // namespace terms

}  // namespace loom::rewrite
