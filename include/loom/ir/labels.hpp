// SPDX-License-Identifier: BSL-1.0
// ir/labels.hpp — which labels a formula ignores.
// where(t != -100, ..., 0) reads a label of -100 and uses nothing of that row; such a label may lie outside its axis.
// A label is ignored by a gather if on every path from it to the outputs some where does not take the branch: because of
// what the label is, or because of a mask beside it.
// Layer 1 (ir).
#pragma once

#include "loom/base/heap_array.hpp"
#include "loom/ir/graph.hpp"

namespace loom::inline LOOM_ABI::ir {

/// A comparison of an index with a number, or of a mask with its truth, under which a value is not used.
struct label_clause {
  value_id index = no_value;  ///< or a mask
  op compare = op::eq;
  std::int64_t with = 0;
  int mask = -1;  ///< the input that is a mask; none: an index is compared
  constexpr bool operator==(const label_clause&) const = default;
  constexpr bool holds(std::int64_t label) const {
    switch (compare) {
      case op::eq: return label == with;
      case op::ne: return label != with;
      case op::lt: return label < with;
      case op::le: return label <= with;
      case op::gt: return label > with;
      case op::ge: return label >= with;
      default: return false;  // no comparison
    }
  }
};

using label_clauses = fixed_vector<label_clause, 6>;

/// A use of an index as a position: its labels must lie on the axis, or be ignored.
struct label_use {
  int input = -1;
  int axis = -1;
  label_clauses ignored_if;
  constexpr bool same_place(const label_use& other) const { return input == other.input && axis == other.axis; }
};
inline constexpr int max_label_uses = 16;
using label_use_list = fixed_vector<label_use, max_label_uses>;

namespace detail {

/// The clauses that are in both.
constexpr label_clauses common(const label_clauses& a, const label_clauses& b) {
  label_clauses both;
  for (const label_clause& c : a)
    if (b.contains(c)) both.push_back(c);
  return both;
}

/// Adds a use, unless it asks what another one asks. If there is no place, one use asks for both, and so may ask for more.
constexpr void add_use(label_use_list& uses, const label_use& use) {
  for (label_use& known : uses) {
    if (!known.same_place(use)) continue;
    const label_clauses both = common(known.ignored_if, use.ignored_if);
    const bool asks_the_same = both.size() == known.ignored_if.size() && both.size() == use.ignored_if.size();
    if (!asks_the_same && uses.size() < uses.capacity()) continue;
    known.ignored_if = both;
    return;
  }
  uses.push_back(use);
}

constexpr op opposite(op o) {
  switch (o) {
    case op::eq: return op::ne;
    case op::ne: return op::eq;
    case op::lt: return op::ge;
    case op::ge: return op::lt;
    case op::le: return op::gt;
    case op::gt: return op::le;
    default: return o;  // no comparison
  }
}

/// The clauses under which mask m is `truth`.
constexpr void clauses_when(const graph& g, value_id m, bool truth, label_clauses& out) {
  const node& n = g[m];
  if (n.code == op::mask && out.size() < out.capacity())
    out.insert_once({m, op::eq, truth ? 1 : 0, static_cast<int>(n.bits)});
  if (n.code == op::logical_not) return clauses_when(g, n.operand[0], !truth, out);
  if (n.code == (truth ? op::logical_or : op::logical_and)) {
    clauses_when(g, n.operand[0], truth, out);
    clauses_when(g, n.operand[1], truth, out);
    return;
  }
  if (!is_comparison(n.code)) return;
  const node& l = g[n.operand[0]];
  const node& r = g[n.operand[1]];
  op compare = n.code;
  value_id index = n.operand[0];
  const node* number = &r;
  if (l.code == op::constant) {  // mirrored
    index = n.operand[1];
    number = &l;
    compare = compare == op::lt   ? op::gt
              : compare == op::gt ? op::lt
              : compare == op::le ? op::ge
              : compare == op::ge ? op::le
                                  : compare;
  }
  if (g[index].code != op::index || number->code != op::constant || out.size() == out.capacity()) return;
  out.insert_once({index, truth ? compare : opposite(compare), static_cast<std::int64_t>(number->constant_value())});
}

}  // namespace detail

namespace detail {

/// Whether two inputs are read equally far on along every axis of the second: then a mask stands beside the label that it is about.
constexpr bool are_beside(const graph& g, int label, int mask) {
  const auto shift = [&](int slot, int axis) {
    for (const coordinate& c : g.inputs[slot].at)
      if (c.axis == axis) return c.entry;
    return 0;
  };
  for (int axis : g.inputs[mask].axes)
    if (shift(label, axis) != shift(mask, axis)) return false;
  return !g.inputs[label].is_sum() && !g.inputs[mask].is_sum();
}

/// Leaves the clauses that hold for all entries of some axes: what is not used at one entry of a sum is at another.
constexpr void leave_along(const graph& g, axis_set over, label_clauses& clauses) {
  label_clauses left;
  for (const label_clause& c : clauses)
    if ((g[c.index].axes & over) == 0) left.push_back(c);
  clauses = left;
}

}  // namespace detail

/// How many pairs there are of an index and an axis it picks from.
constexpr int places_of_labels(const graph& g) {
  axis_set picked[max_inputs]{};
  int places = 0;
  for (const node& n : g.nodes)
    if (n.code == op::gather || n.code == op::onehot)
      picked[g[n.operand[n.code == op::gather ? 1 : 0]].bits] |= n.over();
  for (const axis_set axes : picked) places += axis_count(axes);
  return places;
}

/// Every use of an index as a position, with the labels that use ignores.
constexpr label_use_list label_uses(const graph& g) {
  heap_array<label_clauses> unused_if(static_cast<std::size_t>(g.size()));
  const auto at = [](int id) { return static_cast<std::size_t>(id); };
  bool reached[LOOM_MAX_NODES]{};
  for (const output_info& out : g.outputs) reached[out.id] = true;
  label_use_list uses;
  for (int i = g.size() - 1; i >= 0; --i) {
    const node& n = g[i];
    if (!unused_if[at(i)].empty() && !is_elementwise(n.code)) detail::leave_along(g, n.over(), unused_if[at(i)]);
    for (int k = 0; k < arity(n.code); ++k) {
      label_clauses here = unused_if[at(i)];
      if (n.code == op::where && k > 0) detail::clauses_when(g, n.operand[0], k == 2, here);
      const value_id o = n.operand[k];
      if (!reached[o]) {
        reached[o] = true;
        unused_if[at(o)] = here;
      } else {
        unused_if[at(o)] = detail::common(unused_if[at(o)], here);
      }
    }
    if (n.code == op::gather || n.code == op::onehot) {
      const value_id t = n.operand[n.code == op::gather ? 1 : 0];
      label_use use{static_cast<int>(g[t].bits), first_axis(n.over()), {}};
      if (g.inputs[use.input].is_sum()) use.input = g.inputs[use.input].of;  // all labels, wherever windows begin
      for (const label_clause& c : unused_if[at(i)])
        if (c.index == t ||
            (c.mask >= 0 && includes(g[t].axes, g[c.index].axes) && detail::are_beside(g, use.input, c.mask)))
          use.ignored_if.push_back(c);
      detail::add_use(uses, use);
    }
  }
  return uses;
}

}  // namespace loom::ir
