// SPDX-License-Identifier: BSL-1.0
// simd/math-inl.h — exp, log and pow for SIMD lanes, f32 and f64, and what all functions are made of.
// They keep every special value of C's Annex F: a loss that hides a NaN is a bug nobody finds.
// Everything is branch-free and right with or without fused multiply-add.
// Layer 7 (simd). Coefficients: minimax fits of our own. Errors: tests/simd/math.cpp.

namespace loom::inline LOOM_ABI::LOOM_TARGET {

template <class V>
inline constexpr bool is_f32 = sizeof(lane<V>) == 4;

/// Constants of the binary format of V's lanes, as its unsigned integer.
template <class V>
struct format {
  using U = lane<bits_of<V>>;
  static constexpr int mantissa_bits = is_f32<V> ? 23 : 52;
  static constexpr U bias = is_f32<V> ? 127 : 1023;
  static constexpr U one = bias << mantissa_bits;
  static constexpr U three_quarters = one - (U{1} << (mantissa_bits - 1));
  // Adding 1.5 * 2^mantissa_bits rounds to an integer and leaves it in the low bits.
  static constexpr double round_magic = is_f32<V> ? 0x1.8p23 : 0x1.8p52;
  static constexpr double pow2_mantissa = is_f32<V> ? 0x1p23 : 0x1p52;
  static constexpr double min_normal = is_f32<V> ? 0x1p-126 : 0x1p-1022;
  // ln 2 in two parts: the first times any exponent is exact, even without FMA.
  static constexpr double ln2_hi = is_f32<V> ? 0x1.62e4p-1 : 0x1.62e42fefa38p-1;
  static constexpr double ln2_lo = is_f32<V> ? 0x1.7f7d1cp-20 : 0x1.ef35793c7673p-45;
};

/// Polynomial in x by Horner's rule; the highest coefficient comes first.
template <class V, class... C>
LOOM_INLINE V horner(V x, double highest, C... rest) {
  V y = constant<V>(highest);
  ((y = fma(y, x, constant<V>(rest))), ...);
  return y;
}

/// x limited to [lo, hi], but NaN stays NaN.
template <class V>
LOOM_INLINE V clip(V x, double lo, double hi) {
  return min(constant<V>(hi), max(constant<V>(lo), x));
}

/// y where x is large enough for it, otherwise x: keeps -0 and subnormals.
template <class V>
LOOM_INLINE V unless_tiny(V x, V y) {
  return select(abs(x) < constant<V>(is_f32<V> ? 0x1p-13 : 0x1p-28), x, y);
}

// ---- sums and products with their rounding errors

/// a + b = s + e exactly, if |a| >= |b| or a = 0. `s` may be the same object as an operand.
template <class V>
LOOM_INLINE void fast_two_sum(V a, V b, V& s, V& e) {
  s = a + b;
  e = b - (s - a);
}

/// a * b = p + e; exact with FMA, otherwise to about twice the precision of a lane.
template <class V>
LOOM_INLINE void two_prod(V a, V b, V& p, V& e) {
  const V product = a * b;
  if constexpr (fused) {
    e = fms(a, b, product);
  } else {
    // Dekker's product. Splitting by bits, not by multiplying: nothing overflows,
    // and as each partial product is exact it does not matter if a compiler fuses it.
    using U = typename format<V>::U;
    const V high = as<V>(broadcast<bits_of<V>>(static_cast<U>(U(~U{0}) << (is_f32<V> ? 12 : 27))));
    const V a1 = bit_and(a, high), b1 = bit_and(b, high);
    const V a0 = a - a1, b0 = b - b1;
    const V most = a1 * b1 - product;
    e = most + a1 * b0 + a0 * b1 + a0 * b0;
  }
  p = product;
}

// ---- powers of two

/// x = n ln 2 + r with n an integer; `t` carries n + bias in its low bits.
template <class V>
LOOM_INLINE V reduce_by_ln2(V x, double bias, V& t, V& n) {
  using F = format<V>;
  const V magic = constant<V>(F::round_magic + bias);
  t = fma(x, constant<V>(0x1.71547652b82fep+0), magic);
  n = t - magic;
  const V r = fnma(n, constant<V>(F::ln2_hi), x);
  return fnma(n, constant<V>(F::ln2_lo), r);
}

/// exp(x + low) * 2^shift, where `x` is already limited to where n fits the format.
template <int shift, class V>
LOOM_INLINE V exp_of_limited(V x, V low, bool has_low) {
  using F = format<V>;
  V t, n;
  V r = reduce_by_ln2(x, 2.0 * F::bias + shift, t, n);
  if (has_low) r = r + low;
  V q;
  if constexpr (is_f32<V>) q = horner(r, 0.00138145441, 0.00836874545, 0.041668389, 0.166665211, 0.49999994);
  else
    q = horner(r, 2.5104388698468102e-08, 2.7632132668113627e-07, 2.755725897359798e-06, 2.480148887614247e-05,
               0.00019841269869716612, 0.0013888888946233299, 0.008333333333328969, 0.04166666666652843,
               0.16666666666666666, 0.5000000000000009);
  const V one = constant<V>(1.0);
  const V p = fma(fma(q, r, one), r, one);
#if LOOM_TARGET_BYTES == 64
  if constexpr (shift != 0) n = n + constant<V>(shift);
  return times_pow2(p, n);
#else
  // 2^n as two factors, so that a subnormal result is rounded once, at the end.
  const auto i = as<bits_of<V>>(t);
  const auto half = i >> 1;
  const auto rest = i - half;
  const V y = p * as<V>(half << F::mantissa_bits);
  return y * as<V>(rest << F::mantissa_bits);
#endif
}

/// exp(x + low) for |low| far below |x|: keeps the low half of an exact product.
template <class V>
LOOM_INLINE V exp_of_sum(V x, V low) {
  const V limited = is_f32<V> ? clip(x, -104.0, 89.0) : clip(x, -746.0, 710.0);
  return exp_of_limited<0>(limited, low, true);
}

/// e^x for x that is limited from above: at most 89 (f32) or 710 (f64), or infinite, or NaN.
/// Domain: any such; gradual underflow; -inf -> 0, inf -> inf, NaN -> NaN.
/// Error:  <= 1.5 ulp (f32, f64).
template <class V>
LOOM_INLINE V exp_of_low(V x) {
#if LOOM_TARGET_BYTES == 64  // its scaling by a power of two has the infinities right
  constexpr lane<V> least = is_f32<V> ? -104.0f : -746.0f;  // below it e^x is 0
  const V limited = max(constant<V>(least), x);
  if constexpr (std::is_same_v<V, f32s>) {
    // 2^(n/16) is a lane of a table, which the low bits of t choose; times_pow2 takes the floor of n.
    const V table = {1.F,         1.04427378F, 1.09050773F, 1.13878863F, 1.18920712F, 1.24185781F,
                     1.29683955F, 1.35425555F, 1.41421356F, 1.47682615F, 1.54221083F, 1.61049033F,
                     1.68179283F, 1.75625216F, 1.83400809F, 1.91520656F};
    const V magic = constant<V>(0x1.8p19), t = fma(x, constant<V>(0x1.715476p+0), magic), n = t - magic;
    const V r = fnma(n, constant<V>(0x1.0bfbe8p-15), fnma(n, constant<V>(0x1.62ep-1), x));
    const V power = lanes_at(table, as<vec<int>>(t));
    return times_pow2(fma(power * r, horner(r, 0.16666763, 0.5, 1.0), power), n, x, least);
  } else if constexpr (std::is_same_v<V, f64s>) {  // of two vectors
    const V low = {1,
                   0x1.0b5586cf9890fp+0,
                   0x1.172b83c7d517bp+0,
                   0x1.2387a6e756238p+0,
                   0x1.306fe0a31b715p+0,
                   0x1.3dea64c123422p+0,
                   0x1.4bfdad5362a27p+0,
                   0x1.5ab07dd485429p+0};
    const V high = {0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f09p+0,
                    0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0};
    const V magic = constant<V>(0x1.8p48), t = fma(x, constant<V>(0x1.71547652b82fep+0), magic), n = t - magic;
    const V r = fnma(n, constant<V>(0x1.ef35793c7673p-45), fnma(n, constant<V>(0x1.62e42fefa38p-1), x));
    const V power = lanes_at(low, high, as<vec<long long>>(t));
    const V q = horner(r, 0.00019841464175558393, 0.0013889063789935465, 0.008333333332990723, 0.041666666663583167,
                       0.16666666666666667, 0.5, 1.0);
    return times_pow2(fma(power * r, q, power), n, x, least);
  }
#else
  const V limited = is_f32<V> ? clip(x, -104.0, 89.0) : clip(x, -746.0, 710.0);
#endif
  return exp_of_limited<0>(limited, limited, false);
}

/// e^x.
/// Domain: any; gradual underflow; -inf -> 0, inf -> inf, NaN -> NaN.
/// Error:  <= 1.5 ulp (f32, f64).
template <class V>
LOOM_INLINE V exp(V x) {
#if LOOM_TARGET_BYTES == 64
  return exp_of_low(min(constant<V>(is_f32<V> ? 89.0 : 710.0), x));
#else
  return exp_of_low(x);
#endif
}

/// e^x where a result that is infinite will not be used, whatever its sign: a guess shifted x (schedule/guess.hpp).
/// Domain: any; x > 89 (f32) or x > 710 (f64) -> inf, -inf or NaN; else as exp.
/// Error:  <= 1.5 ulp (f32, f64).
template <class V>
LOOM_INLINE V exp_of_guess(V x) {
#if LOOM_TARGET_BYTES == 64
  if constexpr (is_f32<V>)
    return exp_of_low(x);  // for each float beyond 89 it is infinite: tests/simd/bounded.cpp tries them
#endif
  return exp(x);
}

/// (e^x - 1) * 2^shift for limited x; shift < 0 so that 2^n cannot overflow.
template <int shift, class V>
LOOM_INLINE V expm1_of_limited(V x) {
  using F = format<V>;
  V t, n;
  const V r = reduce_by_ln2(x, 1.0 * F::bias + shift, t, n);
  V q;
  if constexpr (is_f32<V>) q = horner(r, 0.000199622853, 0.00139432563, 0.00833322015, 0.0416663252, 0.166666672, 0.5);
  else
    q = horner(r, 1.768769844969116e-09, 2.5105236719514428e-08, 2.7567935820819667e-07, 2.755725535969336e-06,
               2.4801574517473e-05, 0.0001984126987484561, 0.0013888888895613337, 0.00833333333332613,
               0.041666666666652245, 0.1666666666666667, 0.5);
  const V e = fma(r * r, q, r);
  const V s = as<V>(as<bits_of<V>>(t) << F::mantissa_bits);
  constexpr double unit = shift == -1 ? 0.5 : 0.25;
  return fma(s, e, s - constant<V>(unit));
}

/// e^x - 1, accurate near 0.
/// Domain: any; -inf -> -1, inf -> inf, NaN -> NaN, -0 -> -0.
/// Error:  <= 2 ulp (f32, f64).
template <class V>
LOOM_INLINE V expm1(V x) {
  const V y = expm1_of_limited<-1>(is_f32<V> ? clip(x, -18.0, 89.0) : clip(x, -40.0, 710.0));
  // Halving a subnormal loses a bit, and r + r^2 q loses the sign of -0.
  const V tiny = constant<V>(is_f32<V> ? 0x1p-26 : 0x1p-55);
  return select(abs(x) < tiny, x, y + y);
}

// ---- logarithms

#if LOOM_TARGET_BYTES == 64

/// x = 2^e (1 + f) with 1 + f in [3/4, 3/2). f is NaN for x < 0 and NaN; e = -inf for 0 and
/// inf for inf.
template <class V>
LOOM_INLINE void split(V x, V& f, V& e) {
  const V m = mantissa(x);
  e = exponent(x) - exponent(m);
  f = m - constant<V>(1.0);
}

#else

/// x = 2^e (1 + f) with 1 + f in [3/4, 3/2), for normal x > 0, where e is the exponent less
/// `offset`. Returns the biased exponent.
template <class V>
LOOM_INLINE bits_of<V> split_normal(V x, V offset, V& f, V& e) {
  using F = format<V>;
  using U = typename F::U;
  const auto i = as<bits_of<V>>(x) + broadcast<bits_of<V>>(static_cast<U>(F::one - F::three_quarters));
  const auto biased = i >> F::mantissa_bits;
  // An integer placed under the exponent of 2^mantissa_bits converts without a convert.
  const auto carrier = as<bits_of<V>>(constant<V>(F::pow2_mantissa));
  e = as<V>(biased | carrier) - offset;
  const auto mantissa = i & static_cast<U>((U{1} << F::mantissa_bits) - 1);
  f = as<V>(mantissa + broadcast<bits_of<V>>(F::three_quarters)) - constant<V>(1.0);
  return biased;
}

/// What split_normal subtracts from a biased exponent to get e.
template <class V>
LOOM_INLINE V exponent_offset(int more) {
  return constant<V>(format<V>::pow2_mantissa + 1.0 * format<V>::bias + more);
}

/// x = 2^e (1 + f) with 1 + f in [3/4, 3/2), for finite x > 0.
template <class V>
LOOM_INLINE void split(V x, V& f, V& e) {
  using F = format<V>;
  const auto subnormal = x < constant<V>(F::min_normal);
  const V scaled = select(subnormal, x * constant<V>(F::pow2_mantissa), x);
  const V offset = select(subnormal, exponent_offset<V>(F::mantissa_bits), exponent_offset<V>(0));
  split_normal(scaled, offset, f, e);
}

#endif

/// log(2^e (1 + f)).
template <class V>
LOOM_INLINE V log_of_split(V f, V e) {
  using F = format<V>;
  const V hi = constant<V>(F::ln2_hi), lo = constant<V>(F::ln2_lo);
  if constexpr (is_f32<V>) {
    const V q = horner(f, -0.0450767539, 0.104632728, -0.131612644, 0.14478372, -0.166473031, 0.199908614, -0.250000954,
                       0.333334506, -0.5);
    const V y = fma(f * f, q, e * lo);
    return fma(e, hi, f + y);
  } else {
    // A division costs less than the ten further coefficients a series in f would take.
    const V s = f / (f + constant<V>(2.0));
    const V z = s * s;
    const V q = z * horner(z, 0.15368237599539994, 0.1525018378287501, 0.18186356207633053, 0.22222138502398336,
                           0.28571429395190967, 0.39999999996163077, 0.666666666666727);
    const V h = f * constant<V>(0.5) * f;
    const V y = fma(s, h + q, e * lo);
    return fma(e, hi, f - (h - y));
  }
}

/// log(2^e (1 + f)) = hi + low with relative error < 2^-62: for f64 only.
template <class V>
LOOM_INLINE void log_of_split_twice(V f, V e, V& hi, V& low) {
  using F = format<V>;
  const V two = constant<V>(2.0);
  V t, tl, p, pl, s, sl, zh, zl, wh, wl;
  fast_two_sum(two, f, t, tl);
  // s + sl = f / (2 + f)
  const V inverse = constant<V>(1.0) / t;
  s = f * inverse;
  two_prod(s, t, p, pl);
  sl = fnma(s, tl, f - p - pl) * inverse;
  // 2 atanh(s) = s (2 + 2/3 s^2 + s^4 q), the first three terms in two parts
  two_prod(s, s, zh, zl);
  zl = fma(s + s, sl, zl);
  const V q = horner(zh, 0.12571178620835094, 0.11592402993003895, 0.1334114128878035, 0.15384406767861408,
                     0.1818182152363997, 0.22222222191273566, 0.28571428571577184, 0.39999999999999725);
  const V third = constant<V>(0x1.5555555555555p-1);
  two_prod(third, zh, wh, wl);
  wl = wl + fma(third, zl, zh * fma(zh, q, constant<V>(0x1.5555555555555p-55)));
  fast_two_sum(two, wh, t, tl);
  fast_two_sum(t, tl + wl, wh, wl);
  two_prod(s, wh, p, pl);
  pl = pl + fma(s, wl, sl * wh);
  fast_two_sum(e * constant<V>(F::ln2_hi), p, t, tl);
  fast_two_sum(t, tl + fma(e, constant<V>(F::ln2_lo), pl), hi, low);
}

/// Natural logarithm.
/// Domain: any; 0 -> -inf, x < 0 -> NaN, inf -> inf, NaN -> NaN; subnormals are exact inputs.
/// Error:  <= 1 ulp (f32, f64).
template <class V>
LOOM_INLINE V log(V x) {
  V f, e;
  split(x, f, e);
#if LOOM_TARGET_BYTES == 64
  return log_of_split(f, e);
#else
  const V zero = V{}, inf = infinity<V>();
  V y = select(x < inf, log_of_split(f, e), x);
  y = select(x < zero, not_a_number<V>(), y);
  return select(x == zero, -inf, y);
#endif
}

/// log(1 + x), accurate near 0.
/// Domain: any; -1 -> -inf, x < -1 -> NaN, inf -> inf, NaN -> NaN, -0 -> -0.
/// Error:  <= 1.5 ulp (f32, f64).
template <class V>
LOOM_INLINE V log1p(V x) {
  const V one = constant<V>(1.0), inf = infinity<V>();
  const V u = one + x;
  // What rounding took from u: exact until u has no bit for the 1, and there it is too
  // small to matter.
  const V c = x - (u - one);
  V f, e;
#if LOOM_TARGET_BYTES == 64
  split(u, f, e);
  f = f + times_pow2(c, -e);
#else
  using F = format<V>;
  const auto biased = split_normal(u, exponent_offset<V>(0), f, e);
  // 2^(2-e), as 2^-e would be subnormal for the largest x.
  const auto four = broadcast<bits_of<V>>(static_cast<typename F::U>(F::one + ((F::bias + 2) << F::mantissa_bits)));
  const V scale = as<V>(four - (biased << F::mantissa_bits));
  f = fma(c * constant<V>(0.25), scale, f);
#endif
  V y = log_of_split(f, e);
  y = select(u == one, x, y);
  y = select(x < inf, y, x);
  y = select(x < -one, not_a_number<V>(), y);
  return select(u == V{}, -inf, y);
}

/// log(1 + x) where 0 <= x <= 1: one polynomial, with neither a logarithm's split nor its special cases.
/// Domain: that, and NaN -> NaN; -0 -> -0.
/// Error:  <= 1.5 ulp (f32, f64).
template <class V>
LOOM_INLINE V log1p_of_share(V x) {
  const V square = x * x, y = x - constant<V>(0.5);  // a polynomial in y rounds less than one in x, whose terms cancel
  if constexpr (is_f32<V>) {
    const V q = horner(y, -0.00331846965496, 0.00693069712056, -0.0101777074334, 0.0166569857526, -0.0289049992612,
                       0.0510890590992, -0.0932318560542, 0.179224886148, -0.378139559411);
    return fma(square, q, x);
  } else {  // even and odd powers by themselves: the chains are half as long
    const V z = y * y;
    const V even = horner(z, -5.1126721700661016e-05, -7.108725141689642e-05, -0.0002048792849167925,
                          -0.0005165391055569548, -0.0013445311739138928, -0.003585664773865711, -0.009909900766964285,
                          -0.028943183164417317, -0.09323036636366903, -0.37813956756734246);
    const V odd = horner(z, 2.532977574549903e-05, 5.274526154342847e-05, 0.0001254490168774755, 0.00032346599022208304,
                         0.0008313430139389556, 0.0021876475786726138, 0.005929011560816855, 0.016788742491280994,
                         0.051083446105400214, 0.1792249369360372);
    return fma(square, fma(odd, y, even), x);
  }
}

// ---- f32 by way of f64

/// Core::of(x...) with the lanes of f32 vectors taken through f64.
template <class Core, class V, class... Vs>
LOOM_INLINE V via_double(V x, Vs... more) {
  if constexpr (width<V> == 1) {
    return narrow(Core::of(widen(x), widen(more)...));
  } else {
    const auto lower = narrow(Core::of(widen(lower_half(x)), widen(lower_half(more))...));
    const auto upper = narrow(Core::of(widen(upper_half(x)), widen(upper_half(more))...));
    return join(lower, upper);
  }
}

// ---- powers

/// exp(b log a) in f64, good to a float.
struct pow_for_f32 {
  template <class V>
  static LOOM_INLINE V of(V a, V b) {
    return exp(b * log(a));
  }
};

/// exp(b log a) for a >= 0, to the precision of f64 lanes.
template <class V>
LOOM_INLINE V pow_of_positive(V a, V b) {
  V f, e, hi, low, p, pl;
  split(a, f, e);
  log_of_split_twice(f, e, hi, low);
  const V inf = infinity<V>();
  hi = select(a < inf, hi, inf);
  hi = select(a == V{}, -inf, hi);
  two_prod(b, hi, p, pl);
  pl = fma(b, low, pl);
  // Where p is infinite its rest is NaN; far outside exp's range it does not count.
  pl = masked(abs(p) < constant<V>(1000.0), pl);
  return exp_of_sum(p, pl);
}

/// a to the power b, with all special cases of C's pow.
/// Domain: any; a < 0 with b not an integer -> NaN; x^0 = 1^x = 1 even for NaN.
/// Error:  <= 1 ulp (f32), <= 2 ulp (f64).
template <class V>
LOOM_INLINE V pow(V a, V b) {
  const V one = constant<V>(1.0), zero = V{}, inf = infinity<V>();
  const V size = abs(a);
  V y;
  if constexpr (is_f32<V>) y = via_double<pow_for_f32>(size, b);
  else y = pow_of_positive(size, b);
  y = select(size == one, one, y);
  const auto whole = round(b) == b;
  const V half = b * constant<V>(0.5);
  const auto odd = whole & (round(half) != half);
  // The sign of a (also of -0 and -inf) survives an odd power.
  y = bit_or(y, bit_and(sign_bit<V>(), masked(odd, a)));
  const auto root_of_negative = (round(b) != b) & (a < zero) & (size < inf);
  y = select(root_of_negative, not_a_number<V>(), y);
  y = select(is_nan(a), a, select(is_nan(b), b, y));
  return select((b == zero) | (a == one), one, y);
}

/// The same where b is one number for all lanes: as a rule it is the 2 of a square, or the 1 of a square's slope.
template <class V>
LOOM_INLINE V pow_of_scalar(V a, V b) {
  const lane<V> exponent = first_lane(b);
  return exponent == 2 ? a * a : exponent == 1 ? a : pow(a, b);
}

}  // namespace loom::LOOM_TARGET
