// SPDX-License-Identifier: BSL-1.0
// loops/entry_products-inl.h — logarithms of entries of float, added up as the logarithm of their product in double.
// Layer 7 (loops).

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// A product of entries in each lane of two vectors of double, and what was taken out of it: powers of 2.
template <class V>
struct entry_product {
  using VD = vec<double>;
  VD product[2], exponents[2];
  V signs;  ///< the sign bits of all factors: of two negative ones the product would be positive
};

/// Factors of float that a product has room for, unless all of them are next to one end of their range.
inline constexpr std::ptrdiff_t most_factors = 8;

template <class V>
LOOM_INLINE entry_product<V> empty_product() {
  entry_product<V> p{};
  p.product[0] = p.product[1] = constant<vec<double>>(1);
  return p;
}
template <class V>
LOOM_INLINE void multiply(entry_product<V>& p, V v) {
  p.product[0] = p.product[0] * widen(lower_half(v));
  p.product[1] = p.product[1] * widen(upper_half(v));
  p.signs = bit_or(p.signs, v);
}

/// Leaves products in [1,2), so that there is room for more factors. Returns whether all factors so far are in them, none of them negative;
/// where one had no room the product is NaN from there on.
template <class V>
LOOM_INLINE bool take_exponents(entry_product<V>& p) {
  using VD = vec<double>;
  using F = format<VD>;
  const bool had_room = all_below(p.product[0] + p.product[1], constant<VD>(0x1p1000)) &&
                        all_below(constant<VD>(0x1p-1000), min(p.product[0], p.product[1]));
  for (int part = 0; part < 2; ++part) {
    const auto bits = as<bits_of<VD>>(p.product[part]);
    // An integer placed under the exponent of 2^mantissa_bits converts without a convert.
    const auto biased = bits >> F::mantissa_bits | as<bits_of<VD>>(constant<VD>(F::pow2_mantissa));
    p.exponents[part] = p.exponents[part] + (as<VD>(biased) - constant<VD>(F::pow2_mantissa + F::bias));
    p.product[part] = as<VD>((bits & ((typename F::U{1} << F::mantissa_bits) - 1)) | broadcast<bits_of<VD>>(F::one));
  }
  if (!had_room) [[unlikely]]
    p.product[0] = not_a_number<VD>();
  return had_room && !any(as<ints_of<V>>(p.signs) < 0);
}

/// The sum of the logarithms of all factors.
template <class V>
[[gnu::noinline]] inline LOOM_OF_TARGET double logarithm_of(entry_product<V> p) {
  constexpr std::size_t half = width<vec<double>>;
  alignas(64) double less_one[2 * half];
  store(p.product[0] - constant<vec<double>>(1), less_one);
  store(p.product[1] - constant<vec<double>>(1), less_one + half);
  const double exponents = across_lanes<op::sum>(p.exponents[0] + p.exponents[1]);
  return loops::logarithm_of_product(less_one, 2 * half) + exponents * loops::ln2;
}

}  // namespace loom::LOOM_TARGET
