// SPDX-License-Identifier: BSL-1.0
// simd/gamma-inl.h — the logarithm of the gamma function and its first two derivatives.
// One algorithm, for f64 lanes; f32 lanes go through it.
// Layer 7 (simd). Coefficients: minimax fits of our own. Errors: tests/simd/gamma.cpp.

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// log Gamma(x) for x > -1/2.
template <class V>
LOOM_INLINE V log_gamma_of_positive(V x) {
  const V half = constant<V>(0.5), one = constant<V>(1.0), two = constant<V>(2.0);
  // Below 8: log Gamma(2 + u) for -3/4 <= u <= 1/2 as u P(u), relatively accurate at both
  // roots (1 and 2), and the logarithm of the factors between x and 2 + u.
  const auto low = x < half, below = x < constant<V>(1.25), large = x >= constant<V>(8.0);
  V u = x - select(low, V{}, select(below, one, two));
  V factors = select(low, abs(fma(x, x, x)), select(below, x, one));
  for (int k = 0; k < 6; ++k) {
    const auto again = u >= half;
    factors = select(again, factors * (u + one), factors);
    u = select(again, u - one, u);
  }
  V f, e;
  split(select(large, x, factors), f, e);
  const V l = log_of_split(f, e);
  const V p = horner(u, -1.710952545282642e-07, -1.4567326307921768e-07, -4.783182318196138e-08, 4.2354327555746665e-07,
                     -3.9893228583644e-07, 8.641441678771303e-07, -2.0804674950205636e-06, 4.394670834813788e-06,
                     -9.426625252119688e-06, 2.050499892260699e-05, -4.492838557840639e-05, 9.945761104698568e-05,
                     -0.00022315455352827864, 0.000509669527358278, -0.0011927539225985596, 0.002890510330349246,
                     -0.007385551028382825, 0.020580808427795357, -0.06735230105320113, 0.32246703342411315,
                     0.42278433509846713);
  const V near = fma(u, p, select(below, -l, l));
  // From 8 on, Stirling's series.
  const V inverse = one / x;
  const V q = horner(inverse * inverse, 0.005069265392352649, -0.0018905408298981376, 0.0008414728669380262,
                     -0.0005952366071162396, 0.0007936507898355585, -0.0027777777777741003, 0.08333333333333333);
  const V far = fma(x - half, l - one, fma(q, inverse, constant<V>(0x1.acfe390c97d69p-2)));
  return select(large, far, near);
}

struct lgamma_of_f64 {
  template <class V>
  static LOOM_INLINE V of(V x) {
    const V inf = infinity<V>();
    const auto reflect = x < constant<V>(-0.5);
    V y = log_gamma_of_positive(select(reflect, -x, x));
    // Losses rarely see negative arguments; the second logarithm is for those that do.
    if (any(reflect)) [[unlikely]] {
      V s, c, f, e;
      sin_cos_pi(x, s, c);
      const V product = abs(x * s);
      split(product, f, e);
      V r = constant<V>(0x1.250d048e7a1bdp+0) - log_of_split(f, e) - y;
      r = select(s == V{}, inf, r);
      y = select(reflect, r, y);
    }
    y = select(abs(x) == inf, inf, y);
    y = select(is_nan(x), x, y);
    return select(x == V{}, inf, y);
  }
};

struct digamma_of_f64 {
  template <class V>
  static LOOM_INLINE V of(V x) {
    const V one = constant<V>(1.0), zero = V{}, inf = infinity<V>();
    const auto reflect = x < zero;
    const V v = select(reflect, one - x, x);
    // psi(v) = psi(v + 6) - sum of 1 / (v + k) for k < 6: the first term alone, the other
    // five over a common denominator, a polynomial in m = (v + 3)^2.
    const auto small = v < constant<V>(6.0);
    const V middle = v + constant<V>(3.0);
    const V m = middle * middle;
    const V top = horner(m, 5.0, -15.0, 4.0);
    const V bottom = middle * horner(m, 1.0, -5.0, 4.0);
    const V sum = one / v + top / bottom;
    const V w = select(small, v + constant<V>(6.0), v);
    const V inverse = one / w;
    const V z = inverse * inverse;
    const V p = horner(z, -0.21479114752067388, 0.0735793582935747, -0.020846954108881814, 0.007572025240833319,
                       -0.004166633042351132, 0.003968253799047116, -0.008333333332919359, 0.08333333333333298);
    V f, e;
    split(w, f, e);
    V y = log_of_split(f, e) - fma(z, p, inverse * constant<V>(0.5));
    y = y - masked(small, sum);
    if (any(reflect)) [[unlikely]] {
      V s, c;
      sin_cos_pi(x, s, c);
      const V r = y - c * constant<V>(0x1.921fb54442d18p+1) / s;
      // A pole has no sign to choose.
      y = select(reflect, select(s == zero, not_a_number<V>(), r), y);
    }
    y = select(x < inf, y, x);
    return select(x == zero, copysign(inf, -x), y);
  }
};

struct trigamma_of_f64 {
  template <class V>
  static LOOM_INLINE V of(V x) {
    const V one = constant<V>(1.0), zero = V{};
    const auto reflect = x < zero;
    const V v = select(reflect, one - x, x);
    // psi'(v) = psi'(v + 6) + sum of 1 / (v + k)^2; the first alone, it may overflow.
    const auto small = v < constant<V>(6.0);
    V top = zero, bottom = one;
    for (int k = 1; k < 6; ++k) {
      const V factor = v + constant<V>(k);
      const V square = factor * factor;
      top = fma(top, square, bottom);
      bottom = bottom * square;
    }
    const V w = select(small, v + constant<V>(6.0), v);
    const V inverse = one / w;
    const V z = inverse * inverse;
    const V q = horner(z, -3.1676938945971624, 1.0024468333284284, -0.24901665579359247, 0.07569575461587555,
                       -0.03333277864644803, 0.023809521026384756, -0.03333333332653957, 0.16666666666666097);
    V y = fma(z, fma(inverse, q, constant<V>(0.5)), inverse);
    const V first = one / v;
    y = y + masked(small, fma(first, first, top / bottom));
    if (any(reflect)) [[unlikely]] {
      V s, c;
      sin_cos_pi(x, s, c);
      const V ratio = constant<V>(0x1.921fb54442d18p+1) / s;
      y = select(reflect, fms(ratio, ratio, y), y);
    }
    return y;
  }
};

/// log|Gamma(x)|.
/// Domain: any; poles (0, -1, -2, ...) and ±inf -> inf, NaN -> NaN.
/// Error:  <= 1 ulp (f32), <= 4 ulp (f64); for x < 0 f64 is in ulp of
///         max(|y|, |log Gamma(|x|)|, 1), as the roots there lie between floats.
template <class V>
LOOM_INLINE V lgamma(V x) {
  if constexpr (is_f32<V>) return via_double<lgamma_of_f64>(x);
  else return lgamma_of_f64::of(x);
}

/// psi(x), the derivative of log Gamma.
/// Domain: any; ±0 -> ∓inf, other poles and -inf -> NaN, inf -> inf, NaN -> NaN.
/// Error:  <= 1 ulp (f32); f64 <= 6 ulp for x > 0, <= 8 ulp for x < 0, both in ulp of
///         max(|y|, log|x|, 1), as no root is a float.
template <class V>
LOOM_INLINE V digamma(V x) {
  if constexpr (is_f32<V>) return via_double<digamma_of_f64>(x);
  else return digamma_of_f64::of(x);
}

/// psi'(x), the second derivative of log Gamma.
/// Domain: any; poles -> inf, inf -> 0, -inf -> NaN, NaN -> NaN.
/// Error:  <= 1 ulp (f32); f64 <= 4 ulp for x > 0, <= 7 ulp for x < 0.
template <class V>
LOOM_INLINE V trigamma(V x) {
  if constexpr (is_f32<V>) return via_double<trigamma_of_f64>(x);
  else return trigamma_of_f64::of(x);
}

}  // namespace loom::LOOM_TARGET
