// SPDX-License-Identifier: BSL-1.0
// rewrite/rules/stable.hpp — spellings that overflow, underflow or cancel, and the primitive each one means.
// Equal over the reals wherever the left side is defined; on the left an intermediate leaves the floating-point range
// or loses its digits. The right sides are named primitives with derivatives of their own: shifts and branches come
// only after differentiation (rules/expand.hpp). Rules that share a name are spellings of one idea.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/rules/canonical.hpp"

namespace loom::inline LOOM_ABI::rewrite {

namespace terms {

// clang-format off
inline constexpr written_rules<2176> stable_rules(
  {
    // The log-sum-exp family. Blanchard, Higham & Higham, IMA J. Numer. Anal. 41(4), 2021.
    {"log of a sum of exponentials", log(sum(exp(a), k)), logsumexp(a, k)},
    {"log of a sum of exponentials", log(softmax(a, k)), log_softmax(a, k)},
    in_a_sum("log of a sum of exponentials", a - logsumexp(a, k), log_softmax(a, k)),
    in_a_sum("log of a sum of exponentials", gather(a, b, k) - logsumexp(a, k), gather(log_softmax(a, k), b, k)),
    {"log of a sum of exponentials", logsumexp(a - gather(a, b, k), k), -gather(log_softmax(a, k), b, k)},
    {"log of a sum of two exponentials", log(exp(a) + exp(b)), logaddexp(a, b)},
    {"softmax as a quotient", exp(a) / sum(exp(a), k), softmax(a, k)},
    {"softmax as a quotient", exp(a) * (1 / sum(exp(a), k)), softmax(a, k)},
    {"softmax as an exponential", exp(log_softmax(a, k)), softmax(a, k)},
    {"one entry of a softmax", gather(softmax(a, k), b, k), exp(gather(log_softmax(a, k), b, k))},
    {"shift of a softmax", softmax(a - b, k), softmax(a, k), guards::b_constant_along_k},
    {"shift of a softmax", softmax(a + b, k), softmax(a, k), guards::b_constant_along_k},
    {"shift of a log-softmax", log_softmax(a - b, k), log_softmax(a, k), guards::b_constant_along_k},
    {"shift of a log-softmax", log_softmax(a + b, k), log_softmax(a, k), guards::b_constant_along_k},
    // Logarithms of what exponentials built.
    {"log of an exponential", log(exp(a)), a},
    {"log of an exponential", log(gather(exp(a), b, k)), gather(a, b, k)},
    {"log of a quotient of exponentials", log(a / b), log(a) - log(b), guards::ratio_of_exponentials},
    {"log of a product of exponentials", log(a * b), log(a) + log(b), guards::ratio_of_exponentials},
    // The logistic family.
    {"sigmoid", 1 / (1 + exp(a)), sigmoid(-a)},
    {"sigmoid", exp(a) / (1 + exp(a)), sigmoid(a)},
    in_a_sum("complement of a sigmoid", 1 - sigmoid(a), sigmoid(-a)),
    {"complement of a mixture", 1 - (b + (1 - b) * sigmoid(a)), (1 - b) * sigmoid(-a)},
    {"log of a sigmoid", log(sigmoid(a)), -softplus(-a)},
    {"softplus", log1p(exp(a)), softplus(a)},
    {"log of a softplus", log(softplus(a)), log_softplus(a)},
    in_a_sum("softplus by the absolute value", max(a, 0) + softplus(-abs(a)), softplus(a)),
    in_a_sum("logaddexp by the larger", max(a, b) + softplus(-abs(a - b)), logaddexp(a, b)),
    in_a_sum("complement of a softplus", softplus(a) - a, softplus(-a)),
    in_a_sum("log of a share of two", a - logaddexp(a, b), -softplus(b - a)),
    in_a_sum("logit less a label", softplus(a) - a * b, logit_loss(a, b)),
    in_a_sum("logit less a label", b * softplus(-a) + (1 - b) * softplus(a), logit_loss(a, b)),
    in_a_sum("logit less a label", mul0(b, softplus(-a)) + mul0(1 - b, softplus(a)), logit_loss(a, b)),
    in_a_sum("logit less a label", mul0(b, softplus(a)) + mul0(1 - b, softplus(-a)), logit_loss(-a, b)),
    {"Mills ratio", exp(-square(a)) / erfc(a), 1 / erfcx(a)},
    // Near one and near zero.
    {"log of one plus", log(1 + a), log1p(a)},
    {"log of one minus", log(1 - a), log1p(-a)},
    in_a_sum("exponential minus one", exp(a) - 1, expm1(a)),
    in_a_sum("exponential minus one", a * exp(b) - a, a * expm1(b)),
    {"log of one minus an exponential", log(-expm1(a)), log1mexp(a)},
    {"log of one minus an exponential", log1p(-exp(a)), log1mexp(a)},
    {"Euclidean norm", sqrt(sum(square(a), k)), norm(a, k)},
    {"Euclidean norm", sqrt(sum(square(a), k) / b), norm(a, k) / sqrt(b), guards::b_nonnegative},
    {"Euclidean norm", sqrt(square(a) + square(b)), hypot(a, b)},
    {"Euclidean norm", sqrt(sum(where(m, square(a), 0), k)), norm(where(m, a, 0), k)},
    {"Euclidean norm", sqrt(sum(where(m, square(a), 0), k) / b), norm(where(m, a, 0), k) / sqrt(b), guards::b_nonnegative},
    {"square root of a square", sqrt(square(a)), abs(a)},
    {"square root of a product", sqrt(a * b), sqrt(a) * sqrt(b), guards::both_nonnegative},
    {"square root of a product", sqrt(a * b), sqrt_product(a, b), guards::one_may_be_negative},
    // Differences whose terms are larger than what is left of them.
    in_a_sum("root less one", sqrt(1 + a) - 1, sqrt1pm1(a)),
    in_a_sum("root less one", sqrt(1 - a) - 1, sqrt1pm1(-a)),
    in_a_sum("root less its number", a + sqrt(square(a) + b), quadratic_root(a, b)),
    in_a_sum("root less its number", sqrt(square(a) + b) - a, quadratic_root(-a, b)),
    {"inverse hyperbolic tangent", log((1 + a) / (1 - a)), 2 * atanh(a)},
    {"inverse hyperbolic tangent", log((1 - a) / (1 + a)), -(2 * atanh(a))},
    in_a_sum("inverse hyperbolic tangent", log1p(a) - log1p(-a), 2 * atanh(a)),
    {"inverse hyperbolic cosine", acosh(1 + a), 2 * asinh(sqrt(0.5 * a))},
    in_a_sum("difference of squares", square(a) - square(b), (a - b) * (a + b)),
    in_a_sum("square of a difference", square(a) + square(b) - 2 * (a * b), square(a - b)),
    in_a_sum("square of a difference", square(a) + square(b) - 2 * a * b, square(a - b)),
    in_a_sum("square of a difference", sum(square(a), k) + sum(square(b), k) - 2 * sum(a * b, k), sum(square(a - b), k)),
    in_a_sum("square of a sum", square(a) + square(b) + 2 * (a * b), square(a + b)),
    in_a_sum("square of a sum", square(a) + square(b) + 2 * a * b, square(a + b)),
    in_a_sum("one minus a cosine", 1 - cos(a), 2 * square(sin(0.5 * a))),
    in_a_sum("exponential less its tangent", expm1(a) - a, expm1_rest(a)),
    in_a_sum("logarithm less its tangent", a - log1p(a), log1p_rest(a)),
    {"relative exponential", expm1(a) / a, exprel(a)},
    {"relative exponential", expm1(-a) / a, -exprel(-a)},
    {"relative exponential", a / expm1(a), over_expm1(a)},
    {"relative logarithm", log1p(a) / a, log1prel(a)},
    in_a_sum("log of a ratio", log1p(a) - log1p(b), log1p_gap(a, b), guards::not_opposite),
    in_a_sum("difference of error functions", erf(a) - erf(b), erf_gap(a, b)),
    in_a_sum("difference of error functions", erfc(a) - erfc(b), erf_gap(b, a)),
    in_a_sum("difference of error functions", c * erfc(a) - c * erfc(b), c * erf_gap(b, a)),
    in_a_sum("divergence of two counts", mul0(a, log(a / b)) - a + b, kl_div(a, b)),
    in_a_sum("divergence of two counts", a * log(a / b) - a + b, kl_div(a, b)),
    // Chan, Golub & LeVeque, The American Statistician 37(3), 1983: the mean first.
    in_a_sum("variance in two passes", sum(square(a), k) / b - square(sum(a, k) / b), sum(square(a - sum(a, k) / b), k) / b, guards::b_is_extent_of_k),
    in_a_sum("variance in two passes", sum(a * c, k) / b - (sum(a, k) / b) * (sum(c, k) / b), sum((a - sum(a, k) / b) * (c - sum(c, k) / b), k) / b, guards::b_is_extent_of_k),
    in_a_sum("variance in two passes", sum(square(a) * c, k) / sum(c, k) - square(sum(a * c, k) / sum(c, k)), sum(square(a - sum(a * c, k) / sum(c, k)) * c, k) / sum(c, k), guards::c_nonnegative),
    in_a_sum("variance in two passes", sum(a * (a * c), k) / sum(c, k) - square(sum(a * c, k) / sum(c, k)), sum(square(a - sum(a * c, k) / sum(c, k)) * c, k) / sum(c, k), guards::c_nonnegative),
    // What differentiating a variance brings: deviations have no mean to take off.
    in_a_sum("deviations without their mean", (a - sum(a, k) / b) * c - c * sum(a - sum(a, k) / b, k) / b, (a - sum(a, k) / b) * c, guards::b_is_extent_of_k),
    // Logarithms of products.
    {"log of a square", log(square(a)), 2 * log(abs(a))},
    {"log of a product over a row", log(prod(a, k)), sum(log(a), k), guards::a_nonnegative},
    {"log of a product over a row", log(abs(prod(a, k))), sum(log(abs(a)), k)},
    // 0 log 0 = 0: a weight that is exactly zero removes its term, though the logarithm beside it is infinite.
    {"zero times a logarithm", a * b, mul0(a, b), guards::unmasked_zero_times_logarithm},
    {"zero times a reciprocal", mul0(a, 1 / b), a / b, guards::not_both_zero},
    // A mask outside everything it silences: 0 times the branch not taken must not be NaN, nor must its gradient.
    {"mask outside a product", where(m, a, 0) * b, where(m, a * b, 0)},
    {"mask outside a product", mul0(where(m, a, 0), b), where(m, mul0(a, b), 0)},
    {"mask outside a quotient", where(m, a, 0) / b, where(m, a / b, 0)},
    {"mask outside a negation", -where(m, a, 0), where(m, -a, 0)},
    {"mask outside a difference", where(m, a, 0) - where(m, b, 0), where(m, a - b, 0)},
    {"mask outside a sum", where(m, a, 0) + where(m, b, 0), where(m, a + b, 0)},
    {"mask and its complement", where(m, a, 0) + where(make(op::logical_not, m), b, 0), where(m, a, b)},
    {"masks outside a sum", where(m, a, 0) + where(c, b, 0), where(make(op::logical_or, m, c), where(m, where(c, a + b, a), b), 0), guards::masks_overlap},
    {"mask outside a row", sum(where(m, a, 0), k), where(m, sum(a, k), 0), guards::m_constant_along_k},
    {"mask outside a row", sum(where(c, where(m, a, 0), 0), k), where(m, sum(where(c, a, 0), k), 0), guards::m_constant_along_k},
    {"mask outside a choice", where(c, where(m, a, 0), where(m, b, 0)), where(m, where(c, a, b), 0)},
    {"mask outside a choice", where(c, where(m, a, 0), 0), where(m, where(c, a, 0), 0), guards::only_m_is_given},
    {"nested masks", where(m, where(m, a, b), c), where(m, a, c)},
    {"nested masks", where(m, a, where(m, b, c)), where(m, a, c)},
    // What differentiating a softmax brings: shares add up to 1. Where one is NaN, all of them are: one that stays shows it.
    in_a_sum("shares add up to one", softmax(a, k) * b - c * (b * sum(softmax(a, k), k)), softmax(a, k) * b - c * b, guards::b_constant_along_k),
    in_a_sum("shares add up to one", softmax(a, k) - c * sum(softmax(a, k), k), softmax(a, k) - c),
    in_a_sum("shares add up to one", softmax(a, k) + b - softmax(a, k) * sum(softmax(a, k) + b, k), b - softmax(a, k) * sum(b, k)),
    in_a_sum("term less itself", mul0(a, c) + a - a, mul0(a, c), guards::a_finite),
    // What differentiating a gather brings.
    {"sum over a one-hot", sum(onehot(b, k) * a, k), gather(a, b, k), guards::a_varies_along_k},
  },
  &canonical_rules);
// clang-format on

}  // namespace terms

}  // namespace loom::rewrite
