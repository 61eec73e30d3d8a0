// SPDX-License-Identifier: BSL-1.0
// numeric/half.hpp — numbers of 16 bits, in memory only: bf16 and f16, and the types of others that are laid out alike.
// Nothing is computed with them; they are read as float, and what is written is rounded to nearest, ties to even.
// Layer 0 (base).
#pragma once

#include "loom/base/config.hpp"

#include <bit>
#include <cstdint>
#include <type_traits>

namespace loom::inline LOOM_ABI {

/// How a number lies in memory.
enum class storage : std::uint8_t {
  own,  ///< as it is computed with
  bf16,  ///< the upper half of a float: 8 bits of exponent, 7 of fraction
  f16,  ///< IEEE binary16: 5 bits of exponent, 10 of fraction
};

namespace numeric::detail {

constexpr float bf16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

constexpr std::uint16_t float_to_bf16(float v) {
  const std::uint32_t b = std::bit_cast<std::uint32_t>(v);
  if ((b & 0x7FFFFFFFu) > 0x7F800000u) return static_cast<std::uint16_t>(b >> 16 | 0x40u);  // a NaN stays one, quiet
  return static_cast<std::uint16_t>((b + 0x7FFFu + (b >> 16 & 1u)) >> 16);
}

constexpr float f16_to_float(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16, size = bits & 0x7FFFu;
  if (size >= 0x7C00u)
    return std::bit_cast<float>(sign | 0x7F800000u | (size & 0x3FFu) << 13 | (size > 0x7C00u ? 0x400000u : 0u));
  if (size >= 0x400u)
    return std::bit_cast<float>(sign | ((size << 13) + (112u << 23)));  // exponents are biased by 15 and 127
  const float v = static_cast<float>(size) * 0x1p-24F;
  return sign != 0 ? -v : v;
}

constexpr std::uint16_t float_to_f16(float v) {
  const std::uint32_t b = std::bit_cast<std::uint32_t>(v), sign = b >> 16 & 0x8000u, size = b & 0x7FFFFFFFu;
  std::uint32_t r = 0x7C00u;
  if (size > 0x7F800000u) r = 0x7E00u | (size >> 13 & 0x3FFu);
  else if (size < 0x38800000u)
    r = std::bit_cast<std::uint32_t>(std::bit_cast<float>(size) + 0.5F) -
        0x3F000000u;  // the sum has the ulp of a subnormal
  else if (size < 0x47800000u) r = (size - (112u << 23) + 0xFFFu + (size >> 13 & 1u)) >> 13;
  return static_cast<std::uint16_t>(sign | r);
}

}  // namespace numeric::detail

/// bfloat16.
struct bf16 {
  std::uint16_t bits;
  bf16() = default;
  constexpr explicit bf16(float v) : bits(numeric::detail::float_to_bf16(v)) {}
  constexpr operator float() const { return numeric::detail::bf16_to_float(bits); }
};

/// IEEE binary16.
struct f16 {
  std::uint16_t bits;
  f16() = default;
  constexpr explicit f16(float v) : bits(numeric::detail::float_to_f16(v)) {}
  constexpr operator float() const { return numeric::detail::f16_to_float(bits); }
};

/// How the numbers of a type lie in memory. Specialise it for a type of 16 bits that Loom does not know:
///   template <> inline constexpr loom::storage loom::storage_of<Eigen::bfloat16> = loom::storage::bf16;
template <class T> inline constexpr storage storage_of = storage::own;
template <> inline constexpr storage storage_of<bf16> = storage::bf16;
template <> inline constexpr storage storage_of<f16> = storage::f16;
// _Float16, which std::float16_t is another name for. g++ 12 describes it on ARM, where its C++ has no such type.
#if defined(__FLT16_MANT_DIG__) && (defined(__clang__) || defined(__SSE2__) || __GNUC__ >= 13)
#define LOOM_HAS_FLOAT16
template <> inline constexpr storage storage_of<_Float16> = storage::f16;
#endif
#if defined(__BFLT16_MANT_DIG__) || \
    (defined(__clang__) && defined(__SSE2__) && __clang_major__ >= 17)  // also std::bfloat16_t
template <> inline constexpr storage storage_of<__bf16> = storage::bf16;
#endif

namespace numeric {

template <class T>
concept number_of_16_bits = storage_of<std::remove_cv_t<T>> != storage::own && sizeof(T) == 2;
template <class T>
concept is_number = std::is_arithmetic_v<std::remove_cv_t<T>> || number_of_16_bits<T>;

/// A number as it is stored -> one to compute with.
template <class T>
constexpr auto loaded(const T& v) {
  if constexpr (storage_of<T> == storage::bf16) return detail::bf16_to_float(std::bit_cast<std::uint16_t>(v));
  else if constexpr (storage_of<T> == storage::f16) return detail::f16_to_float(std::bit_cast<std::uint16_t>(v));
  else return v;
}

/// A computed number -> one to be stored as T.
template <class T, class Number>
constexpr T stored(Number v) {
  if constexpr (storage_of<T> == storage::bf16) return std::bit_cast<T>(detail::float_to_bf16(static_cast<float>(v)));
  else if constexpr (storage_of<T> == storage::f16)
    return std::bit_cast<T>(detail::float_to_f16(static_cast<float>(v)));
  else return static_cast<T>(v);
}

}  // namespace numeric

}  // namespace loom
