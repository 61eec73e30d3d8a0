// SPDX-License-Identifier: BSL-1.0
// bench/by_hand/functions.hpp — functions of 16 floats for the losses written by hand.
#pragma once

#include "../avx512.hpp"

namespace bench::hand {

using namespace avx512;

[[gnu::always_inline]] inline vector all(float f) { return _mm512_set1_ps(f); }
[[gnu::always_inline]] inline vector fma(vector a, vector b, vector c) { return _mm512_fmadd_ps(a, b, c); }
/// c - a * b
[[gnu::always_inline]] inline vector fnma(vector a, vector b, vector c) { return _mm512_fnmadd_ps(a, b, c); }
/// The other lanes are 0.
[[gnu::always_inline]] inline vector only(lanes which, vector v) { return _mm512_maskz_mov_ps(which, v); }
[[gnu::always_inline]] inline vector select(lanes which, vector yes, vector no) {
  return _mm512_mask_mov_ps(no, which, yes);
}

/// e^x within 1.1 ulp; 0 below -104 and for -inf, NaN for NaN. Above 89 it is inf or NaN, which the callers find in their sums.
[[gnu::always_inline]] inline vector exponential(vector x) {
  // e^x = 2^n e^r, n in sixteenths. Added to `rounder`, n ends in the 4 bits by which its fraction's power is looked up.
  const vector powers = _mm512_setr_ps(1.f, 1.04427373f, 1.09050775f, 1.13878858f, 1.18920708f, 1.24185777f,
                                       1.29683959f, 1.35425556f, 1.41421354f, 1.47682619f, 1.54221082f, 1.61049032f,
                                       1.68179286f, 1.75625217f, 1.8340081f, 1.91520655f);
  const vector rounder = all(0x1.8p19f);
  x = _mm512_max_ps(all(-104), x);  // in this order NaN stays
  const vector rounded = fma(x, all(1.44269504f), rounder), n = rounded - rounder;
  const vector r = fnma(n, all(0x1.0bfbe8p-15f), fnma(n, all(0x1.62ep-1f), x));  // ln 2 in two parts
  const vector power = _mm512_permutexvar_ps(_mm512_castps_si512(rounded), powers);
  const vector polynomial = fma(fma(all(0.16666763f), r, all(0.5f)), r, all(1));
  return _mm512_scalef_ps(fma(power * r, polynomial, power), n);  // times 2 to the floor of n
}

/// log(u + rest) for finite u > 0, where `rest` is what u lost by rounding.
[[gnu::always_inline]] inline vector logarithm(vector u, vector rest = vector{}) {
  const vector mantissa = _mm512_getmant_ps(u, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
  const vector exponent = _mm512_getexp_ps(u) - _mm512_getexp_ps(mantissa);
  const vector f = (mantissa - all(1)) + _mm512_scalef_ps(rest, -exponent);
  vector polynomial = fma(all(-0.0450767539f), f, all(0.104632728f));
#pragma GCC unroll 8
  for (const float coefficient :
       {-0.131612644f, 0.14478372f, -0.166473031f, 0.199908614f, -0.250000954f, 0.333334506f, -0.5f})
    polynomial = fma(polynomial, f, all(coefficient));
  const vector low = fma(f * f, polynomial, exponent * all(0x1.7f7d1cp-20f));
  return fma(exponent, all(0x1.62e4p-1f), f + low);
}
/// log(1 + p) for finite p >= 0.
[[gnu::always_inline]] inline vector logarithm_1p(vector p) {
  const vector u = all(1) + p;
  return logarithm(u, p - (u - all(1)));
}

[[gnu::always_inline]] inline vector reciprocal(vector a) {
  const vector y = _mm512_rcp14_ps(a);
  return fma(fnma(a, y, all(1)), y, y);
}
/// a / b within an ulp, far from the ends of the range.
[[gnu::always_inline]] inline vector quotient(vector a, vector b) {
  const vector y = reciprocal(b), q = a * y;
  return fma(fnma(b, q, a), y, q);
}

[[gnu::always_inline]] inline __m512d halves_in_double(vector v) {
  return _mm512_cvtps_pd(_mm512_castps512_ps256(v)) + _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
}
[[gnu::always_inline]] inline float total(vector v) { return _mm512_reduce_add_ps(v); }
[[gnu::always_inline]] inline float first(vector v) { return _mm512_cvtss_f32(v); }

/// Asks for what a walk along rows or entries will read: near entries into the first cache, far ones into the second.
[[gnu::always_inline]] inline void prefetch(const float* p) {
  _mm_prefetch(reinterpret_cast<const char*>(p + 4096), _MM_HINT_T1);
  _mm_prefetch(reinterpret_cast<const char*>(p + 256), _MM_HINT_T0);
}

}  // namespace bench::hand
