// SPDX-License-Identifier: BSL-1.0
// loops/sorting.hpp — orders of arrays, and arrays in an order: one line of entries after the other, whatever the strides.
// A line is sorted as integers that have the order of its numbers, beside which stands where each was: by merging, so it is stable.
// Layer 7 (loops).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "loom/loops/running.hpp"

namespace loom::inline LOOM_ABI::loops {

namespace sorting {

/// An entry: a key, and its position.
struct item {
  std::uint64_t key;
  std::uint64_t at;
};

/// Smaller where the number comes earlier; equal for both zeros; the largest of all for NaN.
inline std::uint64_t key_of(double v, bool falling) {
  if (v != v) return ~std::uint64_t{0};
  const auto bits = std::bit_cast<std::uint64_t>(v == 0 ? 0.0 : v);
  const std::uint64_t rising = (bits >> 63) != 0 ? ~bits : bits | std::uint64_t{1} << 63;
  return falling ? ~rising : rising;
}

/// Entries that are put in their places one by one.
inline constexpr std::ptrdiff_t few_items = 12;

inline void insert_each(item* items, std::ptrdiff_t n) {
  for (std::ptrdiff_t i = 1; i < n; ++i) {
    const item own = items[i];
    std::ptrdiff_t k = i;
    for (; k > 0 && own.key < items[k - 1].key; --k) items[k] = items[k - 1];
    items[k] = own;
  }
}
/// Two sorted parts that lie side by side, as one.
inline void merge(const item* a, const item* b, const item* end, item* to) {
  const item* const middle = b;
  while (a != middle && b != end) {
    const bool second = b->key < a->key;
    *to++ = second ? *b : *a;
    b += second;
    a += !second;
  }
  while (a != middle) *to++ = *a++;
  while (b != end) *to++ = *b++;
}
/// Sorts n items, with room for as many. Where they are then: in one or the other.
[[gnu::noinline]] inline const item* sort(item* items, item* room, std::ptrdiff_t n) {
  for (std::ptrdiff_t i = 0; i < n; i += few_items) insert_each(items + i, n - i < few_items ? n - i : few_items);
  for (std::ptrdiff_t part = few_items; part < n; part *= 2) {
    for (std::ptrdiff_t i = 0; i < n; i += 2 * part) {
      const std::ptrdiff_t middle = n - i < part ? n : i + part, end = n - i < 2 * part ? n : i + 2 * part;
      merge(items + i, items + middle, items + end, room + i);
    }
    item* const merged = room;
    room = items;
    items = merged;
  }
  return items;
}

/// f(at) for every position `at` of the other axes.
template <class F>
inline void for_each_line(const running_extents& n, const F& f) {
  std::ptrdiff_t at[max_rank]{};
  for (int k = 0; k < n.rank; ++k)
    if (n.outer[k] <= 0) return;
  for (;;) {
    f(static_cast<const std::ptrdiff_t*>(at));
    int k = n.rank - 1;
    for (; k >= 0; --k) {
      if (++at[k] < n.outer[k]) break;
      at[k] = 0;
    }
    if (k < 0) return;
  }
}
template <class T>
inline T* line_of(const running_array<T>& a, int rank, const std::ptrdiff_t* at) {
  T* p = a.data;
  for (int k = 0; k < rank; ++k) p += at[k] * a.outer[k];
  return p;
}

}  // namespace sorting

/// Bytes of scratch memory for an order along an axis of so many entries.
inline constexpr std::ptrdiff_t bytes_of_sorted_entry = 2 * sizeof(sorting::item);

/// The positions of the entries of e from the smallest to the largest, or `falling`; equal ones as they stand, NaN last.
template <class E, class R>
[[gnu::noinline]] inline void run_order(bool falling, const running_extents& n, const running_array<const E>& e,
                                        const running_array<R>& result, void* scratch) {
  auto* const items = static_cast<sorting::item*>(scratch);
  sorting::for_each_line(n, [&](const std::ptrdiff_t* at) {
    const E* const from = sorting::line_of(e, n.rank, at);
    for (std::ptrdiff_t t = 0; t < n.along; ++t)
      items[t] = {sorting::key_of(static_cast<double>(numeric::loaded(from[t * e.along])), falling),
                  static_cast<std::uint64_t>(t)};
    const sorting::item* const sorted = sorting::sort(items, items + n.along, n.along);
    R* const to = sorting::line_of(result, n.rank, at);
    for (std::ptrdiff_t t = 0; t < n.along; ++t) to[t * result.along] = static_cast<R>(sorted[t].at);
  });
}

/// The entries of e in an order, whose positions are numbers: result_t = e_(order_t); or `back`, result_(order_t) = e_t.
template <class E, class R>
[[gnu::noinline]] inline void run_permuted(bool back, const running_extents& n, const running_array<const E>& e,
                                           const running_array<const R>& order, const running_array<R>& result) {
  sorting::for_each_line(n, [&](const std::ptrdiff_t* at) {
    const E* const from = sorting::line_of(e, n.rank, at);
    const R* const where = sorting::line_of(order, n.rank, at);
    R* const to = sorting::line_of(result, n.rank, at);
    for (std::ptrdiff_t t = 0; t < n.along; ++t) {
      const auto there = static_cast<std::ptrdiff_t>(where[t * order.along]);
      to[(back ? there : t) * result.along] = static_cast<R>(numeric::loaded(from[(back ? t : there) * e.along]));
    }
  });
}

}  // namespace loom::loops
