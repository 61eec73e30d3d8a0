// SPDX-License-Identifier: BSL-1.0
// simd/hyperbolic-inl.h — hyperbolic functions and their inverses.
// Layer 7 (simd). Coefficients: minimax fits of our own. Errors: tests/simd/hyperbolic.cpp.

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// Hyperbolic tangent.
/// Domain: any; ±inf -> ±1, NaN -> NaN, -0 -> -0.
/// Error:  <= 3 ulp (f32, f64).
template <class V>
LOOM_INLINE V tanh(V x) {
  const V size = abs(x);
  const V u = clip(size + size, 0.0, is_f32<V> ? 18.0 : 40.0);
  const V h = expm1_of_limited<-1>(-u);  // (exp(-2|x|) - 1) / 2
  const V y = -h / (h + constant<V>(1.0));
  return copysign(y, x);
}

/// Hyperbolic sine.
/// Domain: any; ±inf -> ±inf, NaN -> NaN, -0 -> -0.
/// Error:  <= 3 ulp (f32, f64).
template <class V>
LOOM_INLINE V sinh(V x) {
  const V size = abs(x);
  // A quarter of expm1, so that sinh is right where exp itself overflows.
  const V q = expm1_of_limited<-2>(clip(size, 0.0, is_f32<V> ? 89.6 : 710.7));
  const V h = q + q;
  // h / (2 h + 1), which is 1/2 long before h overflows.
  const V g = min(h, constant<V>(0x1p60));
  const V y = h + g / fma(g, constant<V>(2.0), constant<V>(1.0));
  const V tiny = constant<V>(is_f32<V> ? 0x1p-14 : 0x1p-28);
  return select(size < tiny, x, copysign(y, x));
}

/// Hyperbolic cosine.
/// Domain: any; ±inf -> inf, NaN -> NaN.
/// Error:  <= 2 ulp (f32, f64).
template <class V>
LOOM_INLINE V cosh(V x) {
  const V u = clip(abs(x), 0.0, is_f32<V> ? 91.0 : 712.0);
  const V h = exp_of_limited<-1>(u, u, false);
  return h + constant<V>(0.25) / h;
}

// ---- inverse functions

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
  const V sum = y + masked(huge, constant<V>(0x1.62e42fefa39efp-1));
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
  const V sum = y + masked(huge, constant<V>(0x1.62e42fefa39efp-1));
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

}  // namespace loom::LOOM_TARGET
