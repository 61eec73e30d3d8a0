// SPDX-License-Identifier: BSL-1.0
// numeric/elementary.hpp — elementary functions of double, in constants and at run time.
// The standard library has no constexpr exp or log in C++20, so each function
// here runs its own algorithm (detail::*_constant) in constant evaluation and
// is the C library's otherwise, under the name that compilers have for it: to
// read <cmath> takes longer than to read all of this folder. No step may
// overflow or make a NaN by arithmetic: compilers reject that in constants;
// special values are returned by name.
// Layer 0 (base). Second half, included below: numeric/special.hpp.
#pragma once

#include "loom/base/config.hpp"

#include <bit>
#include <cstdint>
#include <type_traits>

namespace loom::inline LOOM_ABI::numeric {

inline constexpr double infinity = __builtin_inf();
inline constexpr double not_a_number = __builtin_nan("");

constexpr bool is_nan(double x) { return x != x; }
constexpr bool is_inf(double x) { return x == infinity || x == -infinity; }

/// |x|; clears the sign bit, so abs(-0.0) is +0.0.
constexpr double abs(double x) {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & 0x7fff'ffff'ffff'ffffU);
}

namespace detail {

inline constexpr double ln2 = 0x1.62e42fefa39efp-1;
inline constexpr double ln2_hi = 0x1.62e42fee00000p-1;  // 33 bits: k * ln2_hi is exact
inline constexpr double ln2_lo = 0x1.a39ef35793c76p-33;
inline constexpr double log2_e = 0x1.71547652b82fep+0;
inline constexpr double pi = 0x1.921fb54442d18p+1;
inline constexpr double pi_lo = 0x1.1a62633145c07p-53;

constexpr bool is_negative(double x) { return (std::bit_cast<std::uint64_t>(x) >> 63) != 0; }
constexpr double with_sign(double size, double sign) { return is_negative(sign) ? -abs(size) : abs(size); }

/// The nearest integer. Domain: |x| < 2^31.
constexpr int nearest(double x) { return static_cast<int>(x < 0 ? x - 0.5 : x + 0.5); }

/// 2^n. Domain: -1022 <= n <= 1023.
constexpr double power_of_two(int n) { return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52); }

/// y * 2^n, rounded once; +-inf on overflow. Domain: 1/4 <= |y| < 4, -1200 <= n <= 1100.
constexpr double scale(double y, int n) {
  if (n > 1000) {
    const double t = y * power_of_two(n - 1000);
    return abs(t) >= 0x1p24 ? with_sign(infinity, y) : t * 0x1p1000;
  }
  if (n < -1000) return y * power_of_two(n + 200) * 0x1p-200;
  return y * power_of_two(n);
}

/// x = m * 2^e with sqrt(1/2) <= m < sqrt(2).
struct scaled {
  double m;
  int e;
};

/// Domain: x finite, > 0.
constexpr scaled split_exponent(double x) {
  int e = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    e = -54;
  }
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  e += static_cast<int>(bits >> 52) - 1023;
  const double m = std::bit_cast<double>((bits & 0x000f'ffff'ffff'ffffU) | 0x3ff0'0000'0000'0000U);
  return m < 0x1.6a09e667f3bcdp+0 ? scaled{m, e} : scaled{m * 0.5, e + 1};
}

/// The unevaluated sum hi + lo, |lo| <= ulp(hi): about 106 bits.
/// Source: Dekker, Numer. Math. 18, 1971.
struct twofold {
  double hi;
  double lo;
};

/// a + b exactly. Domain: |a| >= |b| or a = 0.
constexpr twofold fast_two_sum(double a, double b) {
  const double s = a + b;
  return {s, b - (s - a)};
}

/// a + b exactly, in any order. Source: Knuth, TAOCP vol. 2, 4.2.2.
constexpr twofold two_sum(double a, double b) {
  const double s = a + b;
  const double t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}

/// a * b to 2^-106. Splits by mask, not by multiplying: fused multiply-adds
/// (-ffp-contract) would undo the usual splitting.
/// Domain: |a|, |b| < 2^500.
constexpr twofold two_product(double a, double b) {
  constexpr std::uint64_t upper = 0xffff'ffff'f800'0000U;
  const double a_hi = std::bit_cast<double>(std::bit_cast<std::uint64_t>(a) & upper);
  const double b_hi = std::bit_cast<double>(std::bit_cast<std::uint64_t>(b) & upper);
  const double a_lo = a - a_hi;
  const double b_lo = b - b_hi;
  const double p = a * b;
  return {p, ((a_hi * b_hi - p) + a_hi * b_lo + a_lo * b_hi) + a_lo * b_lo};
}

constexpr twofold product(twofold a, twofold b) {
  const twofold p = two_product(a.hi, b.hi);
  return fast_two_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

/// The polynomial with these coefficients, highest power first. A fold, since
/// loops and recursion would cost steps of constant evaluation.
template <class... Coefficients>
constexpr double horner(double x, double leading, Coefficients... rest) {
  double sum = leading;
  ((sum = sum * x + rest), ...);
  return sum;
}

// ---- exp ----

/// (e^r - 1 - r) / r^2, Taylor. Domain: |r| <= 0.35.
constexpr double exp_tail(double r) {
  return horner(r, 1.0 / 6227020800.0, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320,
                1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2);
}

/// e^(hi + lo) * 2^shift. Domain: |hi| < 800, |lo| small.
constexpr double exp_scaled(double hi, double lo, int shift) {
  const int k = nearest(hi * log2_e);
  const double a = hi - k * ln2_hi;
  const double b = k * ln2_lo - lo;
  const double r = a - b;
  return scale(1 + (a + (r * r * exp_tail(r) - b)), k + shift);
}

constexpr double exp_constant(double x) {
  if (is_nan(x)) return x;
  if (x > 0x1.62e42fefa39efp+9) return infinity;
  if (x < -0x1.74910d52d3051p+9) return 0;
  return exp_scaled(x, 0, 0);
}

constexpr double expm1_constant(double x) {
  if (is_nan(x) || x == 0) return x;
  if (x > 0x1.62e42fefa39efp+9) return infinity;
  if (x < -40) return -1;
  if (abs(x) < 0.35) return x + x * x * exp_tail(x);
  const int k = nearest(x * log2_e);
  if (k > 60) return exp_scaled(x, 0, 0);
  const double a = x - k * ln2_hi;
  const double b = k * ln2_lo;
  const double r = a - b;
  const double y = a + (r * r * exp_tail(r) - b);
  const double unit = power_of_two(-k);
  const double sum = k > 52 ? 1 + (y - unit) : (1 - unit) + y;
  return sum * power_of_two(k);
}

// ---- log ----

/// k ln 2 + log(1 + f) + c, by log(1 + f) = 2 atanh(f / (2 + f)) arranged so
/// that f, the largest exact term, is added last.
/// Domain: sqrt(1/2) <= 1 + f < sqrt(2), c small.
/// Source: the arrangement of Ng, fdlibm e_log, 1993; plain Taylor coefficients.
constexpr double log_sum(double f, int k, double c) {
  const double s = f / (2 + f);
  const double z = s * s;
  const double tail =
      z * horner(z, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3);
  const double half = 0.5 * f * f;
  return k * ln2_hi - ((half - (s * (half + tail) + (k * ln2_lo + c))) - f);
}

constexpr double log_constant(double x) {
  if (is_nan(x) || x == infinity) return x;
  if (x < 0) return not_a_number;
  if (x == 0) return -infinity;
  const scaled p = split_exponent(x);
  return log_sum(p.m - 1, p.e, 0);
}

constexpr double log1p_constant(double x) {
  if (is_nan(x) || x == infinity || x == 0) return x;
  if (x < -1) return not_a_number;
  if (x == -1) return -infinity;
  if (-0.29 < x && x < 0.41) return log_sum(x, 0, 0);
  const twofold u = two_sum(1, x);
  const scaled p = split_exponent(u.hi);
  return log_sum(p.m - 1, p.e, u.lo / u.hi);
}

// ---- sqrt and pow ----

/// Correctly rounded: Newton, then the exact remainder in integers. The
/// remainder is below 2^55, so arithmetic modulo 2^64 has it exactly.
constexpr double sqrt_constant(double x) {
  if (is_nan(x) || x == infinity || x == 0) return x;
  if (x < 0) return not_a_number;
  const bool subnormal = x < 0x1p-1022;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(subnormal ? x * 0x1p54 : x);
  int e = static_cast<int>(bits >> 52) - 1023 - (subnormal ? 54 : 0);
  std::uint64_t m = (bits & 0x000f'ffff'ffff'ffffU) | 0x0010'0000'0000'0000U;
  if (e % 2 != 0) {
    m *= 2;
    --e;
  }
  const double t = static_cast<double>(m) * 0x1p-52;
  double y = 0.35 * t + 0.68;
  for (int i = 0; i < 4; ++i) y = 0.5 * (y + t / y);
  std::uint64_t root = static_cast<std::uint64_t>(y * 0x1p52);
  std::int64_t rest = static_cast<std::int64_t>((m << 52) - root * root);
  while (rest < 0) {
    --root;
    rest += static_cast<std::int64_t>(2 * root + 1);
  }
  while (rest > static_cast<std::int64_t>(2 * root)) {
    rest -= static_cast<std::int64_t>(2 * root + 1);
    ++root;
  }
  if (rest > static_cast<std::int64_t>(root)) ++root;
  return static_cast<double>(root) * 0x1p-52 * power_of_two(e / 2);
}

/// log(x) to about 2^-65, for pow. Domain: x finite, > 0.
constexpr twofold log_twofold(double x) {
  const scaled p = split_exponent(x);
  const double f = p.m - 1;
  const double d = p.m + 1;
  const double d_lo = p.m - (d - 1);
  const double s = f / d;
  const twofold sd = two_product(s, d);
  const double s_lo = (((f - sd.hi) - sd.lo) - s * d_lo) / d;
  twofold z = two_product(s, s);
  z.lo += 2 * s * s_lo;
  const double w = z.hi * horner(z.hi, 1.0 / 25, 1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11,
                                 1.0 / 9, 1.0 / 7, 1.0 / 5);
  twofold series = fast_two_sum(1.0 / 3, w);
  series.lo += 0x1.5555555555555p-56;  // 1/3 - double(1/3)
  const twofold u = product(z, series);
  twofold v = fast_two_sum(1, u.hi);
  v.lo += u.lo;
  const twofold log_m = product({2 * s, 2 * s_lo}, v);
  const twofold sum = fast_two_sum(p.e * ln2_hi, log_m.hi);
  return fast_two_sum(sum.hi, sum.lo + (log_m.lo + p.e * ln2_lo));
}

enum class parity { fraction, even, odd };

/// Domain: finite.
constexpr parity parity_of(double x) {
  if (abs(x) >= 0x1p53) return parity::even;
  const std::int64_t i = static_cast<std::int64_t>(x);
  if (static_cast<double>(i) != x) return parity::fraction;
  return i % 2 == 0 ? parity::even : parity::odd;
}

constexpr double pow_constant(double a, double b) {
  if (b == 0 || a == 1) return 1;
  if (is_nan(a)) return a;
  if (is_nan(b)) return b;
  if (is_inf(b)) return abs(a) == 1 ? 1 : (abs(a) > 1) == (b > 0) ? infinity : 0;
  const parity kind = parity_of(b);
  const double sign = is_negative(a) && kind == parity::odd ? -1.0 : 1.0;
  if (a == 0 || is_inf(a)) return (a == 0) == (b > 0) ? 0 * sign : infinity * sign;
  if (a < 0 && kind == parity::fraction) return not_a_number;
  if (a == -1) return sign;
  const twofold l = log_twofold(abs(a));
  // |l| >= 2^-53, so beyond |b| = 2^64 the result is 0 or inf; the products below stay finite.
  if (abs(b) > 0x1p64 || abs(b * l.hi) > 790) return (b > 0) == (l.hi > 0) ? infinity * sign : 0 * sign;
  const twofold p = two_product(b, l.hi);
  return sign * exp_scaled(p.hi, p.lo + b * l.lo, 0);
}

// ---- hyperbolic ----

constexpr double sinh_constant(double x) {
  const double a = abs(x);
  if (is_nan(x) || is_inf(x) || a < 0x1p-27) return x;
  if (a > 0x1.633ce8fb9f87dp+9) return with_sign(infinity, x);
  if (a > 22) return with_sign(exp_scaled(a, 0, -1), x);
  const double t = expm1_constant(a);
  return with_sign(0.5 * (t + t / (t + 1)), x);
}

constexpr double cosh_constant(double x) {
  const double a = abs(x);
  if (is_nan(x)) return x;
  if (a > 0x1.633ce8fb9f87dp+9) return infinity;
  if (a > 22) return exp_scaled(a, 0, -1);
  const double e = exp_constant(a);
  return 0.5 * e + 0.5 / e;
}

constexpr double tanh_constant(double x) {
  const double a = abs(x);
  if (is_nan(x) || a < 0x1p-28) return x;
  if (a > 22) return with_sign(1, x);
  if (a >= 1) return with_sign(1 - 2 / (expm1_constant(2 * a) + 2), x);
  const double t = expm1_constant(-2 * a);
  return with_sign(t / (t + 2), x);
}

constexpr double asinh_constant(double x) {
  const double a = abs(x);
  if (is_nan(x) || is_inf(x) || a < 0x1p-27) return x;
  if (a > 0x1p28) return with_sign(log_constant(a) + ln2, x);
  const double root = sqrt_constant(a * a + 1);
  if (a > 2) return with_sign(log_constant(2 * a + 1 / (root + a)), x);
  return with_sign(log1p_constant(a + a * a / (1 + root)), x);
}

constexpr double acosh_constant(double x) {
  if (is_nan(x) || x == infinity) return x;
  if (x < 1) return not_a_number;
  if (x > 0x1p28) return log_constant(x) + ln2;
  if (x > 2) return log_constant(2 * x - 1 / (x + sqrt_constant(x * x - 1)));
  const double t = x - 1;
  return log1p_constant(t + sqrt_constant(2 * t + t * t));
}

constexpr double atanh_constant(double x) {
  const double a = abs(x);
  if (is_nan(x) || a < 0x1p-28) return x;
  if (a > 1) return not_a_number;
  if (a == 1) return with_sign(infinity, x);
  const double t = 2 * a;
  return with_sign(0.5 * log1p_constant(a < 0.5 ? t + t * a / (1 - a) : t / (1 - a)), x);
}

}  // namespace detail

// Error is the bound in constant evaluation; at run time it is that of <cmath>.

/// e^x.
/// Domain: any; inf above 709.78, 0 below -745.13.
/// Error:  <= 1 ulp.
constexpr double exp(double x) {
  return __builtin_is_constant_evaluated() ? detail::exp_constant(x) : __builtin_exp(x);
}

/// e^x - 1, without cancellation near 0.
/// Domain: any.
/// Error:  <= 2 ulp.
constexpr double expm1(double x) {
  return __builtin_is_constant_evaluated() ? detail::expm1_constant(x) : __builtin_expm1(x);
}

/// Domain: x >= 0; -inf at 0, NaN below.
/// Error:  <= 1 ulp.
constexpr double log(double x) {
  return __builtin_is_constant_evaluated() ? detail::log_constant(x) : __builtin_log(x);
}

/// log(1 + x), without cancellation near 0.
/// Domain: x >= -1; -inf at -1, NaN below.
/// Error:  <= 1 ulp.
constexpr double log1p(double x) {
  return __builtin_is_constant_evaluated() ? detail::log1p_constant(x) : __builtin_log1p(x);
}

/// The largest whole number that is not above x; floor(-0.0) = -0.0.
constexpr double floor(double x) {
  if (!__builtin_is_constant_evaluated()) return __builtin_floor(x);
  if (!(abs(x) < 0x1p52)) return x;
  const double whole = static_cast<double>(static_cast<std::int64_t>(x));
  return whole == x ? x : whole > x ? whole - 1 : whole;
}

/// Domain: x >= 0, and sqrt(-0.0) = -0.0; NaN below.
/// Error:  correctly rounded.
constexpr double sqrt(double x) {
  return __builtin_is_constant_evaluated() ? detail::sqrt_constant(x) : __builtin_sqrt(x);
}

/// a^b.
/// Domain: as C99 F.9.4.4: a < 0 only with integer b, pow(a, 0) = pow(1, b) = 1.
/// Error:  <= 1 ulp.
constexpr double pow(double a, double b) {
  return __builtin_is_constant_evaluated() ? detail::pow_constant(a, b) : __builtin_pow(a, b);
}

/// Domain: any; +-inf beyond 710.47.
/// Error:  <= 3 ulp.
constexpr double sinh(double x) {
  return __builtin_is_constant_evaluated() ? detail::sinh_constant(x) : __builtin_sinh(x);
}

/// Domain: any; inf beyond 710.47.
/// Error:  <= 2 ulp.
constexpr double cosh(double x) {
  return __builtin_is_constant_evaluated() ? detail::cosh_constant(x) : __builtin_cosh(x);
}

/// Domain: any.
/// Error:  <= 3 ulp.
constexpr double tanh(double x) {
  return __builtin_is_constant_evaluated() ? detail::tanh_constant(x) : __builtin_tanh(x);
}

/// Domain: any.
/// Error:  <= 2 ulp.
constexpr double asinh(double x) {
  return __builtin_is_constant_evaluated() ? detail::asinh_constant(x) : __builtin_asinh(x);
}

/// Domain: x >= 1; NaN below.
/// Error:  <= 3 ulp.
constexpr double acosh(double x) {
  return __builtin_is_constant_evaluated() ? detail::acosh_constant(x) : __builtin_acosh(x);
}

/// Domain: |x| <= 1; +-inf at +-1, NaN outside.
/// Error:  <= 2 ulp.
constexpr double atanh(double x) {
  return __builtin_is_constant_evaluated() ? detail::atanh_constant(x) : __builtin_atanh(x);
}

}  // namespace loom::numeric

#include "loom/numeric/special.hpp"
