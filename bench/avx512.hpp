// SPDX-License-Identifier: BSL-1.0
// bench/avx512.hpp — vectors of 16 floats for the contenders written for AVX-512: parts of vectors, stores past the caches.
// Only files that are compiled for AVX-512 include it.
#pragma once

#include <immintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace bench::avx512 {

using vector = __m512;
using lanes = __mmask16;

inline constexpr std::ptrdiff_t width = 16;
inline constexpr lanes every_lane = 0xffff;

/// The first `count` lanes, fewer than 16.
inline lanes first_lanes(std::ptrdiff_t count) { return static_cast<lanes>((1U << count) - 1); }
/// The lanes of a vector of which `left` entries are there.
inline lanes lanes_of(std::ptrdiff_t left) { return left >= width ? every_lane : first_lanes(left); }

/// The other lanes are 0.
[[gnu::always_inline]] inline vector load(const float* from, lanes which = every_lane) {
  return which == every_lane ? _mm512_loadu_ps(from) : _mm512_maskz_loadu_ps(which, from);
}
[[gnu::always_inline]] inline void store(float* to, vector v, lanes which = every_lane) {
  if (which == every_lane) _mm512_storeu_ps(to, v);
  else _mm512_mask_storeu_ps(to, which, v);
}

/// Whether so many floats are written past the caches, which could not keep them: memory is then not read before it is overwritten.
inline bool outgrows_caches(std::ptrdiff_t entries) {
  return entries * static_cast<std::ptrdiff_t>(sizeof(float)) > (8 << 20);
}
/// The entries before the first whole line of a cache, which is as long as a vector: only those are written past the caches.
inline std::ptrdiff_t entries_to_line(const float* p, std::ptrdiff_t count) {
  const std::uintptr_t over = reinterpret_cast<std::uintptr_t>(p) % sizeof(vector);
  return std::min(count, static_cast<std::ptrdiff_t>((sizeof(vector) - over) % sizeof(vector) / sizeof(float)));
}
template <bool PastCaches>
[[gnu::always_inline]] inline void store_output(float* to, vector v, lanes which) {
  if (PastCaches && which == every_lane && reinterpret_cast<std::uintptr_t>(to) % sizeof(vector) == 0)
    _mm512_stream_ps(to, v);
  else store(to, v, which);
}

}  // namespace bench::avx512
