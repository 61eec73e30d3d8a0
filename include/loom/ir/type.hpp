// SPDX-License-Identifier: BSL-1.0
// ir/type.hpp — kinds of values, and axes.
// Axes are named, so inside a graph a shape is a set; the order of axes matters only where positions are counted
// (the surface) and where data lies in memory (the declaration of an input). Broadcasting is the union of sets.
// Layer 1 (ir).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include "loom/base/text_view.hpp"

#include "loom/base/fixed_vector.hpp"

namespace loom::inline LOOM_ABI::ir {

inline constexpr int max_rank = 5;    ///< axes of one input
inline constexpr int max_axes = 8;    ///< axes of one formula
inline constexpr int max_results = 8;  ///< results of one formula
inline constexpr int max_inputs = 32; ///< inputs of one formula; its seed and its directions count
inline constexpr int max_outputs = 32; ///< results and derivatives of one formula

enum class kind : std::uint8_t { number, index, mask };

/// A set of axes of one graph; bit i is axis i.
using axis_set = std::uint8_t;

constexpr axis_set only(int axis) { return static_cast<axis_set>(1u << axis); }
constexpr bool has(axis_set s, int axis) { return (s >> axis) & 1u; }
constexpr axis_set without(axis_set s, axis_set gone) { return static_cast<axis_set>(s & ~gone); }
constexpr bool includes(axis_set s, axis_set part) { return (part & ~s) == 0; }
constexpr int axis_count(axis_set s) { return std::popcount(static_cast<unsigned>(s)); }
constexpr int first_axis(axis_set s) { return std::countr_zero(static_cast<unsigned>(s)); }

/// The numbers that an input is declared to hold: two bounds, and whether each is itself left out.
struct number_domain {
  double low = -__builtin_huge_val(), high = __builtin_huge_val();
  bool above_low = false, below_high = false;
  constexpr bool operator==(const number_domain&) const = default;
};

/// So many entries, and so many times those of each axis: an extent that follows from others, or how far on something is read.
struct extent_form {
  static constexpr int most = 7;  ///< times an axis is counted
  std::int32_t more = 0;
  std::uint32_t times = 0;  ///< 4 bits an axis, with a sign
  constexpr bool operator==(const extent_form&) const = default;
  constexpr int of(int axis) const {
    const int t = static_cast<int>(times >> (4 * axis) & 15);
    return t > most ? t - 16 : t;
  }
  /// Counts an axis so many times more; false: too many.
  constexpr bool count(int axis, std::int64_t n) {
    n += of(axis);
    if (n > most || n < -most) return false;
    times = (times & ~(15u << (4 * axis))) | (static_cast<std::uint32_t>(n) & 15u) << (4 * axis);
    return true;
  }
  /// The part that the extents of a call decide.
  template <class Extents>
  constexpr std::int64_t counted(const Extents& extents) const {
    std::int64_t n = 0;
    for (int a = 0; times != 0 && a < max_axes; ++a)
      if (of(a) != 0) n += of(a) * static_cast<std::int64_t>(extents[static_cast<std::size_t>(a)]);
    return n;
  }
};

struct axis_info {
  text_view name;
  std::int64_t extent = 0;  ///< 0: known at the call
  extent_form from{};  ///< what the extent follows from, if it does
  constexpr bool follows() const { return from.times != 0; }
  constexpr bool operator==(const axis_info&) const = default;
};

/// Axes in order: the shape of a surface expression, and the layout of an input.
using axis_order = fixed_vector<std::int8_t, max_rank>;

constexpr axis_set as_set(const axis_order& order) {
  axis_set s = 0;
  for (int axis : order) s |= only(axis);
  return s;
}

}  // namespace loom::ir
