// SPDX-License-Identifier: BSL-1.0
// rewrite/rules/expand.hpp — primitives as the loops compute them: shifts and branches.
// Applied after differentiation. Shift before scaling, and shift what is compared with the sum as well: the result
// keeps its digits whatever offset the logits have, and does not depend on contraction into fused multiply-adds.
// A row that is scaled by b (a temperature) is shifted by its extreme entry before it is scaled, whatever the sign of b.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/rules/stable.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace terms {

inline constexpr double infinity = __builtin_huge_val();
inline constexpr double minus_log_2 = -0.693147180559945309417, minus_half_root = -0.707106781186547524401;

/// Two sides by their length.
inline constexpr written size_of_a = abs(a), size_of_b = abs(b), longer = max(size_of_a, size_of_b),
                         shorter = min(size_of_a, size_of_b);
/// Of b over a, by a.
inline constexpr written difference = b - a, excess = difference / a, share_of_b = a / b;
/// Of the exponentials of a row that is shifted by its largest entry: each, and all but a largest.
inline constexpr written row_shift = shift(a, k), shifted = a - row_shift, share_of_row = exp(shifted),
                         others = rest(share_of_row, k);
/// Of the quadratic whose roots are a - root and a + root.
inline constexpr written square_of_a = square(a), below_root = square_of_a + b, root = sqrt(below_root);
/// The extreme entry of a row a that will be scaled by b.
inline constexpr written sign_of_b = sign(b), signed_row = a * sign_of_b, largest = shift(signed_row, k),
                         extreme = largest * sign_of_b;

// clang-format off
inline constexpr written_rules<> expand_rules(
  {
    // The more special left side comes first: a row scaled by what is constant along it.
    {"log_softmax of a scaled row", log_softmax(a / b, k), (a - extreme) / b - log1p(rest(exp((a - extreme) / b), k)), guards::b_constant_along_k},
    {"log_softmax of a scaled row", log_softmax(a * b, k), (a - extreme) * b - log1p(rest(exp((a - extreme) * b), k)), guards::b_constant_along_k},
    {"softmax of a scaled row", softmax(a / b, k), exp((a - extreme) / b) / (1 + rest(exp((a - extreme) / b), k)), guards::b_constant_along_k},
    {"softmax of a scaled row", softmax(a * b, k), exp((a - extreme) * b) / (1 + rest(exp((a - extreme) * b), k)), guards::b_constant_along_k},
    {"logsumexp of a scaled row", logsumexp(a / b, k), extreme / b + log1p(rest(exp((a - extreme) / b), k)), guards::b_constant_along_k},
    {"logsumexp of a scaled row", logsumexp(a * b, k), extreme * b + log1p(rest(exp((a - extreme) * b), k)), guards::b_constant_along_k},
    {"log_softmax by a shift", log_softmax(a, k), (a - shift(a, k)) - log1p(others)},
    {"softmax by a shift", softmax(a, k), share_of_row / (1 + others)},
    {"logsumexp by a shift", logsumexp(a, k), shift(a, k) + log1p(others)},
    // A share of a row is a / (1 + rest); of the largest entry, what is left to 1 is the rest.
    in_a_sum("label less a share", onehot(c, k) - a / (1 + rest(a, k)), ((onehot(c, k) - a) + onehot(c, k) * rest(a, k)) / (1 + rest(a, k))),
    in_a_sum("label less a share", b * onehot(c, k) - b * (a / (1 + rest(a, k))), (b / (1 + rest(a, k))) * ((onehot(c, k) - a) + onehot(c, k) * rest(a, k)), guards::b_constant_along_k),
    in_a_sum("one less a share", 1 - a / (1 + rest(a, k)), ((1 - a) + rest(a, k)) / (1 + rest(a, k))),
    // A log-probability of a row: the exponentials beside the sum need not wait for its logarithm. Where the label is likely, both terms of
    // the dividend have one sign; elsewhere 1 outweighs its share.
    {"exponential of a log-probability", exp(a - log1p(rest(exp(b), k))), exp(a) / (1 + rest(exp(b), k)), guards::a_nonpositive},
    {"exponential of a log-probability", exp(gather(a - log1p(rest(exp(b), k)), c, k)), exp(gather(a, c, k)) / (1 + rest(exp(b), k)), guards::a_nonpositive},
    {"one less a probability", expm1(gather(a - log1p(rest(exp(b), k)), c, k)), where(rest(exp(b), k) < 1, (expm1(gather(a, c, k)) - rest(exp(b), k)) / (1 + rest(exp(b), k)), exp(gather(a, c, k)) / (1 + rest(exp(b), k)) - 1), guards::a_nonpositive},
    {"zero-absorbing product of a multiple", mul0(a, b * c), mul0(a, b) * c, guards::c_scales_b},
    {"softplus of what is not positive", softplus(a), log1p(exp(a)), guards::a_nonpositive},
    {"sigmoid of what is not positive", sigmoid(a), exp(a) / (1 + exp(a)), guards::a_nonpositive},
    {"softplus by the absolute value", softplus(a), max(a, 0) + log1p(exp(-abs(a)))},
    {"sigmoid by the absolute value", sigmoid(a), where(a >= 0, number(1), exp(-abs(a))) / (1 + exp(-abs(a)))},
    {"logit less a label", logit_loss(a, b), log1p(exp(-abs(a))) + mul0(where(a >= 0, number(1), 0) - b, a)},
    {"logit less a label", logit_gap(a, b), (where(a >= 0, number(1), 0) - b) + where(a >= 0, -(exp(-abs(a)) / (1 + exp(-abs(a)))), exp(-abs(a)) / (1 + exp(-abs(a))))},
    {"root less one", sqrt1pm1(a), where(a > 1, sqrt(1 + a) - 1, a / (sqrt(1 + a) + 1))},
    {"root beside its number", quadratic_root(a, b), where(2 * a + root < 0, b / (root - a), a + root)},
    {"square root of a product", sqrt_product(a, b), sqrt(a * b)},
    {"log of a softplus in two branches", log_softplus(a), where(a < 0, a + log(log1prel(exp(min(a, 0)))), log(softplus(max(a, 0))))},
    // Mächler, Accurately computing log(1 - exp(-|a|)), 2012.
    {"log1mexp in two branches", log1mexp(a), where(a > minus_log_2, log(-expm1(a)), log1p(-exp(a)))},
    {"logaddexp by the larger", logaddexp(a, b), where(a == b, a + -minus_log_2, max(a, b) + log1p(exp(-abs(a - b))))},
    {"relative exponential", exprel(a), where(a == 0, number(1), expm1(a) / a)},
    {"relative exponential", exprel_slope(a), where(a < -1, (exp(a) - exprel(a)) / a, where(a > 1, exprel(a) * (1 - 1 / a) + 1 / a, exprel(a) - 0.5 * exprel_2(a)))},
    {"relative exponential", over_expm1(a), exp(-max(a, 0)) / exprel(-abs(a))},
    {"relative logarithm", log1prel(a), where(a == 0, number(1), log1p(a) / a)},
    {"relative logarithm", log1prel_slope(a), where(a > 1, (1 / (1 + a) - log1prel(a)) / a, 0.5 * log1prel_2(a) - 1 / (1 + a))},
    {"exponential less its tangent", expm1_rest(a), where(abs(a) < 1, square(a) * (0.5 * exprel_2(a)), expm1(a) - a)},
    {"logarithm less its tangent", log1p_rest(a), where(abs(a) < 1, square(a) * (0.5 * log1prel_2(a)), a - log1p(a))},
    {"log of a ratio", log1p_gap(a, b), where(min(a, b) >= -1, where(a >= b, log1p((a - b) / (1 + b)), -log1p((b - a) / (1 + a))), undefined_number)},
    {"difference of error functions", erf_gap(a, b), where(min(a, b) > 0.5, erfc(b) - erfc(a), where(max(a, b) < -0.5, erfc(-a) - erfc(-b), erf(a) - erf(b)))},
    {"divergence of two counts", kl_div(a, b), where(abs(excess - 0.25) < 0.75, a * log1p_rest(excess), where(share_of_b == 0, b, mul0(a, log(share_of_b)) - a + b))},
    {"log of a normal tail", log_ndtr(a), where(minus_half_root * a > 0, log(0.5 * erfcx(minus_half_root * a)) - 0.5 * square(a), log1p(-0.5 * erfc(-(minus_half_root * a))))},
    {"share of two", share(a, b), where(a == b, number(0.5), sigmoid(a - b))},
    {"logcosh in two branches", logcosh(a), where(abs(a) < 1, log1p(2 * square(sinh(0.5 * a))), abs(a) + log1p(0.5 * expm1(-2 * abs(a))))},
    {"weighted exponential", wexp(a, b), mul0(a, exp(b))},
    {"xlogy", xlogy(a, b), mul0(a, log(b))},
    {"hypot by the larger", hypot(a, b), longer * sqrt(1 + square(where(longer == shorter, number(1), shorter / longer)))},
    // The largest entry taken out, so that no square overflows or vanishes; 0, infinite and NaN rows are their largest entry.
    {"norm by the largest entry", norm(a, k),
     where(reduce_max(abs(a), k) > 0, where(reduce_max(abs(a), k) < infinity, reduce_max(abs(a), k) * sqrt(sum(square(a / reduce_max(abs(a), k)), k)), reduce_max(abs(a), k)), reduce_max(abs(a), k))},
    {"end of a slope of one's own", with_slope(a, b, c), a},
    {"end of stop_gradient", stop_gradient(a), a},
  },
  &canonical_rules, true);
// clang-format on

}  // namespace terms

}  // namespace loom::rewrite
