// SPDX-License-Identifier: BSL-1.0
// exec/math-inl.h — exp, log, pow and the hyperbolics for SIMD lanes, f32 and f64.
// Highway's own Exp turns NaN into 0 and it has no pow; a loss that hides a NaN is a
// bug nobody finds, so these keep every special value of C's Annex F instead.
// Everything is branch-free and right with or without fused multiply-add.
// Layer 6 (exec). Coefficients: minimax fits of our own. Errors: tests/exec/math.cpp.

#if defined(LOOM_EXEC_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LOOM_EXEC_MATH_INL_H_
#undef LOOM_EXEC_MATH_INL_H_
#else
#define LOOM_EXEC_MATH_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace loom {
namespace HWY_NAMESPACE {
namespace math {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
inline constexpr bool is_f32 = sizeof(hn::TFromD<D>) == 4;

/// Constants of the binary format of D's lanes, as its unsigned integer.
template <class D>
struct format {
  using T = hn::TFromD<D>;
  using U = hwy::MakeUnsigned<T>;
  static constexpr int mantissa_bits = is_f32<D> ? 23 : 52;
  static constexpr U bias = is_f32<D> ? 127 : 1023;
  static constexpr U one = bias << mantissa_bits;
  static constexpr U three_quarters = one - (U{1} << (mantissa_bits - 1));
  // Adding 1.5 * 2^mantissa_bits rounds to an integer and leaves it in the low bits.
  static constexpr double round_magic = is_f32<D> ? 0x1.8p23 : 0x1.8p52;
  static constexpr double pow2_mantissa = is_f32<D> ? 0x1p23 : 0x1p52;
  static constexpr double min_normal = is_f32<D> ? 0x1p-126 : 0x1p-1022;
  // ln 2 in two parts: the first times any exponent is exact, even without FMA.
  static constexpr double ln2_hi = is_f32<D> ? 0x1.62e4p-1 : 0x1.62e42fefa38p-1;
  static constexpr double ln2_lo = is_f32<D> ? 0x1.7f7d1cp-20 : 0x1.ef35793c7673p-45;
};

template <class D>
HWY_INLINE hn::Vec<D> Const(D d, double c) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(c));
}

/// Polynomial in x by Horner's rule; the highest coefficient comes first.
template <class D, class V = hn::Vec<D>, class... C>
HWY_INLINE V Horner(D d, V x, double highest, C... rest) {
  V y = Const(d, highest);
  ((y = hn::MulAdd(y, x, Const(d, rest))), ...);
  return y;
}

/// x limited to [lo, hi], but NaN stays NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Clip(D d, V x, double lo, double hi) {
  const V vlo = Const(d, lo), vhi = Const(d, hi);
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128 && HWY_TARGET != HWY_SCALAR
  // minps and maxps return their second operand when either is NaN.
  return hn::Min(vhi, hn::Max(vlo, x));
#else
  x = hn::IfThenElse(hn::Lt(x, vlo), vlo, x);
  return hn::IfThenElse(hn::Gt(x, vhi), vhi, x);
#endif
}

// ---- sums and products with their rounding errors

/// a + b = s + e exactly, if |a| >= |b| or a = 0. `s` may be the same object as an operand.
template <class V>
HWY_INLINE void FastTwoSum(V a, V b, V& s, V& e) {
  s = hn::Add(a, b);
  e = hn::Sub(b, hn::Sub(s, a));
}

/// a * b = p + e; exact with FMA, otherwise to about twice the precision of a lane.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void TwoProd(D d, V a, V b, V& p, V& e) {
#if HWY_NATIVE_FMA
  (void)d;
  const V product = hn::Mul(a, b);
  e = hn::MulSub(a, b, product);
  p = product;
#else
  // Dekker's product. Splitting by bits, not by multiplying: nothing overflows,
  // and as each partial product is exact it does not matter if a compiler fuses it.
  using U = typename format<D>::U;
  const V high = hn::BitCast(d, hn::Set(hn::RebindToUnsigned<D>(), static_cast<U>(U(~U{0}) << (is_f32<D> ? 12 : 27))));
  const V a1 = hn::And(a, high), b1 = hn::And(b, high);
  const V a0 = hn::Sub(a, a1), b0 = hn::Sub(b, b1);
  const V product = hn::Mul(a, b);
  const V most = hn::Sub(hn::Mul(a1, b1), product);
  e = hn::Add(hn::Add(hn::Add(most, hn::Mul(a1, b0)), hn::Mul(a0, b1)), hn::Mul(a0, b0));
  p = product;
#endif
}

// ---- powers of two

/// x = n ln 2 + r with n an integer; `t` carries n + bias in its low bits.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ReduceByLn2(D d, V x, double bias, V& t, V& n) {
  using F = format<D>;
  const V magic = Const(d, F::round_magic + bias);
  t = hn::MulAdd(x, Const(d, 0x1.71547652b82fep+0), magic);
  n = hn::Sub(t, magic);
  const V r = hn::NegMulAdd(n, Const(d, F::ln2_hi), x);
  return hn::NegMulAdd(n, Const(d, F::ln2_lo), r);
}

#if HWY_TARGET <= HWY_AVX3
// AVX-512 multiplies by 2^n (with gradual underflow) and splits x = 2^e m in one instruction
// each, special values included. Highway 1.0.3 has no name for these. The zero-masking forms,
// because g++ 12 warns about uninitialized variables inside the plain ones.
// Mantissa: in [3/4, 3/2); NaN for x < 0. Exponent: of the leading bit; -inf for 0.
#define LOOM_MATH_AVX3(prefix, mm, type, mask, ...)                                                                    \
  prefix HWY_INLINE __VA_ARGS__ MulPow2(__VA_ARGS__ x, __VA_ARGS__ n) {                                                \
    return __VA_ARGS__{mm##_maskz_scalef_##type(mask, x.raw, n.raw)};                                                  \
  }                                                                                                                    \
  prefix HWY_INLINE __VA_ARGS__ Exponent(__VA_ARGS__ x) { return __VA_ARGS__{mm##_maskz_getexp_##type(mask, x.raw)}; } \
  prefix HWY_INLINE __VA_ARGS__ Mantissa(__VA_ARGS__ x) {                                                              \
    return __VA_ARGS__{mm##_maskz_getmant_##type(mask, x.raw, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan)};              \
  }
LOOM_MATH_AVX3(, _mm512, ps, 0xffff, hn::Vec512<float>)
LOOM_MATH_AVX3(, _mm512, pd, 0xff, hn::Vec512<double>)
LOOM_MATH_AVX3(, _mm256, ps, 0xff, hn::Vec256<float>)
LOOM_MATH_AVX3(, _mm256, pd, 0xf, hn::Vec256<double>)
LOOM_MATH_AVX3(template <size_t N>, _mm, ps, 0xf, hn::Vec128<float, N>)
LOOM_MATH_AVX3(template <size_t N>, _mm, pd, 0x3, hn::Vec128<double, N>)
#undef LOOM_MATH_AVX3
#endif

/// exp(x + low) * 2^shift, where `x` is already limited to where n fits the format.
template <int shift, class D, class V = hn::Vec<D>>
HWY_INLINE V ExpOfLimited(D d, V x, V low, bool has_low) {
  using F = format<D>;
  V t, n;
  V r = ReduceByLn2(d, x, 2.0 * F::bias + shift, t, n);
  if (has_low) r = hn::Add(r, low);
  V q;
  if constexpr (is_f32<D>) q = Horner(d, r, 0.00138145441, 0.00836874545, 0.041668389, 0.166665211, 0.49999994);
  else
    q = Horner(d, r, 2.5104388698468102e-08, 2.7632132668113627e-07, 2.755725897359798e-06, 2.480148887614247e-05,
               0.00019841269869716612, 0.0013888888946233299, 0.008333333333328969, 0.04166666666652843,
               0.16666666666666666, 0.5000000000000009);
  const V one = Const(d, 1.0);
  const V p = hn::MulAdd(hn::MulAdd(q, r, one), r, one);
#if HWY_TARGET <= HWY_AVX3
  if constexpr (shift != 0) n = hn::Add(n, Const(d, shift));
  return MulPow2(p, n);
#else
  // 2^n as two factors, so that a subnormal result is rounded once, at the end.
  const hn::RebindToUnsigned<D> du;
  const auto i = hn::BitCast(du, t);
  const auto half = hn::ShiftRight<1>(i);
  const auto rest = hn::Sub(i, half);
  const V y = hn::Mul(p, hn::BitCast(d, hn::ShiftLeft<F::mantissa_bits>(half)));
  return hn::Mul(y, hn::BitCast(d, hn::ShiftLeft<F::mantissa_bits>(rest)));
#endif
}

/// exp(x + low) for |low| far below |x|: keeps the low half of an exact product.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpOfSum(D d, V x, V low) {
  const V limited = is_f32<D> ? Clip(d, x, -104.0, 89.0) : Clip(d, x, -746.0, 710.0);
  return ExpOfLimited<0>(d, limited, low, true);
}

/// e^x.
/// Domain: any; gradual underflow; -inf -> 0, inf -> inf, NaN -> NaN.
/// Error:  <= 1.5 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Exp(D d, V x) {
  const V limited = is_f32<D> ? Clip(d, x, -104.0, 89.0) : Clip(d, x, -746.0, 710.0);
  return ExpOfLimited<0>(d, limited, limited, false);
}

/// (e^x - 1) * 2^shift for limited x; shift < 0 so that 2^n cannot overflow.
template <int shift, class D, class V = hn::Vec<D>>
HWY_INLINE V Expm1OfLimited(D d, V x) {
  using F = format<D>;
  V t, n;
  const V r = ReduceByLn2(d, x, 1.0 * F::bias + shift, t, n);
  V q;
  if constexpr (is_f32<D>)
    q = Horner(d, r, 0.000199622853, 0.00139432563, 0.00833322015, 0.0416663252, 0.166666672, 0.5);
  else
    q = Horner(d, r, 1.768769844969116e-09, 2.5105236719514428e-08, 2.7567935820819667e-07, 2.755725535969336e-06,
               2.4801574517473e-05, 0.0001984126987484561, 0.0013888888895613337, 0.00833333333332613,
               0.041666666666652245, 0.1666666666666667, 0.5);
  const V e = hn::MulAdd(hn::Mul(r, r), q, r);
  const hn::RebindToUnsigned<D> du;
  const V s = hn::BitCast(d, hn::ShiftLeft<F::mantissa_bits>(hn::BitCast(du, t)));
  constexpr double unit = shift == -1 ? 0.5 : 0.25;
  return hn::MulAdd(s, e, hn::Sub(s, Const(d, unit)));
}

/// e^x - 1, accurate near 0.
/// Domain: any; -inf -> -1, inf -> inf, NaN -> NaN, -0 -> -0.
/// Error:  <= 2 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Expm1(D d, V x) {
  const V y = Expm1OfLimited<-1>(d, is_f32<D> ? Clip(d, x, -18.0, 89.0) : Clip(d, x, -40.0, 710.0));
  // Halving a subnormal loses a bit, and r + r^2 q loses the sign of -0.
  const V tiny = Const(d, is_f32<D> ? 0x1p-26 : 0x1p-55);
  return hn::IfThenElse(hn::Lt(hn::Abs(x), tiny), x, hn::Add(y, y));
}

// ---- logarithms

#if HWY_TARGET <= HWY_AVX3

/// x = 2^e (1 + f) with 1 + f in [3/4, 3/2). f is NaN for x < 0 and NaN; e = -inf for 0 and
/// inf for inf.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void Split(D d, V x, V& f, V& e) {
  const V m = Mantissa(x);
  e = hn::Sub(Exponent(x), Exponent(m));
  f = hn::Sub(m, Const(d, 1.0));
}

#else

/// x = 2^e (1 + f) with 1 + f in [3/4, 3/2), for normal x > 0, where e is the exponent less
/// `offset`. Returns the biased exponent.
template <class D, class V = hn::Vec<D>>
HWY_INLINE hn::Vec<hn::RebindToUnsigned<D>> SplitNormal(D d, V x, V offset, V& f, V& e) {
  using F = format<D>;
  using U = typename F::U;
  const hn::RebindToUnsigned<D> du;
  const auto i = hn::Add(hn::BitCast(du, x), hn::Set(du, static_cast<U>(F::one - F::three_quarters)));
  const auto biased = hn::ShiftRight<F::mantissa_bits>(i);
  // An integer placed under the exponent of 2^mantissa_bits converts without a convert.
  const auto carrier = hn::BitCast(du, Const(d, F::pow2_mantissa));
  e = hn::Sub(hn::BitCast(d, hn::Or(biased, carrier)), offset);
  const auto mantissa = hn::And(i, hn::Set(du, static_cast<U>((U{1} << F::mantissa_bits) - 1)));
  f = hn::Sub(hn::BitCast(d, hn::Add(mantissa, hn::Set(du, F::three_quarters))), Const(d, 1.0));
  return biased;
}

/// What SplitNormal subtracts from a biased exponent to get e.
template <class D>
HWY_INLINE hn::Vec<D> ExponentOffset(D d, int more) {
  return Const(d, format<D>::pow2_mantissa + 1.0 * format<D>::bias + more);
}

/// x = 2^e (1 + f) with 1 + f in [3/4, 3/2), for finite x > 0.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void Split(D d, V x, V& f, V& e) {
  using F = format<D>;
  const auto subnormal = hn::Lt(x, Const(d, F::min_normal));
  const V scaled = hn::IfThenElse(subnormal, hn::Mul(x, Const(d, F::pow2_mantissa)), x);
  const V offset = hn::IfThenElse(subnormal, ExponentOffset(d, F::mantissa_bits), ExponentOffset(d, 0));
  SplitNormal(d, scaled, offset, f, e);
}

#endif

/// log(2^e (1 + f)).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V LogOfSplit(D d, V f, V e) {
  using F = format<D>;
  const V hi = Const(d, F::ln2_hi), lo = Const(d, F::ln2_lo);
  if constexpr (is_f32<D>) {
    const V q = Horner(d, f, -0.0450767539, 0.104632728, -0.131612644, 0.14478372, -0.166473031, 0.199908614,
                       -0.250000954, 0.333334506, -0.5);
    const V y = hn::MulAdd(hn::Mul(f, f), q, hn::Mul(e, lo));
    return hn::MulAdd(e, hi, hn::Add(f, y));
  } else {
    // A division costs less than the ten further coefficients a series in f would take.
    const V s = hn::Div(f, hn::Add(f, Const(d, 2.0)));
    const V z = hn::Mul(s, s);
    const V q = hn::Mul(z, Horner(d, z, 0.15368237599539994, 0.1525018378287501, 0.18186356207633053,
                                  0.22222138502398336, 0.28571429395190967, 0.39999999996163077, 0.666666666666727));
    const V h = hn::Mul(hn::Mul(f, Const(d, 0.5)), f);
    const V y = hn::MulAdd(s, hn::Add(h, q), hn::Mul(e, lo));
    return hn::MulAdd(e, hi, hn::Sub(f, hn::Sub(h, y)));
  }
}

/// log(2^e (1 + f)) = hi + low with relative error < 2^-62: for f64 only.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void LogOfSplitTwice(D d, V f, V e, V& hi, V& low) {
  using F = format<D>;
  const V two = Const(d, 2.0);
  V t, tl, p, pl, s, sl, zh, zl, wh, wl;
  FastTwoSum(two, f, t, tl);
  // s + sl = f / (2 + f)
  const V inverse = hn::Div(Const(d, 1.0), t);
  s = hn::Mul(f, inverse);
  TwoProd(d, s, t, p, pl);
  sl = hn::Mul(hn::NegMulAdd(s, tl, hn::Sub(hn::Sub(f, p), pl)), inverse);
  // 2 atanh(s) = s (2 + 2/3 s^2 + s^4 q), the first three terms in two parts
  TwoProd(d, s, s, zh, zl);
  zl = hn::MulAdd(hn::Add(s, s), sl, zl);
  const V q = Horner(d, zh, 0.12571178620835094, 0.11592402993003895, 0.1334114128878035, 0.15384406767861408,
                     0.1818182152363997, 0.22222222191273566, 0.28571428571577184, 0.39999999999999725);
  const V third = Const(d, 0x1.5555555555555p-1);
  TwoProd(d, third, zh, wh, wl);
  wl = hn::Add(wl, hn::MulAdd(third, zl, hn::Mul(zh, hn::MulAdd(zh, q, Const(d, 0x1.5555555555555p-55)))));
  FastTwoSum(two, wh, t, tl);
  FastTwoSum(t, hn::Add(tl, wl), wh, wl);
  TwoProd(d, s, wh, p, pl);
  pl = hn::Add(pl, hn::MulAdd(s, wl, hn::Mul(sl, wh)));
  FastTwoSum(hn::Mul(e, Const(d, F::ln2_hi)), p, t, tl);
  FastTwoSum(t, hn::Add(tl, hn::MulAdd(e, Const(d, F::ln2_lo), pl)), hi, low);
}

/// Natural logarithm.
/// Domain: any; 0 -> -inf, x < 0 -> NaN, inf -> inf, NaN -> NaN; subnormals are exact inputs.
/// Error:  <= 1 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Log(D d, V x) {
  V f, e;
  Split(d, x, f, e);
#if HWY_TARGET <= HWY_AVX3
  return LogOfSplit(d, f, e);
#else
  const V zero = hn::Zero(d), inf = hn::Inf(d);
  V y = hn::IfThenElse(hn::Lt(x, inf), LogOfSplit(d, f, e), x);
  y = hn::IfThenElse(hn::Lt(x, zero), hn::NaN(d), y);
  return hn::IfThenElse(hn::Eq(x, zero), hn::Neg(inf), y);
#endif
}

/// log(1 + x), accurate near 0.
/// Domain: any; -1 -> -inf, x < -1 -> NaN, inf -> inf, NaN -> NaN, -0 -> -0.
/// Error:  <= 1.5 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Log1p(D d, V x) {
  const V one = Const(d, 1.0), inf = hn::Inf(d);
  const V u = hn::Add(one, x);
  // What rounding took from u: exact until u has no bit for the 1, and there it is too
  // small to matter.
  const V c = hn::Sub(x, hn::Sub(u, one));
  V f, e;
#if HWY_TARGET <= HWY_AVX3
  Split(d, u, f, e);
  f = hn::Add(f, MulPow2(c, hn::Neg(e)));
#else
  using F = format<D>;
  const hn::RebindToUnsigned<D> du;
  const auto biased = SplitNormal(d, u, ExponentOffset(d, 0), f, e);
  // 2^(2-e), as 2^-e would be subnormal for the largest x.
  const auto four = hn::Set(du, static_cast<typename F::U>(F::one + ((F::bias + 2) << F::mantissa_bits)));
  const V scale = hn::BitCast(d, hn::Sub(four, hn::ShiftLeft<F::mantissa_bits>(biased)));
  f = hn::MulAdd(hn::Mul(c, Const(d, 0.25)), scale, f);
#endif
  V y = LogOfSplit(d, f, e);
  y = hn::IfThenElse(hn::Eq(u, one), x, y);
  y = hn::IfThenElse(hn::Lt(x, inf), y, x);
  y = hn::IfThenElse(hn::Lt(x, hn::Neg(one)), hn::NaN(d), y);
  return hn::IfThenElse(hn::Eq(u, hn::Zero(d)), hn::Neg(inf), y);
}

// ---- f32 by way of f64

/// f64 lanes to f32; beyond the range gives inf on every target.
template <class DF, class V>
HWY_INLINE hn::Vec<DF> Narrow(DF df, V v) {
  const hn::Vec<DF> y = hn::DemoteTo(df, v);
#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR
  // Highway's emulation saturates at the largest float; half of it doubles to inf.
  const hn::Rebind<double, DF> dd;
  const hn::Vec<DF> half = hn::DemoteTo(df, hn::Mul(v, hn::Set(dd, 0.5)));
  const auto huge = hn::Ge(hn::Abs(y), hn::Set(df, hwy::HighestValue<float>()));
  return hn::IfThenElse(huge, hn::Add(half, half), y);
#else
  return y;
#endif
}

/// Core::Of(d, x...) with the lanes of f32 vectors taken through f64.
template <class Core, class D, class... V>
HWY_INLINE hn::Vec<D> ViaDouble(D d, V... x) {
  if constexpr (hn::MaxLanes(D()) * sizeof(double) <= HWY_MAX_BYTES) {
    const hn::Rebind<double, D> dd;
    return Narrow(d, Core::Of(dd, hn::PromoteTo(dd, x)...));
  } else {
#if HWY_TARGET != HWY_SCALAR  // has no halves to name
    const hn::Half<D> dh;
    const hn::Rebind<double, hn::Half<D>> dd;
    const auto lower = Narrow(dh, Core::Of(dd, hn::PromoteTo(dd, hn::LowerHalf(dh, x))...));
    const auto upper = Narrow(dh, Core::Of(dd, hn::PromoteTo(dd, hn::UpperHalf(dh, x))...));
    return hn::Combine(d, upper, lower);
#endif
  }
}

// ---- powers

/// exp(b log a) in f64, good to a float.
struct pow_for_f32 {
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE V Of(D d, V a, V b) {
    return Exp(d, hn::Mul(b, Log(d, a)));
  }
};

/// exp(b log a) for a >= 0, to the precision of f64 lanes.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V PowOfPositive(D d, V a, V b) {
  V f, e, hi, low, p, pl;
  Split(d, a, f, e);
  LogOfSplitTwice(d, f, e, hi, low);
  const V inf = hn::Inf(d);
  hi = hn::IfThenElse(hn::Lt(a, inf), hi, inf);
  hi = hn::IfThenElse(hn::Eq(a, hn::Zero(d)), hn::Neg(inf), hi);
  TwoProd(d, b, hi, p, pl);
  pl = hn::MulAdd(b, low, pl);
  // Where p is infinite its rest is NaN; far outside exp's range it does not count.
  pl = hn::IfThenElseZero(hn::Lt(hn::Abs(p), Const(d, 1000.0)), pl);
  return ExpOfSum(d, p, pl);
}

/// a to the power b, with all special cases of C's pow.
/// Domain: any; a < 0 with b not an integer -> NaN; x^0 = 1^x = 1 even for NaN.
/// Error:  <= 1 ulp (f32), <= 2 ulp (f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Pow(D d, V a, V b) {
  const V one = Const(d, 1.0), zero = hn::Zero(d), inf = hn::Inf(d);
  const V size = hn::Abs(a);
  V y;
  if constexpr (is_f32<D>) y = ViaDouble<pow_for_f32>(d, size, b);
  else y = PowOfPositive(d, size, b);
  y = hn::IfThenElse(hn::Eq(size, one), one, y);
  const auto whole = hn::Eq(hn::Round(b), b);
  const V half = hn::Mul(b, Const(d, 0.5));
  const auto odd = hn::AndNot(hn::Eq(hn::Round(half), half), whole);
  // The sign of a (also of -0 and -inf) survives an odd power.
  y = hn::Or(y, hn::And(hn::SignBit(d), hn::IfThenElseZero(odd, a)));
  const auto root_of_negative = hn::AndNot(whole, hn::And(hn::Lt(a, zero), hn::Lt(size, inf)));
  y = hn::IfThenElse(root_of_negative, hn::NaN(d), y);
  y = hn::IfThenElse(hn::Or(hn::IsNaN(a), hn::IsNaN(b)), hn::NaN(d), y);
  return hn::IfThenElse(hn::Or(hn::Eq(b, zero), hn::Eq(a, one)), one, y);
}

// ---- hyperbolic functions

/// Hyperbolic tangent.
/// Domain: any; ±inf -> ±1, NaN -> NaN, -0 -> -0.
/// Error:  <= 3 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Tanh(D d, V x) {
  const V size = hn::Abs(x);
  const V u = Clip(d, hn::Add(size, size), 0.0, is_f32<D> ? 18.0 : 40.0);
  const V h = Expm1OfLimited<-1>(d, hn::Neg(u));  // (exp(-2|x|) - 1) / 2
  const V y = hn::Div(hn::Neg(h), hn::Add(h, Const(d, 1.0)));
  return hn::CopySign(y, x);
}

/// Hyperbolic sine.
/// Domain: any; ±inf -> ±inf, NaN -> NaN, -0 -> -0.
/// Error:  <= 3 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Sinh(D d, V x) {
  const V size = hn::Abs(x);
  // A quarter of expm1, so that sinh is right where exp itself overflows.
  const V q = Expm1OfLimited<-2>(d, Clip(d, size, 0.0, is_f32<D> ? 89.6 : 710.7));
  const V h = hn::Add(q, q);
  // h / (2 h + 1), which is 1/2 long before h overflows.
  const V g = hn::Min(h, Const(d, 0x1p60));
  const V y = hn::Add(h, hn::Div(g, hn::MulAdd(g, Const(d, 2.0), Const(d, 1.0))));
  const V tiny = Const(d, is_f32<D> ? 0x1p-14 : 0x1p-28);
  return hn::IfThenElse(hn::Lt(size, tiny), x, hn::CopySign(y, x));
}

/// Hyperbolic cosine.
/// Domain: any; ±inf -> inf, NaN -> NaN.
/// Error:  <= 2 ulp (f32, f64).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Cosh(D d, V x) {
  const V u = Clip(d, hn::Abs(x), 0.0, is_f32<D> ? 91.0 : 712.0);
  const V h = ExpOfLimited<-1>(d, u, u, false);
  return hn::Add(h, hn::Div(Const(d, 0.25), h));
}

}  // namespace math
}  // namespace HWY_NAMESPACE
}  // namespace loom
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
