// SPDX-License-Identifier: BSL-1.0
// simd/remainders-inl.h — what the exponential and the logarithm leave beyond the first terms of their series, relative to the next.
// Layer 7 (simd). Coefficients: minimax fits of our own. Errors: tests/simd/remainders.cpp.

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// 2 (exp(x) - 1 - x) / x^2, which is 1 at 0.
/// Domain: any; inf -> inf, -inf -> 0, NaN -> NaN.
/// Error:  <= 5 ulp (f32, f64).
template <class V>
LOOM_INLINE V exprel_2(V x) {
  const V inf = infinity<V>(), from = constant<V>(-2.0), to = constant<V>(1.0);
  V near;
  if constexpr (is_f32<V>) {
    near = horner(x, 3.80797753e-07, 5.39554435e-06, 4.98903145e-05, 0.000397176204, 0.00277764679, 0.0166664452,
                  0.0833333495, 0.333333367, 1.0);
  } else {
    near = horner(x, 2.0489294018200307e-16, 5.3484708021081647e-15, 9.5482433832204872e-14, 1.5302018263086603e-12,
                  2.2942631618660987e-11, 3.2118041713969918e-10, 4.1753495294666897e-09, 5.0104216381132968e-08,
                  5.5114638583192673e-07, 5.5114638453780624e-06, 4.9603174602685425e-05, 0.00039682539682514889,
                  0.0027777777777778638, 0.016666666666666707, 0.083333333333333327, 0.33333333333333333, 1.0);
  }
  const V far = (expm1(x) - x) / x * (constant<V>(2.0) / x);
  // 1 + x no longer counts; exp(x) may overflow where the result does not.
  const V half = exp(x * constant<V>(0.5)) / x;
  V y = select((x > from) & (x < to), near, far);
  y = select(x > constant<V>(60.0), half * half * constant<V>(2.0), y);
  return select(abs(x) < inf, y, select(x < V{}, V{}, x));
}

/// 6 (exp(x) - 1 - x - x^2 / 2) / x^3, which is 1 at 0.
/// Domain: any; inf -> inf, -inf -> 0, NaN -> NaN.
/// Error:  <= 6 ulp (f32, f64).
template <class V>
LOOM_INLINE V exprel_3(V x) {
  const V from = constant<V>(-2.0), to = constant<V>(3.0), three = constant<V>(3.0);
  V near;
  if constexpr (is_f32<V>) {
    near = horner(x, 1.48796486e-09, 1.266738e-08, 1.45561572e-07, 1.65555059e-06, 1.65498059e-05, 0.000148801613,
                  0.00119045668, 0.00833334029, 0.0500000082, 0.25, 1.0);
  } else {
    near = horner(x, 1.8712411154206069e-19, 2.3433527124436783e-18, 4.842246848481705e-17, 9.400164496319973e-16,
                  1.6872886701473797e-14, 2.867475425230768e-13, 4.588292481978334e-12, 6.88245514407203e-11,
                  9.63542617442292e-10, 1.2526054033890645e-08, 1.503126503648027e-07, 1.6534391536173684e-06,
                  1.653439153432975e-05, 0.00014880952380942348, 0.001190476190476218, 0.008333333333333356,
                  0.049999999999999996, 0.25, 1.0);
  }
  const V far = (exprel_2(x) - constant<V>(1.0)) / x * three;
  const V half = exp(x * constant<V>(0.5)) / x;  // as of exprel_2
  V y = select((x > from) & (x < to), near, far);
  y = select(x > constant<V>(60.0), half / x * (half * constant<V>(6.0)), y);
  return select(x == infinity<V>(), x, y);
}

/// log(1 + x) = 2 atanh(s) = 2 (s + s^3 p(s^2)) with s = x / (2 + x): p(z), for x of -0.6 to 1.5.
template <class V>
LOOM_INLINE V atanh_rest(V z) {
  if constexpr (is_f32<V>) {
    return horner(z, 0.123544256, 0.0605881075, 0.0930982924, 0.110964153, 0.142861779, 0.199999946, 0.333333333);
  } else {
    return horner(z, 0.12431637550214202, -0.016910864495085304, 0.063004856569087207, 0.043464015058449657,
                  0.05321663056808104, 0.058767642328082749, 0.066670292366361989, 0.076922920169107961,
                  0.090909095241404281, 0.11111111104008321, 0.14285714285774627, 0.19999999999999799,
                  0.33333333333333333);
  }
}

/// 2 (x - log(1 + x)) / x^2, which is 1 at 0.
/// Domain: x >= -1, below NaN; -1 -> inf, inf -> 0, NaN -> NaN.
/// Error:  <= 5 ulp (f32, f64).
template <class V>
LOOM_INLINE V log1prel_2(V x) {
  const V two = constant<V>(2.0), from = constant<V>(-0.6), to = constant<V>(1.5);
  const V d = two + x, s = x / d;  // x - log(1 + x) = x s - 2 s^3 p
  const V near = two / d * fnma(two * s / d, atanh_rest(s * s), constant<V>(1.0));
  const V far = (x - log1p(x)) / x * (two / x);
  const V y = select((x > from) & (x < to), near, far);
  return select(x == infinity<V>(), V{}, y);
}

/// 3 (log(1 + x) - x + x^2 / 2) / x^3, which is 1 at 0.
/// Domain: x >= -1, below NaN; -1 -> inf, inf -> 0, NaN -> NaN.
/// Error:  <= 10 ulp (f32, f64).
template <class V>
LOOM_INLINE V log1prel_3(V x) {
  const V two = constant<V>(2.0), one = constant<V>(1.0), from = constant<V>(-0.6), to = constant<V>(1.5);
  const V d = two + x, s = x / d, c = two / d;  // the numerator is 6 s^3 (1 / c^2 + p), x^3 is 8 s^3 / c^3
  const V near = constant<V>(0.75) * c * fma(c * c, atanh_rest(s * s), one);
  const V far = constant<V>(1.5) * ((one - log1prel_2(x)) / x);
  return select((x > from) & (x < to), near, far);
}

}  // namespace loom::LOOM_TARGET
