// SPDX-License-Identifier: BSL-1.0
// derive/differentiation.hpp — a graph copied into a builder, where derivatives grow beside its values.
// Shared by the sweeps: backward (gradient.hpp), forward (tangent.hpp) and along the diagonal (diagonal.hpp).
// Layer 3 (derive).
#pragma once

#include "loom/derive/adjoints.hpp"
#include "loom/derive/request.hpp"
#include "loom/derive/running.hpp"
#include "loom/ir/rebuild.hpp"
#include "loom/ir/substitute.hpp"

namespace loom::inline LOOM_ABI::derive::detail {

/// A derivative of each value of a graph; no_value: zero.
using derivative_values = fixed_vector<value_id, LOOM_MAX_NODES>;

/// What an op is made of where its derivative is taken: its operands and its result.
struct op_values {
  value_id operand[3], result;
};

struct differentiation {
  const graph& in;
  builder out;
  value_images image;  ///< value of in -> value of out
  text_view missing{};

  constexpr explicit differentiation(const graph& g)
      : in(g),
        out(g),
        image(rebuild_values(g, out, [this](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
          return out.make(code, a, b, c, bits);
        })) {}

  /// One more input: a seed, or a direction. Its value.
  constexpr value_id append(const input_info& info) {
    const int slot = out.add_input(info);
    return out.result.too_large ? out.constant(0) : out.input(slot);
  }

  /// What a place receives, v, as what its input receives: at the places it is read, and 0 elsewhere.
  constexpr value_id taken_back(int place, value_id v) {
    const input_info& from = in.inputs[place];
    return taken_back(in.inputs[from.of].axes, from.at, as_set(in.inputs[from.of].axes), as_set(from.axes), v);
  }
  /// The same of a value with some axes, of which it is read elsewhere along a few, and there has others.
  constexpr value_id taken_back(const axis_order& axes, const coordinates& at, axis_set all, axis_set there,
                                value_id v) {
    substituting moved(out);
    // Axes whose position an axis of the input says, and those whose position is needed for that.
    axis_set followed = without(all, as_set(axes)), needed = 0;
    bool follows[max_rank]{};
    for (int k = 0; k < axes.size(); ++k) {
      const coordinate c = at[k];
      if (c.axis < 0 || (c.steps_along(c.axis) != 1 && c.steps_along(c.axis) != -1)) continue;
      if (has(needed, c.axis) || (followed & c.axes()) != 0) continue;
      follows[k] = true;
      followed |= only(c.axis);
      needed |= without(c.axes(), only(c.axis));
    }
    // Axes that are left, and that the input has, count what they did under another name.
    substitution back;
    const axis_set left = static_cast<axis_set>(without(there, followed) & all);
    axis_set taken = static_cast<axis_set>(out[v].axes | there | all);
    for (int a = 0; a < max_axes; ++a) {
      if (!has(left, a)) continue;
      const int twin = moved.twin_of(a, taken);
      if (twin == a) out.result.exceed(capacity::axes, max_axes);
      back.of[a] = {static_cast<std::int8_t>(twin), 0};
      taken |= only(twin);
    }
    for (int k = 0; k < axes.size(); ++k)
      if (follows[k]) back.of[at[k].axis] = back_from(at[k], axes[k], back);
    v = moved.at(v, back);
    const auto only_where = [&](value_id mask) {
      const value_id zero = out.constant(0);
      v = out.where(mask, v, zero);
    };
    for (int k = 0; k < axes.size(); ++k) {
      const coordinate c = at[k];
      if (c.is_shifted() && follows[k] && !(c.is_sum() && is_zero_beyond(out, v, back.of[c.axis], c.axis)))
        if (const value_id read = within(out, back.of[c.axis], c.axis); read != no_value) only_where(read);
      if (follows[k]) continue;
      value_id here = out.position(op::position, axes[k]), entry = no_value;
      if (c.axis >= 0) {
        const bool is_index = !c.is_sum() && c.times == 0;
        entry = moved.at(is_index ? out.position(op::position, c.axis, c.entry) : entry_along(out, c), back);
        if (out[entry].type == kind::number) here = as_number(out, here);
      } else {
        entry = is_from_last(c.entry) ? out.position(op::last, axes[k], c.entry - last_entry) : out.constant(c.entry);
      }
      only_where(out.binary(op::eq, here, entry));
    }
    const axis_set extra = without(static_cast<axis_set>(out[v].axes | back.image(there)), all);
    if (extra != 0) v = out.reduce(op::sum, v, extra);
    if (moved.captured) out.result.exceed(capacity::axes, max_axes);
    if (moved.runs_along && missing.empty()) missing = "what is kept, of what is read so many extents further on";
    return v;
  }

  /// Where what is read at a place is read from: so many entries back, along the axis of the input, and the other axes that it is read
  /// along, by their names in the derivative.
  constexpr coordinate back_from(const coordinate& c, std::int8_t axis, const substitution& named) const {
    moved_positions back;
    const int sign = c.steps_along(c.axis);
    back.steps[axis] = sign;
    back.by.more = -sign * c.entry;
    for (int a = 0; a < max_axes; ++a) {
      back.by.count(a, -sign * c.shift().of(a));
      if (a != c.axis && c.steps_along(a) != 0) back.steps[named.of[a].axis] -= sign * c.steps_along(a);
    }
    coordinate r = back.read_along(axis);
    r.other_extent = c.other_extent || c.is_sum();
    return r;
  }

  constexpr void output(derivative_kind what, int slot, value_id id) {
    out.add_output({what, slot, id == no_value ? out.constant(0) : id, 0, in.inputs[slot].axes});
  }
  /// The results themselves, before their derivatives, but for those left out.
  constexpr void output_values(std::uint32_t left_out) {
    for (const output_info& o : in.outputs)
      if (o.is_value() && ((left_out >> o.result) & 1u) == 0)
        out.add_output({o.kind, o.input, image[o.id], o.result, o.axes});
  }

  /// True where operand k of value i can receive something: numbers both, and not behind a row that says 0.
  constexpr bool reaches(int i, int k) const {
    const adjoint_row& row = adjoint(in[i].code);
    return in[i].type == kind::number && in[in[i].operand[k]].type == kind::number &&
           !(row.defined && is_zero(row.of[k]));
  }

  constexpr op_values values_of(int i) const {
    op_values r{{no_value, no_value, no_value}, image[i]};
    for (int k = 0; k < arity(in[i].code); ++k) r.operand[k] = image[in[i].operand[k]];
    return r;
  }

  /// What operand k of value i receives when the value receives g; no_value: nothing, or Loom does not know.
  constexpr value_id share(int i, int k, value_id g) { return share(i, k, g, values_of(i)); }
  /// The same, taken at other values than those of the graph.
  constexpr value_id share(int i, int k, value_id g, const op_values& at) {
    const adjoint_row& row = adjoint(in[i].code);
    if (row.defined) return is_zero(row.of[k]) ? no_value : instantiate(row.of[k], i, g, at);
    if (in[i].code == op::elsewhere) return elsewhere_share(i, g);
    if (is_running(in[i].code)) return running(i, at).adjoint(k, g);
    if (in[i].code == op::forward || in[i].code == op::viterbi) return chain_share(i, k, g);
    if (missing.empty()) missing = info(in[i].code).name;
    return no_value;
  }
  /// The axes over which what operand k of value i receives is still to be summed, beside those that it has itself.
  constexpr axis_set repeated(int i, int k) const {
    return (is_chain(in[i].code) && k == 1) || in[i].code == op::elsewhere ? axis_set{0} : in[i].axes;
  }

  /// What is read of an operand that does not have the axis is the same everywhere.
  constexpr value_id elsewhere_share(int i, value_id g) {
    const axis_set all = in[in[i].operand[0]].axes;
    axis_order axes;
    coordinates at;
    if ((all & in[i].over()) != 0) {
      axes.push_back(static_cast<std::int8_t>(first_axis(in[i].over())));
      at.push_back(in[i].read_at());
    }
    return taken_back(axes, at, all, in[i].axes, g);
  }

  /// The share of each state, and with it that of the moves, which a chain sums up itself.
  constexpr value_id chain_share(int i, int k, value_id g) {
    const node& n = in[i];
    const value_id moves = image[n.operand[1]];
    const value_id each = out.make(op::chain_back, g, image[i], moves, n.bits);
    return k == 0 ? each : out.make(op::chain_moves, each, image[i], moves, n.bits);
  }
  constexpr running_derivative running(int i) { return running(i, values_of(i)); }
  constexpr running_derivative running(int i, const op_values& at) {
    return {out, in[i], at.operand[0], at.operand[1], at.result};
  }

  /// A term about value i: a, b its operands, c itself, d given.
  constexpr value_id instantiate(const term& t, int i, value_id given) {
    return instantiate(t, i, given, values_of(i));
  }
  constexpr value_id instantiate(const term& t, int i, value_id given, const op_values& at) {
    return rewrite::instantiate(
        t, in[i].over(), [&](std::uint64_t v) { return v == 3   ? given
                                                       : v == 2 ? at.result
                                                                : at.operand[v]; },
        [this](op code, value_id a, value_id b, value_id c, std::uint64_t bits) {
          return out.make(code, a, b, c, bits);
        });
  }

  /// Adds what operand k of value i receives to what it has received, summed over the axes that it does not have.
  constexpr void receive(derivative_values& to, int i, int k, value_id received) {
    if (received != no_value) receive(to, in[i].operand[k], received, repeated(i, k));
  }
  constexpr void receive(derivative_values& to, value_id o, value_id received, axis_set of_user) {
    const axis_set extra = without(static_cast<axis_set>(out[received].axes | of_user), in[o].axes);
    to[o] = plus(to[o], extra == 0 ? received : out.reduce(op::sum, received, extra));
  }

  constexpr value_id plus(value_id a, value_id b) {
    return a == no_value ? b : b == no_value ? a : out.binary(op::add, a, b);
  }

 private:
  static constexpr bool is_zero(const term& t) {
    return t.root().code == op::constant && t.root().constant_value() == 0;
  }
};

}  // namespace loom::derive::detail
