// SPDX-License-Identifier: BSL-1.0
// rewrite/in_order.hpp — sums over those entries of a batch whose key is above, or below, that of each entry: a running sum in the order
// of the key. `log(sum(where(t(N = M) >= t, exp(x(N = M)), 0), M))`, the logarithm of what is at risk, compares every entry with every
// other one; once they are sorted by t, it is a running value. Where positions are compared themselves, nothing need be sorted.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/rebuild.hpp"
#include "loom/ir/substitute.hpp"
#include "loom/rewrite/kept.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// What the trace calls it.
inline constexpr text_view sum_in_order = "sum in order";

namespace detail {

class sums_in_order {
 public:
  constexpr explicit sums_in_order(const graph& g) : out_(g), in_(g), kept_(g) {}

  constexpr graph run() {
    return rebuild(in_, out_, [this](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
      if (!kept_.next() && (code == op::sum || code == op::logsumexp))
        if (const value_id r = in_order(code, a, static_cast<axis_set>(bits)); r != no_value) return r;
      return out_.make(code, a, b, c, bits);
    });
  }

 private:
  builder out_;
  const graph& in_;
  kept_values kept_;

  /// A sum along one axis, `there`, for each entry of another one, `here`, of the entries whose key is larger or smaller.
  struct masked_sum {
    int here = -1, there = -1;
    value_id key = no_value;  ///< along `here`; no_value: the position
    value_id unknown = no_value;  ///< where a key is NaN, if one may be
    bool larger = false, strict = false;
    value_id entry = no_value;  ///< along `there`
    value_id mask = no_value;  ///< of what has a sum at all, if not all have
  };

  constexpr const node& at(value_id v) const { return out_[v]; }
  constexpr bool is_constant(value_id v, double c) const {
    return at(v).code == op::constant && at(v).constant_value() == c;
  }

  constexpr value_id in_order(op code, value_id v, axis_set over) {
    if (at(v).code != op::where || axis_count(over) != 1) return no_value;
    const double nothing = code == op::sum ? 0.0 : -__builtin_huge_val();
    const builder before = out_;
    const masked_sum s = read(v, first_axis(over), nothing);
    const value_id r = s.here < 0 ? value_id{no_value} : running(code, s, nothing);
    if (r == no_value) out_ = before;
    else if (!out_.result.trace.contains(sum_in_order)) out_.result.trace.try_push(sum_in_order);
    return r;
  }

  /// `here` is -1 where it is no such sum.
  constexpr masked_sum read(value_id v, int there, double nothing) {
    fixed_vector<value_id, 8> masks;
    while (at(v).code == op::where && is_constant(at(v).operand[2], nothing)) {
      if (!add_masks(at(v).operand[0], masks)) return {};
      v = at(v).operand[1];
    }
    masked_sum s;
    s.there = there;
    s.entry = v;
    value_id comparison = no_value;
    for (value_id m : masks)
      if (comparison == no_value && read_comparison(m, s)) comparison = m;
    if (comparison == no_value || !has(at(v).axes, there) || has(at(v).axes, s.here) ||
        !is_read_along_both(in_, s.here, there))
      return {};
    const value_id zero = out_.constant(nothing);
    for (value_id m : masks) {
      if (m == comparison) continue;
      if (!has(at(m).axes, s.here)) s.entry = out_.where(m, s.entry, zero);
      else if (has(at(m).axes, there)) return {};
      else s.mask = s.mask == no_value ? m : out_.binary(op::logical_and, s.mask, m);
    }
    return s;
  }
  constexpr bool add_masks(value_id m, fixed_vector<value_id, 8>& masks) const {
    if (at(m).code != op::logical_and) return masks.try_push(m);
    return add_masks(at(m).operand[0], masks) && add_masks(at(m).operand[1], masks);
  }

  /// A comparison of the same key at `there` and at another axis.
  constexpr bool read_comparison(value_id m, masked_sum& s) {
    const op code = at(m).code;
    if (code != op::lt && code != op::le && code != op::gt && code != op::ge) return false;
    value_id far = at(m).operand[0], near = at(m).operand[1];
    const bool turned = !has(at(far).axes, s.there);
    if (turned) {
      const value_id first = far;
      far = near;
      near = first;
    }
    const axis_set own = without(at(near).axes, at(far).axes);
    if (without(at(far).axes, at(near).axes) != only(s.there) || axis_count(own) != 1) return false;
    if (at_there(far, s.there, first_axis(own)) != near) return false;
    s.here = first_axis(own);
    s.larger = (code == op::gt || code == op::ge) != turned;
    s.strict = code == op::gt || code == op::lt;
    if (at(near).code == op::position && at(near).offset() == 0) return true;
    // Many lines may be short, and are compared sooner than they are sorted.
    if (axis_count(at(near).axes) != 1) return false;
    s.key = near;
    if (at(near).type == kind::number) s.unknown = out_.binary(op::ne, near, near);
    else s.key = count_below(near, far, s.there);
    return true;
  }
  /// The key of labels, which numbers may be too short for: how many are smaller.
  constexpr value_id count_below(value_id near, value_id far, int there) {
    const value_id one = out_.constant(1), zero = out_.constant(0);
    return out_.reduce(op::sum, out_.where(out_.binary(op::lt, far, near), one, zero), only(there));
  }
  /// A value with one axis in the place of another; no_value if it cannot be.
  constexpr value_id at_there(value_id v, int axis, int becomes) {
    substitution by;
    by.of[axis] = {static_cast<std::int8_t>(becomes), 0};
    substituting elsewhere(out_);
    const value_id r = elsewhere.at(v, by);
    return elsewhere.captured || elsewhere.runs_along ? value_id{no_value} : r;
  }

  constexpr value_id running(op code, const masked_sum& s, double nothing) {
    const axis_set along = only(s.here);
    const value_id none = out_.constant(nothing), zero = out_.constant(0), one = out_.constant(1);
    value_id entries = at_there(s.entry, s.there, s.here);
    if (entries == no_value || !has(at(entries).axes, s.here)) return no_value;
    const op runs = code == op::sum ? op::cumsum : op::logcumsumexp;
    value_id r = no_value;
    if (s.key == no_value) {
      r = out_.running(runs, entries, no_value, along, {s.larger, s.strict});
    } else {
      // What has no key is in no sum, and has none.
      if (s.unknown != no_value) entries = out_.where(s.unknown, none, entries);
      // Of equal keys the first has what all of them have: what follows in this order, and it; or what is before.
      const value_id order = out_.running(op::order, s.key, no_value, along, {s.larger == s.strict, false});
      const value_id sorted = out_.running(op::permuted, entries, order, along, {});
      const value_id all = out_.running(runs, sorted, no_value, along, {!s.strict, s.strict});
      const value_id key = out_.running(op::permuted, s.key, order, along, {});
      const value_id before = out_.running(op::recurrence, key, zero, along, {false, true});
      const value_id begin = out_.binary(op::eq, out_.position(op::position, s.here), zero);
      const value_id first = out_.binary(op::logical_or, begin, out_.binary(op::ne, key, before));
      r = out_.running(op::recurrence, out_.where(first, all, zero), out_.where(first, zero, one), along, {});
      r = out_.running(op::unpermuted, r, order, along, {});
      if (s.unknown != no_value) r = out_.where(s.unknown, none, r);
    }
    return s.mask == no_value ? r : out_.where(s.mask, r, none);
  }
};

}  // namespace detail

/// Whether a graph may have such sums: a quick look, for most have none. It reads an input at two places, and compares what neither side
/// has the axes of.
constexpr bool may_have_sums_in_order(const graph& g) {
  bool reads_itself = false;
  for (const input_info& in : g.inputs) reads_itself = reads_itself || in.is_place();
  if (!reads_itself) return false;
  for (const node& n : g.nodes)
    if (n.code == op::lt || n.code == op::le || n.code == op::gt || n.code == op::ge) {
      const axis_set a = g[n.operand[0]].axes, b = g[n.operand[1]].axes;
      if (!includes(a, b) && !includes(b, a)) return true;
    }
  return false;
}

/// Masked sums that compare a key of a batch with that of every other entry, as running values. They need memory, and have a gradient,
/// but no diagonal of second derivatives.
constexpr graph with_sums_in_order(const graph& g) { return detail::sums_in_order(g).run(); }

/// Whether a graph has such sums.
constexpr bool has_sums_in_order(const graph& g) {
  return may_have_sums_in_order(g) && with_sums_in_order(g).trace.contains(sum_in_order);
}

}  // namespace loom::rewrite
