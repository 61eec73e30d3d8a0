// SPDX-License-Identifier: BSL-1.0
// call/overlap.hpp — do two views share an element of memory, or two entries of one?
// Bounding ranges answer most calls. Where they meet, views may still be apart: two halves of the rows of one matrix.
// Layer 5 (call).
#pragma once

#include <cstdint>

#include "loom/call/erased_view.hpp"

namespace loom::inline LOOM_ABI::call {

/// Whether some whole numbers m[k] of given ranges make the sum of stride[k] * m[k] equal to a target.
class offset_search {
 public:
  /// Ranges of terms with the same stride are added if they may stand for each other.
  [[gnu::noinline, gnu::cold]] constexpr void add(std::ptrdiff_t stride, std::ptrdiff_t low, std::ptrdiff_t high,
                                                  bool joins) {
    if (low == 0 && high == 0) return;
    const term t = stride < 0 ? term{-stride, -high, -low} : term{stride, low, high};
    int at = count_++;
    for (; at > 0 && terms_[at - 1].stride < t.stride; --at) terms_[at] = terms_[at - 1];  // the largest stride first
    terms_[at] = t;
    if (!joins || at == 0 || terms_[at - 1].stride != t.stride) return;
    terms_[at - 1].low += t.low;
    terms_[at - 1].high += t.high;
    for (--count_; at < count_; ++at) terms_[at] = terms_[at + 1];
  }
  /// `moved`: all m[k] may be 0. True as well if the search takes too long: such strides are nothing that anybody means.
  constexpr bool reaches(std::ptrdiff_t target, bool moved) { return search(0, target, moved); }

 private:
  struct term {
    std::ptrdiff_t stride = 0, low = 0, high = 0;
  };
  term terms_[2 * max_rank + 1]{};
  int count_ = 0;
  int steps_ = 0;

  static constexpr std::ptrdiff_t floor_of(std::ptrdiff_t a, std::ptrdiff_t b) { return a / b - (a % b < 0 ? 1 : 0); }

  [[gnu::noinline, gnu::cold]] constexpr bool search(int k, std::ptrdiff_t target, bool moved) {
    if (k == count_) return target == 0 && moved;
    std::ptrdiff_t low = terms_[k].low, high = terms_[k].high, rest_low = 0, rest_high = 0;
    for (int i = k + 1; i < count_; ++i) {
      rest_low += terms_[i].stride * terms_[i].low;
      rest_high += terms_[i].stride * terms_[i].high;
    }
    if (const std::ptrdiff_t s = terms_[k].stride; s != 0) {  // the terms that follow can make up for the rest
      const std::ptrdiff_t least = -floor_of(rest_high - target, s), most = floor_of(target - rest_low, s);
      if (least > low) low = least;
      if (most < high) high = most;
    } else if (high > 0) {
      low = high;  // any move will do
    }
    for (std::ptrdiff_t m = low; m <= high; ++m) {
      if (++steps_ > 10000) return true;
      if (search(k + 1, target - terms_[k].stride * m, moved || m != 0)) return true;
    }
    return false;
  }
};

constexpr bool is_empty(const erased_shape& b, int rank) {
  for (int i = 0; i < rank; ++i)
    if (b.extents[i] == 0) return true;
  return false;
}

constexpr std::ptrdiff_t entries_of(const erased_shape& b, int rank) {
  std::ptrdiff_t count = 1;
  for (int i = 0; i < rank; ++i) count *= b.extents[i];
  return count;
}

/// The same answer as overlaps_itself, for any strides.
[[gnu::noinline, gnu::cold]] constexpr bool entries_meet(const erased_shape& b, int rank) {
  offset_search differences;
  for (int i = 0; i < rank; ++i) differences.add(b.strides[i], 1 - b.extents[i], b.extents[i] - 1, false);
  return differences.reaches(0, false);
}

/// Two entries of an output must not be one element of memory: what is written would depend on the order.
constexpr bool overlaps_itself(const erased_shape& b, int rank) {
  std::ptrdiff_t reach = 0;
  for (int i = rank - 1; i >= 0; --i) {  // usually each axis steps over all that those after it reach
    const std::ptrdiff_t size = b.strides[i] < 0 ? -b.strides[i] : b.strides[i];
    if (b.extents[i] > 1 && size <= reach) return entries_meet(b, rank);
    reach += (b.extents[i] - 1) * size;
  }
  return false;
}

namespace detail {

struct byte_range {
  std::ptrdiff_t low = 0, high = 0;  // past the end; from the first entry
};
[[gnu::noinline]] constexpr byte_range bytes_of(const erased_shape& b, int rank) {
  std::ptrdiff_t low = 0, high = 0;
  for (int i = 0; i < rank; ++i) (b.strides[i] < 0 ? low : high) += (b.extents[i] - 1) * b.strides[i];
  return {low * size_of(b.type), (high + 1) * size_of(b.type)};
}

/// `distance`: bytes from the first entry of a to that of b.
[[gnu::noinline, gnu::cold]] constexpr bool bytes_meet(std::ptrdiff_t distance, const erased_shape& a, int rank_a,
                                                       const erased_shape& b, int rank_b) {
  offset_search differences;
  for (int i = 0; i < rank_a; ++i) differences.add(a.strides[i] * size_of(a.type), 0, a.extents[i] - 1, true);
  for (int i = 0; i < rank_b; ++i) differences.add(b.strides[i] * size_of(b.type), 1 - b.extents[i], 0, true);
  differences.add(1, 1 - size_of(b.type), size_of(a.type) - 1, false);  // the bytes of an entry
  return differences.reaches(distance, true);
}
constexpr bool overlap_at(std::ptrdiff_t distance, const erased_shape& a, int rank_a, const erased_shape& b,
                          int rank_b) {
  const byte_range ra = bytes_of(a, rank_a), rb = bytes_of(b, rank_b);
  return ra.high > distance + rb.low && distance + rb.high > ra.low && bytes_meet(distance, a, rank_a, b, rank_b);
}

/// Whether two views share an element, by the addresses of the elements. Of large ones the corners are looked for only.
constexpr bool addresses_meet(const erased_shape& a, std::ptrdiff_t count_a, const erased_shape& b,
                              std::ptrdiff_t count_b) {
  if (a.constant.addresses == nullptr || b.constant.addresses == nullptr) return false;
  const bool all = count_a * count_b <= 1 << 12;
  for (std::ptrdiff_t i = 0; i < count_a; i += all || count_a == 1 ? 1 : count_a - 1)
    for (std::ptrdiff_t k = 0; k < count_b; ++k)
      if (a.constant.addresses[i] == b.constant.addresses[k]) return true;
  for (std::ptrdiff_t k = 0; !all && k < count_b; k += count_b == 1 ? 1 : count_b - 1)
    for (std::ptrdiff_t i = 0; i < count_a; ++i)
      if (a.constant.addresses[i] == b.constant.addresses[k]) return true;
  return false;
}

}  // namespace detail

/// Whether two views have an element in common. The pointers are those of the views.
[[gnu::noinline]] constexpr bool overlap(const erased_shape& a, const void* data_a, int rank_a, const erased_shape& b,
                                         const void* data_b, int rank_b) {
  if (is_empty(a, rank_a) || is_empty(b, rank_b)) return false;
  if (__builtin_is_constant_evaluated())
    return detail::addresses_meet(a, entries_of(a, rank_a), b, entries_of(b, rank_b));
  return detail::overlap_at(static_cast<const char*>(data_b) - static_cast<const char*>(data_a), a, rank_a, b, rank_b);
}

}  // namespace loom::call
