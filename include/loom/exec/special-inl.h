// SPDX-License-Identifier: BSL-1.0
// exec/special-inl.h — trigonometric, inverse hyperbolic, error and gamma functions.
// The rarer half of the kernels' functions. Where f32 lanes would need tricks to stay
// accurate they go through f64, one algorithm for both. Cores named ...Of<narrow> work
// on f64 lanes and stop at float precision where `narrow`.
// Layer 6 (exec). Coefficients: minimax fits of our own. Errors: tests/exec/math.cpp.

#if defined(LOOM_EXEC_SPECIAL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LOOM_EXEC_SPECIAL_INL_H_
#undef LOOM_EXEC_SPECIAL_INL_H_
#else
#define LOOM_EXEC_SPECIAL_INL_H_
#endif

#include <hwy/highway.h>

#include <loom/exec/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace loom {
namespace HWY_NAMESPACE {
namespace math {

// ---- sine and cosine

/// sin and cos of r + low, |r| <= pi/4, f64 lanes.
template <bool narrow, class D, class V = hn::Vec<D>>
HWY_INLINE void SinCosOfReduced(D d, V r, V low, V& s, V& c) {
  const V z = hn::Mul(r, r);
  const V one = Const(d, 1.0);
  if constexpr (narrow) {
    const V p =
        Horner(d, z, 2.7180457816024907e-06, -0.00019839304351305256, 0.008333329280415447, -0.1666666664058991);
    const V q =
        Horner(d, z, -2.720954578462412e-07, 2.479951173766985e-05, -0.0013888883722512882, 0.041666666622475576, -0.5);
    s = hn::MulAdd(hn::Mul(r, z), p, r);
    c = hn::MulAdd(z, q, one);
  } else {
    const V p = Horner(d, z, 1.5895898728783285e-10, -2.505074221841604e-08, 2.7557313587212487e-06,
                       -0.00019841269829495175, 0.008333333333322007, -0.1666666666666663);
    const V q = Horner(d, z, -1.1359451517020782e-11, 2.0875719638044325e-09, -2.75573143268564e-07,
                       2.480158728939892e-05, -0.0013888888888874, 0.0416666666666666);
    s = hn::Add(r, hn::MulAdd(hn::Mul(r, z), p, low));
    const V h = hn::Mul(z, Const(d, 0.5)), w = hn::Sub(one, h);
    const V rest = hn::NegMulAdd(r, low, hn::Mul(hn::Mul(z, z), q));
    c = hn::Add(w, hn::Add(hn::Sub(hn::Sub(one, w), h), rest));
  }
}

/// x = n pi/2 + (r + low): Cody & Waite's reduction with pi/2 in parts of 30 bits, so that
/// each part times n < 2^23 is exact. `t` carries n in its low bits. f64 lanes.
template <bool narrow, class D, class V = hn::Vec<D>>
HWY_INLINE void ReduceByHalfPi(D d, V x, V& r, V& low, V& t) {
  const V magic = Const(d, format<D>::round_magic);
  t = hn::MulAdd(x, Const(d, 0x1.45f306dc9c883p-1), magic);
  const V n = hn::Sub(t, magic);
  const V a = hn::NegMulAdd(n, Const(d, 0x1.921fb54p+0), x);
  if constexpr (narrow) {
    r = hn::NegMulAdd(n, Const(d, 0x1.10b4611a62633p-30), a);
    low = hn::Zero(d);
  } else {
    // Next to a multiple of pi/2 the leading parts cancel: every part's rounding is kept.
    const V p2 = Const(d, 0x1.10b46118p-30), p3 = Const(d, 0x1.313198ap-61), p4 = Const(d, 0x1.701b839a25205p-92);
    const V b = hn::NegMulAdd(n, p2, a);
    const V lost_b = hn::NegMulAdd(n, p2, hn::Sub(a, b));
    const V c = hn::NegMulAdd(n, p3, b);
    const V lost_c = hn::NegMulAdd(n, p3, hn::Sub(b, c));
    FastTwoSum(c, hn::NegMulAdd(n, p4, hn::Add(lost_b, lost_c)), r, low);
  }
}

inline constexpr double largest_angle = 1e7;

/// sin(x + quarter pi/2), f64 lanes.
template <bool narrow, int quarter, class D, class V = hn::Vec<D>>
HWY_INLINE V SineOf(D d, V x) {
  V r, low, t, s, c;
  ReduceByHalfPi<narrow>(d, x, r, low, t);
  SinCosOfReduced<narrow>(d, r, low, s, c);
  const hn::RebindToUnsigned<D> du;
  const auto n = hn::Add(hn::BitCast(du, t), hn::Set(du, quarter));
  V y = hn::IfThenElse(hn::RebindMask(d, hn::TestBit(n, hn::Set(du, 1))), c, s);
  y = hn::Xor(y, hn::And(hn::SignBit(d), hn::BitCast(d, hn::ShiftLeft<62>(n))));
  return hn::IfThenElse(hn::Le(hn::Abs(x), Const(d, largest_angle)), y, hn::NaN(d));
}

/// tan(x), f64 lanes.
template <bool narrow, class D, class V = hn::Vec<D>>
HWY_INLINE V TangentOf(D d, V x) {
  V r, low, t, s, c;
  ReduceByHalfPi<narrow>(d, x, r, low, t);
  SinCosOfReduced<narrow>(d, r, low, s, c);
  const hn::RebindToUnsigned<D> du;
  const auto odd = hn::RebindMask(d, hn::TestBit(hn::BitCast(du, t), hn::Set(du, 1)));
  const V y = hn::Div(hn::IfThenElse(odd, hn::Neg(c), s), hn::IfThenElse(odd, s, c));
  return hn::IfThenElse(hn::Le(hn::Abs(x), Const(d, largest_angle)), y, hn::NaN(d));
}

struct sin_for_f32 {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    return SineOf<true, 0>(d, x);
  }
};
struct cos_for_f32 {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    return SineOf<true, 1>(d, x);
  }
};
struct tan_for_f32 {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    return TangentOf<true>(d, x);
  }
};

/// y where x is large enough for it, otherwise x: keeps -0 and subnormals.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V UnlessTiny(D d, V x, V y) {
  return hn::IfThenElse(hn::Lt(hn::Abs(x), Const(d, is_f32<D> ? 0x1p-13 : 0x1p-28)), x, y);
}

/// Sine.
/// Domain: |x| <= 1e7, beyond (and for ±inf) NaN; NaN -> NaN, -0 -> -0.
/// Error:  <= 1 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Sin(D d, V x) {
  if constexpr (is_f32<D>) return UnlessTiny(d, x, ViaDouble<sin_for_f32>(d, x));
  else return UnlessTiny(d, x, SineOf<false, 0>(d, x));
}

/// Cosine.
/// Domain: |x| <= 1e7, beyond (and for ±inf) NaN; NaN -> NaN.
/// Error:  <= 1 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Cos(D d, V x) {
  if constexpr (is_f32<D>) return ViaDouble<cos_for_f32>(d, x);
  else return SineOf<false, 1>(d, x);
}

/// Tangent.
/// Domain: |x| <= 1e7, beyond (and for ±inf) NaN; NaN -> NaN, -0 -> -0.
/// Error:  <= 1 ulp (f32), <= 3 ulp (f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Tan(D d, V x) {
  if constexpr (is_f32<D>) return UnlessTiny(d, x, ViaDouble<tan_for_f32>(d, x));
  else return UnlessTiny(d, x, TangentOf<false>(d, x));
}

/// sin(pi x) and cos(pi x), both up to the same sign; |x| of any size. f64 lanes.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void SinCosPi(D d, V x, V& s, V& c) {
  const V f = hn::Sub(x, hn::Round(x));  // exact, in [-1/2, 1/2]
  const V size = hn::Abs(f);
  const auto outer = hn::Gt(size, Const(d, 0.25));
  const V g = hn::IfThenElse(outer, hn::Sub(Const(d, 0.5), size), size);
  V sg, cg;
  SinCosOfReduced<false>(d, hn::Mul(g, Const(d, 0x1.921fb54442d18p+1)), hn::Mul(g, Const(d, 0x1.1a62633145c07p-53)), sg,
                         cg);
  s = hn::Xor(hn::IfThenElse(outer, cg, sg), hn::And(f, hn::SignBit(d)));
  c = hn::IfThenElse(outer, sg, cg);
}

// ---- inverse trigonometric functions

/// asin(x) - x = x^3 * this, for |x| <= 1/2 and z = x^2.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V AsinSeries(D d, V z) {
  if constexpr (is_f32<D>)
    return Horner(d, z, 0.042166821757701714, 0.02417934473339279, 0.045470369160474484, 0.07495298197904576,
                  0.1666675245208309);
  else
    return Horner(d, z, 0.03262815630003857, -0.02099825819879849, 0.02170683835652, 0.0037066751385512503,
                  0.010780178276449124, 0.011398926117868446, 0.013980818798185055, 0.0173516121613905,
                  0.02237221497948354, 0.030381942708064665, 0.04464285717460631, 0.07499999999970805,
                  0.1666666666666676);
}

/// With size = |x|: y = asin(size) if size <= 1/2, otherwise y = asin(sqrt((1 - size) / 2)),
/// which is (pi/2 - asin(size)) / 2.
template <class D, class V = hn::Vec<D>, class M>
HWY_INLINE V AsinOfSmaller(D d, V size, M outer) {
  const V half = Const(d, 0.5);
  const V far = hn::NegMulAdd(size, half, half);
  const V z = hn::IfThenElse(outer, far, hn::Mul(size, size));
  const V s = hn::IfThenElse(outer, hn::Sqrt(far), size);
  return hn::MulAdd(hn::Mul(s, z), AsinSeries(d, z), s);
}

inline constexpr double half_pi = 0x1.921fb54442d18p+0;

/// What a format's pi/2 lacks.
template <class D>
inline constexpr double half_pi_low = is_f32<D> ? -0x1.777a5cp-25 : 0x1.1a62633145c07p-54;

/// Arcsine.
/// Domain: |x| <= 1, beyond NaN; NaN -> NaN, -0 -> -0.
/// Error:  <= 3 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Asin(D d, V x) {
  const V size = hn::Abs(x);
  const auto outer = hn::Gt(size, Const(d, 0.5));
  const V a = AsinOfSmaller(d, size, outer);
  const V b = hn::Sub(Const(d, half_pi), hn::Sub(hn::Add(a, a), Const(d, half_pi_low<D>)));
  return UnlessTiny(d, x, hn::CopySign(hn::IfThenElse(outer, b, a), x));
}

/// Arccosine.
/// Domain: |x| <= 1, beyond NaN; NaN -> NaN; 1 -> +0.
/// Error:  <= 2 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Acos(D d, V x) {
  const V size = hn::Abs(x);
  const auto outer = hn::Gt(size, Const(d, 0.5));
  const V a = AsinOfSmaller(d, size, outer);
  const V twice = hn::Add(a, a), low = Const(d, half_pi_low<D>);
  const V inner = hn::Sub(Const(d, half_pi), hn::Sub(hn::CopySign(a, x), low));
  const V reflected = hn::Sub(Const(d, 2 * half_pi), hn::Sub(twice, hn::Add(low, low)));
  return hn::IfThenElse(outer, hn::IfNegativeThenElse(x, reflected, twice), inner);
}

/// Arctangent.
/// Domain: any; ±inf -> ±pi/2, NaN -> NaN, -0 -> -0.
/// Error:  <= 2.5 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Atan(D d, V x) {
  const V size = hn::Abs(x), one = Const(d, 1.0), zero = hn::Zero(d);
  // atan(x) = pi/4 + atan((x - 1) / (x + 1)) = pi/2 + atan(-1 / x): keeps |u| <= tan(pi/8).
  const auto middle = hn::Gt(size, Const(d, 0x1.a827999fcef32p-2));
  const auto outer = hn::Gt(size, Const(d, 0x1.3504f333f9de6p+1));
  V top = hn::IfThenElse(middle, hn::Sub(size, one), size);
  V bottom = hn::IfThenElse(middle, hn::Add(size, one), one);
  top = hn::IfThenElse(outer, hn::Neg(one), top);
  bottom = hn::IfThenElse(outer, size, bottom);
  const V base = hn::IfThenElse(outer, Const(d, half_pi), hn::IfThenElseZero(middle, Const(d, half_pi / 2)));
  const V base_low =
      hn::IfThenElse(outer, Const(d, half_pi_low<D>), hn::IfThenElse(middle, Const(d, half_pi_low<D> / 2), zero));
  const V u = hn::Div(top, bottom);
  const V z = hn::Mul(u, u);
  V p;
  if constexpr (is_f32<D>)
    p = Horner(d, z, -0.060776812914009985, 0.10593612292851087, -0.1424350825912705, 0.199984703620995,
               -0.33333315174829803);
  else
    p = Horner(d, z, -0.017902463285042722, 0.038059842545352565, -0.0503910228222885, 0.058478402439092275,
               -0.06663096665997383, 0.07692059501449483, -0.09090897713552559, 0.11111110781765268,
               -0.14285714280159165, 0.1999999999995318, -0.333333333333332);
  const V y = hn::Add(base, hn::Add(u, hn::MulAdd(hn::Mul(u, z), p, base_low)));
  return hn::CopySign(y, x);
}

// ---- inverse hyperbolic functions

/// Inverse hyperbolic sine.
/// Domain: any; ±inf -> ±inf, NaN -> NaN, -0 -> -0.
/// Error:  <= 3 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Asinh(D d, V x) {
  const V size = hn::Abs(x), one = Const(d, 1.0);
  const auto huge = hn::Gt(size, Const(d, 0x1p60));
  const V square = hn::Mul(size, size);
  const V t = hn::Add(size, hn::Div(square, hn::Add(one, hn::Sqrt(hn::Add(one, square)))));
  // Where the square would overflow: asinh(x) = log(2 x).
  const V y = Log1p(d, hn::IfThenElse(huge, size, t));
  const V sum = hn::Add(y, hn::IfThenElseZero(huge, Const(d, 0x1.62e42fefa39efp-1)));
  return UnlessTiny(d, x, hn::CopySign(sum, x));
}

/// Inverse hyperbolic cosine.
/// Domain: x >= 1, below NaN; inf -> inf, NaN -> NaN; 1 -> +0.
/// Error:  <= 3 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Acosh(D d, V x) {
  const V one = Const(d, 1.0);
  const auto huge = hn::Gt(x, Const(d, 0x1p60));
  const V t = hn::Sub(x, one);
  const V root = hn::Sqrt(hn::Mul(t, hn::Add(t, Const(d, 2.0))));
  const V y = Log1p(d, hn::IfThenElse(huge, x, hn::Add(t, root)));
  const V sum = hn::Add(y, hn::IfThenElseZero(huge, Const(d, 0x1.62e42fefa39efp-1)));
  return hn::IfThenElse(hn::Ge(x, one), sum, hn::NaN(d));
}

/// Inverse hyperbolic tangent.
/// Domain: |x| <= 1, beyond NaN; ±1 -> ±inf, NaN -> NaN, -0 -> -0.
/// Error:  <= 3 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Atanh(D d, V x) {
  const V size = hn::Abs(x);
  const V u = hn::Div(hn::Add(size, size), hn::Sub(Const(d, 1.0), size));
  const V y = hn::Mul(Log1p(d, u), Const(d, 0.5));
  return UnlessTiny(d, x, hn::CopySign(y, x));
}

// ---- error functions

/// exp(x^2) erfc(x) for x >= 0, f64 lanes. (1 + 2x) times it varies by less than a third
/// over the half line, and is one polynomial in (x - 4) / (x + 4).
/// Source: Shepherd & Laframboise, Math. Comp. 36, 1981.
template <bool narrow, class D, class V = hn::Vec<D>>
HWY_INLINE V ErfcxOfPositive(D d, V x) {
  const V four = Const(d, 4.0), one = Const(d, 1.0);
  const V near = Clip(d, x, 0.0, 0x1p100);
  const V inverse = hn::Div(one, hn::Add(near, four));
  V t = hn::Mul(hn::Sub(near, four), inverse);
  const V bottom = hn::Add(x, Const(d, 0.5));
  if constexpr (narrow) {
    const V p = Horner(d, t, 0.00011238386732781283, -0.0002480104350648401, -0.0007037256971512772,
                       0.005081103231764227, -0.01623638415963382, 0.037141617283337716, -0.066315996060247,
                       0.09373970318479777, -0.10104163733619162, 0.0680962634585195, 0.015379826398132153,
                       -0.13962109081963647, 1.2329951166776265);
    return hn::Div(hn::Mul(p, Const(d, 0.5)), bottom);
  } else {
    // One correction for the roundings of x + 4 and of the quotient.
    t = hn::MulAdd(inverse, hn::NegMulAdd(t, near, hn::NegMulAdd(hn::Add(t, one), four, near)), t);
    const V p = Horner(d, t, -2.562169257823384e-10, 9.306175855151007e-10, 3.1120598702181157e-09,
                       -1.234383466094469e-08, -2.0412282424353026e-08, 1.0633144385456161e-07, 7.725053400629193e-08,
                       -8.210844962773166e-07, 2.9217861392139853e-07, 5.706596711630112e-06, -1.1221413538871398e-05,
                       -2.4397742387942547e-05, 0.0001506215418741461, -0.00019925714795957503, -0.000757773275314017,
                       0.005031970067935898, -0.016197734057434403, 0.03716751552652268, -0.06633036581242235,
                       0.09373283499909635, -0.10103906603628854, 0.06809705425466904, 0.015379652102619365,
                       -0.1396211168405623, 1.2329951186255526);
    const V top = hn::Mul(p, Const(d, 0.5));
    const V y = hn::Div(top, bottom);
    // x + 1/2 was rounded too.
    const V lost = hn::Sub(near, hn::Sub(bottom, Const(d, 0.5)));
    const V correction = hn::Mul(y, hn::Div(lost, bottom));
    return hn::Sub(y, hn::IfThenElseZero(hn::Lt(x, Const(d, 0x1p50)), correction));
  }
}

/// erfc(x), f64 lanes.
template <bool narrow, class D, class V = hn::Vec<D>>
HWY_INLINE V ErfcOf(D d, V x) {
  const V size = Clip(d, hn::Abs(x), 0.0, 30.0);
  V square, low;
  TwoProd(d, size, size, square, low);
  const V y = hn::Mul(ExpOfSum(d, hn::Neg(square), hn::Neg(low)), ErfcxOfPositive<narrow>(d, size));
  return hn::IfNegativeThenElse(x, hn::Sub(Const(d, 2.0), y), y);
}

/// erfcx(x), f64 lanes.
template <bool narrow, class D, class V = hn::Vec<D>>
HWY_INLINE V ErfcxOf(D d, V x) {
  const V y = ErfcxOfPositive<narrow>(d, hn::Abs(x));
  V square, low;
  const V size = Clip(d, hn::Neg(x), 0.0, 30.0);
  TwoProd(d, size, size, square, low);
  const V e = ExpOfSum(d, square, low);
  return hn::IfNegativeThenElse(x, hn::Sub(hn::Add(e, e), y), y);
}

struct erfc_for_f32 {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    return ErfcOf<true>(d, x);
  }
};
struct erfcx_for_f32 {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    return ErfcxOf<true>(d, x);
  }
};

/// 1 - erf(x), without cancellation.
/// Domain: any; inf -> 0 by gradual underflow, -inf -> 2, NaN -> NaN.
/// Error:  <= 1 ulp (f32), <= 5 ulp (f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Erfc(D d, V x) {
  if constexpr (is_f32<D>) return ViaDouble<erfc_for_f32>(d, x);
  else return ErfcOf<false>(d, x);
}

/// exp(x^2) erfc(x): erfc without its underflow.
/// Domain: any; inf -> 0, -inf -> inf, NaN -> NaN.
/// Error:  <= 1 ulp (f32), <= 4 ulp (f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Erfcx(D d, V x) {
  if constexpr (is_f32<D>) return ViaDouble<erfcx_for_f32>(d, x);
  else return ErfcxOf<false>(d, x);
}

/// Error function.
/// Domain: any; ±inf -> ±1, NaN -> NaN, -0 -> -0.
/// Error:  <= 2 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Erf(D d, V x) {
  const V one = Const(d, 1.0);
  const V z = hn::Mul(x, x);
  V p, far;
  if constexpr (is_f32<D>) {
    p = Horner(d, z, 7.853849828429409e-05, -0.0008010202699272506, 0.005188330482592488, -0.02685381458207252,
               0.11283585248605635, -0.376126258374651, 0.12837916572955937);
    // log(erfc(x)) on [1, 4] is nearly quadratic; beyond 4 a float's erf is 1.
    const V size = Clip(d, hn::Abs(x), 0.0, 4.0);
    const V e = Horner(d, size, 0.000185573328, -0.00293960143, 0.0218052976, -0.103037328, -0.638225734, -1.12704003,
                       -0.000353724579);
    far = hn::Sub(one, ExpOfLimited<0>(d, e, e, false));
  } else {
    p = Horner(d, z, 5.945255584223488e-11, -1.136567067182716e-09, 1.4657883530919653e-08, -1.635002619207727e-07,
               1.6460972954153765e-06, -1.4925593518728226e-05, 0.00012055331037551108, -0.0008548326978765149,
               0.00522397762478137, -0.02686617064507296, 0.11283791670954858, -0.3761263890318375, 0.1283791670955126);
    far = hn::Sub(one, ErfcOf<false>(d, hn::Abs(x)));
  }
  const V y = hn::IfThenElse(hn::Lt(hn::Abs(x), one), hn::MulAdd(x, p, x), far);
  return hn::CopySign(y, x);
}

// ---- gamma functions, f64 lanes; f32 by way of them

/// log Gamma(x) for x > -1/2.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V LogGammaOfPositive(D d, V x) {
  const V half = Const(d, 0.5), one = Const(d, 1.0), two = Const(d, 2.0);
  // Below 8: log Gamma(2 + u) for -3/4 <= u <= 1/2 as u P(u), relatively accurate at both
  // roots (1 and 2), and the logarithm of the factors between x and 2 + u.
  const auto low = hn::Lt(x, half), below = hn::Lt(x, Const(d, 1.25)), large = hn::Ge(x, Const(d, 8.0));
  V u = hn::Sub(x, hn::IfThenElse(low, hn::Zero(d), hn::IfThenElse(below, one, two)));
  V factors = hn::IfThenElse(low, hn::Abs(hn::MulAdd(x, x, x)), hn::IfThenElse(below, x, one));
  for (int k = 0; k < 6; ++k) {
    const auto again = hn::Ge(u, half);
    factors = hn::IfThenElse(again, hn::Mul(factors, hn::Add(u, one)), factors);
    u = hn::IfThenElse(again, hn::Sub(u, one), u);
  }
  V f, e;
  Split(d, hn::IfThenElse(large, x, factors), f, e);
  const V l = LogOfSplit(d, f, e);
  const V p = Horner(d, u, -1.710952545282642e-07, -1.4567326307921768e-07, -4.783182318196138e-08,
                     4.2354327555746665e-07, -3.9893228583644e-07, 8.641441678771303e-07, -2.0804674950205636e-06,
                     4.394670834813788e-06, -9.426625252119688e-06, 2.050499892260699e-05, -4.492838557840639e-05,
                     9.945761104698568e-05, -0.00022315455352827864, 0.000509669527358278, -0.0011927539225985596,
                     0.002890510330349246, -0.007385551028382825, 0.020580808427795357, -0.06735230105320113,
                     0.32246703342411315, 0.42278433509846713);
  const V near = hn::MulAdd(u, p, hn::IfThenElse(below, hn::Neg(l), l));
  // From 8 on, Stirling's series.
  const V inverse = hn::Div(one, x);
  const V q = Horner(d, hn::Mul(inverse, inverse), 0.005069265392352649, -0.0018905408298981376, 0.0008414728669380262,
                     -0.0005952366071162396, 0.0007936507898355585, -0.0027777777777741003, 0.08333333333333333);
  const V far = hn::MulAdd(hn::Sub(x, half), hn::Sub(l, one), hn::MulAdd(q, inverse, Const(d, 0x1.acfe390c97d69p-2)));
  return hn::IfThenElse(large, far, near);
}

struct log_gamma {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    const V inf = hn::Inf(d);
    const auto reflect = hn::Lt(x, Const(d, -0.5));
    V y = LogGammaOfPositive(d, hn::IfThenElse(reflect, hn::Neg(x), x));
    // Losses rarely see negative arguments; the second logarithm is for those that do.
    if (HWY_UNLIKELY(!hn::AllFalse(d, reflect))) {
      V s, c, f, e;
      SinCosPi(d, x, s, c);
      const V product = hn::Abs(hn::Mul(x, s));
      Split(d, product, f, e);
      V r = hn::Sub(hn::Sub(Const(d, 0x1.250d048e7a1bdp+0), LogOfSplit(d, f, e)), y);
      r = hn::IfThenElse(hn::Eq(s, hn::Zero(d)), inf, r);
      y = hn::IfThenElse(reflect, r, y);
    }
    y = hn::IfThenElse(hn::Eq(hn::Abs(x), inf), inf, y);
    y = hn::IfThenElse(hn::IsNaN(x), x, y);
    return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), inf, y);
  }
};

struct digamma {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    const V one = Const(d, 1.0), zero = hn::Zero(d), inf = hn::Inf(d);
    const auto reflect = hn::Lt(x, zero);
    const V v = hn::IfThenElse(reflect, hn::Sub(one, x), x);
    // psi(v) = psi(v + 6) - sum of 1 / (v + k) for k < 6: the first term alone, the other
    // five over a common denominator, a polynomial in m = (v + 3)^2.
    const auto small = hn::Lt(v, Const(d, 6.0));
    const V middle = hn::Add(v, Const(d, 3.0));
    const V m = hn::Mul(middle, middle);
    const V top = Horner(d, m, 5.0, -15.0, 4.0);
    const V bottom = hn::Mul(middle, Horner(d, m, 1.0, -5.0, 4.0));
    const V sum = hn::Add(hn::Div(one, v), hn::Div(top, bottom));
    const V w = hn::IfThenElse(small, hn::Add(v, Const(d, 6.0)), v);
    const V inverse = hn::Div(one, w);
    const V z = hn::Mul(inverse, inverse);
    const V p = Horner(d, z, -0.21479114752067388, 0.0735793582935747, -0.020846954108881814, 0.007572025240833319,
                       -0.004166633042351132, 0.003968253799047116, -0.008333333332919359, 0.08333333333333298);
    V f, e;
    Split(d, w, f, e);
    V y = hn::Sub(LogOfSplit(d, f, e), hn::MulAdd(z, p, hn::Mul(inverse, Const(d, 0.5))));
    y = hn::Sub(y, hn::IfThenElseZero(small, sum));
    if (HWY_UNLIKELY(!hn::AllFalse(d, reflect))) {
      V s, c;
      SinCosPi(d, x, s, c);
      const V r = hn::Sub(y, hn::Div(hn::Mul(c, Const(d, 0x1.921fb54442d18p+1)), s));
      // A pole has no sign to choose.
      y = hn::IfThenElse(reflect, hn::IfThenElse(hn::Eq(s, zero), hn::NaN(d), r), y);
    }
    y = hn::IfThenElse(hn::Lt(x, inf), y, x);
    return hn::IfThenElse(hn::Eq(x, zero), hn::CopySign(inf, hn::Neg(x)), y);
  }
};

struct trigamma {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    const V one = Const(d, 1.0), zero = hn::Zero(d);
    const auto reflect = hn::Lt(x, zero);
    const V v = hn::IfThenElse(reflect, hn::Sub(one, x), x);
    // psi'(v) = psi'(v + 6) + sum of 1 / (v + k)^2; the first alone, it may overflow.
    const auto small = hn::Lt(v, Const(d, 6.0));
    V top = zero, bottom = one;
    for (int k = 1; k < 6; ++k) {
      const V factor = hn::Add(v, Const(d, k));
      const V square = hn::Mul(factor, factor);
      top = hn::MulAdd(top, square, bottom);
      bottom = hn::Mul(bottom, square);
    }
    const V w = hn::IfThenElse(small, hn::Add(v, Const(d, 6.0)), v);
    const V inverse = hn::Div(one, w);
    const V z = hn::Mul(inverse, inverse);
    const V q = Horner(d, z, -3.1676938945971624, 1.0024468333284284, -0.24901665579359247, 0.07569575461587555,
                       -0.03333277864644803, 0.023809521026384756, -0.03333333332653957, 0.16666666666666097);
    V y = hn::MulAdd(z, hn::MulAdd(inverse, q, Const(d, 0.5)), inverse);
    const V first = hn::Div(one, v);
    y = hn::Add(y, hn::IfThenElseZero(small, hn::MulAdd(first, first, hn::Div(top, bottom))));
    if (HWY_UNLIKELY(!hn::AllFalse(d, reflect))) {
      V s, c;
      SinCosPi(d, x, s, c);
      const V ratio = hn::Div(Const(d, 0x1.921fb54442d18p+1), s);
      y = hn::IfThenElse(reflect, hn::MulSub(ratio, ratio, y), y);
    }
    return y;
  }
};

/// log|Gamma(x)|.
/// Domain: any; poles (0, -1, -2, ...) and ±inf -> inf, NaN -> NaN.
/// Error:  <= 1 ulp (f32), <= 4 ulp (f64); for x < 0 f64 is in ulp of
///         max(|y|, |log Gamma(|x|)|, 1), as the roots there lie between floats.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V LogGamma(D d, V x) {
  if constexpr (is_f32<D>) return ViaDouble<log_gamma>(d, x);
  else return log_gamma::Of(d, x);
}

/// psi(x), the derivative of log Gamma.
/// Domain: any; ±0 -> ∓inf, other poles and -inf -> NaN, inf -> inf, NaN -> NaN.
/// Error:  <= 1 ulp (f32); f64 <= 6 ulp for x > 0, <= 8 ulp for x < 0, both in ulp of
///         max(|y|, log|x|, 1), as no root is a float.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Digamma(D d, V x) {
  if constexpr (is_f32<D>) return ViaDouble<digamma>(d, x);
  else return digamma::Of(d, x);
}

/// psi'(x), the second derivative of log Gamma.
/// Domain: any; poles -> inf, inf -> 0, -inf -> NaN, NaN -> NaN.
/// Error:  <= 1 ulp (f32); f64 <= 4 ulp for x > 0, <= 7 ulp for x < 0.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Trigamma(D d, V x) {
  if constexpr (is_f32<D>) return ViaDouble<trigamma>(d, x);
  else return trigamma::Of(d, x);
}

}  // namespace math
}  // namespace HWY_NAMESPACE
}  // namespace loom
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
