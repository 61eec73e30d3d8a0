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

/// A name for an axis that counts the entries of another once more: the first of its kind that no axis has.
constexpr text_view rival_name(const axis_list& axes) {
  constexpr text_view names[max_axes] = {"Rival",   "Rival_2", "Rival_3", "Rival_4",
                                         "Rival_5", "Rival_6", "Rival_7", "Rival_8"};
  int name = 0;
  for (int a = 0; a < axes.size(); ++a)
    if (name + 1 < max_axes && axes[a].name == names[name]) ++name, a = -1;
  return names[name];
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

/// An index that is computed, if it is positions along axes, a few times each, and so many more: Q - extent(N), T + K - 1, 2 * P + K.
struct moved_positions {
  int steps[max_axes]{};
  extent_form by{};
  bool is_something_else = false;

  /// Whether they are of some axis, and of none more often than a place counts.
  constexpr bool fit() const {
    bool any = false;
    for (const int s : steps) {
      any = any || s != 0;
      if (s <= -extent_form::most || s > extent_form::most) return false;
    }
    return any;
  }
  constexpr bool is_entry() const {
    for (const int s : steps)
      if (s != 0) return false;
    return true;
  }
  /// Such a place. Of the axes one that is counted once is the one it is read along: `own` if that is one; or one that is counted back
  /// once.
  constexpr coordinate read_along(int own) const {
    int along = -1, best = 0;
    for (int a = 0; a < max_axes; ++a) {
      const int rank = steps[a] == 0 ? 0 : (steps[a] == 1 ? 4 : steps[a] == -1 ? 2 : 1) + (a == own ? 1 : 0);
      if (rank > best) along = a, best = rank;
    }
    extent_form beside;
    for (int a = 0; a < max_axes; ++a) beside.count(a, steps[a] - (a == along ? 1 : 0));
    return {static_cast<std::int8_t>(along), by.more, false, by.times, -1, along < 0 ? 0 : beside.times};
  }
};
namespace detail {

struct affine_sum {
  int steps[max_axes]{};
  std::int64_t more = 0;
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
      case op::position:
        steps[first_axis(n.over())] += static_cast<int>(by);
        more += by * n.offset();
        return true;
      case op::number: return out[n.operand[0]].code == op::position && add(out, n.operand[0], by);
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
  moved_positions r;
  const bool is_sum = s.add(out, index, 1) && s.more > -furthest_shift && s.more < furthest_shift;
  for (int a = 0; a < max_axes; ++a) r.steps[a] = s.steps[a];
  r.is_something_else = !is_sum || !r.fit();
  r.by = s.counted;
  r.by.more = static_cast<std::int32_t>(s.more);
  return r;
}

}  // namespace loom::ir
