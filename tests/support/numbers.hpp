// SPDX-License-Identifier: BSL-1.0
// tests/support/numbers.hpp — two number types for the interpreter: `real`, with 80 digits and no overflow, says what
// a formula means; `single` rounds after every operation to binary32, and says what a spelling costs.
#pragma once

#include <boost/multiprecision/mpfr.hpp>

#include "loom/ir/evaluate.hpp"
#include "support/layers.hpp"

namespace loom::test {
using namespace layers;

using real =
    boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<80, boost::multiprecision::allocate_stack>,
                                  boost::multiprecision::et_off>;

/// binary32 with functions rounded once; a class, so that nothing is computed in double by promotion.
struct single {
  float v = 0;
  constexpr single() = default;
  constexpr single(double x) : v(static_cast<float>(x)) {}  // implicit: mixed expressions
  constexpr explicit operator double() const { return static_cast<double>(v); }
  constexpr explicit operator std::ptrdiff_t() const { return static_cast<std::ptrdiff_t>(v); }

  friend constexpr single operator-(single a) { return {-static_cast<double>(a.v)}; }
  friend constexpr single operator+(single a, single b) { return round(a.v + b.v); }
  friend constexpr single operator-(single a, single b) { return round(a.v - b.v); }
  friend constexpr single operator*(single a, single b) { return round(a.v * b.v); }
  friend constexpr single operator/(single a, single b) { return round(a.v / b.v); }
  friend constexpr single& operator+=(single& a, single b) { return a = a + b; }
  friend constexpr bool operator==(single a, single b) { return a.v == b.v; }
  friend constexpr auto operator<=>(single a, single b) { return a.v <=> b.v; }

 private:
  static constexpr single round(float x) {
    single r;
    r.v = x;
    return r;
  }
};

#define LOOM_TEST_SINGLE(name) \
  inline single name(single x) { return {loom::numeric::name(static_cast<double>(x))}; }
// clang-format off
LOOM_TEST_SINGLE(abs)
LOOM_TEST_SINGLE(sqrt)
LOOM_TEST_SINGLE(exp) LOOM_TEST_SINGLE(expm1) LOOM_TEST_SINGLE(log) LOOM_TEST_SINGLE(log1p)
LOOM_TEST_SINGLE(sin) LOOM_TEST_SINGLE(cos) LOOM_TEST_SINGLE(tan)
LOOM_TEST_SINGLE(asin) LOOM_TEST_SINGLE(acos) LOOM_TEST_SINGLE(atan)
LOOM_TEST_SINGLE(sinh) LOOM_TEST_SINGLE(cosh) LOOM_TEST_SINGLE(tanh)
LOOM_TEST_SINGLE(asinh) LOOM_TEST_SINGLE(acosh) LOOM_TEST_SINGLE(atanh)
LOOM_TEST_SINGLE(erf) LOOM_TEST_SINGLE(erfc) LOOM_TEST_SINGLE(erfcx) LOOM_TEST_SINGLE(ierfcx)
LOOM_TEST_SINGLE(lgamma) LOOM_TEST_SINGLE(digamma) LOOM_TEST_SINGLE(trigamma)
LOOM_TEST_SINGLE(exprel_2) LOOM_TEST_SINGLE(log1prel_2)
LOOM_TEST_SINGLE(exprel_3) LOOM_TEST_SINGLE(log1prel_3)
#undef LOOM_TEST_SINGLE

inline single pow(single a, single b) {
  return {loom::numeric::pow(static_cast<double>(a), static_cast<double>(b))};
}
// clang-format on

inline bool is_nan(const real& x) { return x != x; }
inline bool is_finite(const real& x) { return mpfr_number_p(x.backend().data()) != 0; }
inline double magnitude(const real& x) { return static_cast<double>(x < 0 ? real(-x) : x); }

}  // namespace loom::test

// What Boost leaves out, or writes with a loss of digits, straight from MPFR. In its namespace, where the reference
// formulas find it by their arguments.
namespace boost::multiprecision {

using loom_real = loom::test::real;

#define LOOM_TEST_REAL(name, function)                           \
  inline loom_real name(const loom_real& x) {                    \
    loom_real r;                                                 \
    function(r.backend().data(), x.backend().data(), MPFR_RNDN); \
    return r;                                                    \
  }
// clang-format off
LOOM_TEST_REAL(abs, mpfr_abs)
LOOM_TEST_REAL(sqrt, mpfr_sqrt)
LOOM_TEST_REAL(exp, mpfr_exp) LOOM_TEST_REAL(expm1, mpfr_expm1)
LOOM_TEST_REAL(log, mpfr_log) LOOM_TEST_REAL(log1p, mpfr_log1p)
LOOM_TEST_REAL(sin, mpfr_sin) LOOM_TEST_REAL(cos, mpfr_cos) LOOM_TEST_REAL(tan, mpfr_tan)
LOOM_TEST_REAL(asin, mpfr_asin) LOOM_TEST_REAL(acos, mpfr_acos) LOOM_TEST_REAL(atan, mpfr_atan)
LOOM_TEST_REAL(sinh, mpfr_sinh) LOOM_TEST_REAL(cosh, mpfr_cosh) LOOM_TEST_REAL(tanh, mpfr_tanh)
LOOM_TEST_REAL(asinh, mpfr_asinh) LOOM_TEST_REAL(acosh, mpfr_acosh) LOOM_TEST_REAL(atanh, mpfr_atanh)
LOOM_TEST_REAL(erf, mpfr_erf) LOOM_TEST_REAL(erfc, mpfr_erfc) LOOM_TEST_REAL(digamma, mpfr_digamma)
#undef LOOM_TEST_REAL

inline loom_real lgamma(const loom_real& x) {
  loom_real r;
  int sign = 0;
  mpfr_lgamma(r.backend().data(), &sign, x.backend().data(), MPFR_RNDN);
  return r;
}
// clang-format on
inline loom_real pow(const loom_real& a, const loom_real& b) {
  loom_real r;
  mpfr_pow(r.backend().data(), a.backend().data(), b.backend().data(), MPFR_RNDN);
  return r;
}
inline loom_real sign(const loom_real& x) { return x > 0 ? loom_real(1) : x < 0 ? loom_real(-1) : x; }
/// By the series where the difference would lose digits.
inline loom_real exprel_2(const loom_real& x) {
  if (abs(x) > 1) return 2 * (expm1(x) - x) / (x * x);
  loom_real y = 1;
  for (int k = 80; k > 2; --k) y = 1 + x / k * y;
  return y;
}
inline loom_real log1prel_2(const loom_real& x) {
  if (abs(x) > loom_real(0.25)) return 2 * (x - log1p(x)) / (x * x);
  loom_real y = 0;
  for (int k = 160; k > 1; --k) y = loom_real(2) / k - x * y;
  return y;
}
inline loom_real exprel_3(const loom_real& x) {
  if (abs(x) > 1) return 3 * (exprel_2(x) - 1) / x;
  loom_real y = 1;
  for (int k = 80; k > 3; --k) y = 1 + x / k * y;
  return y;
}
inline loom_real log1prel_3(const loom_real& x) {
  if (abs(x) > loom_real(0.25)) return 3 * (1 - log1prel_2(x)) / (2 * x);
  loom_real y = 0;
  for (int k = 160; k > 2; --k) y = loom_real(3) / k - x * y;
  return y;
}
inline loom_real erfcx(const loom_real& x) { return exp(loom_real(x * x)) * erfc(x); }

inline loom_real ierfcx(const loom_real& x) {
  const loom_real root = 1 / sqrt(2 * acos(loom_real(0)));
  if (x < 1e6) return root - x * erfcx(x);
  const loom_real z = 1 / (2 * x * x);
  return root * z * (1 - 3 * z * (1 - 5 * z * (1 - 7 * z * (1 - 9 * z))));
}

/// For x > 0: the recurrence up to 60, then the asymptotic series with Bernoulli numbers from zeta values.
inline loom_real trigamma(loom_real x) {
  if (!(x > 0)) return loom_real(std::numeric_limits<double>::quiet_NaN());
  loom_real r = 0;
  for (; x < 60; x += 1) r += 1 / (x * x);
  r += 1 / x + 1 / (2 * x * x);
  loom_real two_pi, factorial = 2, power = x;  // (2n)!, x^(2n+1)
  mpfr_const_pi(two_pi.backend().data(), MPFR_RNDN);
  two_pi *= 2;
  loom_real circle = 1;
  for (unsigned n = 1; n <= 60; ++n) {
    loom_real zeta;
    mpfr_zeta_ui(zeta.backend().data(), 2 * n, MPFR_RNDN);
    circle *= two_pi * two_pi;
    power *= x * x;
    const loom_real bernoulli = 2 * factorial * zeta / circle;
    r += (n % 2 == 1 ? bernoulli : loom_real(-bernoulli)) / power;
    factorial *= (2 * n + 1) * (2 * n + 2);
  }
  return r;
}

}  // namespace boost::multiprecision
