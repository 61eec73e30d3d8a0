// SPDX-License-Identifier: BSL-1.0
// ir/extents.hpp — extents that follow from those of other axes, Q = N + M: what is known of them before a call, and how far they lie
// apart.
// Layer 1 (ir).
#pragma once

#include "loom/ir/graph.hpp"
#include "loom/ir/issue.hpp"

namespace loom::inline LOOM_ABI::ir {

using axis_list = fixed_vector<axis_info, max_axes>;

/// A form in extents that follow from no others; one that the declarations say is a number.
struct free_form {
  std::int64_t more = 0, times[max_axes]{};

  constexpr void add(const axis_list& axes, const extent_form& form, std::int64_t by, int depth = 0) {
    more += by * form.more;
    for (int a = 0; a < axes.size(); ++a)
      if (form.of(a) != 0) add_extent(axes, a, by * form.of(a), depth);
  }
  constexpr void add_extent(const axis_list& axes, int axis, std::int64_t by, int depth = 0) {
    if (axes[axis].extent != 0) more += by * axes[axis].extent;
    else if (axes[axis].follows() && depth < max_axes) add(axes, axes[axis].from, by, depth + 1);
    else times[axis] += by;  // of a definition in a circle, which is refused: anything
  }
  constexpr bool is_never_negative() const {
    for (const std::int64_t t : times)
      if (t < 0) return false;
    return more >= 0;
  }
  constexpr bool is_zero() const {
    for (const std::int64_t t : times)
      if (t != 0) return false;
    return more == 0;
  }
};

/// Whether two axes may have different extents, by what is known of them.
constexpr bool extents_differ(const axis_list& axes, int one, int other) {
  if (one == other) return false;
  free_form difference;
  difference.add_extent(axes, one, 1);
  difference.add_extent(axes, other, -1);
  return !difference.is_zero();
}

/// Makes the extents numbers that follow from numbers. What is wrong with the definitions, if something is.
constexpr mistake settle_extents(axis_list& axes) {
  axis_set open = 0;
  for (int a = 0; a < axes.size(); ++a)
    if (axes[a].follows()) open |= only(a);
  for (bool some = true; some && open != 0;) {
    some = false;
    for (int a = 0; a < axes.size(); ++a) {
      if (!has(open, a)) continue;
      bool settled = true, numbers = true;
      for (int b = 0; b < axes.size(); ++b) {
        if (axes[a].from.of(b) == 0) continue;
        settled = settled && !has(open, b);
        numbers = numbers && axes[b].extent != 0;
      }
      if (!settled) continue;
      open = without(open, only(a));
      some = true;
      if (!numbers) continue;
      free_form f;
      f.add(axes, axes[a].from, 1);
      if (f.more < 0) return {issue::settled_extent_is_negative, axes[a].name, f.more};
      if (axes[a].extent != 0 && axes[a].extent != f.more)
        return {issue::extents_disagree, axes[a].name, axes[a].extent, f.more};
      axes[a].extent = f.more;
    }
  }
  return open == 0 ? mistake{} : mistake{issue::extent_of_itself, axes[first_axis(open)].name};
}

/// Fills in the extents of a call that follow from others, which are there. -1, or the first axis whose extent is another one already
/// (those not known are negative), or would be negative: then `wanted` is what follows.
template <class Extents>
constexpr int follow_extents(const axis_list& axes, Extents& extents, std::int64_t& wanted) {
  axis_set open = 0;
  for (int a = 0; a < axes.size(); ++a)
    if (axes[a].follows()) open |= only(a);
  while (open != 0)
    for (int a = 0; a < axes.size(); ++a) {
      if (!has(open, a)) continue;
      bool settled = true;
      for (int b = 0; b < axes.size(); ++b) settled = settled && (axes[a].from.of(b) == 0 || !has(open, b));
      if (!settled) continue;
      open = without(open, only(a));
      wanted = axes[a].from.more + axes[a].from.counted(extents);
      auto& extent = extents[static_cast<std::size_t>(a)];
      if (wanted < 0 || (extent >= 0 && extent != wanted)) return a;
      extent = static_cast<std::ptrdiff_t>(wanted);
    }
  return -1;
}

/// Whether a value is a whole number that extents and literals make.
constexpr bool is_count(const builder& out, value_id v) {
  const node& n = out[v];
  switch (n.code) {
    case op::extent: return true;
    case op::constant: return n.constant_value() == static_cast<double>(static_cast<std::int32_t>(n.constant_value()));
    case op::add:
    case op::sub:
    case op::mul: return is_count(out, n.operand[0]) && is_count(out, n.operand[1]);
    case op::neg: return is_count(out, n.operand[0]);
    default: return false;
  }
}

/// An index that is computed, if it is the positions along an axis and so many more: Q - extent(N).
struct moved_positions {
  int axis = -1;  ///< -1: it is something else
  extent_form by{};
};
namespace detail {

struct affine_sum {
  int axis = -1;
  std::int64_t positions = 0, more = 0;
  extent_form counted{};

  constexpr bool add(const builder& out, value_id v, std::int64_t by) {
    const node& n = out[v];
    switch (n.code) {
      case op::constant: {
        const double c = n.constant_value();
        if (!(c > -furthest_shift && c < furthest_shift) || c != static_cast<double>(static_cast<std::int64_t>(c)))
          return false;
        more += by * static_cast<std::int64_t>(c);
        return true;
      }
      case op::extent: return axis_count(n.over()) == 1 && counted.count(first_axis(n.over()), by);
      case op::number: {
        const node& p = out[n.operand[0]];
        if (p.code != op::position || (axis >= 0 && axis != first_axis(p.over()))) return false;
        axis = first_axis(p.over());
        positions += by;
        more += by * p.offset();
        return true;
      }
      case op::add: return add(out, n.operand[0], by) && add(out, n.operand[1], by);
      case op::sub: return add(out, n.operand[0], by) && add(out, n.operand[1], -by);
      case op::neg: return add(out, n.operand[0], -by);
      case op::mul:
        for (int k = 0; k < 2; ++k) {
          const node& c = out[n.operand[k]];
          if (c.code != op::constant) continue;
          const double times = c.constant_value();
          if (!(times >= -64 && times <= 64) || times != static_cast<int>(times)) return false;
          return add(out, n.operand[1 - k], by * static_cast<int>(times));
        }
        return false;
      default: return false;
    }
  }
};

}  // namespace detail
constexpr moved_positions positions_of(const builder& out, value_id index) {
  detail::affine_sum s;
  if (!s.add(out, index, 1) || s.positions != 1 || s.more <= -furthest_shift || s.more >= furthest_shift) return {};
  s.counted.more = static_cast<std::int32_t>(s.more);
  return {s.axis, s.counted};
}

}  // namespace loom::ir
