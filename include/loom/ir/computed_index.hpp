// SPDX-License-Identifier: BSL-1.0
// ir/computed_index.hpp — indices that are no data, and order by counting: what argmax, argmin and rank are made of.
// An index that is computed is a number, so that what is done with it is a comparison with the positions along an axis, which
// every loop knows. A NaN comes before every number, as in NumPy: so every row has an order.
// Layer 1 (ir).
#pragma once

#include "loom/ir/issue.hpp"
#include "loom/ir/substitute.hpp"
#include "loom/ir/typed_value.hpp"

namespace loom::inline LOOM_ABI::ir {

/// A whole number more or less of the positions along an axis; no_value, if this is none.
constexpr value_id shifted_position(builder& out, op code, const typed_value* v) {
  if (code != op::add && code != op::sub) return no_value;
  for (int k = 0; k < 2; ++k) {
    const node &axis = out[v[k].id], &more = out[v[1 - k].id];
    if (axis.code != op::position || more.code != op::constant || (code == op::sub && k == 1)) continue;
    const double by = code == op::sub ? -more.constant_value() : more.constant_value();
    if (v[1 - k].written < typed_value::literal::integer || !(by > -furthest_shift && by < furthest_shift)) continue;
    const std::int32_t offset = axis.offset() + static_cast<std::int32_t>(by);
    if (offset > -furthest_shift && offset < furthest_shift)
      return out.position(op::position, first_axis(axis.over()), offset);
  }
  return no_value;
}

/// What is wrong with a literal that an index is compared with: it is a whole number that 64 bits hold.
constexpr issue issue_of_label(double v, typed_value::literal written) {
  const bool in_range = v > -0x1p63 && v < 0x1p63;
  if (!in_range && v == v) return issue::index_compared_beyond_its_range;
  if (!in_range || static_cast<double>(static_cast<std::int64_t>(v)) != v) return issue::index_compared_with_a_fraction;
  return written == typed_value::literal::rounded ? issue::index_compared_with_a_rounded_number : issue::none;
}
/// What is wrong with a literal as an entry of an axis: it is a whole number, and the axis has so many entries.
constexpr mistake mistake_of_entry(double v, typed_value::literal written, const axis_info& axis) {
  if (written < typed_value::literal::integer) return {issue::entry_is_no_integer, axis.name};
  if (!(v >= 0 && v < furthest_shift))
    return {issue::entry_out_of_range, axis.name, static_cast<std::int64_t>(v), furthest_shift};
  if (axis.extent != 0 && v >= static_cast<double>(axis.extent))
    return {issue::entry_beyond_its_axis, axis.name, static_cast<std::int64_t>(v), axis.extent};
  return {};
}

/// Whether a value is a whole number more or less than the extent of an axis.
constexpr bool counts_from_end(const builder& out, value_id v, text_view axis) {
  const extent_form counted = positions_of(out, v).by;
  for (int a = 0; a < out.result.axes.size(); ++a)
    if (counted.of(a) != (out.result.axes[a].name == axis ? 1 : 0)) return false;
  return is_count(out, v);
}

/// 1 where a mask holds, 0 elsewhere.
constexpr value_id one_where(builder& out, value_id mask) {
  const value_id zero = out.constant(0), one = out.constant(1);
  return out.where(mask, one, zero);
}

/// Where an axis is at an index that is computed: a mask.
constexpr value_id stands_at(builder& out, value_id index, int axis) {
  const value_id here = as_number(out, out.position(op::position, axis));
  return out.binary(op::eq, here, index);
}

/// The entry that such an index names: the only one that is not masked; 0 if it names none.
constexpr value_id entry_at(builder& out, value_id values, value_id index, int axis) {
  const value_id here = stands_at(out, index, axis), zero = out.constant(0);
  return out.reduce(op::sum, out.where(here, values, zero), only(axis));
}

/// The entries that an index names: labels, one that is computed, or an order along the axis itself. No sum and no order is of masks.
constexpr value_id picked(builder& out, value_id values, const typed_value& index, int axis, bool permutes) {
  const bool of_mask = out[values].type == kind::mask, counts = of_mask && (permutes || index.is_computed_index);
  const value_id from = counts ? one_where(out, values) : of_mask ? values : as_number(out, values);
  const value_id r = permutes                  ? out.running(op::permuted, from, index.id, only(axis), {})
                     : index.is_computed_index ? entry_at(out, from, index.id, axis)
                                               : out.make(op::gather, from, index.id, no_value, only(axis));
  if (!counts) return r;
  const value_id zero = out.constant(0);
  return out.binary(op::ne, r, zero);
}

/// The position of the largest entry along an axis (op::argmax), or of the smallest; of several, the first.
constexpr value_id first_extreme(builder& out, op code, value_id e, int axis) {
  const value_id extreme = out.reduce(code == op::argmax ? op::reduce_max : op::reduce_min, e, only(axis));
  const value_id equal = out.binary(op::eq, e, extreme), nan = out.binary(op::ne, e, e);
  const value_id here = as_number(out, out.position(op::position, axis));
  const value_id none = out.constant(__builtin_huge_val());
  const value_id found = out.binary(op::logical_or, equal, nan);
  return out.reduce(op::reduce_min, out.where(found, here, none), only(axis));
}

/// The axis along which the entries of an axis are counted once more. No formula can name it: it is found by what it repeats. -1: no room.
constexpr int twin_of(axis_list& axes, known_axes& known, int axis) {
  for (int a = 0; a < axes.size(); ++a)
    if (known.twin_of[a] == axis) return a;
  if (axes.size() == max_axes) return -1;
  axes.push_back({rival_name(axes), axes[axis].extent, axes[axis].from});
  known.twin_of[axes.size() - 1] = static_cast<std::int8_t>(axis);
  return axes.size() - 1;
}

/// How many entries along an axis come before each in the order from the largest to the smallest, equal ones as they stand. They
/// are counted along `twin`, an axis of the same extent that e has not. no_value: e cannot be read along it.
constexpr value_id entries_before(builder& out, value_id e, int axis, int twin) {
  substitution by;
  by.of[axis] = {static_cast<std::int8_t>(twin), 0};
  substituting elsewhere(out);
  const value_id other = elsewhere.at(e, by);
  by = {};
  by.of[twin] = {static_cast<std::int8_t>(axis), 0};
  e = elsewhere.at(other, by);  // there and back: the same operations in both places
  if (elsewhere.captured) return no_value;
  const value_id here = out.position(op::position, axis), there = out.position(op::position, twin);
  const value_id earlier = out.binary(op::lt, there, here), equal = out.binary(op::eq, other, e);
  // An entry is never before itself, also where rounding is not the same in both places.
  const value_id apart = out.binary(op::ne, there, here);
  const value_id larger = out.binary(op::logical_and, out.binary(op::gt, other, e), apart);
  const value_id equal_earlier = out.binary(op::logical_and, equal, earlier);
  const value_id nan = out.binary(op::ne, other, other), beside_a_number = out.binary(op::eq, e, e);
  const value_id before_this = out.binary(op::logical_or, beside_a_number, earlier);
  const value_id nan_before = out.binary(op::logical_and, nan, before_this);
  const value_id number_before = out.binary(op::logical_or, larger, equal_earlier);
  return out.reduce(op::sum, one_where(out, out.binary(op::logical_or, number_before, nan_before)), only(twin));
}

}  // namespace loom::ir
