// SPDX-License-Identifier: BSL-1.0
// simd/special-inl.h — trigonometric, inverse hyperbolic, error and gamma functions.
// The rarer half of the kernels' functions. Where f32 lanes would need tricks to stay
// accurate they go through f64, one algorithm for both. Cores named ..._of<narrow> work
// on f64 lanes and stop at float precision where `narrow`.
// Layer 7 (simd). Coefficients: minimax fits of our own. Errors: tests/simd/math.cpp.

#include "loom/simd/math-inl.h"

namespace loom::inline LOOM_ABI::LOOM_TARGET {

// ---- sine and cosine

/// sin and cos of r + low, |r| <= pi/4, f64 lanes.
template <bool narrow, class V>
LOOM_INLINE void sin_cos_of_reduced(V r, V low, V& s, V& c) {
  const V z = r * r;
  const V one = constant<V>(1.0);
  if constexpr (narrow) {
    const V p =
        horner(z, 2.7180457816024907e-06, -0.00019839304351305256, 0.008333329280415447, -0.1666666664058991);
    const V q =
        horner(z, -2.720954578462412e-07, 2.479951173766985e-05, -0.0013888883722512882, 0.041666666622475576, -0.5);
    s = fma(r * z, p, r);
    c = fma(z, q, one);
  } else {
    const V p = horner(z, 1.5895898728783285e-10, -2.505074221841604e-08, 2.7557313587212487e-06,
                       -0.00019841269829495175, 0.008333333333322007, -0.1666666666666663);
    const V q = horner(z, -1.1359451517020782e-11, 2.0875719638044325e-09, -2.75573143268564e-07,
                       2.480158728939892e-05, -0.0013888888888874, 0.0416666666666666);
    s = r + fma(r * z, p, low);
    const V h = z * constant<V>(0.5), w = one - h;
    const V rest = fnma(r, low, z * z * q);
    c = w + (one - w - h + rest);
  }
}

/// x = n pi/2 + (r + low): Cody & Waite's reduction with pi/2 in parts of 30 bits, so that
/// each part times n < 2^23 is exact. `t` carries n in its low bits. f64 lanes.
template <bool narrow, class V>
LOOM_INLINE void reduce_by_half_pi(V x, V& r, V& low, V& t) {
  const V magic = constant<V>(format<V>::round_magic);
  t = fma(x, constant<V>(0x1.45f306dc9c883p-1), magic);
  const V n = t - magic;
  const V a = fnma(n, constant<V>(0x1.921fb54p+0), x);
  if constexpr (narrow) {
    r = fnma(n, constant<V>(0x1.10b4611a62633p-30), a);
    low = V{};
  } else {
    // Next to a multiple of pi/2 the leading parts cancel: every part's rounding is kept.
    const V p2 = constant<V>(0x1.10b46118p-30), p3 = constant<V>(0x1.313198ap-61), p4 = constant<V>(0x1.701b839a25205p-92);
    const V b = fnma(n, p2, a);
    const V lost_b = fnma(n, p2, a - b);
    const V c = fnma(n, p3, b);
    const V lost_c = fnma(n, p3, b - c);
    fast_two_sum(c, fnma(n, p4, lost_b + lost_c), r, low);
  }
}

inline constexpr double largest_angle = 1e7;

/// sin(x + quarter pi/2), f64 lanes.
template <bool narrow, int quarter, class V>
LOOM_INLINE V sine_of(V x) {
  V r, low, t, s, c;
  reduce_by_half_pi<narrow>(x, r, low, t);
  sin_cos_of_reduced<narrow>(r, low, s, c);
  const auto n = as<bits_of<V>>(t) + broadcast<bits_of<V>>(quarter);
  V y = select((n & 1) != 0, c, s);
  y = bit_xor(y, bit_and(sign_bit<V>(), as<V>(n << 62)));
  return select(abs(x) <= constant<V>(largest_angle), y, not_a_number<V>());
}

/// tan(x), f64 lanes.
template <bool narrow, class V>
LOOM_INLINE V tangent_of(V x) {
  V r, low, t, s, c;
  reduce_by_half_pi<narrow>(x, r, low, t);
  sin_cos_of_reduced<narrow>(r, low, s, c);
  const auto odd = (as<bits_of<V>>(t) & 1) != 0;
  const V y = select(odd, -c, s) / select(odd, s, c);
  return select(abs(x) <= constant<V>(largest_angle), y, not_a_number<V>());
}

struct sin_for_f32 {
  template <class V>
  static LOOM_INLINE V of(V x) {
    return sine_of<true, 0>(x);
  }
};
struct cos_for_f32 {
  template <class V>
  static LOOM_INLINE V of(V x) {
    return sine_of<true, 1>(x);
  }
};
struct tan_for_f32 {
  template <class V>
  static LOOM_INLINE V of(V x) {
    return tangent_of<true>(x);
  }
};

/// y where x is large enough for it, otherwise x: keeps -0 and subnormals.
template <class V>
LOOM_INLINE V unless_tiny(V x, V y) {
  return select(abs(x) < constant<V>(is_f32<V> ? 0x1p-13 : 0x1p-28), x, y);
}

/// Sine.
/// Domain: |x| <= 1e7, beyond (and for ±inf) NaN; NaN -> NaN, -0 -> -0.
/// Error:  <= 1 ulp (f32, f64).
template <class V>
LOOM_INLINE V sin(V x) {
  if constexpr (is_f32<V>) return unless_tiny(x, via_double<sin_for_f32>(x));
  else return unless_tiny(x, sine_of<false, 0>(x));
}

/// Cosine.
/// Domain: |x| <= 1e7, beyond (and for ±inf) NaN; NaN -> NaN.
/// Error:  <= 1 ulp (f32, f64).
template <class V>
LOOM_INLINE V cos(V x) {
  if constexpr (is_f32<V>) return via_double<cos_for_f32>(x);
  else return sine_of<false, 1>(x);
}

/// Tangent.
/// Domain: |x| <= 1e7, beyond (and for ±inf) NaN; NaN -> NaN, -0 -> -0.
/// Error:  <= 1 ulp (f32), <= 3 ulp (f64).
template <class V>
LOOM_INLINE V tan(V x) {
  if constexpr (is_f32<V>) return unless_tiny(x, via_double<tan_for_f32>(x));
  else return unless_tiny(x, tangent_of<false>(x));
}

/// sin(pi x) and cos(pi x), both up to the same sign; |x| of any size. f64 lanes.
template <class V>
LOOM_INLINE void sin_cos_pi(V x, V& s, V& c) {
  const V f = x - round(x);  // exact, in [-1/2, 1/2]
  const V size = abs(f);
  const auto outer = size > constant<V>(0.25);
  const V g = select(outer, constant<V>(0.5) - size, size);
  V sg, cg;
  sin_cos_of_reduced<false>(g * constant<V>(0x1.921fb54442d18p+1), g * constant<V>(0x1.1a62633145c07p-53), sg,
                         cg);
  s = bit_xor(select(outer, cg, sg), bit_and(f, sign_bit<V>()));
  c = select(outer, sg, cg);
}

// ---- inverse trigonometric functions

/// asin(x) - x = x^3 * this, for |x| <= 1/2 and z = x^2.
template <class V>
LOOM_INLINE V asin_series(V z) {
  if constexpr (is_f32<V>)
    return horner(z, 0.042166821757701714, 0.02417934473339279, 0.045470369160474484, 0.07495298197904576,
                  0.1666675245208309);
  else
    return horner(z, 0.03262815630003857, -0.02099825819879849, 0.02170683835652, 0.0037066751385512503,
                  0.010780178276449124, 0.011398926117868446, 0.013980818798185055, 0.0173516121613905,
                  0.02237221497948354, 0.030381942708064665, 0.04464285717460631, 0.07499999999970805,
                  0.1666666666666676);
}

/// With size = |x|: y = asin(size) if size <= 1/2, otherwise y = asin(sqrt((1 - size) / 2)),
/// which is (pi/2 - asin(size)) / 2.
template <class V, class M>
LOOM_INLINE V asin_of_smaller(V size, M outer) {
  const V half = constant<V>(0.5);
  const V far = fnma(size, half, half);
  const V z = select(outer, far, size * size);
  const V s = select(outer, sqrt(far), size);
  return fma(s * z, asin_series(z), s);
}

inline constexpr double half_pi = 0x1.921fb54442d18p+0;

/// What a format's pi/2 lacks.
template <class V>
inline constexpr double half_pi_low = is_f32<V> ? -0x1.777a5cp-25 : 0x1.1a62633145c07p-54;

/// Arcsine.
/// Domain: |x| <= 1, beyond NaN; NaN -> NaN, -0 -> -0.
/// Error:  <= 3 ulp (f32, f64).
template <class V>
LOOM_INLINE V asin(V x) {
  const V size = abs(x);
  const auto outer = size > constant<V>(0.5);
  const V a = asin_of_smaller(size, outer);
  const V b = constant<V>(half_pi) - (a + a - constant<V>(half_pi_low<V>));
  return unless_tiny(x, copysign(select(outer, b, a), x));
}

/// Arccosine.
/// Domain: |x| <= 1, beyond NaN; NaN -> NaN; 1 -> +0.
/// Error:  <= 2 ulp (f32, f64).
template <class V>
LOOM_INLINE V acos(V x) {
  const V size = abs(x);
  const auto outer = size > constant<V>(0.5);
  const V a = asin_of_smaller(size, outer);
  const V twice = a + a, low = constant<V>(half_pi_low<V>);
  const V inner = constant<V>(half_pi) - (copysign(a, x) - low);
  const V reflected = constant<V>(2 * half_pi) - (twice - (low + low));
  return select(outer, select_negative(x, reflected, twice), inner);
}

/// Arctangent.
/// Domain: any; ±inf -> ±pi/2, NaN -> NaN, -0 -> -0.
/// Error:  <= 2.5 ulp (f32, f64).
template <class V>
LOOM_INLINE V atan(V x) {
  const V size = abs(x), one = constant<V>(1.0), zero = V{};
  // atan(x) = pi/4 + atan((x - 1) / (x + 1)) = pi/2 + atan(-1 / x): keeps |u| <= tan(pi/8).
  const auto middle = size > constant<V>(0x1.a827999fcef32p-2);
  const auto outer = size > constant<V>(0x1.3504f333f9de6p+1);
  V top = select(middle, size - one, size);
  V bottom = select(middle, size + one, one);
  top = select(outer, -one, top);
  bottom = select(outer, size, bottom);
  const V base = select(outer, constant<V>(half_pi), keep(middle, constant<V>(half_pi / 2)));
  const V base_low =
      select(outer, constant<V>(half_pi_low<V>), select(middle, constant<V>(half_pi_low<V> / 2), zero));
  const V u = top / bottom;
  const V z = u * u;
  V p;
  if constexpr (is_f32<V>)
    p = horner(z, -0.060776812914009985, 0.10593612292851087, -0.1424350825912705, 0.199984703620995,
               -0.33333315174829803);
  else
    p = horner(z, -0.017902463285042722, 0.038059842545352565, -0.0503910228222885, 0.058478402439092275,
               -0.06663096665997383, 0.07692059501449483, -0.09090897713552559, 0.11111110781765268,
               -0.14285714280159165, 0.1999999999995318, -0.333333333333332);
  const V y = base + (u + fma(u * z, p, base_low));
  return copysign(y, x);
}

// ---- inverse hyperbolic functions

/// Inverse hyperbolic sine.
/// Domain: any; ±inf -> ±inf, NaN -> NaN, -0 -> -0.
/// Error:  <= 3 ulp (f32, f64).
template <class V>
LOOM_INLINE V asinh(V x) {
  const V size = abs(x), one = constant<V>(1.0);
  const auto huge = size > constant<V>(0x1p60);
  const V square = size * size;
  const V t = size + square / (one + sqrt(one + square));
  // Where the square would overflow: asinh(x) = log(2 x).
  const V y = log1p(select(huge, size, t));
  const V sum = y + keep(huge, constant<V>(0x1.62e42fefa39efp-1));
  return unless_tiny(x, copysign(sum, x));
}

/// Inverse hyperbolic cosine.
/// Domain: x >= 1, below NaN; inf -> inf, NaN -> NaN; 1 -> +0.
/// Error:  <= 3 ulp (f32, f64).
template <class V>
LOOM_INLINE V acosh(V x) {
  const V one = constant<V>(1.0);
  const auto huge = x > constant<V>(0x1p60);
  const V t = x - one;
  const V root = sqrt(t * (t + constant<V>(2.0)));
  const V y = log1p(select(huge, x, t + root));
  const V sum = y + keep(huge, constant<V>(0x1.62e42fefa39efp-1));
  return select(x >= one, sum, not_a_number<V>());
}

/// Inverse hyperbolic tangent.
/// Domain: |x| <= 1, beyond NaN; ±1 -> ±inf, NaN -> NaN, -0 -> -0.
/// Error:  <= 3 ulp (f32, f64).
template <class V>
LOOM_INLINE V atanh(V x) {
  const V size = abs(x);
  const V u = (size + size) / (constant<V>(1.0) - size);
  const V y = log1p(u) * constant<V>(0.5);
  return unless_tiny(x, copysign(y, x));
}

// ---- error functions

/// exp(x^2) erfc(x) for x >= 0, f64 lanes. (1 + 2x) times it varies by less than a third
/// over the half line, and is one polynomial in (x - 4) / (x + 4).
/// Source: Shepherd & Laframboise, Math. Comp. 36, 1981.
template <bool narrow, class V>
LOOM_INLINE V erfcx_of_positive(V x) {
  const V four = constant<V>(4.0), one = constant<V>(1.0);
  const V near = clip(x, 0.0, 0x1p100);
  const V inverse = one / (near + four);
  V t = (near - four) * inverse;
  const V bottom = x + constant<V>(0.5);
  if constexpr (narrow) {
    const V p = horner(t, 0.00011238386732781283, -0.0002480104350648401, -0.0007037256971512772,
                       0.005081103231764227, -0.01623638415963382, 0.037141617283337716, -0.066315996060247,
                       0.09373970318479777, -0.10104163733619162, 0.0680962634585195, 0.015379826398132153,
                       -0.13962109081963647, 1.2329951166776265);
    return p * constant<V>(0.5) / bottom;
  } else {
    // One correction for the roundings of x + 4 and of the quotient.
    t = fma(inverse, fnma(t, near, fnma(t + one, four, near)), t);
    const V p = horner(t, -2.562169257823384e-10, 9.306175855151007e-10, 3.1120598702181157e-09,
                       -1.234383466094469e-08, -2.0412282424353026e-08, 1.0633144385456161e-07, 7.725053400629193e-08,
                       -8.210844962773166e-07, 2.9217861392139853e-07, 5.706596711630112e-06, -1.1221413538871398e-05,
                       -2.4397742387942547e-05, 0.0001506215418741461, -0.00019925714795957503, -0.000757773275314017,
                       0.005031970067935898, -0.016197734057434403, 0.03716751552652268, -0.06633036581242235,
                       0.09373283499909635, -0.10103906603628854, 0.06809705425466904, 0.015379652102619365,
                       -0.1396211168405623, 1.2329951186255526);
    const V top = p * constant<V>(0.5);
    const V y = top / bottom;
    // x + 1/2 was rounded too.
    const V lost = near - (bottom - constant<V>(0.5));
    const V correction = y * (lost / bottom);
    return y - keep(x < constant<V>(0x1p50), correction);
  }
}

/// erfc(x), f64 lanes.
template <bool narrow, class V>
LOOM_INLINE V erfc_of(V x) {
  const V size = clip(abs(x), 0.0, 30.0);
  V square, low;
  two_prod(size, size, square, low);
  const V y = exp_of_sum(-square, -low) * erfcx_of_positive<narrow>(size);
  return select_negative(x, constant<V>(2.0) - y, y);
}

/// erfcx(x), f64 lanes.
template <bool narrow, class V>
LOOM_INLINE V erfcx_of(V x) {
  const V y = erfcx_of_positive<narrow>(abs(x));
  V square, low;
  const V size = clip(-x, 0.0, 30.0);
  two_prod(size, size, square, low);
  const V e = exp_of_sum(square, low);
  return select_negative(x, e + e - y, y);
}

struct erfc_for_f32 {
  template <class V>
  static LOOM_INLINE V of(V x) {
    return erfc_of<true>(x);
  }
};
struct erfcx_for_f32 {
  template <class V>
  static LOOM_INLINE V of(V x) {
    return erfcx_of<true>(x);
  }
};

/// 1 - erf(x), without cancellation.
/// Domain: any; inf -> 0 by gradual underflow, -inf -> 2, NaN -> NaN.
/// Error:  <= 1 ulp (f32), <= 5 ulp (f64).
template <class V>
LOOM_INLINE V erfc(V x) {
  if constexpr (is_f32<V>) return via_double<erfc_for_f32>(x);
  else return erfc_of<false>(x);
}

/// exp(x^2) erfc(x): erfc without its underflow.
/// Domain: any; inf -> 0, -inf -> inf, NaN -> NaN.
/// Error:  <= 1 ulp (f32), <= 4 ulp (f64).
template <class V>
LOOM_INLINE V erfcx(V x) {
  if constexpr (is_f32<V>) return via_double<erfcx_for_f32>(x);
  else return erfcx_of<false>(x);
}

/// Error function.
/// Domain: any; ±inf -> ±1, NaN -> NaN, -0 -> -0.
/// Error:  <= 2 ulp (f32, f64).
template <class V>
LOOM_INLINE V erf(V x) {
  const V one = constant<V>(1.0);
  const V z = x * x;
  V p, far;
  if constexpr (is_f32<V>) {
    p = horner(z, 7.853849828429409e-05, -0.0008010202699272506, 0.005188330482592488, -0.02685381458207252,
               0.11283585248605635, -0.376126258374651, 0.12837916572955937);
    // log(erfc(x)) on [1, 4] is nearly quadratic; beyond 4 a float's erf is 1.
    const V size = clip(abs(x), 0.0, 4.0);
    const V e = horner(size, 0.000185573328, -0.00293960143, 0.0218052976, -0.103037328, -0.638225734, -1.12704003,
                       -0.000353724579);
    far = one - exp_of_limited<0>(e, e, false);
  } else {
    p = horner(z, 5.945255584223488e-11, -1.136567067182716e-09, 1.4657883530919653e-08, -1.635002619207727e-07,
               1.6460972954153765e-06, -1.4925593518728226e-05, 0.00012055331037551108, -0.0008548326978765149,
               0.00522397762478137, -0.02686617064507296, 0.11283791670954858, -0.3761263890318375, 0.1283791670955126);
    far = one - erfc_of<false>(abs(x));
  }
  const V y = select(abs(x) < one, fma(x, p, x), far);
  return copysign(y, x);
}

// ---- gamma functions, f64 lanes; f32 by way of them

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
  const V p = horner(u, -1.710952545282642e-07, -1.4567326307921768e-07, -4.783182318196138e-08,
                     4.2354327555746665e-07, -3.9893228583644e-07, 8.641441678771303e-07, -2.0804674950205636e-06,
                     4.394670834813788e-06, -9.426625252119688e-06, 2.050499892260699e-05, -4.492838557840639e-05,
                     9.945761104698568e-05, -0.00022315455352827864, 0.000509669527358278, -0.0011927539225985596,
                     0.002890510330349246, -0.007385551028382825, 0.020580808427795357, -0.06735230105320113,
                     0.32246703342411315, 0.42278433509846713);
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
    y = y - keep(small, sum);
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
    y = y + keep(small, fma(first, first, top / bottom));
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
