// SPDX-License-Identifier: BSL-1.0
// run/stages.hpp — a call whose formula has products of matrices: the stages one after the other, the tiles band by band.
// A band is some rows of a tile. It is made by a product, walked by the loops of the stage, and multiplied again by the
// products that need its gradient; then its memory serves the next band.
// Layer 8 (run).
#pragma once

#include "loom/loops/chains.hpp"
#include "loom/loops/running.hpp"
#include "loom/loops/sorting.hpp"
#include "loom/run/staged.hpp"
#include "loom/run/sweeps.hpp"

namespace loom::inline LOOM_ABI::run {

/// A value that a stage hands on.
struct kept_value {
  erased_buffer array;  ///< if it has axes
  double number = 0;
};

/// What the stages of a call share.
template <class T>
struct stage_state {
  const operands& bound;
  const axis_extents& extents;
  const executor& on;
  kept_value* kept;  ///< in the order of kept_values
  erased_buffer arrays{};  ///< of the plan of a stage
  T* bands = nullptr;
  std::ptrdiff_t band_rows = 0;
  T* scratch = nullptr;  ///< of a product
  double value = 0;  ///< of the formula, if it is returned
};

template <class Program, class T>
class stage_runner {
 public:
  explicit stage_runner(stage_state<T>& state) : c_(state) {}

  template <int S>
  void run() {
    using stage = in_stage<Program, S>;
    for (int i = 0; i < map.program.size(); ++i) {
      if (map.stage_of[i] != S) continue;
      if (is_running(map.program[i].code)) run_along(static_cast<value_id>(i));
      if constexpr (has_chains(map.program))
        if (is_chain(map.program[i].code)) run_chain(static_cast<value_id>(i));
    }
    if constexpr (!stage::made.outputs.empty()) {
      constexpr const plan& p = stage::schedule;
      erased_view inputs[p.program.inputs.size() + 1];
      erased_buffer outputs[p.program.outputs.size() + 1], arrays[p.arrays.empty() ? 1 : p.arrays.size()];
      bind<S>(inputs, outputs);
      if constexpr (!p.arrays.empty()) place_arrays(p, c_.extents, c_.arrays, arrays);
      constexpr int room = most_part_results(p);
      double results[room > 0 ? room : 1], scalars[p.program.size()];
      const operands bound{inputs, outputs};
      const call_state call{bound, c_.extents, arrays, c_.on, results, scalars};
      evaluate_scalars<stage, 0>(inputs, c_.extents, scalars);
      [&]<int... Sweep>(std::integer_sequence<int, Sweep...>) {
        (sweep<S, Sweep>(call, outputs), ...);
      }(std::make_integer_sequence<int, p.loops.size()>());
      take_numbers<S>(scalars);
    }
  }

 private:
  stage_state<T>& c_;
  static constexpr const stage_map& map = stages_of<Program>::map;
  static constexpr auto order_kept = kept_values<Program>();

  static constexpr int place_of(value_id v) {
    int k = 0;
    while (order_kept[k] != v) ++k;
    return k;
  }
  const kept_value& kept(value_id v) const { return c_.kept[place_of(map.kept_as(v))]; }

  /// From one row of a band of a stage to the next; of a stage without a tile there is none.
  template <int S>
  std::ptrdiff_t row_stride() const {
    constexpr int columns = in_stage<Program, S>::roles.columns;
    if constexpr (columns < 0) return 0;
    else return band_stride(c_.extents[columns]);
  }
  /// The n-th band of a stage, those of inputs first.
  template <int S>
  T* band(int n) const {
    return c_.bands + n * c_.band_rows * row_stride<S>();
  }
  template <int S>
  erased_shape shape_of_band(const axis_order& axes) const {
    erased_shape b;
    b.type = type_of<T>();
    for (int i = 0; i < axes.size(); ++i) {
      const bool row = axes[i] == in_stage<Program, S>::roles.rows;
      b.extents[i] = c_.extents[axes[i]];
      b.strides[i] = row ? row_stride<S>() : 1;
    }
    return b;
  }

  template <int S>
  void bind(erased_view* inputs, erased_buffer* outputs) const {
    using stage = in_stage<Program, S>;
    constexpr const graph& g = stage::schedule.program;
    int bands = 0;
    for (int k = 0; k < stage::made.inputs.size(); ++k) {
      const stage_input& in = stage::made.inputs[k];
      if (in.of_program >= 0) {
        inputs[k] = c_.bound.inputs[in.of_program];
      } else if (stage::is_band(in)) {
        static_cast<erased_shape&>(inputs[k]) = shape_of_band<S>(g.inputs[k].axes);
        inputs[k].data = band<S>(bands++);
      } else {
        const kept_value& from = kept(in.value);
        static_cast<erased_shape&>(inputs[k]) = from.array;
        inputs[k].data = from.array.data;
        inputs[k].number = from.number;
      }
    }
    for (int k = 0; k < stage::made.outputs.size(); ++k) {
      const stage_output& out = stage::made.outputs[k];
      if (out.of_program >= 0) {
        outputs[k] = c_.bound.outputs[out.of_program];
      } else if (stage::is_band(out)) {
        static_cast<erased_shape&>(outputs[k]) = shape_of_band<S>(g.outputs[k].axes);
        outputs[k].data = band<S>(bands++);
      } else if (!g.outputs[k].axes.empty()) {
        outputs[k] = kept(out.value).array;
      }
    }
  }

  /// Numbers that the loops do not write.
  template <int S>
  void take_numbers(const double* scalars) {
    using stage = in_stage<Program, S>;
    constexpr const plan& p = stage::schedule;
    for (int k = 0; k < stage::made.outputs.size(); ++k) {
      const stage_output& out = stage::made.outputs[k];
      if (output_level(p, k) != level::scalar) continue;
      const double v = scalars[p.program.outputs[k].id];
      if (out.of_program < 0) c_.kept[place_of(out.value)].number = v;
      else if (out.of_program == 0 && returns_value<Program>) c_.value = v;
      else store_scalar<T>(c_.bound.outputs[out.of_program], v, p.adds(k));
    }
  }

  template <int S, int Sweep>
  void sweep(const call_state& call, const erased_buffer* outputs) {
    using stage = in_stage<Program, S>;
    constexpr const plan& p = stage::schedule;
    if constexpr (stage::tile != 0 && meets_tile(p, stage::made, p.loops[Sweep], stage::tile))
      sweep_bands<S, Sweep>(call, outputs);
    else run_one<stage, T, Sweep>(call);
  }

  template <int S, int Sweep>
  void sweep_bands(const call_state& call, const erased_buffer* outputs) {
    using stage = in_stage<Program, S>;
    constexpr const plan& p = stage::schedule;
    constexpr const schedule::sweep& s = p.loops[Sweep];
    constexpr int totals = s.totals.size(), of_rows = row_results(p);
    constexpr shape_choice choice = of_numbers(shape_choice_of<stage, Sweep>, sizeof(T));
    sweep_layout data =
        lay_out<!p.arrays.empty(), !p.lookups.empty()>(p, s, call.extents, call.bound, call.arrays, choice);
    if constexpr (!p.arrays.empty()) prepare_arrays(p, s, call.arrays, true);
    const part_function loops = dispatch<stage, T, Sweep>();
    running_total all[totals > 0 ? totals : 1];
    const std::ptrdiff_t rows = c_.extents[stage::roles.rows];
    for (std::ptrdiff_t begin = 0, end = 0; begin < rows || begin == 0; begin = end) {
      end = begin + c_.band_rows < rows ? begin + c_.band_rows : rows;
      int number = 0;
      for (int k = 0; k < stage::made.inputs.size(); ++k) {
        if (!stage::is_band(stage::made.inputs[k])) continue;
        T* const to = band<S>(number++);
        if (reads_input(p, s, k)) make_band<S>(stage::made.inputs[k].value, to, begin, end);
      }
      move_bands<S>(call, data, outputs, begin);
      const part rows_of_band{begin, end, 0, data.columns};
      loops(data, rows_of_band, call.scalars, call.results);
      [&]<int... Total>(std::integer_sequence<int, Total...>) {
        (all[Total].template add<p.program[s.totals[Total]].code>(call.results[of_rows + Total]), ...);
      }(std::make_integer_sequence<int, totals>());
      for (int k = 0; k < stage::made.outputs.size(); ++k)
        if (stage::is_band(stage::made.outputs[k]) && touches_output(p, s, k))
          multiply_band<S>(stage::made.outputs[k].value, static_cast<const T*>(outputs[k].data), begin, end);
      if (end == rows) break;
    }
    [&]<int... Total>(std::integer_sequence<int, Total...>) {
      ((call.scalars[s.totals[Total]] = all[Total].template finished<p.program[s.totals[Total]].code>()), ...);
    }(std::make_integer_sequence<int, totals>());
    if constexpr (!p.arrays.empty()) prepare_arrays(p, s, call.arrays, false);
    evaluate_scalars<stage, Sweep + 1>(call.bound.inputs, call.extents, call.scalars);
  }

  /// The loops count the rows of the whole tile: a band that begins at row `begin` has the tile's first row so far before it.
  template <int S>
  void move_bands(const call_state& call, sweep_layout& data, const erased_buffer* outputs,
                  std::ptrdiff_t begin) const {
    using stage = in_stage<Program, S>;
    const std::ptrdiff_t back = begin * row_stride<S>();
    for (int k = 0; k < stage::made.inputs.size(); ++k)
      if (stage::is_band(stage::made.inputs[k]))
        data.inputs[k].data = static_cast<const T*>(call.bound.inputs[k].data) - back;
    for (int k = 0; k < stage::made.outputs.size(); ++k)
      if (stage::is_band(stage::made.outputs[k])) data.outputs[k].data = static_cast<T*>(outputs[k].data) - back;
  }

  /// Fills the array of a running value.
  void run_along(value_id v) const {
    const node& n = map.program[v];
    const axis_order order = order_of(map.program, n.axes);
    const erased_buffer& to = kept(v).array;
    loops::running_extents extents;
    loops::running_array<T> result{static_cast<T*>(to.data)};
    running_factor of[2];
    for (int i = 0; i < arity(n.code); ++i) of[i] = running_factor_of(n.operand[i], order, n.over());
    for (int k = 0; k < order.size(); ++k) {
      if (has(n.over(), order[k])) {
        extents.along = c_.extents[order[k]];
        result.along = to.strides[k];
      } else {
        result.outer[extents.rank] = to.strides[k];
        extents.outer[extents.rank++] = c_.extents[order[k]];
      }
    }
    if constexpr (has_orders(map.program))
      if (is_of_order(n.code)) return run_sorted(n, extents, of[0], of[1], result);
    of[0].visit([&](const auto& b) {
      of[1].visit([&](const auto& a) { loops::run_along(n.code, n.order(), extents, b, a, result); });
    });
  }
  /// Fills the array of a value of a chain.
  void run_chain(value_id v) const {
    const node& n = map.program[v];
    const ir::chain_axes axes = n.chain();
    const erased_buffer& to = kept(v).array;
    const axis_order order = order_of(map.program, n.axes);
    const axis_set moves = map.program[n.operand[arity(n.code) - 1]].axes;
    loops::chain_problem<T> p;
    p.code = n.code;
    p.band = axes.band;
    p.best = axes.best;
    p.steps = c_.extents[axes.along];
    p.states = c_.extents[axes.to];
    p.moves = c_.extents[axes.from];
    p.data = static_cast<T*>(to.data);
    p.along = stride_along(to, order, axes.along);
    p.to = stride_along(to, order, axes.to);
    p.from = stride_along(to, order, axes.from);
    p.scratch = reinterpret_cast<double*>(c_.scratch);
    axis_set batch = n.axes;
    for (int k = 0; k < arity(n.code); ++k) batch |= map.program[n.operand[k]].axes;
    axis_order batches;
    for (const bool own : {true, false})
      for (int a = 0; a < max_axes; ++a)
        if (has(without(batch, axes.all()), a) && has(moves, a) == own) batches.push_back(static_cast<std::int8_t>(a));
    p.rank = batches.size();
    p.own = axis_count(without(moves, axes.all()));
    double numbers[3];
    for (int i = 0; i < arity(n.code); ++i) {
      p.of[i] = chain_operand_of(n.operand[i], axes, numbers[i]);
      if (map.program[n.operand[i]].axes == 0) continue;
      for (int k = 0; k < batches.size(); ++k)
        p.of[i].batch[k] = matrix_of(n.operand[i], batches[k], -1, -1, 0).row_stride;
    }
    for (int k = 0; k < batches.size(); ++k) {
      p.extents[k] = c_.extents[batches[k]];
      p.batch[k] = stride_along(to, order, batches[k]);
    }
    loops::run_chain(p);
  }
  loops::chain_operand chain_operand_of(value_id v, const ir::chain_axes& axes, double& number) const {
    if (map.program[v].axes == 0) {
      number = number_of(v);
      return {&number, element_type::f64};
    }
    const loops::matrix_view m = matrix_of(v, axes.along, -1, -1, 0);
    loops::chain_operand o{m.data, m.type, m.row_stride};
    o.to = matrix_of(v, axes.to, -1, -1, 0).row_stride;
    o.from = matrix_of(v, axes.from, -1, -1, 0).row_stride;
    return o;
  }
  /// A number among what values are made of.
  double number_of(value_id v) const {
    const node& n = map.program[v];
    return n.code == op::constant ? n.constant_value()
           : n.code == op::scalar ? c_.bound.inputs[n.bits].number
                                  : kept(v).number;
  }
  /// What a running value is made of; a number is one entry, of as many steps of 0 as are asked for.
  struct running_factor {
    T number{};
    const void* data = nullptr;
    element_type type = type_of<T>();
    std::ptrdiff_t along = 0, outer[max_rank]{};

    template <class F>
    void visit(const F& f) const {
      if constexpr (sizeof(T) == sizeof(float)) {
        if (type == element_type::bf16) return f(as<bf16>());
        if (type == element_type::f16) return f(as<f16>());
      }
      f(as<T>());
    }
    template <class S>
    loops::running_array<const S> as() const {
      loops::running_array<const S> r{static_cast<const S*>(data), along};
      for (int k = 0; k < max_rank; ++k) r.outer[k] = outer[k];
      if constexpr (std::is_same_v<S, T>)
        if (data == nullptr && type == element_type::other) r.data = &number;
      return r;
    }
  };
  running_factor running_factor_of(value_id v, const axis_order& order, axis_set along) const {
    const node& n = map.program[v];
    running_factor r;
    if (n.axes == 0) {
      r.number = static_cast<T>(number_of(v));
      r.type = element_type::other;
      return r;
    }
    int outer = 0;
    for (int axis : order) {
      const loops::matrix_view m = matrix_of(v, axis, -1, -1, 0);
      r.data = m.data;
      r.type = m.type;
      (has(along, axis) ? r.along : r.outer[outer++]) = m.row_stride;
    }
    return r;
  }

  /// Fills the array of an order, or of what it permutes.
  void run_sorted(const node& n, const loops::running_extents& extents, const running_factor& e,
                  const running_factor& order, const loops::running_array<T>& result) const {
    e.visit([&](const auto& entries) {
      if (n.code == op::order) loops::run_order(n.order().reverse, extents, entries, result, c_.scratch);
      else loops::run_permuted(n.code == op::unpermuted, extents, entries, order.template as<T>(), result);
    });
  }

  /// A factor of a product, from one entry of an axis on.
  loops::matrix_view matrix_of(value_id v, int rows, int columns, int from_axis, std::ptrdiff_t from) const {
    const graph& g = map.program;
    const bool given = map.is_in_memory(v);
    const auto slot = static_cast<int>(g[v].bits);
    const axis_order axes = given ? g.inputs[slot].axes : order_of(g, g[v].axes);
    const erased_shape& shape = given ? static_cast<const erased_shape&>(c_.bound.inputs[slot]) : kept(v).array;
    const void* data = given ? c_.bound.inputs[slot].data : kept(v).array.data;
    return {static_cast<const unsigned char*>(data) + from * stride_along(shape, axes, from_axis) * size_of(shape.type),
            shape.type, stride_along(shape, axes, rows), stride_along(shape, axes, columns)};
  }

  /// One of two factors as a matrix, and whether its zeros add nothing.
  struct factor : loops::matrix_view {
    bool masked;
  };
  void multiply(const factor& x, const factor& y, const loops::matrix_buffer<T>& c, std::ptrdiff_t rows,
                std::ptrdiff_t columns, std::ptrdiff_t depth, bool add) const {
    if (y.masked)
      loops::multiply<T>(loops::transposed(y), loops::transposed(x), loops::transposed(c), columns, rows, depth,
                         {add, true}, c_.scratch);
    else loops::multiply<T>(x, y, c, rows, columns, depth, {add, x.masked}, c_.scratch);
  }

  template <int S>
  void make_band(value_id tile, T* band, std::ptrdiff_t begin, std::ptrdiff_t end) const {
    constexpr tile_roles roles = in_stage<Program, S>::roles;
    const matrix_product& p = map.products[map.product_of(tile)];
    const bool of_left = p.rows == roles.rows;  // whose rows are those of the tile
    const value_id x = of_left ? p.left : p.right, y = of_left ? p.right : p.left;
    multiply({matrix_of(x, roles.rows, p.over, roles.rows, begin), p.masked == x},
             {matrix_of(y, p.over, roles.columns, -1, 0), p.masked == y}, {band, row_stride<S>(), 1}, end - begin,
             c_.extents[roles.columns], c_.extents[p.over], false);
  }

  /// Every product that has the tile as a factor: rows of the result, or one more term of all of it.
  template <int S>
  void multiply_band(value_id tile, const T* band, std::ptrdiff_t begin, std::ptrdiff_t end) const {
    constexpr tile_roles roles = in_stage<Program, S>::roles;
    const std::ptrdiff_t stride = row_stride<S>();
    for (int k = 0; k < map.products.size(); ++k) {
      const matrix_product& p = map.products[k];
      if (map.tile_of(k) != tile) continue;
      const value_id other = map.other_of(k);
      const bool folds_columns = p.over == roles.columns, masks_other = p.masked == other;
      const int slot = map.direct_output(p.id, stages_of<Program>::direct);
      const bool adds = slot >= 0 && (stages_of<Program>::added >> slot & 1) != 0;
      const int own = folds_columns ? roles.rows : roles.columns, along = other == p.right ? p.columns : p.rows;
      const erased_buffer& to = kept(p.id).array;
      const axis_order axes = order_of_result(p.id);
      loops::matrix_buffer<T> c{static_cast<T*>(to.data), stride_along(to, axes, own), stride_along(to, axes, along)};
      if (folds_columns) {
        c.data += begin * c.row_stride;
        multiply({{band, type_of<T>(), stride, 1}, p.masked == tile},
                 {matrix_of(other, p.over, along, -1, 0), masks_other}, c, end - begin, c_.extents[along],
                 c_.extents[p.over], adds);
      } else {
        multiply({{band, type_of<T>(), 1, stride}, p.masked == tile},
                 {matrix_of(other, p.over, along, p.over, begin), masks_other}, c, c_.extents[own], c_.extents[along],
                 end - begin, adds || begin > 0);
      }
    }
  }
  static constexpr axis_order order_of_result(value_id v) {
    const int slot = map.direct_output(v, stages_of<Program>::direct);
    return slot >= 0 ? map.program.outputs[slot].axes : order_of(map.program, map.program[v].axes);
  }
};

/// Runs a program with products of matrices on checked data.
template <class Program, class T>
double run_stages(const operands& bound, const axis_extents& extents, const executor& on) {
  constexpr const stage_map& m = stages_of<Program>::map;
  constexpr auto values = kept_values<Program>();
  kept_value kept[values.size() + 1];
  const stage_memory memory = memory_of_stages<Program, T>(extents.of);
  auto* next = static_cast<unsigned char*>(bound.workspace.data);
  next += -reinterpret_cast<std::uintptr_t>(next) % cache_line;
  for (int k = 0; k < values.size(); ++k) {
    const axis_set axes = m.program[values[k]].axes;
    if (const int slot = m.direct_output(values[k], stages_of<Program>::direct); slot >= 0) {
      kept[k].array = bound.outputs[slot];
    } else if (is_kept_in_workspace<Program>(values[k])) {
      const axis_order order = order_of(m.program, axes);
      erased_buffer& b = kept[k].array;
      b.data = next;
      b.type = type_of<T>();
      byte_count bytes;
      bytes.add(lay_out_row_major(b, order, extents), sizeof(T));
      next += bytes.bytes;
    }
  }
  stage_state<T> state{bound, extents, on, kept};
  state.arrays.data = next;
  next += memory.arrays;
  state.scratch = reinterpret_cast<T*>(next);
  next += memory.scratch;
  state.bands = reinterpret_cast<T*>(next);
  state.band_rows = memory.band_rows(bound.workspace.extents[0]);
  stage_runner<Program, T> runner(state);
  [&]<int... S>(std::integer_sequence<int, S...>) {
    (runner.template run<S>(), ...);
  }(std::make_integer_sequence<int, m.tiles.size()>());
  return state.value;
}

}  // namespace loom::run
