// SPDX-License-Identifier: BSL-1.0
// simd/circular-inl.h — sine, cosine, tangent and their inverses.
// f32 lanes go through f64 where they would need tricks to stay accurate: one algorithm for both. Cores named
// ..._of<narrow> work on f64 lanes and stop at float precision where `narrow`.
// Layer 7 (simd). Coefficients: minimax fits of our own. Errors: tests/simd/circular.cpp.

namespace loom::inline LOOM_ABI::LOOM_TARGET {

// ---- sine and cosine

/// sin and cos of r + low, |r| <= pi/4, f64 lanes.
template <bool narrow, class V>
LOOM_INLINE void sin_cos_of_reduced(V r, V low, V& s, V& c) {
  const V z = r * r;
  const V one = constant<V>(1.0);
  if constexpr (narrow) {
    const V p = horner(z, 2.7180457816024907e-06, -0.00019839304351305256, 0.008333329280415447, -0.1666666664058991);
    const V q =
        horner(z, -2.720954578462412e-07, 2.479951173766985e-05, -0.0013888883722512882, 0.041666666622475576, -0.5);
    s = fma(r * z, p, r);
    c = fma(z, q, one);
  } else {
    const V p = horner(z, 1.5895898728783285e-10, -2.505074221841604e-08, 2.7557313587212487e-06,
                       -0.00019841269829495175, 0.008333333333322007, -0.1666666666666663);
    const V q = horner(z, -1.1359451517020782e-11, 2.0875719638044325e-09, -2.75573143268564e-07, 2.480158728939892e-05,
                       -0.0013888888888874, 0.0416666666666666);
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
    const V p2 = constant<V>(0x1.10b46118p-30), p3 = constant<V>(0x1.313198ap-61),
            p4 = constant<V>(0x1.701b839a25205p-92);
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
  sin_cos_of_reduced<false>(g * constant<V>(0x1.921fb54442d18p+1), g * constant<V>(0x1.1a62633145c07p-53), sg, cg);
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

/// base + base_low + atan(u), for |u| <= tan(pi/8).
template <class V>
LOOM_INLINE V atan_from(V base, V base_low, V u) {
  const V z = u * u;
  V p;
  if constexpr (is_f32<V>)
    p = horner(z, -0.060776812914009985, 0.10593612292851087, -0.1424350825912705, 0.199984703620995,
               -0.33333315174829803);
  else
    p = horner(z, -0.017902463285042722, 0.038059842545352565, -0.0503910228222885, 0.058478402439092275,
               -0.06663096665997383, 0.07692059501449483, -0.09090897713552559, 0.11111110781765268,
               -0.14285714280159165, 0.1999999999995318, -0.333333333333332);
  return base + (u + fma(u * z, p, base_low));
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
  const V base = select(outer, constant<V>(half_pi), masked(middle, constant<V>(half_pi / 2)));
  const V base_low = select(outer, constant<V>(half_pi_low<V>), select(middle, constant<V>(half_pi_low<V> / 2), zero));
  const V u = top / bottom;
  return copysign(atan_from(base, base_low, u), x);
}

/// The angle of (x, y) from the axis of x.
/// Domain: any, and special values as C99 F.9.1.4: the sign of a zero counts; NaN if either is.
/// Error:  <= 2 ulp (f32, f64).
template <class V>
LOOM_INLINE V atan2(V y, V x) {
  const V a = abs(y), b = abs(x), one = constant<V>(1.0), zero = V{};
  // Two infinities are one diagonal, as two ones are; half of what is near the largest number has a sum.
  const V larger = max(a, b), smaller = min(a, b);
  const auto infinite = smaller == infinity<V>();
  const V scale = select(larger > constant<V>(is_f32<V> ? 0x1p100 : 0x1p1000), constant<V>(0.5), one);
  const V longer = select(infinite, one, select(larger == zero, one, larger * scale));
  const V shorter = select(infinite, one, smaller * scale);
  // atan(s / l) = pi/4 + atan((s - l) / (s + l)), as in atan.
  const auto middle = shorter > longer * constant<V>(0x1.a827999fcef32p-2);
  const V u = select(middle, shorter - longer, shorter) / select(middle, shorter + longer, longer);
  const V inner =
      atan_from(masked(middle, constant<V>(half_pi / 2)), masked(middle, constant<V>(half_pi_low<V> / 2)), u);
  const V low = constant<V>(half_pi_low<V>);
  const V first = select(a > b, constant<V>(half_pi) - (inner - low), inner);
  const V angle = select_negative(x, constant<V>(2 * half_pi) - (first - (low + low)), first);
  return select(is_nan(x), x, select(is_nan(y), y, copysign(angle, y)));
}

}  // namespace loom::LOOM_TARGET
