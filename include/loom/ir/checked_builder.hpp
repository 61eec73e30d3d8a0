// SPDX-License-Identifier: BSL-1.0
// ir/checked_builder.hpp — builds the graph of a formula, operation by operation, and checks each.
// Positions become axes here, composites become primitives, and every rule about what may stand where is here; a graph that
// leaves without a mistake needs no type check again. The first mistake is kept, as data: expression templates
// (lang/lower.hpp) and whatever reads formulas at run time report it alike. Nothing ends the program. Names are views of the
// texts given, which outlive the graph.
// Layer 1 (ir).
#pragma once

#include <cstdint>

#include "loom/ir/composites.hpp"
#include "loom/ir/computed_index.hpp"
#include "loom/ir/declaration.hpp"
#include "loom/ir/graph.hpp"
#include "loom/ir/issue.hpp"
#include "loom/ir/labels.hpp"
#include "loom/ir/precedence.hpp"
#include "loom/ir/substitute.hpp"
#include "loom/ir/typed_value.hpp"

namespace loom::inline LOOM_ABI::ir {

class checked_builder {
 public:
  constexpr checked_builder() = default;
  constexpr explicit checked_builder(const known_axes& known) : known_(known) { out_.result.axes = known.axes; }

  // ---- leaves --------------------------------------------------------------------------------------------------------
  /// An input: its kind (tensor, index, mask or scalar) and its text.
  constexpr typed_value input(op code, text_view text) {
    const declaration d = declared(text);
    if (d.error_column != 0) return fail({issue::malformed_text, text, d.error_column, 0});
    if (d.domain_column != 0 && code != op::tensor && code != op::scalar)
      return fail({issue::domain_of_an_index, d.name});
    if (d.rank > max_rank) return fail({issue::too_many_axes_of_an_input, d.name, d.rank, max_rank});
    const int slot = slot_of(code, d);
    if (slot < 0) return failed();
    typed_value r{out_.input(slot)};
    r.listed.list(out_.result.inputs[slot].axes);
    known_.listed |= r.listed;
    return r;
  }
  constexpr typed_value number(double v, typed_value::literal written = typed_value::literal::real) {
    return {out_.constant(v == v ? v : __builtin_nan("")), {}, written};  // a NaN has no sign
  }
  /// The number of entries that several axes have together.
  constexpr typed_value extent(const text_view* axes, int n) {
    axis_set over = 0;
    for (int i = 0; i < n; ++i) {
      const int a = axis_number({axes[i], 0});
      if (a < 0) return failed();
      if (has(over, a)) return fail({issue::axis_reduced_twice, axes[i]});
      over |= only(a);
    }
    return {out_.extent(over)};
  }

  /// The name in the text of an axis, which may define its extent: "Q = N + M", "K = 10".
  constexpr text_view axis(text_view text) {
    const axis_definition d = defined_axis(text);
    if (d.multiplies_axes) fail({issue::product_of_extents, d.name});
    if (d.error_column != 0) fail({issue::malformed_axis, text, d.error_column});
    axis_info defined{d.name};
    for (const axis_definition::term& t : d.terms) {
      const int of = t.axis.empty() ? -1 : axis_number({t.axis, 0});
      if (stopped()) return d.name;
      if (of < 0) defined.from.more += static_cast<std::int32_t>(t.times);
      else if (!defined.from.count(of, t.times))
        fail({issue::extent_counted_too_often, d.name, t.times, extent_form::most});
    }
    if (!defined.follows() && (defined.extent = defined.from.more) <= 0 && !d.terms.empty())
      fail({issue::malformed_axis, text, static_cast<int>(text.size())});
    if (!stopped()) axis_number(defined);
    return d.name;
  }

  // ---- operations ----------------------------------------------------------------------------------------------------
  /// An elementwise operation.
  constexpr typed_value apply(op code, const typed_value* v, int n) {
    if (stopped()) return failed();
    if (n != arity(code) || n == 0) return fail({issue::wrong_number_of_operands, info(code).name, n, arity(code)});
    if (code == op::max || code == op::min)
      for (int i = 0; i < 2; ++i)
        if (v[i].written >= typed_value::literal::integer && out_[v[i].id].constant_value() < 0)
          return fail({issue::integer_beside_min_or_max});
    if (const value_id moved = n == 2 ? shifted_position(out_, code, v) : no_value; moved != no_value) return {moved};
    if (is_of_indices(code, v, n)) return computed(code, v, n);
    axis_set axes = 0;
    typed_value r;
    for (int i = 0; i < n; ++i) {
      axes |= axes_of(v[i]);
      r.listed |= v[i].listed;
    }
    if (!fits_operands(code, v, n) || !fits_rank(axes)) return failed();
    r.id = composites::elementwise(out_, code, v[0].id, n > 1 ? v[1].id : no_value, n > 2 ? v[2].id : no_value);
    return r;
  }

  /// The value v, whose derivatives are taken to be the slopes given, entry by entry, and 0 by all else.
  constexpr typed_value custom(const typed_value& v, const slope_choice* slopes, int n) {
    if (stopped() || !is_number(v)) return failed();
    typed_value r{out_[v.id].code == op::stop_gradient ? v.id : out_.unary(op::stop_gradient, v.id), v.listed};
    for (int i = 0; i < n; ++i) {
      const value_id of = slopes[i].of.id, slope = slopes[i].slope.id;
      if (!is_number(slopes[i].of) || !is_number(slopes[i].slope)) return failed();
      if (out_[of].code == op::constant) return fail({issue::slope_of_a_number});
      for (int k = 0; k < i; ++k)
        if (slopes[k].of.id == of) return fail({issue::slope_given_twice});
      const axis_set beyond = without(static_cast<axis_set>(out_[of].axes | out_[slope].axes), axes_of(v));
      if (beyond != 0) return fail({issue::slope_beyond_its_value, name_of(first_axis(beyond))});
      r.listed |= slopes[i].of.listed;
      r.listed |= slopes[i].slope.listed;
      r.id = out_.make(op::with_slope, r.id, slope, of);
    }
    return r;
  }

  /// An operation along axes; none: all.
  constexpr typed_value along(op code, const typed_value& v, const axis_choice* axes, int n) {
    if (stopped()) return failed();
    axis_set over = n == 0 ? axes_of(v) : axis_set{0};
    for (int i = 0; i < n; ++i) {
      const int axis = axis_of(axes[i], v, issue::axis_in_doubt);
      if (axis < 0) return failed();
      if (!has(axes_of(v), axis)) return fail({issue::unknown_axis, name_of(axis)});
      if (has(over, axis)) return fail({issue::axis_reduced_twice, name_of(axis)});
      over |= only(axis);
    }
    const bool of_mask = reduction(code).of_masks || code == op::count;
    if (!(of_mask ? is_mask(v) : is_number(v))) return failed();
    if (code == op::argmax || code == op::argmin || code == op::rank) {
      if (axis_count(over) != 1) return fail({issue::position_along_one_axis, info(code).name, axis_count(over)});
      if (code == op::rank) return rank(v, first_axis(over));
      typed_value r{first_extreme(out_, code, v.id, first_axis(over)), v.listed};
      r.is_computed_index = true;
      return r;
    }
    return {composites::reduced(out_, code, v.id, over), v.listed};
  }

  /// A running value of n operands along one axis, which the first must have but in a recurrence.
  constexpr typed_value running(op code, const typed_value* v, int n, const axis_choice& along, running_order order) {
    if (stopped()) return failed();
    if (n != arity(code)) return fail({issue::wrong_number_of_operands, info(code).name, n, arity(code)});
    axis_set axes = 0;
    typed_value r;
    for (int i = 0; i < n; ++i) {
      if (!is_number(v[i])) return failed();
      axes |= axes_of(v[i]);
      r.listed |= v[i].listed;
    }
    const int axis = axis_of(along, axes, r.listed, issue::axis_in_doubt);
    if (axis < 0) return failed();
    if (n == 1 && !has(axes, axis)) return fail({issue::unknown_axis, name_of(axis)});
    if (!fits_rank(axes | only(axis))) return failed();
    r.id = out_.running(code, v[0].id, n > 1 ? v[1].id : no_value, only(axis), order);
    r.is_computed_index = code == op::order;
    return r;
  }

  /// A chain of states that runs along an axis: of the moves to each, from each state before, or in a band from so many before.
  constexpr typed_value chain(op code, const typed_value& e, const typed_value& moves, const chain_choice& axes) {
    if (stopped()) return failed();
    const int along = axis_number({axes.along, 0}), to = axis_number({axes.to, 0}), from = axis_number({axes.from, 0});
    if (stopped() || !is_number(e) || !is_number(moves)) return failed();
    chain_axes c{static_cast<std::int8_t>(along), static_cast<std::int8_t>(to), static_cast<std::int8_t>(from),
                 axes.band, code == op::viterbi};
    const int astray = c.astray(axes_of(e), axes_of(moves));
    if (astray >= 0) return fail({issue::chain_of_other_axes, name_of(astray)});
    if (!axes.band) {  // the states before are as many
      axis_number({name_of(from), out_.result.axes[to].extent});
      axis_number({name_of(to), out_.result.axes[from].extent});
    }
    if (stopped() || !fits_rank(axes_of(e) | axes_of(moves))) return failed();
    typed_value r{out_.make(code, e.id, moves.id, no_value, c.bits()), e.listed};
    r.listed |= moves.listed;
    return r;
  }

  /// The entries of `values`, which may be labels themselves, that an index names along an axis; the last one by default.
  constexpr typed_value gather(const typed_value& values, const typed_value& index,
                               const axis_choice* along = nullptr) {
    if (stopped()) return failed();
    if (!is_index(index)) return fail({issue::gather_needs_an_index});
    if (!is_index(values) && out_[values.id].type != kind::mask && !is_number(values)) return failed();
    const axis_choice last{{}, -1};
    const int axis = axis_of(along == nullptr ? last : *along, values,
                             along == nullptr ? issue::gather_axis_in_doubt : issue::axis_in_doubt);
    if (axis < 0) return failed();
    if (!has(axes_of(values), axis)) return fail({issue::unknown_axis, name_of(axis)});
    const bool permutes = is_order_along(index, axis);
    if (!permutes && has(axes_of(index), axis)) return fail({issue::index_does_not_fit, name_of(axis)});
    if (!fits_rank(without(axes_of(values), only(axis)) | axes_of(index))) return failed();
    typed_value r{picked(out_, values.id, index, axis, permutes), values.listed};
    r.listed |= index.listed;
    r.is_computed_index = is_index(values);
    return r;
  }

  /// 1 at the entry of the axis that an index names, 0 elsewhere.
  constexpr typed_value onehot(const typed_value& index, text_view along) {
    const int axis = axis_number({along, 0});
    if (stopped()) return failed();
    if (!is_index(index)) return fail({issue::onehot_needs_an_index});
    if (has(axes_of(index), axis)) return fail({issue::index_does_not_fit, name_of(axis)});
    if (!fits_rank(axes_of(index) | only(axis))) return failed();
    if (index.is_computed_index) return {one_where(out_, stands_at(out_, index.id, axis)), index.listed};
    return {out_.make(op::onehot, index.id, no_value, no_value, only(axis)), index.listed};
  }

  /// The positions 0, 1, 2, ... along an axis.
  constexpr typed_value position(text_view along) {
    const int axis = axis_number({along, 0});
    return stopped() ? failed() : typed_value{out_.position(op::position, axis)};
  }

  /// The last of them. `along` is empty where nothing says which axis is meant: no place, and no positions that it is compared with.
  constexpr typed_value last(text_view along) {
    if (along.empty()) return fail({issue::last_of_no_axis});
    const typed_value v[] = {extent(&along, 1), number(1, typed_value::literal::integer)};
    return apply(op::sub, v, 2);
  }
  /// The axis along which a value counts positions; empty if it is something else.
  constexpr text_view counted_along(const typed_value& v) const {
    const moved_positions p = positions_of(out_, v.id);
    return p.is_something_else ? text_view{} : name_of(p.read_along(-1).axis);
  }

  /// A value elsewhere: x(C = 2), z(N = M), x(T = T - 1), x(C = t). What is said of several axes holds at once. Beyond the ends of an
  /// axis there is `outside`; 0, or false, if it is not given.
  constexpr typed_value at(const typed_value& v, const place_choice* places, int n,
                           const typed_value* outside = nullptr) {
    if (stopped()) return failed();
    substitution by;
    int renamed[max_axes] = {0, 1, 2, 3, 4, 5, 6, 7};
    static_assert(max_axes == 8);
    axis_set placed = 0, labelled = 0;
    bool shifted = false;
    for (int i = 0; i < n; ++i) {
      const int axis = axis_number({places[i].axis, 0});
      if (axis < 0) return failed();
      if (!has(axes_of(v), axis)) return fail({issue::unknown_axis, name_of(axis)});
      if (has(placed, axis)) return fail({issue::axis_placed_twice, name_of(axis)});
      placed |= only(axis);
      if (!choose(places[i], axis, by)) return failed();
      if (is_labelled(places[i])) labelled |= only(axis);
      else renamed[axis] = by.of[axis].axis;
      shifted = shifted || by.of[axis].is_shifted();
    }
    if (outside != nullptr && !shifted) return fail({issue::outside_of_nothing});
    if (outside != nullptr && (!is_number(v) || !is_number(*outside))) return failed();
    const axis_set left = by.image(without(axes_of(v), labelled));
    if (!fits_rank(static_cast<axis_set>(left | labelled))) return failed();
    substituting elsewhere(out_);
    typed_value r{elsewhere.at(v.id, by), v.listed.renamed(renamed)};
    if (elsewhere.captured) return fail({issue::place_without_an_axis, places[0].axis});
    if (elsewhere.runs_along) return fail({issue::place_of_a_running_value, places[0].axis});
    r.is_computed_index = v.is_computed_index;
    // What is read beyond the ends of an input is 0 without being told; one that is shifted has other ends.
    const node& of = out_[v.id];
    const bool is_plain = is_input(of.code) && !out_.result.inputs[static_cast<int>(of.bits)].is_shifted();
    if (shifted && (outside != nullptr || !is_plain)) {
      const value_id there = within(out_, by, placed, outside == nullptr ? r.id : no_value);
      if (there == no_value) return pick(r, places, n, labelled, left);
      if (out_[r.id].type == kind::mask) r.id = out_.binary(op::logical_and, there, r.id);
      else if (!r.is_computed_index && !is_number(r)) return failed();
      else r.id = out_.where(there, r.id, outside == nullptr ? out_.constant(0) : outside->id);
      if (outside != nullptr) r.listed |= outside->listed;
    }
    return pick(r, places, n, labelled, left);
  }

  // ---- the whole -----------------------------------------------------------------------------------------------------
  /// Makes a value a result: the first, then result<1>, ...
  constexpr void result(const typed_value& v) {
    if (++results_ > max_results) {
      fail({issue::too_many_results, {}, 0, max_results});
      return;
    }
    roots_.push_back(v);
  }

  /// Whether a position asked for an order that only declarations not yet seen can say: what was built means nothing, and
  /// the formula is to be built again with `axes()`.
  constexpr bool undecided() const { return undecided_; }
  constexpr known_axes axes() const {
    known_axes r = known_;
    r.axes = out_.result.axes;
    r.complete = true;
    return r;
  }

  constexpr const mistake& problem() const { return problem_; }

  /// What is known of a value: its kind and its axes.
  constexpr const node& operator[](const typed_value& v) const { return out_[v.id]; }
  constexpr text_view axis_name(int axis) const { return out_.result.axes[axis].name; }
  /// The axis of `v` that an operation would take: its number; or -1, and a problem, if there is none or more than one.
  constexpr int axis_of(const typed_value& v, const axis_choice& choice) {
    return axis_of(choice, v, issue::axis_in_doubt);
  }

  constexpr lowered finish() {
    if (undecided_) problem_ = {issue::axis_in_doubt};
    check_whole();
    // Places have no names: of those that found no room, one is counted.
    if (problem_.kind == issue::too_many_inputs) problem_.got = max_inputs + (beyond_.empty() ? 1 : beyond_.size());
    if (problem_.kind == issue::too_many_axes) problem_.got = out_.result.axes.size() + beyond_.size();
    if (problem_.kind == issue::too_many_results) problem_.got = results_;
    lowered r;
    r.problem = problem_;
    if (problem_.kind != issue::none) {
      out_ = builder();
      roots_.count = 0;
      roots_.push_back({out_.constant(0)});
    }
    r.program = out_.result;
    for (int k = 0; k < roots_.size(); ++k) {
      const axis_ranking ranking = ranking_of(roots_[k], known_.listed);
      const axis_order order = ranking.order();
      r.in_doubt[k] = ranking.in_doubt();
      r.program.outputs.push_back({derivative_kind::value, -1, roots_[k].id, k, order});
      if (k == 0) r.program.result_axes = order;
    }
    return r;
  }

 private:
  constexpr bool is_labelled(const place_choice& p) const {
    if (p.index.is_computed_index) return positions_of(out_, p.index.id).is_something_else;
    const op code = out_[p.index.id].code;
    return code != op::position && code != op::constant && !counts_from_end(out_, p.index.id, p.axis);
  }
  /// Whether one place is as it should be; if so, what the axis becomes. One that labels choose from stays, until they do.
  constexpr bool choose(const place_choice& p, int axis, substitution& by) {
    if (is_labelled(p)) return true;
    const node& index = out_[p.index.id];
    if (index.code == op::position || p.index.is_computed_index) {
      coordinate& there = by.of[axis];
      there = positions_of(out_, p.index.id).read_along(axis);
      const axis_list& axes = out_.result.axes;  // of two that follow from nothing the extents are then the same
      there.other_extent =
          (there.is_sum() || axes[axis].follows() || axes[there.axis].follows()) && may_leave(axes, there, axis);
      if (!there.is_sum() && !there.other_extent) {
        axis_number({name_of(there.axis), out_.result.axes[axis].extent});
        axis_number({name_of(axis), out_.result.axes[there.axis].extent});
      }
      return !stopped();
    }
    const bool from_first = index.code == op::constant;  // the last entries are counted back from the last
    const double entry = from_first ? index.constant_value() : -1.0 - positions_of(out_, p.index.id).by.more;
    if (!from_first && entry < 0) return fail({issue::last_of_no_axis}), false;
    const typed_value::literal written = from_first ? p.index.written : typed_value::literal::integer;
    if (const mistake m = mistake_of_entry(entry, written, out_.result.axes[axis]); m.kind != issue::none)
      return fail(m), false;
    const auto whole = static_cast<std::int32_t>(entry);
    by.of[axis] = {-1, from_first ? whole : last_entry - whole};
    return true;
  }
  /// One after the other: so no axis that labels choose from may be one that is left, or that other labels have.
  constexpr typed_value pick(typed_value r, const place_choice* places, int n, axis_set from, axis_set left) {
    for (int i = 0; i < n; ++i) {
      if (!is_labelled(places[i])) continue;
      const int own = axis_number({places[i].axis, 0});
      left |= without(axes_of(places[i].index), is_order_along(places[i].index, own) ? only(own) : axis_set{0});
    }
    if ((from & left) != 0)
      return fail({issue::index_does_not_fit, name_of(first_axis(static_cast<axis_set>(from & left)))});
    for (int i = 0; i < n; ++i) {
      const axis_choice along{places[i].axis, 0};
      if (is_labelled(places[i])) r = gather(r, places[i].index, &along);
    }
    return r;
  }

  builder out_;
  known_axes known_;
  mistake problem_;
  bool undecided_ = false;
  int results_ = 0;
  fixed_vector<typed_value, max_results> roots_;
  fixed_vector<text_view, 64> beyond_;  ///< names past the limit of the first problem, each once

  constexpr bool stopped() const { return undecided_ || problem_.kind != issue::none; }
  constexpr typed_value failed() { return {out_.constant(0)}; }
  constexpr typed_value fail(const mistake& m) {
    if (!stopped()) problem_ = m;
    return failed();
  }
  /// One name too many; those that follow are counted, so that the sentence can say by how much.
  constexpr int too_many(issue what, text_view name, int limit) {
    fail({what, {}, 0, limit});
    if (problem_.kind == what && beyond_.size() < beyond_.capacity()) beyond_.insert_once(name);
    return -1;
  }

  constexpr axis_set axes_of(const typed_value& v) const { return out_[v.id].axes; }
  constexpr text_view name_of(int axis) const { return out_.result.axes[axis].name; }
  constexpr void about(mistake& m, axis_set axes) const {
    for (int a = 0; a < out_.result.axes.size(); ++a)
      if (has(axes, a)) m.about(name_of(a));
  }

  // ---- inputs and axes -----------------------------------------------------------------------------------------------
  constexpr int axis_number(const axis_info& wanted) {
    for (int i = 0; i < out_.result.axes.size(); ++i) {
      axis_info& known = out_.result.axes[i];
      if (known.name != wanted.name || known_.twin_of[i] >= 0) continue;
      if (known.extent != 0 && wanted.extent != 0 && known.extent != wanted.extent)
        fail({issue::extents_disagree, known.name, known.extent, wanted.extent});
      if (known.extent == 0) known.extent = wanted.extent;
      if (known.follows() && wanted.follows() && known.from != wanted.from)
        fail({issue::extent_defined_twice, known.name});
      if (wanted.follows()) known.from = wanted.from;
      return i;
    }
    if (out_.result.axes.size() == max_axes) return too_many(issue::too_many_axes, wanted.name, max_axes);
    out_.result.axes.push_back(wanted);
    return out_.result.axes.size() - 1;
  }

  constexpr int slot_of(op code, const declaration& d) {
    input_info in{d.name, code, {}};
    in.domain = d.domain;
    for (const axis_info& a : d.axes)
      if (const int axis = axis_number(a); axis >= 0) in.axes.push_back(static_cast<std::int8_t>(axis));
    if (in.axes.size() < d.axes.size()) return -1;
    for (int i = 0; i < out_.result.inputs.size(); ++i) {
      const input_info& known = out_.result.inputs[i];
      if (known.name != in.name) continue;
      bool same = known.code == code && known.axes.size() == in.axes.size() && known.domain == in.domain;
      for (int k = 0; same && k < in.axes.size(); ++k) same = known.axes[k] == in.axes[k];
      if (!same) fail({issue::input_declared_twice, in.name});
      return same ? i : -1;
    }
    if (out_.result.inputs.size() == max_inputs) return too_many(issue::too_many_inputs, in.name, max_inputs);
    out_.result.inputs.push_back(in);
    return out_.result.inputs.size() - 1;
  }

  constexpr axis_ranking ranking_of(const typed_value& v, const precedence& formula) const {
    return {axes_of(v), v.listed, formula};
  }

  /// The axis that a name or a position means; -1 and a problem if there is none, or more than one.
  constexpr int axis_of(const axis_choice& choice, const typed_value& v, issue if_in_doubt) {
    return axis_of(choice, axes_of(v), v.listed, if_in_doubt);
  }
  constexpr int axis_of(const axis_choice& choice, axis_set axes, const precedence& listed, issue if_in_doubt) {
    if (!choice.name.empty()) return axis_number({choice.name, 0});
    const int rank = axis_count(axes);
    if (rank == 0) return fail({issue::operand_without_axes, {}, choice.position, 0}), -1;
    if (choice.position >= 0 || choice.position < -rank)
      return fail({issue::axis_out_of_range, {}, choice.position, rank}), -1;
    const axis_ranking ranking{axes, listed, known_.complete ? known_.listed : precedence()};
    const axis_set there = ranking.at(static_cast<int>(-choice.position));
    if (axis_count(there) == 1) return first_axis(there);
    if (!known_.complete) {
      undecided_ = true;
      return -1;
    }
    mistake m{if_in_doubt, {}, if_in_doubt == issue::axis_in_doubt ? choice.position : 0, 0};
    about(m, there);
    fail(m);
    return -1;
  }

  // ---- what may stand where ------------------------------------------------------------------------------------------
  constexpr bool is_index(const typed_value& v) const { return v.is_computed_index || out_[v.id].type == kind::index; }
  /// Whether an index is an order of the entries of an axis, which permutes what is read there.
  constexpr bool is_order_along(const typed_value& index, int axis) const {
    return out_[index.id].code == op::order && out_[index.id].over() == only(axis);
  }
  constexpr bool is_number(const typed_value& v) {
    const kind k = is_index(v) ? kind::index : out_[v.id].type;
    if (k != kind::number) fail({k == kind::index ? issue::index_used_as_a_number : issue::mask_used_as_a_number});
    return k == kind::number;
  }
  constexpr bool is_mask(const typed_value& v) {
    return out_[v.id].type == kind::mask || (fail({issue::number_used_as_a_mask}), false);
  }
  constexpr bool fits_rank(int axes) {
    const axis_set set = static_cast<axis_set>(axes);
    if (axis_count(set) <= max_rank) return true;
    mistake m{issue::rank_too_large, {}, axis_count(set), max_rank};
    about(m, set);
    fail(m);
    return false;
  }

  /// Comparisons take two numbers, or integers: an index beside another or beside a whole literal that 64 bits hold.
  constexpr bool comparable(const typed_value& a, const typed_value& b) {
    const bool ai = is_index(a), bi = is_index(b);
    if (!ai && !bi) return is_number(a) && is_number(b);
    if (ai && bi) return true;
    const typed_value& other = ai ? b : a;
    if (out_[other.id].code != op::constant) return fail({issue::index_used_as_a_number}), false;
    const issue wrong = issue_of_label(out_[other.id].constant_value(), other.written);
    if (wrong != issue::none) return fail({wrong}), false;
    return true;
  }

  constexpr bool fits_operands(op code, const typed_value* v, int n) {
    switch (info(code).kind) {
      case family::compare: return comparable(v[0], v[1]);
      case family::logical:
        for (int i = 0; i < n; ++i)
          if (!is_mask(v[i])) return false;
        return true;
      case family::select: return is_mask(v[0]) && is_number(v[1]) && is_number(v[2]);
      default:
        if (code == op::number) {
          if (out_[v[0].id].type == kind::number && !is_index(v[0])) fail({issue::number_of_a_number});
          return !stopped();
        }
        for (int i = 0; i < n; ++i)
          if (!is_number(v[i])) return false;
        return true;
    }
  }

  /// Of the whole formula: every axis has an extent, every result is a number, and what is needed has room.
  constexpr void check_whole() {
    axis_set sized = 0;
    int labels = 0;
    if (const mistake m = settle_extents(out_.result.axes); m.kind != issue::none) fail(m);
    for (const input_info& in : out_.result.inputs)
      for (int axis : in.axes)
        if (!in.has_other_extent(axis)) sized |= only(axis);
    for (int a = 0; a < out_.result.axes.size(); ++a)
      if (!has(sized, a) && !out_.result.axes[a].follows() && out_.result.axes[a].extent == 0)
        fail({issue::axis_without_extent, name_of(a)});
    for (const typed_value& v : roots_) is_number(v);
    for (const node& n : out_.result.nodes) labels += n.code == op::gather || n.code == op::onehot;
    if (labels > max_label_uses) labels = places_of_labels(out_.result);
    if (labels > max_label_uses) fail({issue::too_many_labels, {}, labels, max_label_uses});
    if (out_.result.too_large) fail(mistake_of(out_.result.overflow));
  }

  // ---- indices that are computed -------------------------------------------------------------------------------------
  // Each is a number, so that what is done with it is a comparison with positions, which every loop knows.

  /// Whether all operands are indices, whole literals or made of these and extents, some of them indices, and the op makes another
  /// of them, or compares one that is computed.
  constexpr bool is_of_indices(op code, const typed_value* v, int n) const {
    const bool makes = code == op::add || code == op::sub || code == op::mul || code == op::neg;
    bool some = false, computed = false;
    for (int i = 0; i < n; ++i) {
      some = some || is_index(v[i]);
      computed = computed || v[i].is_computed_index;
    }
    for (int i = 0; some && i < n; ++i) {
      if (is_index(v[i]) || v[i].written == typed_value::literal::integer) continue;
      if (v[i].written != typed_value::literal::no || !is_count(out_, v[i].id)) return false;
      computed = true;
    }
    return some && (makes || (computed && is_comparison(code)));
  }
  constexpr typed_value computed(op code, const typed_value* v, int n) {
    typed_value r;
    axis_set axes = 0;
    value_id o[2] = {no_value, no_value};
    for (int i = 0; i < n; ++i) {
      axes |= axes_of(v[i]);
      r.listed |= v[i].listed;
      o[i] = as_number(out_, v[i].id);
    }
    if (!fits_rank(axes)) return failed();
    r.id = out_.make(code, o[0], o[1]);
    r.is_computed_index = !is_comparison(code);
    return r;
  }
  constexpr typed_value rank(const typed_value& v, int axis) {
    const int twin = twin_of(out_.result.axes, known_, axis);
    if (twin < 0) return too_many(issue::too_many_axes, rival_name(out_.result.axes), max_axes), failed();
    if (!fits_rank(axes_of(v) | only(twin))) return failed();
    const value_id entries = entries_before(out_, v.id, axis, twin);
    if (entries == no_value) return fail({issue::place_without_an_axis, name_of(axis)});
    return {entries, v.listed};
  }
};

/// The formula that write(b) builds: it makes values with b and passes the results to b.result(...). If a position depends
/// on declarations that come after it, the formula is written a second time.
template <class Write>
constexpr lowered build(const Write& write) {
  checked_builder first;
  write(first);
  if (!first.undecided()) return first.finish();
  checked_builder again(first.axes());
  write(again);
  return again.finish();
}

}  // namespace loom::ir
