// SPDX-License-Identifier: BSL-1.0
// bench/by_hand/rows_of_any_type.hpp — what losses of rows have in common, of floats and of doubles.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

namespace bench::hand {

/// How a gradient is written: where the caches keep it, the exponentials wait for their sum in the gradient itself; else in a buffer,
/// or they are computed again, since long rows leave the nearest cache.
enum class gradient { none, in_place, buffered, recomputed };
inline constexpr std::ptrdiff_t longest_buffered = 4096;
constexpr bool stores_exponentials(gradient g) { return g == gradient::in_place || g == gradient::buffered; }

/// The largest entry, or 0 where a shift by it would not help.
template <class T>
[[gnu::noinline]] T largest(const T* x, std::ptrdiff_t count) {
  T m = -std::numeric_limits<T>::infinity();
  for (std::ptrdiff_t j = 0; j < count; ++j) m = x[j] > m ? x[j] : m;
  return std::isfinite(m) ? m : 0;
}

}  // namespace bench::hand
