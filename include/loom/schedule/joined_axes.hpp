// SPDX-License-Identifier: BSL-1.0
// schedule/joined_axes.hpp — axes that no value tells apart, as one: h[B,T,D] is a matrix of B x T rows where every array has both of B and
// T, or neither. So what is a product of matrices for rows of one axis is one for rows of several.
// Layer 4 (schedule).
#pragma once

#include "loom/ir/rebuild.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// Two axes as one, which goes by the first: in arrays the second one lies within it.
struct axis_pair {
  std::int8_t first, second;
};
using axis_pairs = fixed_vector<axis_pair, max_rank>;

namespace detail {

constexpr bool has_both_or_none(axis_set axes, int a, int b) { return has(axes, a) == has(axes, b); }

/// Whether nothing in a graph tells two axes apart.
constexpr bool are_one(const graph& g, int a, int b) {
  const axis_set either = only(a) | only(b);
  for (int k = 0; k < g.axes.size(); ++k)
    if (has(either, k) && (g.axes[k].extent != 0 || g.axes[k].follows())) return false;
  for (const axis_info& axis : g.axes)
    if (axis.follows() && (axis.from.of(a) != 0 || axis.from.of(b) != 0)) return false;
  for (const input_info& in : g.inputs) {
    if (!has_both_or_none(as_set(in.axes), a, b)) return false;
    for (const coordinate& c : in.at)
      if (c.steps_along(a) != 0 || c.steps_along(b) != 0 || c.of == a || c.of == b) return false;
  }
  for (const output_info& o : g.outputs)
    if (!has_both_or_none(as_set(o.axes), a, b)) return false;
  for (const node& n : g.nodes) {
    if (!has_both_or_none(n.axes, a, b)) return false;
    switch (info(n.code).kind) {
      case ir::family::reduction:
        if (!has_both_or_none(n.over(), a, b)) return false;
        break;
      case ir::family::leaf:
        if (n.code == op::extent && !has_both_or_none(n.over(), a, b)) return false;
        if ((n.code == op::position || n.code == op::last) && (n.over() & either) != 0) return false;
        break;
      case ir::family::indexing:
        if (n.code == op::scatter && !has(either, n.scattered_over()) && has_both_or_none(n.over(), a, b)) break;
        [[fallthrough]];
      case ir::family::row:
      case ir::family::running:
        if (n.code == op::elsewhere || (n.over() & either) != 0) return false;
        break;
      case ir::family::chain: return false;
      default: break;
    }
  }
  return true;
}

/// Whether `first` is before `second` where both are in an order.
constexpr bool is_before(const axis_order& axes, int first, int second) {
  for (int axis : axes)
    if (axis == first || axis == second) return axis == first;
  return true;
}

constexpr axis_order without_axis(const axis_order& axes, int axis) {
  axis_order r;
  for (std::int8_t a : axes)
    if (a != axis) r.push_back(a);
  return r;
}

constexpr graph join(const graph& g, const axis_pair& p) {
  builder out(g);
  for (input_info& in : out.result.inputs) in.axes = without_axis(in.axes, p.second);
  out.result.result_axes = without_axis(g.result_axes, p.second);
  graph r = rebuild(g, out, [&](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
    if (is_reduction(code) || code == op::extent || code == op::scatter) bits &= ~std::uint64_t{only(p.second)};
    return out.make(code, a, b, c, bits);
  });
  for (output_info& o : r.outputs) o.axes = without_axis(o.axes, p.second);
  return r;
}

}  // namespace detail

/// A graph with axes joined, and which: the innermost ones first.
struct joined_graph {
  graph program;
  axis_pairs pairs;
};

/// The axes that some axes of the joined graph are.
constexpr axis_set with_axes_apart(const axis_pairs& pairs, axis_set axes) {
  for (int k = pairs.size() - 1; k >= 0; --k)
    if (has(axes, pairs[k].first)) axes |= only(pairs[k].second);
  return axes;
}

/// Whether joined axes could make a product of matrices: a quick look, for in most graphs they could not.
constexpr bool may_join_axes(const graph& g) {
  for (const node& n : g.nodes)
    if (n.code == op::sum && n.over() != 0 && axis_count(g[n.operand[0]].axes) >= 4) return true;
  return false;
}

/// All axes that are one, joined. Of a graph that has none it is not copied.
constexpr joined_graph join_axes(const graph& g) {
  joined_graph r;
  for (int b = g.axes.size() - 1; b > 0; --b)
    for (int a = b - 1; a >= 0; --a) {
      const graph& now = r.pairs.empty() ? g : r.program;
      axis_set all = 0;
      for (const node& n : now.nodes) all |= n.axes;
      if (!has(all, a) || !has(all, b) || !detail::are_one(now, a, b)) continue;
      axis_pair pair{static_cast<std::int8_t>(a), static_cast<std::int8_t>(b)};
      for (const input_info& in : now.inputs)
        if (has(as_set(in.axes), a) && !detail::is_before(in.axes, a, b)) pair = {pair.second, pair.first};
      r.program = detail::join(now, pair);
      r.pairs.push_back(pair);
      break;
    }
  return r;
}

}  // namespace loom::schedule
