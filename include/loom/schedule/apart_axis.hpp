// SPDX-License-Identifier: BSL-1.0
// schedule/apart_axis.hpp — an axis whose entries have nothing to do with each other but that what comes of them is added up: of a batch of
// products of matrices, sum(q * k, D) with q[B,N,D] and k[B,M,D], each is a product by itself.
// Layer 4 (schedule).
#pragma once

#include "loom/schedule/joined_axes.hpp"
#include "loom/schedule/plan.hpp"
#include "loom/schedule/products.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// A graph for one entry of an axis; -1: there is no such axis. The extent of the axis is still known.
struct apart_graph {
  graph program;
  int axis = -1;
  output_set totals = 0;  ///< outputs that are sums of what all entries leave

  constexpr bool is_none() const { return axis < 0; }
};

namespace detail {

/// What a value is, seen along an axis.
enum class along_axis : std::uint8_t { given, entry, total, mixed };

class axis_reader {
 public:
  constexpr axis_reader(const graph& g, int axis) : g_(g), axis_(axis) {}

  /// Whether the entries of the axis are apart; `totals` are the outputs that add up.
  constexpr bool read(output_set& totals) {
    for (const axis_info& a : g_.axes)
      if (a.follows() && a.from.of(axis_) != 0) return false;
    if (g_.axes[axis_].follows()) return false;
    for (const input_info& in : g_.inputs) {
      if (in.code != op::tensor && as_set(in.axes) == only(axis_)) return false;  // a label, or a mask, of each entry
      for (const coordinate& c : in.at)
        if ((c.steps_along(axis_) != 0 || c.of == axis_) &&
            (c.axis != c.of || c.is_moved() || c.other_extent || c.is_sum()))
          return false;
    }
    for (int i = 0; i < g_.size(); ++i)
      if ((of_[i] = kind_of(g_[i])) == along_axis::mixed) return false;
    totals = 0;
    for (int k = 0; k < g_.outputs.size(); ++k) {
      const along_axis v = of_[g_.outputs[k].id];
      if (v == along_axis::given) return false;
      if (v == along_axis::total) totals |= output_set{1} << k;
    }
    return true;
  }

 private:
  const graph& g_;
  int axis_;
  along_axis of_[LOOM_MAX_NODES]{};

  constexpr along_axis kind_of(const node& n) const {
    const ir::family kind = info(n.code).kind;
    if (kind == ir::family::leaf) {
      const bool names_it = (n.code == op::position || n.code == op::last) && has(n.over(), axis_);
      return names_it ? along_axis::mixed : has(n.axes, axis_) ? along_axis::entry : along_axis::given;
    }
    if (n.code == op::elsewhere && has(n.over() | n.read_at().axes(), axis_)) return along_axis::mixed;
    bool total = false;
    for (value_id o : n.operand) total = total || (o != no_value && of_[o] == along_axis::total);
    const bool is_sum = n.code == op::sum && has(n.over(), axis_);
    if (!is_sum && kind != ir::family::reduction && has(n.bits != 0 ? n.over() : axis_set{0}, axis_))
      return along_axis::mixed;
    if (kind == ir::family::reduction && has(n.over(), axis_))
      return is_sum && !total ? along_axis::total : along_axis::mixed;
    if (total) return is_linear(n) && !has(n.axes, axis_) ? along_axis::total : along_axis::mixed;
    return has(n.axes, axis_) ? along_axis::entry : along_axis::given;
  }
  /// Whether a function of totals is the total of that function.
  constexpr bool is_linear(const node& n) const {
    const auto is = [&](int k, along_axis what) { return of_[n.operand[k]] == what; };
    switch (n.code) {
      case op::neg:
      case op::sum: return true;
      case op::add:
      case op::sub: return is(0, along_axis::total) && is(1, along_axis::total);
      case op::mul: return n.bits == 0 && (is(0, along_axis::given) || is(1, along_axis::given));
      case op::div: return is(1, along_axis::given);
      default: return false;
    }
  }
};

constexpr graph without_axis(const graph& g, int axis) {
  builder out(g);
  const auto left = [&](const axis_order& axes) { return without_axis(axes, axis); };
  for (input_info& in : out.result.inputs) {
    if (as_set(in.axes) == only(axis)) in.code = op::scalar;
    in.axes = left(in.axes);
    coordinates at;
    for (const coordinate& c : in.at)
      if (c.of != axis) at.push_back(c);
    in.at = at;
  }
  out.result.result_axes = left(g.result_axes);
  graph r = rebuild(g, out, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
    if (code == op::sum) {
      bits &= ~std::uint64_t{only(axis)};
      if (bits == 0) return a;
    }
    return out.make(code, a, b, c, bits);
  });
  for (output_info& o : r.outputs) o.axes = left(o.axes);
  return r;
}

}  // namespace detail

/// A graph for one entry of an axis that is apart, if there are products of matrices then, or such axes once more.
constexpr apart_graph take_axis_apart(const graph& g) {
  apart_graph r;
  for (int axis = 0; axis < g.axes.size(); ++axis) {
    axis_set all = 0;
    for (const node& n : g.nodes) all |= n.axes;
    if (!has(all, axis) || !detail::axis_reader(g, axis).read(r.totals)) continue;
    r.program = detail::without_axis(g, axis);
    r.axis = axis;
    if (may_join_axes(r.program) || !isolate_products(r.program).products.empty()) return r;
  }
  r.axis = -1;
  return r;
}

}  // namespace loom::schedule
