// SPDX-License-Identifier: BSL-1.0
// bench/by_hand/rows.hpp — what the losses of rows have in common: which sums of exponentials need a shift, how a row of a gradient is written,
// and rows of ten entries.
#pragma once

#include "functions.hpp"
#include "rows_of_any_type.hpp"

namespace bench::hand {

inline constexpr float least_sum = 0x1p-60f, greatest_sum = 0x1p96f;
inline bool is_safe(float sum) { return sum >= least_sum && sum <= greatest_sum; }
[[gnu::always_inline]] inline lanes unsafe_lanes(vector sums) {  // NaN is among them
  return static_cast<lanes>(_mm512_cmp_ps_mask(sums, all(least_sum), _CMP_NGE_UQ) |
                            _mm512_cmp_ps_mask(sums, all(greatest_sum), _CMP_NLE_UQ));
}

/// Writes one row of a gradient: `entries(j, which)` is a vector of it.
template <bool PastCaches, class Entries>
[[gnu::always_inline]] inline void write_row(float* to, std::ptrdiff_t count, const Entries& entries) {
  std::ptrdiff_t j = 0;
  if constexpr (PastCaches) {
    j = entries_to_line(to, count);
    if (j > 0) store(to, entries(0, first_lanes(j)), first_lanes(j));
    for (; j + width <= count; j += width) _mm512_stream_ps(to + j, entries(j, every_lane));
  } else {
#pragma GCC unroll 4
    for (; j + width <= count; j += width) store(to + j, entries(j, every_lane));
  }
  if (j < count) store(to + j, entries(j, first_lanes(count - j)), first_lanes(count - j));
}

// ---- short rows ----------------------------------------------------------------------------------------------------------

/// Rows of ten entries: 16 of them are ten whole vectors, whose exponentials are taken without a lane to spare.
inline constexpr std::ptrdiff_t short_classes = 10;

/// The row of each entry of 16 short rows.
struct rows_of_entries {
  alignas(64) int row[short_classes * width] = {};
  constexpr rows_of_entries() {
    for (std::ptrdiff_t j = 0; j < short_classes * width; ++j) row[j] = static_cast<int>(j / short_classes);
  }
};
inline constexpr rows_of_entries short_row_of;

/// The totals of 16 vectors: they are transposed as they are added up.
[[gnu::always_inline]] inline vector totals(const vector (&v)[width]) {
  vector of_2[8], of_4[4];
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i)
    of_2[i] = _mm512_unpacklo_ps(v[2 * i], v[2 * i + 1]) + _mm512_unpackhi_ps(v[2 * i], v[2 * i + 1]);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512d a = _mm512_castps_pd(of_2[2 * i]), b = _mm512_castps_pd(of_2[2 * i + 1]);
    of_4[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b)) + _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
  }
  const auto joined = [](vector a, vector b) __attribute__((always_inline)) {
    return _mm512_shuffle_f32x4(a, b, 0x88) + _mm512_shuffle_f32x4(a, b, 0xdd);
  };
  return joined(joined(of_4[0], of_4[1]), joined(of_4[2], of_4[3]));
}

/// The totals of 16 short rows.
[[gnu::always_inline]] inline vector short_totals(const float* x) {
  constexpr lanes whole_row = (1U << short_classes) - 1;
  vector rows[width];
#pragma GCC unroll 16
  for (std::ptrdiff_t i = 0; i < width; ++i) rows[i] = _mm512_maskz_loadu_ps(whole_row, x + short_classes * i);
  return totals(rows);
}

}  // namespace bench::hand
