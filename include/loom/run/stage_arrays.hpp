// SPDX-License-Identifier: BSL-1.0
// run/stage_arrays.hpp — what the stages of a call share, and the values that run along an axis between them: each is made of arrays
// that stages have kept, and is one more.
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

/// What becomes of the blocks of a tile, when its stage has made them: nothing, or they stay; or they are those that have stayed.
enum class block_use : std::uint8_t { once, keep, recall };

/// What the stages of a call share.
template <class T>
struct stage_state {
  const operands& bound;
  const axis_extents& extents;
  const executor& on;
  kept_value* kept;  ///< in the order of kept_values
  erased_buffer arrays{};  ///< of the plan of a stage
  unsigned char* parts = nullptr;  ///< what a block leaves of folds
  T* blocks = nullptr;
  std::ptrdiff_t block_rows = 0;  ///< that the workspace has memory for, where nothing stays
  std::ptrdiff_t numbers_for_blocks = 0;
  T* panels = nullptr;  ///< of factors, if there is memory for them
  block_extents block{};  ///< of the stage that runs
  std::ptrdiff_t block_size = 0;
  // Where blocks of a tile stay in memory until a later stage recalls them:
  block_use use = block_use::once;
  std::ptrdiff_t slot = 0, slots = 1;  ///< the place of a block, of so many
  std::ptrdiff_t recalled = 0;  ///< how many are recalled; the others share the place behind them
  std::ptrdiff_t first_row = 0, last_row = PTRDIFF_MAX;  ///< the rows of the tile that are there
  T* scratch = nullptr;  ///< of a product
  double value = 0;  ///< of the formula, if it is returned
};

template <class Program, class T>
class stage_arrays {
 protected:
  explicit stage_arrays(stage_state<T>& state) : c_(state) {}

  stage_state<T>& c_;
  static constexpr const stage_map& map = stages_of<Program>::map;
  static constexpr auto order_kept = kept_values<Program>();

  static constexpr int place_of(value_id v) {
    int k = 0;
    while (order_kept[k] != v) ++k;
    return k;
  }
  const kept_value& kept(value_id v) const { return c_.kept[place_of(map.kept_as(v))]; }

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
    of[0].visit([&](const auto& own) {
      of[1].visit([&](const auto& factor) { loops::run_along(n.code, n.order(), extents, own, factor, result); });
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
};

}  // namespace loom::run
