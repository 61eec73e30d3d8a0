// SPDX-License-Identifier: BSL-1.0
// ir/graph.hpp — a formula as a graph of values, each written once.
// Values are numbered in the order they can be computed (an operand comes before its user). The builder interns:
// the same op on the same operands is the same value, so sharing needs no pass of its own.
// Layer 1 (ir).
#pragma once

#include <bit>
#include <cstdint>

#include "loom/base/config.hpp"
#include "loom/ir/op.hpp"
#include "loom/ir/type.hpp"

namespace loom::inline LOOM_ABI::ir {

using value_id = std::int16_t;
inline constexpr value_id no_value = -1;

/// How a running value goes along its axis: from the last entry to the first, and whether entry t is what was before t.
struct running_order {
  bool reverse = false;
  bool exclusive = false;
  constexpr bool operator==(const running_order&) const = default;
  constexpr running_order opposite() const { return {!reverse, exclusive}; }
};
constexpr std::uint64_t running_bits(axis_set along, running_order order) {
  return along | (order.reverse ? 1u << 8 : 0u) | (order.exclusive ? 1u << 9 : 0u);
}

/// The axes of a chain: which it runs along, which counts its states, and which counts the states before, or in a band the
/// states between the two: s comes of s - k. `best`: it follows the largest.
struct chain_axes {
  std::int8_t along = 0, to = 0, from = 0;
  bool band = false, best = false;

  constexpr axis_set all() const { return static_cast<axis_set>(only(along) | only(to) | only(from)); }
  constexpr std::uint64_t bits() const {
    return all() | static_cast<std::uint64_t>(along) << 8 | static_cast<std::uint64_t>(to) << 12 |
           static_cast<std::uint64_t>(from) << 16 | (band ? 1u << 20 : 0u) | (best ? 1u << 21 : 0u);
  }
  /// An axis that is not where it should be, in what states add and in the moves; -1: all are.
  constexpr int astray(axis_set states, axis_set moves) const {
    if (axis_count(all()) < 3 || !has(states, to) || !has(moves, to)) return to;
    if (!has(states, along) || has(moves, along)) return along;
    return !has(moves, from) || has(states, from) ? from : -1;
  }
};

/// The same, by their names.
struct chain_choice {
  text_view along, to, from;
  bool band = false;
};

/// Where a place reads one axis of an input: along an axis, so many entries further on, or along several together, T + K - 1 or
/// 2 * P + K; or at one entry.
struct coordinate {
  std::int8_t axis;  ///< -1: at one entry
  std::int32_t entry;  ///< which; or, along an axis, how many further on: what lies beyond its ends is 0
  bool other_extent =
      false;  ///< the axis that is read has another extent than the one it is read along, or may end before a sum of axes
  std::uint32_t times = 0;  ///< how many further on, by extents: see extent_form
  std::int8_t of = -1;  ///< the axis that is read, once it is a place
  std::uint32_t beside =
      0;  ///< what is added to the position along the axis: positions along others, counted as extents are
  constexpr bool operator==(const coordinate&) const = default;
  constexpr bool is_moved() const { return entry != 0 || times != 0; }
  constexpr bool is_shifted() const { return axis >= 0 && (is_moved() || other_extent); }
  constexpr bool is_sum() const { return beside != 0; }
  /// Whether it is an entry, or along one axis of the same extent, so many entries further on.
  constexpr bool is_simple() const { return !other_extent && times == 0 && beside == 0; }
  /// Whether the same entries are read, of an axis as long.
  constexpr bool is_along(const coordinate& c) const {
    return axis == c.axis && entry == c.entry && times == c.times && beside == c.beside;
  }
  constexpr extent_form shift() const { return {entry, times}; }
  /// How many entries one step along an axis is.
  constexpr int steps_along(int a) const {
    return (a == axis ? 1 : 0) + (beside == 0 ? 0 : extent_form{0, beside}.of(a));
  }
  constexpr axis_set axes() const {
    axis_set all = axis < 0 ? axis_set{0} : only(axis);
    for (int a = 0; beside != 0 && a < max_axes; ++a)
      if (steps_along(a) != 0) all |= only(a);
    return all;
  }
  /// The entry that is read where the axes are at some positions; along an axis.
  template <class Positions, class Extents>
  constexpr std::int64_t entry_at(const Positions& at, const Extents& extents) const {
    std::int64_t here = static_cast<std::int64_t>(at[axis]) + entry + shift().counted(extents);
    for (int a = 0; beside != 0 && a < max_axes; ++a)
      here += extent_form{0, beside}.of(a) * static_cast<std::int64_t>(at[a]);
    return here;
  }
};
/// How far on a kept value may be read.
inline constexpr std::int32_t furthest_elsewhere = (1 << 20) - 1;

struct node {
  op code;
  kind type;
  axis_set axes;
  value_id operand[3];  ///< or no_value
  std::uint64_t bits;  ///< what the op needs beside operands; a constant is kept as bits: -0 and NaN compare right

  constexpr bool operator==(const node&) const = default;
  constexpr double constant_value() const { return std::bit_cast<double>(bits); }
  constexpr axis_set over() const { return static_cast<axis_set>(bits); }
  /// Of positions along an axis, and of the last one: what is added to them.
  constexpr std::int32_t offset() const { return static_cast<std::int32_t>(static_cast<std::uint32_t>(bits >> 8)); }
  constexpr int scattered_over() const {
    return static_cast<int>(bits >> 8);
  }  ///< of a scatter: the axis it writes along
  /// Of a running value.
  constexpr running_order order() const { return {(bits >> 8 & 1) != 0, (bits >> 9 & 1) != 0}; }
  /// Of a value read elsewhere: along which axes, in the place of the one that it is read of.
  constexpr coordinate read_at() const {
    return {static_cast<std::int8_t>(bits >> 8 & 7),
            static_cast<std::int32_t>(bits >> 11 & 0x1FFFFF) - furthest_elsewhere,
            true,
            0,
            -1,
            static_cast<std::uint32_t>(bits >> 32)};
  }
  constexpr chain_axes chain() const {
    return {static_cast<std::int8_t>(bits >> 8 & 15), static_cast<std::int8_t>(bits >> 12 & 15),
            static_cast<std::int8_t>(bits >> 16 & 15), (bits >> 20 & 1) != 0, (bits >> 21 & 1) != 0};
  }
};

/// Where an input comes from: the formula declares it; or differentiation brings it, after those: the cotangent of the result,
/// a direction; or it is another input read at another place.
enum class input_origin : std::uint8_t { declared, seed, direction, place };

using coordinates = fixed_vector<coordinate, max_rank>;

/// Entries that are counted from the last one, which this is.
inline constexpr std::int32_t last_entry = -(1 << 30);
inline constexpr std::int32_t furthest_shift = 1 << 28;
constexpr bool is_from_last(std::int32_t entry) { return entry < last_entry / 2; }
/// The one entry that is read of an axis of so many.
constexpr std::int64_t entry_read(const coordinate& c, std::int64_t extent) {
  return is_from_last(c.entry) ? extent - 1 + (c.entry - last_entry) : c.entry;
}

struct input_info {
  text_view name;
  op code = op::tensor;
  axis_order axes;
  input_origin origin = input_origin::declared;
  int of = -1;  ///< the input whose direction this is, or that is read at another place
  number_domain domain{};
  coordinates at{};  ///< of a place: for each axis of the input, where it is read

  constexpr bool is_place() const { return origin == input_origin::place; }
  /// Of a place: whether an axis that it is read along may have another extent than what is read.
  constexpr bool has_other_extent(int axis) const {
    for (int k = 0; k < at.count; ++k)
      if (const coordinate& c = at.items[k]; (c.other_extent || c.is_sum()) && c.steps_along(axis) != 0) return true;
    return false;
  }
  constexpr bool is_sum() const {
    for (int k = 0; k < at.count; ++k)
      if (at.items[k].is_sum()) return true;
    return false;
  }
  constexpr bool is_shifted() const {
    for (int k = 0; k < at.count; ++k)
      if (at.items[k].is_shifted()) return true;
    return false;
  }
};

/// The value of a formula, or one of its derivatives with the axes of one input: the gradient, the diagonal of the Hessian, the
/// product of the Hessian with the directions, the diagonal of the Gauss-Newton matrix.
enum class derivative_kind : std::uint8_t { value, gradient, curvature, product, gauss_newton };

/// One result of a program.
struct output_info {
  derivative_kind kind = derivative_kind::value;
  int input = -1;
  value_id id = no_value;
  int result = 0;  ///< of several values, which
  axis_order axes{};  ///< of the buffer it is written to
  constexpr bool is_value() const { return kind == derivative_kind::value; }
  /// What a call writes in front of the input: d(x), d2(x), hvp(x), gn(x).
  constexpr text_view symbol() const {
    constexpr text_view symbols[] = {"", "d", "d2", "hvp", "gn"};
    return symbols[static_cast<int>(kind)];
  }
};

/// Names of the rules that changed a graph, each once; a name for which there is no place is left out.
using rule_trace = fixed_vector<text_view, 48>;

/// What a graph can have too many of; the last two are rules of a user's that were refused.
enum class capacity : std::uint8_t { none, nodes, axes, rank, inputs, outputs, rewrites, own_rules, axes_of_a_rule };

/// A capacity that was passed, and how many would have been needed, at least.
struct overflow_info {
  capacity of = capacity::none;
  int limit = 0;
  int needed = 0;
  text_view rule = {};  ///< the last that was applied, of a user's
};

template <int Capacity>
struct basic_graph {
  fixed_vector<node, Capacity> nodes;
  fixed_vector<axis_info, max_axes> axes;
  fixed_vector<input_info, max_inputs> inputs;
  fixed_vector<output_info, max_outputs> outputs;
  axis_order result_axes;  ///< the order of the axes of the formula's value
  rule_trace trace;
  bool too_large = false;  ///< something did not fit: what is here means nothing
  overflow_info overflow;  ///< what it was

  constexpr void exceed(capacity of, int limit) {
    too_large = true;
    if (overflow.of == capacity::none) overflow = {of, limit, limit, {}};
    if (overflow.of == of) ++overflow.needed;
  }

  // Asked for most of all: a call within a call costs constant evaluation as much again.
  constexpr int size() const { return nodes.count; }
  constexpr const node& operator[](int id) const { return nodes.items[id]; }
  constexpr value_id operand(int id, int i) const { return nodes[id].operand[i]; }
  constexpr op code(int id) const { return nodes[id].code; }
};

using graph = basic_graph<LOOM_MAX_NODES>;

/// The input itself, of one that is read at another place.
constexpr int declared_slot(const graph& g, int slot) { return g.inputs[slot].is_place() ? g.inputs[slot].of : slot; }

/// Whether an input is read along both of two axes, entry by entry: they have one extent.
constexpr bool is_read_along_both(const graph& g, int a, int b) {
  for (const input_info& in : g.inputs)
    for (int k = 0; k < in.at.size(); ++k) {
      const int own = g.inputs[in.of].axes[k], other = in.at[k].axis;
      if (!in.at[k].other_extent && !in.at[k].is_sum() && ((own == a && other == b) || (own == b && other == a)))
        return true;
    }
  return false;
}

namespace detail {

constexpr std::uint32_t hash(const node& n) {
  std::uint64_t h = n.bits * 0x9E3779B97F4A7C15u;
  h ^= (static_cast<std::uint64_t>(n.code) << 56) ^
       (static_cast<std::uint64_t>(static_cast<std::uint16_t>(n.operand[0])) << 32) ^
       (static_cast<std::uint64_t>(static_cast<std::uint16_t>(n.operand[1])) << 16) ^
       static_cast<std::uint16_t>(n.operand[2]);
  h *= 0xD6E8FEB86659FD93u;
  return static_cast<std::uint32_t>(h >> 32);
}

}  // namespace detail

/// Builds a graph value by value; equal values get one number, |a - b| and |b - a| among them.
class builder {
 public:
  constexpr builder() = default;
  /// An empty graph over the same axes, inputs and trace.
  constexpr explicit builder(const graph& like) {
    result.axes = like.axes;
    result.inputs = like.inputs;
    result.result_axes = like.result_axes;
    result.trace = like.trace;
    result.too_large = like.too_large;
    result.overflow = like.overflow;
  }

  constexpr value_id make(op code, value_id a = no_value, value_id b = no_value, value_id c = no_value,
                          std::uint64_t bits = 0) {
    if (info(code).commutative && b < a) {
      const value_id t = a;
      a = b;
      b = t;
    }
    return intern({code, kind::number, 0, {a, b, c}, bits}, true);
  }
  constexpr value_id constant(double v) {
    return make(op::constant, no_value, no_value, no_value, std::bit_cast<std::uint64_t>(v));
  }
  constexpr value_id extent(axis_set over) { return make(op::extent, no_value, no_value, no_value, over); }
  /// The positions along an axis, or the last one (op::last), and so many more.
  constexpr value_id position(op code, int axis, std::int32_t offset = 0) {
    return make(code, no_value, no_value, no_value,
                only(axis) | std::uint64_t{static_cast<std::uint32_t>(offset)} << 8);
  }
  constexpr value_id unary(op o, value_id a) { return make(o, a); }
  constexpr value_id binary(op o, value_id a, value_id b) { return make(o, a, b); }
  constexpr value_id where(value_id m, value_id a, value_id b) { return make(op::where, m, a, b); }
  constexpr value_id reduce(op o, value_id a, axis_set over) { return make(o, a, no_value, no_value, over); }
  /// A kept value, read along other axes in the place of one.
  constexpr value_id elsewhere(value_id a, int axis, const coordinate& c) {
    return make(op::elsewhere, a, no_value, no_value,
                only(axis) | std::uint64_t{static_cast<std::uint32_t>(c.axis)} << 8 |
                    std::uint64_t{static_cast<std::uint32_t>(c.entry + furthest_elsewhere)} << 11 |
                    std::uint64_t{c.beside} << 32);
  }
  constexpr value_id running(op o, value_id a, value_id b, axis_set along, running_order order) {
    return make(o, a, b, no_value, running_bits(along, order));
  }

  constexpr value_id input(int slot) {
    const input_info& in = result.inputs[slot];
    node n{in.code,
           in.code == op::index  ? kind::index
           : in.code == op::mask ? kind::mask
                                 : kind::number,
           as_set(in.axes),
           {no_value, no_value, no_value},
           static_cast<std::uint64_t>(slot)};
    return intern(n, false);
  }

  /// An input that is read at another place: the same data, with other axes. Its value.
  constexpr value_id place(int slot, coordinates at) {
    const input_info& from = result.inputs[slot];
    for (int k = 0; k < at.size(); ++k) at[k].of = from.axes[k];
    input_info in{from.name, from.code, {}, input_origin::place, slot, from.domain, at};
    bool moved = false;
    axis_set axes = 0;
    for (int k = 0; k < at.size(); ++k) {
      axes |= at[k].axes();
      moved = moved || at[k].axis != from.axes[k] || at[k].is_moved() || at[k].is_sum();
    }
    if (!moved) return input(slot);
    if (axis_count(axes) > max_rank) {
      result.exceed(capacity::rank, max_rank);
      return constant(0);
    }
    for (const coordinate& c : at) {  // a window beside the axis that it moves along: rows of that are neighbours
      if (c.axis >= 0) in.axes.insert_once(c.axis);
      for (std::int8_t a = 0; c.is_sum() && a < max_axes; ++a)
        if (c.steps_along(a) != 0) in.axes.insert_once(a);
    }
    if (in.is_shifted()) in.domain = {};  // 0 beyond the ends
    for (int s = 0; s < result.inputs.size(); ++s)
      if (result.inputs[s].is_place() && result.inputs[s].of == slot && same(result.inputs[s].at, at)) return input(s);
    const int s = add_input(in);
    return result.too_large ? constant(0) : input(s);
  }

  // What there is no place for is counted, not added; the graph is too large then.
  constexpr int add_axis(const axis_info& axis) {
    return place_of(result.axes.try_push(axis), result.axes.count, capacity::axes, max_axes);
  }
  constexpr int add_input(const input_info& in) {
    return place_of(result.inputs.try_push(in), result.inputs.count, capacity::inputs, max_inputs);
  }
  constexpr int add_output(const output_info& out) {
    return place_of(result.outputs.try_push(out), result.outputs.count, capacity::outputs, max_outputs);
  }

  constexpr const node& operator[](int id) const { return result.nodes.items[id]; }
  constexpr const graph& view() const { return result; }

  graph result;

 private:
  static constexpr bool same(const coordinates& a, const coordinates& b) {
    for (int k = 0; k < a.size(); ++k)
      if (!(a[k] == b[k])) return false;
    return true;
  }
  /// The place of an item that was added to a list, or 0. `count`, by reference: it is read once the item is there.
  constexpr int place_of(bool added, const int& count, capacity of, int limit) {
    if (added) return count - 1;
    result.exceed(of, limit);
    return 0;
  }

  static constexpr int table_size = LOOM_MAX_NODES * 2;
  value_id table_[table_size]{};  // value number + 1

  static constexpr axis_set axes_of_indexing(const node& n, axis_set all) {
    if (n.code == op::onehot) return all | n.over();
    return without(all, n.over()) | (n.code == op::scatter ? only(n.scattered_over()) : n.read_at().axes());
  }
  /// The axes of a new value, and its type, where it is no number.
  constexpr void infer(node& n) const {
    axis_set all = 0;
    for (value_id o : n.operand)
      if (o != no_value) all |= result.nodes.items[o].axes;
    switch (info(n.code).kind) {
      case family::binary: break;
      case family::unary:
        if (n.code == op::stop_gradient) n.type = result.nodes.items[n.operand[0]].type;
        break;
      case family::compare:
      case family::logical: n.type = kind::mask; break;
      case family::select: n.type = result.nodes.items[n.operand[1]].type; break;
      case family::leaf:
        if (n.code == op::position) all = n.over();
        if (n.code == op::position || n.code == op::last) n.type = kind::index;
        break;
      case family::reduction:
        all = without(all, n.over());
        if (reduction(n.code).of_masks) n.type = kind::mask;
        break;
      case family::indexing:
        if (n.code == op::gather) {
          all = without(all, n.over());
          n.type = result.nodes.items[n.operand[0]].type;
        } else {
          all = axes_of_indexing(n, all);
        }
        break;
      case family::running: all |= n.over(); break;
      case family::chain:
        all = n.code == op::chain_moves
                  ? result.nodes.items[n.operand[2]].axes
                  : without(all | only(n.chain().along) | only(n.chain().to), only(n.chain().from));
        break;
      default: break;
    }
    n.axes = all;
  }

  /// Whether n, of an even op, and m are the same of a difference, which one of them takes the other way.
  constexpr bool is_of_turned(const node& m, const node& n) const {
    if (m.code != n.code || m.bits != n.bits) return false;
    const node &there = result.nodes.items[m.operand[0]], &here = result.nodes.items[n.operand[0]];
    return there.code == op::sub && there.operand[0] == here.operand[1] && there.operand[1] == here.operand[0];
  }
  /// The value that n is, its type and axes inferred if it is a new one and they are not known.
  constexpr value_id intern(const node& n, bool infers) {
    unsigned slot = detail::hash(n) % table_size;
    for (; table_[slot] != 0; slot = (slot + 1) % table_size) {
      const node& known = result.nodes.items[table_[slot] - 1];
      if (known.code == n.code && known.bits == n.bits && known.operand[0] == n.operand[0] &&
          known.operand[1] == n.operand[1] && known.operand[2] == n.operand[2])
        return static_cast<value_id>(table_[slot] - 1);
    }
    const int id = result.nodes.count;
    if (is_even(n.code) && n.operand[0] != no_value && result.nodes.items[n.operand[0]].code == op::sub)
      for (int i = 0; i < id; ++i)
        if (is_of_turned(result.nodes.items[i], n)) return static_cast<value_id>(i);
    if (id == LOOM_MAX_NODES) {
      result.exceed(capacity::nodes, LOOM_MAX_NODES);
      return 0;
    }
    result.nodes.push_back(n);
    if (infers) infer(result.nodes.items[id]);
    table_[slot] = static_cast<value_id>(id + 1);
    return static_cast<value_id>(id);
  }
};

/// The same graph with the values that no output needs left out.
constexpr graph compact(const graph& g) {
  const int size = g.size();
  value_id number[LOOM_MAX_NODES]{};  // new number + 1, in the first walk of what is needed any
  for (const output_info& out : g.outputs) number[out.id] = 1;
  for (int i = size - 1; i >= 0; --i)
    if (number[i] != 0)
      for (value_id o : g[i].operand)
        if (o != no_value) number[o] = 1;
  graph r;
  r.axes = g.axes;
  r.inputs = g.inputs;
  r.result_axes = g.result_axes;
  r.trace = g.trace;
  r.too_large = g.too_large;
  r.overflow = g.overflow;
  for (int i = 0; i < size; ++i) {
    if (number[i] == 0) continue;
    r.nodes.push_back(g[i]);
    for (value_id& o : r.nodes.items[r.nodes.count - 1].operand)
      if (o != no_value) o = static_cast<value_id>(number[o] - 1);
    number[i] = static_cast<value_id>(r.nodes.count);
  }
  r.outputs = g.outputs;
  for (output_info& out : r.outputs) out.id = static_cast<value_id>(number[out.id] - 1);
  return r;
}

}  // namespace loom::ir
