// SPDX-License-Identifier: BSL-1.0
// numeric/remainders.hpp — what the exponential and the logarithm leave beyond their tangent at 0.
// Layer 0 (numeric).
#pragma once

#include "loom/numeric/elementary.hpp"

namespace loom::inline LOOM_ABI::numeric {

/// 2 (e^x - 1 - x) / x^2, which is 1 at 0.
/// Domain: any; inf -> inf, -inf -> 0.
/// Error:  <= 5 ulp, at run time too.
constexpr double exprel_2(double x) {
  if (x != x || x == infinity) return x;
  if (x == -infinity) return 0;
  if (x <= -2 || x >= 1) {
    const double half = x > 60 ? exp(x / 2) / x : 0;
    if (is_inf(half) || half > 9e153) return infinity;
    return x > 60 ? 2 * half * half : (expm1(x) - x) / x * (2 / x);
  }
  double y = 1;
  for (int k = 24; k > 2; --k) y = 1 + x / k * y;
  return y;
}

/// 2 (x - log(1 + x)) / x^2, which is 1 at 0.
/// Domain: x >= -1, else NaN; -1 -> inf, inf -> 0.
/// Error:  <= 5 ulp, at run time too.
constexpr double log1prel_2(double x) {
  if (x != x || x < -1) return not_a_number;
  if (is_inf(x)) return 0;
  if (x == -1) return infinity;
  if (x <= -0.6 || x >= 1.5) return (x - log1p(x)) / x * (2 / x);
  // log(1 + x) = 2 atanh(s) = 2 (s + s^3 (1/3 + s^2/5 + ...))
  const double d = 2 + x, s = x / d, z = s * s;
  double p = 0;
  for (int k = 49; k > 1; k -= 2) p = 1.0 / k + z * p;
  return 2 / d * (1 - 2 * s / d * p);
}

}  // namespace loom::numeric
