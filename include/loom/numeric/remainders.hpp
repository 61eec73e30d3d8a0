// SPDX-License-Identifier: BSL-1.0
// numeric/remainders.hpp — what the exponential and the logarithm leave beyond the first terms of their series, relative to the next.
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

/// 6 (e^x - 1 - x - x^2 / 2) / x^3, which is 1 at 0.
/// Domain: any; inf -> inf, -inf -> 0.
/// Error:  <= 6 ulp, at run time too.
constexpr double exprel_3(double x) {
  if (x != x || x == infinity) return x;
  if (x > 60) {
    const double half = exp(x / 2) / x;
    return is_inf(half) || half / x * (half / 1e300) > 2.9e7 ? infinity : half / x * (half * 6);
  }
  if (x <= -2 || x >= 3) return (exprel_2(x) - 1) / x * 3;
  double y = 1;
  for (int k = 30; k > 3; --k) y = 1 + x / k * y;
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

/// 3 (log(1 + x) - x + x^2 / 2) / x^3, which is 1 at 0.
/// Domain: x >= -1, else NaN; -1 -> inf, inf -> 0.
/// Error:  <= 10 ulp, at run time too.
constexpr double log1prel_3(double x) {
  if (x != x || x < -1) return not_a_number;
  if (is_inf(x)) return 0;
  if (x == -1) return infinity;
  if (x <= -0.6 || x >= 1.5) return 1.5 * ((1 - log1prel_2(x)) / x);
  const double d = 2 + x, s = x / d, z = s * s, c = 2 / d;  // as of log1prel_2
  double p = 0;
  for (int k = 49; k > 1; k -= 2) p = 1.0 / k + z * p;
  return 0.75 * c * (1 + c * c * p);
}

}  // namespace loom::numeric
