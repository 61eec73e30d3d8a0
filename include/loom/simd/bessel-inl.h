// SPDX-License-Identifier: BSL-1.0
// simd/bessel-inl.h — the modified Bessel functions of orders 0 and 1, scaled by exp(-|x|), and the logarithm of the first.
// One algorithm, for f64 lanes, which stops at float precision where `narrow`; f32 lanes go through it.
// Layer 7 (simd). Coefficients: interpolations at Chebyshev nodes made for this file with 60 digits. Errors: tests/simd/bessel.cpp.

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// (I0(sqrt z) - 1) / z and I1(sqrt z) / sqrt z for 0 <= z <= 64, f64 lanes: no term is negative, and nothing cancels.
template <bool narrow, class V>
LOOM_INLINE V bessel_i0_rest(V z) {
  if constexpr (narrow)
    return horner(z, 1.39278788680373e-19, 1.893640629444863e-17, 1.0178145859988129e-14, 2.365753331856562e-12,
                  4.72012247596727e-10, 6.779842124439475e-08, 6.781866799123817e-06, 0.0004340268594213104,
                  0.01562500178568898, 0.24999999942828635);
  else
    return horner(z, 8.262779232988884e-37, 4.714684319191478e-34, 5.0068740039222045e-31, 3.83293601539906e-28,
                  2.5984635385156403e-25, 1.4963027946524912e-22, 7.24226953458259e-20, 2.896903108742201e-17,
                  9.385967043097218e-15, 2.4028075488238737e-12, 4.709502797132102e-10, 6.781684027773918e-08,
                  6.781684027777918e-06, 0.00043402777777777754, 0.015625, 0.25);
}
template <bool narrow, class V>
LOOM_INLINE V bessel_i1_quotient(V z) {
  if constexpr (narrow)
    return horner(z, 6.358902396902893e-21, 9.338660340700415e-19, 5.678116391053078e-16, 1.476321529369206e-13,
                  3.372802420548722e-11, 5.649427522292879e-09, 6.781957300590385e-07, 5.425325233734064e-05,
                  0.0026041675721136764, 0.06249999854841198, 0.5000000003840416);
  else
    return horner(z, 2.716505589516919e-35, 1.3808181584914298e-32, 1.408926251589232e-29, 9.956969230500738e-27,
                  6.2370206832638684e-24, 3.2918259018287706e-21, 1.448455537254395e-18, 5.214425120919993e-16,
                  1.5017547367976848e-13, 3.3639305668982475e-11, 5.651403356704746e-09, 6.781684027764357e-07,
                  5.42534722222271e-05, 0.0026041666666666574, 0.06250000000000001, 0.5);
}

/// sqrt(x) exp(-x) times I0(x) and I1(x) for x >= 8, f64 lanes, by w = 16 / x - 1.
template <bool narrow, class V>
LOOM_INLINE V bessel_i0_far(V w) {
  if constexpr (narrow)
    return horner(w, 1.0829898259260847e-07, 3.631710305277285e-07, 1.4767921099426897e-06, 1.1111525456650673e-05,
                  0.00013621684311530046, 0.003360555851925354, 0.4021765094450081);
  else
    return horner(w, -7.06893851181878e-11, -1.9216763724933513e-11, 5.181936971288284e-10, 1.4672236659214398e-10,
                  -1.7789375042917173e-09, -5.562201990080394e-10, 3.881151253996067e-09, 1.497880830187091e-09,
                  -6.188265090497361e-09, -3.4857887470034955e-09, 7.58022133915272e-09, 7.540601378890834e-09,
                  -5.4685974495866e-09, -1.3404241991980871e-08, -6.729724111923548e-09, 7.553516470355896e-09,
                  2.1545177650836005e-08, 3.932602459703109e-08, 8.87225351128584e-08, 2.973598432479169e-07,
                  1.4838475473607391e-06, 1.1143033791556743e-05, 0.00013621607439232746, 0.003360551983667854,
                  0.4021765094450081);
}
template <bool narrow, class V>
LOOM_INLINE V bessel_i1_far(V w) {
  if constexpr (narrow)
    return horner(w, -1.2212498465941114e-07, -4.2155543729815765e-07, -1.8267145046635388e-06, -1.500332306614829e-05,
                  -0.00021923666942859845, -0.009749581526547915, 0.38939845902587233);
  else
    return horner(w, -1.9677083272584384e-11, 6.135932778393812e-11, 1.417650842869536e-10, -4.6561597954216946e-10,
                  -4.798751536934023e-10, 1.657764699456319e-09, 1.0715528639398075e-09, -3.75344338735913e-09,
                  -1.992076551203188e-09, 6.202984113000443e-09, 3.803814960536081e-09, -7.863004697555056e-09,
                  -7.816968266767898e-09, 5.963645798166707e-09, 1.408852075202545e-08, 6.737493433374833e-09,
                  -8.43880090582137e-09, -2.337446787242448e-08, -4.312778920167609e-08, -1.0001282610189342e-07,
                  -3.4838567401229716e-07, -1.8349101357991557e-06, -1.5038547197358572e-05, -0.00021923576383382282,
                  -0.009749577193235768, 0.38939845902587233);
}

/// What both sides of 8 begin with: |x|, |x| and its square up to 8, and w from 8 on.
template <class V>
struct bessel_argument {
  V size, low, z, w;
  LOOM_INLINE explicit bessel_argument(V x)
      : size(abs(x)),
        low(clip(size, 0.0, 8.0)),
        z(low * low),
        w(constant<V>(16.0) / select(size < constant<V>(8.0), constant<V>(8.0), size) - constant<V>(1.0)) {}
  LOOM_INLINE auto is_near() const { return size < constant<V>(8.0); }
};

template <bool narrow>
struct i0e_core {
  template <class V>
  static LOOM_INLINE V of(V x) {
    const bessel_argument<V> a(x);
    const V near = exp(-a.low) * fma(a.z, bessel_i0_rest<narrow>(a.z), constant<V>(1.0));
    return select(a.is_near(), near, bessel_i0_far<narrow>(a.w) / sqrt(a.size));
  }
};

template <bool narrow>
struct i1e_core {
  template <class V>
  static LOOM_INLINE V of(V x) {
    const bessel_argument<V> a(x);
    const V near = exp(-a.low) * bessel_i1_quotient<narrow>(a.z) * a.low;
    return copysign(select(a.is_near(), near, bessel_i1_far<narrow>(a.w) / sqrt(a.size)), x);
  }
};

template <bool narrow>
struct log_i0_core {
  template <class V>
  static LOOM_INLINE V of(V x) {
    const bessel_argument<V> a(x);
    // Near 0 by I0 - 1, far from it by |x| and the logarithm of 1 / i0e: one logarithm for both.
    const V far = sqrt(a.size) / bessel_i0_far<narrow>(a.w) - constant<V>(1.0);
    const V l = log1p(select(a.is_near(), a.z * bessel_i0_rest<narrow>(a.z), far));
    return select(a.is_near(), l, select(a.size < infinity<V>(), a.size - l, a.size));
  }
};

/// exp(-|x|) I0(x).
/// Domain: any; ±inf -> 0, NaN -> NaN.
/// Error:  <= 1 ulp (f32), <= 4 ulp (f64).
template <class V>
LOOM_INLINE V i0e(V x) {
  if constexpr (is_f32<V>) return via_double<i0e_core<true>>(x);
  else return i0e_core<false>::of(x);
}

/// exp(-|x|) I1(x).
/// Domain: any; ±inf -> ±0, NaN -> NaN, -0 -> -0.
/// Error:  <= 1 ulp (f32), <= 4 ulp (f64).
template <class V>
LOOM_INLINE V i1e(V x) {
  if constexpr (is_f32<V>) return via_double<i1e_core<true>>(x);
  else return i1e_core<false>::of(x);
}

/// log(I0(x)).
/// Domain: any; ±inf -> inf, NaN -> NaN.
/// Error:  <= 1 ulp (f32), <= 3 ulp (f64).
template <class V>
LOOM_INLINE V log_i0(V x) {
  if constexpr (is_f32<V>) return via_double<log_i0_core<true>>(x);
  else return log_i0_core<false>::of(x);
}

}  // namespace loom::LOOM_TARGET
