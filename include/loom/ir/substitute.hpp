// SPDX-License-Identifier: BSL-1.0
// ir/substitute.hpp — a value at another place: its axes replaced by other axes, or by single entries.
// The value is built again from the inputs, which are read at the other place; so what a formula says of z(N = M) costs what it
// would cost if the same data were bound a second time under another name. Axes that a reduction on the way takes away are
// renamed where the substitution would capture them: between axes of one extent a name means nothing.
// Layer 1 (ir).
#pragma once

#include "loom/base/heap_array.hpp"
#include "loom/ir/extents.hpp"
#include "loom/ir/graph.hpp"
#include "loom/ir/running.hpp"

namespace loom::inline LOOM_ABI::ir {

/// By axis, what it is replaced by.
struct substitution {
  coordinate of[max_axes];

  constexpr substitution() : of() {
    for (int a = 0; a < max_axes; ++a) of[a] = {static_cast<std::int8_t>(a), 0};
  }
  constexpr bool moves(int axis) const { return of[axis].axis != axis || of[axis].is_moved() || of[axis].is_sum(); }
  constexpr bool moves_any(axis_set axes) const {
    for (int a = 0; a < max_axes; ++a)
      if (has(axes, a) && moves(a)) return true;
    return false;
  }
  /// The axes that some axes become.
  constexpr axis_set image(axis_set axes) const {
    axis_set r = 0;
    for (int a = 0; a < max_axes; ++a)
      if (has(axes, a)) r |= of[a].axes();
    return r;
  }
  constexpr bool same_on(axis_set axes, const substitution& other) const {
    for (int a = 0; a < max_axes; ++a)
      if (has(axes, a) && !(of[a] == other.of[a])) return false;
    return true;
  }
};

/// Whether so many entries further on along an axis is still one of its entries: a mask.
constexpr value_id within(builder& out, int axis, std::int32_t offset) {
  const value_id here = out.position(op::position, axis);
  return offset > 0 ? out.binary(op::le, here, out.position(op::last, axis, -offset))
                    : out.binary(op::ge, here, out.constant(-offset));
}

/// An index as a number: of labels, an op; of positions further on, a sum; a place at one entry is a number already.
constexpr value_id as_number(builder& out, value_id index) {
  const node n = out[index];
  if (n.type == kind::number) return index;
  if (n.code == op::last) return out.binary(op::add, out.extent(n.over()), out.constant(n.offset() - 1));
  if (n.code != op::position || n.offset() == 0) return out.unary(op::number, index);
  const value_id here = out.unary(op::number, out.position(op::position, first_axis(n.over())));
  return out.binary(op::add, here, out.constant(n.offset()));
}

/// Positions as a number, and so many more.
constexpr value_id moved_on(builder& out, value_id positions, const extent_form& by) {
  value_id r = as_number(out, positions);
  for (int a = 0; a < max_axes; ++a) {
    if (by.of(a) == 0) continue;
    const value_id extent = out.extent(only(a)), times = by.of(a) == 1 ? extent : out.constant(by.of(a));
    r = out.binary(op::add, r, by.of(a) == 1 ? extent : out.binary(op::mul, extent, times));
  }
  return by.more == 0 ? r : out.binary(op::add, r, out.constant(by.more));
}

/// The entry that is read along some axes, as a number.
constexpr value_id entry_along(builder& out, const coordinate& c) {
  value_id r = no_value;
  for (int a = 0; a < max_axes; ++a) {
    const int steps = c.steps_along(a);
    if (steps == 0) continue;
    const value_id here = as_number(out, out.position(op::position, a));
    const value_id times = steps == 1 ? here : out.binary(op::mul, here, out.constant(steps));
    r = r == no_value ? times : out.binary(op::add, r, times);
  }
  return moved_on(out, r, c.shift());
}

/// How far the first and the last entry that are read of an axis, `of`, are from its ends.
struct margins {
  free_form before, behind;
  constexpr bool lie_within() const { return before.is_never_negative() && behind.is_never_negative(); }
};
constexpr margins margins_of(const axis_list& axes, const coordinate& c, int of) {
  margins m;
  m.before.add(axes, c.shift(), 1);
  m.behind.add_extent(axes, of, 1);
  m.behind.add(axes, c.shift(), -1);
  --m.behind.more;
  for (int a = 0; a < max_axes; ++a) {
    const int steps = c.steps_along(a);
    if (steps == 0) continue;
    (steps < 0 ? m.before : m.behind).add_extent(axes, a, steps < 0 ? steps : -steps);
    (steps < 0 ? m.before : m.behind).more += steps < 0 ? -steps : steps;
  }
  return m;
}

/// Whether an axis, `of`, may end before what is read of it, or has another extent than the axis it is read along.
constexpr bool may_leave(const axis_list& axes, const coordinate& c, int of) {
  if (c.is_sum()) return !margins_of(axes, c, of).lie_within();
  return c.axis >= 0 && extents_differ(axes, c.axis, of);
}

/// Whether what is read of an axis, `of`, at a place is one of its entries: a mask; no_value: it always is.
constexpr value_id within(builder& out, const coordinate& c, int of) {
  if (!c.other_extent && c.times == 0) return within(out, c.axis, c.entry);
  const margins left = margins_of(out.result.axes, c, of);
  const value_id read = entry_along(out, c);
  value_id all = no_value;
  if (!left.before.is_never_negative()) all = out.binary(op::ge, read, out.constant(0));
  if (left.behind.is_never_negative()) return all;
  const value_id below = out.binary(op::lt, read, out.extent(only(of)));
  return all == no_value ? below : out.binary(op::logical_and, all, below);
}

/// Whether a value is 0 where a place along some axes is no entry of an axis, `of`: inputs and kept values are 0 there that are read there.
constexpr bool is_zero_beyond(const builder& out, value_id v, const coordinate& c, int of, int depth = 16) {
  const node& n = out[v];
  if (depth == 0 || n.type != kind::number) return false;
  switch (n.code) {
    case op::constant: return n.constant_value() == 0;
    case op::tensor:
      for (const coordinate& at : out.result.inputs[static_cast<int>(n.bits)].at)
        if (at.is_shifted() && at.of == of && at.is_along(c)) return true;
      return false;
    case op::elsewhere: return first_axis(n.over()) == of && n.read_at().is_along(c);
    case op::add:
    case op::sub:
      return is_zero_beyond(out, n.operand[0], c, of, depth - 1) && is_zero_beyond(out, n.operand[1], c, of, depth - 1);
    case op::mul:
    case op::mul0:
      return is_zero_beyond(out, n.operand[0], c, of, depth - 1) || is_zero_beyond(out, n.operand[1], c, of, depth - 1);
    case op::neg:
    case op::abs:
    case op::square: return is_zero_beyond(out, n.operand[0], c, of, depth - 1);
    default: return false;
  }
}

/// Where no axis of those that are placed is read beyond its ends; no_value: everywhere, or where it is, v is 0.
constexpr value_id within(builder& out, const substitution& by, axis_set placed, value_id v) {
  value_id all = no_value;
  for (int a = 0; a < max_axes; ++a) {
    const coordinate c = by.of[a];
    if (!has(placed, a) || !c.is_shifted() || (c.is_sum() && v != no_value && is_zero_beyond(out, v, c, a))) continue;
    const value_id one = within(out, c, a);
    if (one != no_value) all = all == no_value ? one : out.binary(op::logical_and, all, one);
  }
  return all;
}

/// Builds values of a graph at other places, in the same builder.
class substituting {
 public:
  constexpr explicit substituting(builder& out) : out_(out) {}

  /// An axis that a reduction takes away would be mistaken for one that is left, and there is no other of its extent: what was
  /// built means nothing.
  bool captured = false;
  /// What is kept is read along an axis that it has, or so many extents further on: likewise.
  bool runs_along = false;

  constexpr value_id at(value_id v, const substitution& s) {
    const node n = out_[v];
    if (!s.moves_any(n.axes)) return v;
    for (std::size_t k = 0; k < count_; ++k)
      if (known_[k].from == v && known_[k].by.same_on(n.axes, s)) return known_[k].to;
    const value_id r = build(n, v, s);
    remember({v, r, s});
    return r;
  }

  /// An axis of the same extent as another, and not one of some; if there is none, a new one, for which there has to be room.
  constexpr int twin_of(int axis, axis_set taken) {
    axis_list& axes = out_.result.axes;
    for (int a = 0; a < axes.size(); ++a)
      if (!has(taken, a) && !extents_differ(axes, a, axis)) return a;
    axis_info twin{rival_name(axes), axes[axis].extent};
    if (twin.extent == 0) twin.from.count(axis, 1);
    return axes.try_push(twin) ? axes.size() - 1 : axis;
  }

 private:
  struct substituted {
    value_id from = no_value, to = no_value;
    substitution by{};
  };
  builder& out_;
  heap_array<substituted> known_;  // grows: room for a whole graph takes longer to make than most places
  std::size_t count_ = 0;

  constexpr void remember(const substituted& one) {
    if (count_ == known_.size()) {
      heap_array<substituted> more(2 * count_ + 4);
      for (std::size_t k = 0; k < count_; ++k) more[k] = known_[k];
      known_ = static_cast<heap_array<substituted>&&>(more);
    }
    known_[count_++] = one;
  }

  constexpr value_id build(const node& n, value_id v, const substitution& s) {
    if (is_input(n.code)) return input(static_cast<int>(n.bits), s);
    if (n.code == op::position) return position(first_axis(n.over()), n.offset(), s);
    if (n.code == op::onehot) return onehot(n, s);
    if (n.code == op::number) {
      const value_id index = at(n.operand[0], s);
      return as_number(out_, index);
    }
    if (n.code == op::gather) {
      const substitution inner = apart(s, out_[n.operand[0]].axes, n.over(), n.axes);
      const value_id values = at(n.operand[0], inner), label = at(n.operand[1], s);
      return out_.make(op::gather, values, label, no_value, inner.image(n.over()));
    }
    if (n.code == op::elsewhere) return elsewhere(n, s);
    if (const value_id kept = read_elsewhere(n, v, s); kept != no_value) return kept;
    if (is_reduction(n.code)) {
      const substitution inner = apart(s, out_[n.operand[0]].axes, n.over(), n.axes);
      const value_id e = at(n.operand[0], inner);
      return out_.make(n.code, e, no_value, no_value, inner.image(n.over()));
    }
    if (info(n.code).kind == family::row) return row_function(n, s);
    if (is_running(n.code)) return running(n, v, s);
    if (is_chain(n.code)) return chain(n, v, s);
    if (n.code == op::where) {  // moved there and back, what lies beyond an end is met nowhere
      const truth m = truth_of(out_[at(n.operand[0], s)]);
      if (m != truth::open) return at(n.operand[m == truth::holds ? 1 : 2], s);
    }
    value_id o[3] = {no_value, no_value, no_value};
    for (int k = 0; k < arity(n.code); ++k) o[k] = at(n.operand[k], s);
    if (is_comparison(n.code)) compare_alike(o[0], o[1]);
    if (!is_elementwise(n.code) && n.code != op::stop_gradient) captured = true;  // a scatter, which no formula has
    return captured ? v : out_.make(n.code, o[0], o[1], o[2], n.bits);
  }

  /// Positions that extents move are numbers; so is then what they are compared with.
  constexpr void compare_alike(value_id& a, value_id& b) {
    const auto is_computed = [&](value_id v) { return out_[v].type == kind::number && out_[v].code != op::constant; };
    if (is_computed(a) && out_[b].type == kind::index) b = as_number(out_, b);
    if (is_computed(b) && out_[a].type == kind::index) a = as_number(out_, a);
  }

  enum class truth : std::uint8_t { open, holds, fails };
  /// Of a comparison of positions along an axis with its ends: whether all of them, or none, lie within.
  constexpr truth truth_of(const node& m) const {
    if (m.code != op::ge && m.code != op::le) return truth::open;
    const node &position = out_[m.operand[0]], &end = out_[m.operand[1]];
    if (m.code == op::ge && end.code == op::constant) {
      if (position.code == op::position && position.offset() >= end.constant_value()) return truth::holds;
      if (position.code == op::constant)
        return position.constant_value() >= end.constant_value() ? truth::holds : truth::fails;
    }
    if (m.code == op::le && end.code == op::last && (position.code == op::position || position.code == op::last) &&
        position.over() == end.over() && position.offset() <= end.offset())
      return truth::holds;
    return truth::open;
  }

  /// The substitution below what takes `over` away and leaves `left`: an axis of `over` that one of the axes left becomes gets the
  /// name of one that is free now.
  constexpr substitution apart(const substitution& s, axis_set below, axis_set over, axis_set left) {
    substitution inner = s;
    axis_set taken = s.image(left);
    for (int b = 0; b < max_axes; ++b) {
      if (!has(over, b)) continue;
      int name = b;
      for (int a = 0; has(taken, name) && a < max_axes; ++a)
        if (s.of[a].axis == b && a != b && !has(taken, a) && !has(without(below, left), a) && !s.of[a].other_extent)
          name = a;
      if (has(taken, name)) name = twin_of(b, static_cast<axis_set>(taken | below));
      captured = captured || has(taken, name);
      inner.of[b] = {static_cast<std::int8_t>(name), 0};
      taken |= only(name);
    }
    return inner;
  }

  /// Beyond the ends of an axis along which an input is shifted it is 0.
  constexpr value_id input(int slot, const substitution& s) {
    const input_info from = out_.result.inputs[slot];
    coordinates at;
    if (!from.is_place()) {
      for (int axis : from.axes) at.push_back(s.of[axis]);
      return out_.place(slot, at);
    }
    for (const coordinate& c : from.at) {
      if (c.axis < 0) {
        at.push_back(c);
        continue;
      }
      coordinate moved = s.of[c.axis];
      if (!c.is_simple() || !moved.is_simple()) {
        const int own = out_.result.inputs[from.of].axes[at.size()];
        const bool has_ends = c.other_extent || c.times != 0;
        if (!along(c, s, own, moved) || (moved.axis < 0 && (has_ends || moved.times != 0))) return entry_of(slot, c, s);
        moved.other_extent = may_leave(out_.result.axes, moved, own);
        at.push_back(moved);
        continue;
      }
      moved.entry += c.entry;
      const bool from_last = moved.axis < 0 && is_from_last(moved.entry);
      if (moved.axis < 0 && (from_last ? moved.entry > last_entry : moved.entry < 0)) return out_.constant(0);
      at.push_back(moved);
    }
    return out_.place(from.of, at);
  }

  /// Where a place along some axes is read when those are elsewhere; false: one of them is at its last entry.
  constexpr bool along(const coordinate& c, const substitution& s, int own, coordinate& sum) {
    moved_positions all;
    all.by = c.shift();
    for (int a = 0; a < max_axes; ++a) {
      const int times = c.steps_along(a);
      if (times == 0) continue;
      const coordinate to = s.of[a];
      if (to.axis < 0 && is_from_last(to.entry)) return false;
      all.by.more += times * to.entry;
      for (int b = 0; b < max_axes; ++b) {
        all.steps[b] += times * to.steps_along(b);
        captured = captured || !all.by.count(b, times * to.shift().of(b));
      }
    }
    captured = captured || (!all.fit() && !all.is_entry());
    sum = all.read_along(own);
    return true;
  }

  /// One entry along axes that the input is read along, but does not have: counted from the ends of each.
  constexpr value_id entry_of(int slot, const coordinate& c, const substitution& s) {
    const value_id v = out_.input(slot);
    captured = captured || out_[v].type != kind::number;
    for (int a = 0; a < max_axes; ++a)
      if (c.steps_along(a) != 0 && s.of[a].axis < 0) return captured ? v : one_entry(v, a, s);
    return v;
  }

  constexpr value_id position(int axis, std::int32_t offset, const substitution& s) {
    const coordinate c = s.of[axis];
    if (c.is_sum()) return moved_on(out_, entry_along(out_, c), {offset, 0});
    if (c.times != 0) return moved_on(out_, out_.position(op::position, c.axis, offset), c.shift());
    if (c.axis >= 0) return out_.position(op::position, c.axis, c.entry + offset);
    if (is_from_last(c.entry)) return out_.position(op::last, axis, c.entry - last_entry + offset);
    return out_.constant(c.entry + offset);
  }

  constexpr value_id onehot(const node& n, const substitution& s) {
    const int axis = first_axis(n.over());
    const value_id label = at(n.operand[0], s);
    const coordinate c = s.of[axis];
    if (c.axis >= 0 && !c.is_moved() && !c.is_sum() && !has(out_[label].axes, c.axis))
      return out_.make(op::onehot, label, no_value, no_value, only(c.axis));
    value_id here = position(axis, 0, s), index = label;
    compare_alike(index, here);
    const value_id named = out_.binary(op::eq, index, here);
    const value_id zero = out_.constant(0), one = out_.constant(1);
    return out_.where(named, one, zero);
  }

  /// What folds entries, read along several axes in the place of one, would be folded again for each entry of those: it is kept, and
  /// read there. So is what runs along an axis, which is an array in any case, unless that only has another name.
  /// no_value: it is no such value, or too large to be kept, or two places would be mistaken for each other.
  constexpr value_id read_elsewhere(const node& n, value_id v, const substitution& s) {
    const axis_set own = ir::runs_along(n.code) ? static_cast<axis_set>(n.over() & n.axes) : axis_set{0};
    if (n.type != kind::number || (own == 0 && !(is_reduction(n.code) && is_within_an_input(n.axes)))) return no_value;
    axis_set read = 0;
    for (int a = 0; a < max_axes; ++a)
      if (has(n.axes, a) && (s.of[a].is_sum() || (has(own, a) && s.of[a].is_shifted()))) read |= only(a);
    const axis_set others = without(n.axes, read), taken = s.image(others);
    if (read == 0 || (own == 0 && (taken & read) != 0)) return no_value;
    for (int a = 0; a < max_axes; ++a) {
      const coordinate c = s.of[a];
      const bool meets = (c.axes() & without(read, only(a))) != 0 || (!c.is_sum() && has(taken, c.axis));
      if (has(read, a) && (meets || !is_place_of_kept(c))) return no_value;
    }
    substitution inner = apart(s, n.axes, read, others);
    for (int a = 0; a < max_axes; ++a)  // one axis in the place of another is as long
      if (has(read, a) && !s.of[a].is_sum() && !s.of[a].other_extent) inner.of[a] = {s.of[a].axis, 0};
    value_id r = at(v, inner);
    for (int a = 0; a < max_axes && !captured; ++a)
      if (has(read, a)) r = out_.elsewhere(r, inner.of[a].axis, s.of[a]);
    return r;
  }
  /// Whether a node has room for where a kept value is read.
  static constexpr bool is_place_of_kept(const coordinate& c) {
    return c.times == 0 && c.entry <= furthest_elsewhere && c.entry >= -furthest_elsewhere;
  }
  constexpr bool is_within_an_input(axis_set axes) const {
    for (const input_info& in : out_.result.inputs)
      if (includes(as_set(in.axes), axes)) return true;
    return false;
  }

  /// The same of the operand, whose other axes none of the new ones may be mistaken for. What runs along an axis, and is not read along
  /// several, is asked for anew.
  constexpr value_id elsewhere(const node& n, const substitution& s) {
    const int axis = first_axis(n.over());
    const coordinate read = n.read_at();
    const bool is_fold = is_reduction(out_[n.operand[0]].code);
    substitution inner = s;
    coordinate there = s.of[read.axis];
    if (!read.is_sum() && !is_fold) {
      const bool from_last = there.axis < 0 && is_from_last(there.entry);
      captured = captured || (from_last && read.axis != axis);
      there.entry += read.entry;
      if (there.axis >= 0) there.other_extent = there.other_extent || read.axis != axis;
      else if (from_last ? there.entry > last_entry : there.entry < 0) return out_.constant(0);
      inner.of[axis] = there;
      return at(n.operand[0], inner);
    }
    inner.of[axis] = {static_cast<std::int8_t>(axis), 0};
    const axis_set others = without(out_[n.operand[0]].axes, n.over());
    const bool fits = along(read, s, axis, there) && there.axis >= 0 && is_place_of_kept(there);
    runs_along = runs_along || !fits;
    captured = captured || has(s.image(others), axis);
    const value_id e = at(n.operand[0], inner);
    return captured || runs_along ? e : out_.elsewhere(e, axis, there);
  }

  /// Along an axis that no other one becomes, the same of its operands there; read from its end to its beginning it runs the other way,
  /// unless it is an order. One entry of it is met among all, of which the others count nothing.
  constexpr value_id running(const node& n, value_id v, const substitution& s) {
    const int axis = first_axis(n.over());
    const coordinate c = s.of[axis];
    if (c.axis < 0) return one_entry(v, axis, s);
    const bool turned = is_turned(c, axis) && !is_of_order(n.code);
    if (has(s.image(without(n.axes, n.over())), c.axis) || (!turned && (c.is_shifted() || c.is_sum()))) {
      runs_along = true;
      return v;
    }
    const value_id a = at(n.operand[0], s), b = arity(n.code) > 1 ? at(n.operand[1], s) : value_id{no_value};
    return out_.running(n.code, a, b, only(c.axis), turned ? n.order().opposite() : n.order());
  }

  /// Whether all of an axis is read, from its last entry to its first.
  constexpr bool is_turned(const coordinate& c, int axis) const {
    if (c.axes() != only(c.axis) || c.steps_along(c.axis) != -1) return false;
    const margins left = margins_of(out_.result.axes, c, axis);
    return left.before.is_zero() && left.behind.is_zero();
  }

  /// One entry of a value along an axis, met among all.
  constexpr value_id one_entry(value_id v, int axis, const substitution& s) {
    const coordinate c = s.of[axis];
    const value_id here = out_.position(op::position, axis), zero = out_.constant(0);
    const value_id entry =
        is_from_last(c.entry) ? out_.position(op::last, axis, c.entry - last_entry) : out_.constant(c.entry);
    const value_id there = out_.binary(op::eq, here, entry);
    return at(out_.reduce(op::sum, out_.where(there, v, zero), only(axis)), s);
  }

  /// Along axes of other names the same of its operands there; one entry of the chain itself is met among all, and it is not
  /// read with two of its axes as one.
  constexpr value_id chain(const node& n, value_id v, const substitution& s) {
    chain_axes c = n.chain();
    axis_set below = n.axes;
    for (int k = 0; k < arity(n.code); ++k) below |= out_[n.operand[k]].axes;
    axis_set left = 0;  // images so far, each of one axis
    for (int a = 0; a < max_axes; ++a) {
      if (!has(n.axes, a)) continue;
      const coordinate to = s.of[a];
      const bool own = has(n.over(), a);
      if (own && to.axis < 0) return one_entry(v, a, s);
      if (to.axis < 0) continue;
      runs_along = runs_along || (own && (to.is_shifted() || to.is_sum() || has(left, to.axis))) ||
                   (!own && has(s.image(static_cast<axis_set>(n.over() & n.axes)), to.axis));
      left |= only(to.axis);
    }
    if (runs_along) return v;
    const substitution inner = apart(s, below, without(below, n.axes), n.axes);
    value_id o[3] = {no_value, no_value, no_value};
    for (int k = 0; k < arity(n.code); ++k) o[k] = at(n.operand[k], inner);
    c.along = inner.of[c.along].axis;
    c.to = inner.of[c.to].axis;
    c.from = inner.of[c.from].axis;
    return captured ? v : out_.make(n.code, o[0], o[1], o[2], c.bits());
  }

  /// Along axes that stay as they are, the same function; else what it is made of.
  constexpr value_id row_function(const node& n, const substitution& s) {
    if (!s.moves_any(n.over()) && (s.image(without(n.axes, n.over())) & n.over()) == 0) {
      const value_id e = at(n.operand[0], s);
      return out_.make(n.code, e, no_value, no_value, n.bits);
    }
    const value_id total = out_.reduce(op::logsumexp, n.operand[0], n.over());
    const value_id e = at(n.operand[0], s), all = at(total, s), log = out_.binary(op::sub, e, all);
    return n.code == op::softmax ? out_.unary(op::exp, log) : log;
  }
};

}  // namespace loom::ir
