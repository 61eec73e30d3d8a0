// SPDX-License-Identifier: BSL-1.0
// ir/precedence.hpp — which axis comes before which, as declarations list them.
// Inside a graph the axes of a value are a set; an order is asked for where a position is counted and where a result has a
// layout. It must follow from the declarations, never from the order in which operands happen to be written.
// Layer 1 (ir).
#pragma once

#include <cstdint>

#include "loom/ir/type.hpp"

namespace loom::inline LOOM_ABI::ir {

/// Pairs of axes in the order in which declarations list them.
class precedence {
 public:
  constexpr void list(const axis_order& declared) {
    for (int i = 0; i < declared.size(); ++i)
      for (int k = i + 1; k < declared.size(); ++k) pairs_ |= pair(declared[i], declared[k]);
  }
  constexpr precedence& operator|=(const precedence& other) {
    pairs_ |= other.pairs_;
    return *this;
  }
  /// Of a value at another place: each axis becomes `to[axis]`, or none if that is negative.
  constexpr precedence renamed(const int (&to)[max_axes]) const {
    precedence r;
    for (int a = 0; a < max_axes; ++a)
      for (int b = 0; b < max_axes; ++b)
        if (listed(a, b) && to[a] >= 0 && to[b] >= 0 && to[a] != to[b]) r.pairs_ |= pair(to[a], to[b]);
    return r;
  }
  /// With all pairs that follow from others.
  constexpr precedence closed() const {
    precedence r = *this;
    for (int via = 0; via < max_axes; ++via)
      for (int a = 0; a < max_axes; ++a)
        if (r.listed(a, via)) r.pairs_ |= (r.pairs_ >> 8 * via & 0xFF) << 8 * a;
    return r;
  }
  /// Of a closed one: whether a comes before b, and no declaration says otherwise.
  constexpr bool before(int a, int b) const { return listed(a, b) && !listed(b, a); }

 private:
  std::uint64_t pairs_ = 0;
  static_assert(max_axes == 8);

  static constexpr std::uint64_t pair(int a, int b) { return std::uint64_t{1} << (8 * a + b); }
  constexpr bool listed(int a, int b) const { return (pairs_ & pair(a, b)) != 0; }
};

/// The order of the axes of one value: as the inputs it is made of list them; where those do not say, as any input does.
class axis_ranking {
 public:
  constexpr axis_ranking(axis_set axes, const precedence& own, const precedence& formula) : axes_(axes) {
    if (axis_count(axes) < 2) return;
    const precedence here = own.closed(), anywhere = formula.closed();
    for (int a = 0; a < max_axes; ++a)
      for (int b = 0; b < max_axes && has(axes, a); ++b)
        if (has(axes, b) && (here.before(a, b) || (!here.before(b, a) && anywhere.before(a, b)))) {
          later_[a] |= only(b);
          earlier_[b] |= only(a);
        }
  }

  /// The axes that may be the one at a position counted from the end, 1 the last: more than one if the order is open there.
  constexpr axis_set at(int from_end) const {
    axis_set r = 0;
    for (int a = 0; a < max_axes; ++a)
      if (has(axes_, a) && axis_count(later_[a]) < from_end && axis_count(earlier_[a]) <= axis_count(axes_) - from_end)
        r |= only(a);
    return r;
  }

  /// All axes in order; among axes in doubt, those met first in the formula are first.
  constexpr axis_order order() const {
    axis_order r;
    for (axis_set left = axes_; left != 0; left = without(left, only(r.back()))) {
      int next = first_axis(left);
      for (int k = 1; k < max_axes && (earlier_[next] & left) != 0;
           ++k)  // a value at a place and its inputs may go round
        next = first_axis(static_cast<axis_set>(earlier_[next] & left));
      r.push_back(static_cast<std::int8_t>(next));
    }
    return r;
  }

  /// Two axes whose order is open, or none.
  constexpr axis_set in_doubt() const {
    for (int a = 0; a < max_axes; ++a) {
      if (!has(axes_, a)) continue;
      const axis_set open = without(axes_, static_cast<axis_set>(later_[a] | earlier_[a] | only(a)));
      if (open != 0) return static_cast<axis_set>(only(a) | only(first_axis(open)));
    }
    return 0;
  }

 private:
  axis_set axes_;
  axis_set later_[max_axes]{};
  axis_set earlier_[max_axes]{};
};

}  // namespace loom::ir
