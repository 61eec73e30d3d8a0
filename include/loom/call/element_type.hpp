// SPDX-License-Identifier: BSL-1.0
// call/element_type.hpp — the types of elements that a call may bind, as data.
// Layer 5 (call).
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "loom/numeric/half.hpp"

namespace loom::inline LOOM_ABI::call {

enum class element_type : std::uint8_t { f32, f64, bf16, f16, boolean, i8, u8, i16, u16, i32, u32, i64, u64, other };

template <class T>
constexpr element_type type_of() {
  using U = std::remove_cv_t<T>;
  if constexpr (std::is_same_v<U, float>) return element_type::f32;
  else if constexpr (std::is_same_v<U, double>) return element_type::f64;
  else if constexpr (number_of_16_bits<U> && sizeof(U) == 2)
    return storage_of<U> == storage::bf16 ? element_type::bf16 : element_type::f16;
  else if constexpr (std::is_same_v<U, bool>) return element_type::boolean;
  else if constexpr (std::is_integral_v<U> && sizeof(U) == 1)
    return std::is_signed_v<U> ? element_type::i8 : element_type::u8;
  else if constexpr (std::is_integral_v<U> && sizeof(U) == 2)
    return std::is_signed_v<U> ? element_type::i16 : element_type::u16;
  else if constexpr (std::is_integral_v<U> && sizeof(U) == 4)
    return std::is_signed_v<U> ? element_type::i32 : element_type::u32;
  else if constexpr (std::is_integral_v<U> && sizeof(U) == 8)
    return std::is_signed_v<U> ? element_type::i64 : element_type::u64;
  else return element_type::other;
}

constexpr std::ptrdiff_t size_of(element_type t) {
  constexpr std::int8_t sizes[] = {4, 8, 2, 2, 1, 1, 1, 2, 2, 4, 4, 8, 8, 1};  // in the order of the types
  return sizes[static_cast<int>(t)];
}
constexpr bool is_signed(element_type t) {
  return t == element_type::i8 || t == element_type::i16 || t == element_type::i32 || t == element_type::i64;
}
/// What the address of an element must be a multiple of.
constexpr std::ptrdiff_t alignment_of(element_type t) {
  return size_of(t) == 8 ? std::ptrdiff_t{alignof(double)} : size_of(t);
}
static_assert(size_of(type_of<double>()) == 8 && size_of(type_of<f16>()) == 2 && size_of(type_of<bool>()) == 1 &&
              size_of(type_of<std::uint16_t>()) == 2 && size_of(type_of<std::uint32_t>()) == 4 &&
              size_of(type_of<std::int64_t>()) == 8);

/// An unsigned label as 64 bits with a sign: one beyond them becomes the largest, which no axis has and no literal means.
constexpr std::int64_t saturated(std::uint64_t v) {
  return v > static_cast<std::uint64_t>(INT64_MAX) ? INT64_MAX : static_cast<std::int64_t>(v);
}

/// An integer of any of the types, as 64 bits.
LOOM_CALLED_BY_LOOPS inline std::int64_t load_integer(const void* data, std::ptrdiff_t i, element_type t) {
  switch (t) {
    case element_type::i8: return static_cast<const std::int8_t*>(data)[i];
    case element_type::u8: return static_cast<const std::uint8_t*>(data)[i];
    case element_type::i16: return static_cast<const std::int16_t*>(data)[i];
    case element_type::u16: return static_cast<const std::uint16_t*>(data)[i];
    case element_type::i32: return static_cast<const std::int32_t*>(data)[i];
    case element_type::u32: return static_cast<const std::uint32_t*>(data)[i];
    case element_type::i64: return static_cast<const std::int64_t*>(data)[i];
    case element_type::u64: return saturated(static_cast<const std::uint64_t*>(data)[i]);
    default: return static_cast<const unsigned char*>(data)[i] != 0;
  }
}

/// Its 64 bits, those of a huge unsigned one as well.
inline std::uint64_t load_bits(const void* data, std::ptrdiff_t i, element_type t) {
  return t == element_type::u64 ? static_cast<const std::uint64_t*>(data)[i]
                                : static_cast<std::uint64_t>(load_integer(data, i, t));
}

/// A number of any of the types of numbers; a scalar may be an integer.
inline double load_number(const void* data, std::ptrdiff_t i, element_type t) {
  switch (t) {
    case element_type::f32: return static_cast<double>(static_cast<const float*>(data)[i]);
    case element_type::f64: return static_cast<const double*>(data)[i];
    case element_type::bf16: return static_cast<double>(loaded(static_cast<const bf16*>(data)[i]));
    case element_type::f16: return static_cast<double>(loaded(static_cast<const f16*>(data)[i]));
    default: return static_cast<double>(load_integer(data, i, t));
  }
}
/// A number as one of those types holds it.
constexpr double rounded(double v, element_type t) {
  switch (t) {
    case element_type::f32: return static_cast<double>(static_cast<float>(v));
    case element_type::bf16: return static_cast<double>(loaded(stored<bf16>(v)));
    case element_type::f16: return static_cast<double>(loaded(stored<f16>(v)));
    default: return v;
  }
}

/// Stores a number as any of the types of numbers.
inline void store_number(void* to, element_type t, double v) {
  switch (t) {
    case element_type::f32: *static_cast<float*>(to) = static_cast<float>(v); break;
    case element_type::bf16: *static_cast<bf16*>(to) = stored<bf16>(v); break;
    case element_type::f16: *static_cast<f16*>(to) = stored<f16>(v); break;
    default: *static_cast<double*>(to) = v;
  }
}

}  // namespace loom::call
