// SPDX-License-Identifier: BSL-1.0
// simd/error_function-inl.h — erf, erfc, erfcx and ierfcx.
// f32 lanes go through f64 where they would need tricks to stay accurate: one algorithm for both. Cores named
// ..._of<narrow> work on f64 lanes and stop at float precision where `narrow`.
// Layer 7 (simd). Coefficients: minimax fits of our own. Errors: tests/simd/error_function.cpp.

namespace loom::inline LOOM_ABI::LOOM_TARGET {

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
    const V p = horner(t, 0.00011238386732781283, -0.0002480104350648401, -0.0007037256971512772, 0.005081103231764227,
                       -0.01623638415963382, 0.037141617283337716, -0.066315996060247, 0.09373970318479777,
                       -0.10104163733619162, 0.0680962634585195, 0.015379826398132153, -0.13962109081963647,
                       1.2329951166776265);
    return p * constant<V>(0.5) / bottom;
  } else {
    // One correction for the roundings of x + 4 and of the quotient.
    t = fma(inverse, fnma(t, near, fnma(t + one, four, near)), t);
    const V p = horner(t, -2.562169257823384e-10, 9.306175855151007e-10, 3.1120598702181157e-09, -1.234383466094469e-08,
                       -2.0412282424353026e-08, 1.0633144385456161e-07, 7.725053400629193e-08, -8.210844962773166e-07,
                       2.9217861392139853e-07, 5.706596711630112e-06, -1.1221413538871398e-05, -2.4397742387942547e-05,
                       0.0001506215418741461, -0.00019925714795957503, -0.000757773275314017, 0.005031970067935898,
                       -0.016197734057434403, 0.03716751552652268, -0.06633036581242235, 0.09373283499909635,
                       -0.10103906603628854, 0.06809705425466904, 0.015379652102619365, -0.1396211168405623,
                       1.2329951186255526);
    const V top = p * constant<V>(0.5);
    const V y = top / bottom;
    // x + 1/2 was rounded too.
    const V lost = near - (bottom - constant<V>(0.5));
    const V correction = y * (lost / bottom);
    return y - masked(x < constant<V>(0x1p50), correction);
  }
}

/// exp(x^2) times the integral of erfc from x on, for x >= 0, f64 lanes: (1 + 2x)^2 times it as a polynomial of the same kind.
template <bool narrow, class V>
LOOM_INLINE V ierfcx_of_positive(V x) {
  const V four = constant<V>(4.0), one = constant<V>(1.0), near = clip(x, 0.0, 0x1p100);
  const V inverse = one / (near + four), bottom = x + constant<V>(0.5);
  V t = (near - four) * inverse, p;
  if constexpr (narrow) {
    p = horner(t, -9.168358498993958e-05, 0.0006109195529489321, -0.00057254459879437, -0.0045023732308616445,
               0.01946301072112622, -0.0419662541162785, 0.05590746077093516, -0.031444843514131716,
               -0.057374713146020946, 0.1993429072350177, -0.325805724837941, 0.33443035243430197, -0.15677342824474724,
               -0.17437591347148187, 1.311531996848369);
  } else {
    t = fma(inverse, fnma(t, near, fnma(t + one, four, near)), t);  // as above
    p = horner(t, -1.5426008647843956e-09, -3.5665967328206873e-09, 1.918643015477532e-08, 4.2305239504875676e-08,
               -1.4742665875934668e-07, -2.7587884942365974e-07, 1.0188945705710867e-06, 1.2183108758378249e-06,
               -7.062548529228312e-06, -1.3237836524297353e-06, 4.623275310333311e-05, -5.49406163533309e-05,
               -0.0002177999903825437, 0.0008150816222321126, -0.00040395184319675666, -0.004805187431613961,
               0.019341293213035838, -0.04173665847603977, 0.05595570013634083, -0.031538315346236946,
               -0.05738465603637527, 0.19936247592426007, -0.32580481377820886, 0.3344285437716933,
               -0.15677345254426292, -0.1743758650610801, 1.311531996848369);
  }
  return p * constant<V>(0.25) / bottom / bottom;
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

/// exp(size^2), f64 lanes: with the low half of the square.
template <class V>
LOOM_INLINE V exp_of_square(V size) {
  V square, low;
  two_prod(size, size, square, low);
  return exp_of_sum(square, low);
}

/// erfcx(x), f64 lanes.
template <bool narrow, class V>
LOOM_INLINE V erfcx_of(V x) {
  const V y = erfcx_of_positive<narrow>(abs(x)), e = exp_of_square(clip(-x, 0.0, 30.0));
  return select_negative(x, e + e - y, y);
}

/// ierfcx(x), f64 lanes.
template <bool narrow, class V>
LOOM_INLINE V ierfcx_of(V x) {
  const V size = clip(-x, 0.0, 30.0), y = ierfcx_of_positive<narrow>(abs(x)), e = exp_of_square(size) * size;
  return select_negative(x, e + e + y, y);
}

struct ierfcx_for_f32 {
  template <class V>
  static LOOM_INLINE V of(V x) {
    return ierfcx_of<true>(x);
  }
};
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

/// 1/sqrt(pi) - x erfcx(x): the integral of erfc from x on, without its underflow. The slope of erfcx is -2 of it.
/// Domain: any; inf -> 0, -inf -> inf, NaN -> NaN.
/// Error:  <= 1 ulp (f32), <= 8 ulp (f64).
template <class V>
LOOM_INLINE V ierfcx(V x) {
  if constexpr (is_f32<V>) return via_double<ierfcx_for_f32>(x);
  else return ierfcx_of<false>(x);
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

}  // namespace loom::LOOM_TARGET
