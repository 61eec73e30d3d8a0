// SPDX-License-Identifier: BSL-1.0
// schedule/stage_program.hpp — a stage of a program as a graph of its own, and whether its plan can be run.
// Layer 4 (schedule).
#pragma once

#include "loom/ir/substitute.hpp"
#include "loom/schedule/stages.hpp"

namespace loom::inline LOOM_ABI::schedule {

/// Where an input of a stage comes from: an input of the program, or a value of it: an array or number that an earlier stage
/// has kept, or a tile.
struct stage_input {
  std::int8_t of_program;  ///< or -1
  value_id value;
  bool elsewhere = false;  ///< it is read along other axes than those it is kept with
};
/// Where an output of a stage goes: an output of the program, or a value that is kept, or the tile that a product multiplies; or
/// nowhere: the stage itself needs it, to join folds.
struct stage_output {
  std::int8_t of_program;  ///< or -1
  value_id value;  ///< or no_value

  constexpr bool is_kept() const { return of_program < 0 && value != no_value; }
};

/// A fold of the rows or columns of a tile, an output that blocks leave part by part.
struct tile_fold {
  int slot;
  int shift = -1, coefficient = -1;  ///< the outputs that a part is scaled by, as exp(coefficient * shift); or -1
};

struct stage_program {
  graph program;
  fixed_vector<stage_input, max_inputs> inputs;
  fixed_vector<stage_output, max_outputs> outputs;
  fixed_vector<tile_fold, max_outputs> folds;  ///< what is scaled is before what it is scaled by
};

namespace detail {

class stage_builder {
 public:
  constexpr stage_builder(const stage_map& m, int s, output_set direct) : m_(m), s_(s), direct_(direct) {
    out_.result.axes = m.program.axes;
  }

  constexpr stage_program run() {
    const graph& g = m_.program;
    for (int k = 0; k < g.outputs.size(); ++k) {
      const output_info& o = g.outputs[k];
      if (m_.stage_of_output(o) == s_ && m_.direct_output(o.id, direct_) != k)
        add_output(static_cast<std::int8_t>(k), o.id, o.axes);
    }
    for (int i = 0; i < g.size(); ++i)
      if (m_.kept[i] && m_.stage_of[i] == s_ && !m_.is_made(i))
        add_output(-1, static_cast<value_id>(i), order_of(g, g[i].axes));
    if (m_.is_symmetric(s_)) {
      const auto folds = r_.outputs;
      for (const stage_output& fold : folds) {
        const value_id image = m_.mirrored_by(fold.value);
        if (image != no_value) add_output(-1, image, order_of(g, g[image].axes));
      }
    }
    if (m_.in_blocks) add_folds();
    for (int k = 0; k < m_.products.size(); ++k) {
      const value_id tile = m_.tile_of(k);
      if (tile == no_value || m_.stage_of[tile] != s_) continue;
      bool known = false;
      for (const stage_output& o : r_.outputs) known = known || (o.is_kept() && o.value == tile);
      if (!known) add_output(-1, tile, order_of(g, g[tile].axes));
    }
    r_.program = compact(out_.result);
    return r_;
  }

 private:
  const stage_map& m_;
  int s_;
  output_set direct_;
  builder out_;
  stage_program r_;
  value_images image_{};  // number + 1
  value_images largest_{};  // of a shift, number + 1

  /// Whether a value is a fold that this stage makes, or the image of one.
  constexpr bool folds_tile_here(value_id v) const {
    const value_id of = m_.is_symmetric(s_) ? m_.kept_as(v) : v;
    return m_.stage_of[of] == s_ && m_.folds_tile(of);
  }
  /// Blocks leave the largest entry, finite or not; what is subtracted is made of it.
  constexpr op joined_as(value_id v) const {
    const node& n = m_.program[v];
    return n.code == op::shift && n.axes != 0 && m_.in_blocks && folds_tile_here(v) ? op::reduce_max : n.code;
  }
  constexpr value_id finite_or_zero(value_id v) {
    const value_id is_finite = out_.binary(op::lt, out_.unary(op::abs, v), out_.constant(infinity));
    return out_.where(is_finite, v, out_.constant(0));
  }

  constexpr int slot_of(value_id kept) const {
    for (int k = 0; k < r_.outputs.size(); ++k)
      if (r_.outputs[k].is_kept() && r_.outputs[k].value == kept) return k;
    return -1;
  }
  constexpr void add_folds() {
    const int count = r_.outputs.size();
    for (int k = 0; k < count; ++k)
      if (const stage_output o = r_.outputs[k];
          o.is_kept() && folds_tile_here(o.value) && m_.program[o.value].axes != 0)
        r_.folds.push_back(fold_at(k, shift_of(m_.program, o.value)));
    for (int last = r_.folds.size() - 1, k = last; k >= 0; --k)  // shifts go to the end
      if (const tile_fold f = r_.folds[k]; m_.program[r_.outputs[f.slot].value].code == op::shift) {
        r_.folds[k] = r_.folds[last];
        r_.folds[last--] = f;
      }
  }
  constexpr tile_fold fold_at(int slot, const fold_shift& s) {
    if (s.is_none()) return {slot};
    value_id c = out_.constant(s.negative ? -1 : 1);
    for (value_id f : s.factors) c = out_.binary(op::mul, c, built(f));
    out_.add_output({derivative_kind::value, -1, c, r_.outputs.size(), order_of(m_.program, out_[c].axes)});
    r_.outputs.push_back({-1, no_value});
    return {slot, slot_of(s.shift), r_.outputs.size() - 1};
  }

  constexpr void add_output(std::int8_t of_program, value_id v, const axis_order& axes) {
    value_id id = built(v);
    if (largest_.items[v] != 0) id = static_cast<value_id>(largest_.items[v] - 1);
    output_info o{derivative_kind::value, -1, id, r_.outputs.size(), axes};
    out_.add_output(o);
    r_.outputs.push_back({of_program, v});
  }

  constexpr value_id built(value_id v) {
    if (v == no_value) return v;
    if (image_.items[v] != 0) return static_cast<value_id>(image_.items[v] - 1);
    const node& n = m_.program[v];
    value_id r = no_value;
    if (is_input(n.code)) {
      r = input(static_cast<std::int8_t>(n.bits), no_value, m_.program.inputs[static_cast<int>(n.bits)]);
    } else if (n.code == op::elsewhere) {
      r = elsewhere(v);
    } else if (!folds_tile_here(v) && (m_.is_made(v) || (m_.kept[v] && m_.stage_of[v] < s_))) {
      r = input(-1, v, {"", n.axes == 0 ? op::scalar : op::tensor, order_of(m_.program, n.axes)});
    } else {
      const value_id a = built(n.operand[0]), b = built(n.operand[1]), c = built(n.operand[2]);
      r = out_.make(joined_as(v), a, b, c, n.bits);
      if (joined_as(v) != n.code) {  // the largest entry is kept, and what it is in this block is subtracted
        largest_.items[v] = static_cast<value_id>(r + 1);
        r = finite_or_zero(r);
      }
    }
    image_.items[v] = static_cast<value_id>(r + 1);
    return r;
  }
  /// A kept value, or an input, as it is read along other axes.
  constexpr value_id elsewhere(value_id v) {
    const value_id kept = kept_for(m_.program, v), of = built(kept);
    if (out_[of].axes == 0 || !is_input(out_[of].code)) return where_it_ends(v, of);
    const auto slot = static_cast<int>(out_[of].bits);
    if (out_.result.inputs[slot].is_place()) out_.result.too_large = true;  // which has no ends of its own
    coordinates at;
    for (const std::int8_t axis : out_.result.inputs[slot].axes) at.push_back(read_at(v, axis));
    const value_id r = out_.place(slot, at);
    if (out_.result.inputs.size() > r_.inputs.size()) {
      stage_input there = r_.inputs[slot];
      there.elsewhere = true;
      r_.inputs.push_back(there);
    }
    return where_it_ends(v, r);
  }
  /// What is kept without an axis is read within the ends of that as well.
  constexpr value_id where_it_ends(value_id v, value_id r) {
    const axis_set own = m_.program[kept_for(m_.program, v)].axes;
    for (; m_.program[v].code == op::elsewhere; v = m_.program[v].operand[0]) {
      const axis_set axis = m_.program[v].over();
      if ((own & axis) != 0) continue;
      const value_id there = within(out_, m_.program[v].read_at(), first_axis(axis));
      if (there != no_value) r = out_.where(there, r, out_.constant(0));
    }
    return r;
  }
  constexpr coordinate read_at(value_id v, std::int8_t axis) const {
    for (; m_.program[v].code == op::elsewhere; v = m_.program[v].operand[0])
      if (has(m_.program[v].over(), axis)) return m_.program[v].read_at();
    return {axis, 0};
  }
  constexpr value_id input(std::int8_t of_program, value_id v, const input_info& in) {
    const int slot = out_.add_input(in);
    if (out_.result.too_large) return out_.constant(0);
    r_.inputs.push_back({of_program, v});
    return out_.input(slot);
  }
};

}  // namespace detail

/// `direct`: the outputs that products are written to as they are.
constexpr stage_program make_stage(const stage_map& m, int s, output_set direct) {
  return detail::stage_builder(m, s, direct).run();
}

/// The axes of a tile in a stage whose plan is known: which counts the rows of a band, and which is along them.
struct tile_roles {
  int rows = -1, columns = -1;
};

/// Whether sweep s of a stage reads a tile, or writes one.
constexpr bool meets_tile(const plan& p, const stage_program& stage, const sweep& s, axis_set tile) {
  for (int k = 0; k < stage.inputs.size(); ++k)
    if (stage.inputs[k].value != no_value && as_set(p.program.inputs[k].axes) == tile && reads_input(p, s, k))
      return true;
  for (int k = 0; k < stage.outputs.size(); ++k)
    if (stage.outputs[k].is_kept() && as_set(p.program.outputs[k].axes) == tile && touches_output(p, s, k)) return true;
  return false;
}

/// The roles of the axes of a tile, if each sweep that meets it walks its rows; else {-1, -1}.
constexpr tile_roles roles_in(const plan& p, const stage_program& stage, axis_set tile) {
  if (p.refused() || axis_count(p.column_axes) != 1 || !includes(tile, p.column_axes)) return {};
  const axis_set rows = without(tile, p.column_axes);
  for (value_id lookup : p.lookups) {  // of entries in rows that are in no band
    const auto slot = static_cast<int>(p.program[p.program[lookup].operand[0]].bits);
    if (stage.inputs[slot].value != no_value && as_set(p.program.inputs[slot].axes) == tile) return {};
  }
  for (const sweep& s : p.loops)
    if (meets_tile(p, stage, s, tile) && s.rows != rows) return {};
  return {first_axis(rows), first_axis(p.column_axes)};
}

/// Whether each sweep of a stage, and each of its arrays, can be cut into those of blocks; no sweep needs a total of another one, and no
/// label names an entry of the tile that may be in another block.
constexpr bool can_be_cut(const plan& p, const stage_program& stage, const tile_roles& roles) {
  for (const node& n : p.program.nodes)
    if (n.code == op::gather)
      if (const node& of = p.program[n.operand[0]]; is_input(of.code) &&
                                                    stage.inputs[static_cast<int>(of.bits)].value != no_value &&
                                                    has(of.axes, roles.rows) && has(of.axes, roles.columns))
        return false;
  for (const sweep& s : p.loops) {
    if (!includes(only(roles.rows), s.rows)) return false;
    for (int i = s.hoisted.begin; i < s.hoisted.end; ++i)
      if (p.available[p.steps[i].id] > 0) return false;
  }
  for (const array_info& a : p.arrays)
    if (as_set(a.axes) != only(roles.columns)) return false;
  return true;
}

/// Whether a stage can be run by its plan, in blocks of its tile or by whole rows of it.
constexpr bool can_run(const plan& p, const stage_program& stage, axis_set tile, bool in_blocks) {
  if (stage.program.too_large) return false;
  if (stage.outputs.empty()) return true;
  if (p.refused()) return false;
  if (tile == 0) return true;
  for (int k = 0; k < stage.inputs.size(); ++k)  // of all rows
    if (stage.inputs[k].elsewhere && includes(as_set(stage.program.inputs[k].axes), tile)) return false;
  const tile_roles roles = roles_in(p, stage, tile);
  return roles.rows >= 0 && (!in_blocks || can_be_cut(p, stage, roles));
}

}  // namespace loom::schedule
