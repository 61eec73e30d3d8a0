// SPDX-License-Identifier: BSL-1.0
// run/stages.hpp — a call whose formula has products of matrices: the stages one after the other, the tiles block by block.
// A block is made by a product, walked by the loops of the stage, and multiplied again by the products that need its gradient;
// then its memory serves the next block.
// Layer 8 (run).
#pragma once

#include "loom/loops/joined.hpp"
#include "loom/run/stage_arrays.hpp"
#include "loom/run/sweeps.hpp"

namespace loom::inline LOOM_ABI::run {

template <class Program, class T>
class stage_runner : stage_arrays<Program, T> {
  using base = stage_arrays<Program, T>;
  using base::c_, base::kept, base::map, base::matrix_of, base::place_of;

 public:
  explicit stage_runner(stage_state<T>& state) : base(state) {}

  /// Runs the stages from S on.
  template <int S = 0>
  void run_from() {
    if constexpr (S < map.tiles.size()) {
      constexpr int recalling = recalled_in<Program, S>();
      if constexpr (recalling > 0) {
        if (keep_blocks<S, recalling>()) return run_from<recalling + 1>();
      }
      run<S>();
      run_from<S + 1>();
    }
  }

 private:
  loops::packed_panels panels_[matrix_products::capacity()];  ///< of the second factor of each product

  /// Runs stages First to Last, of which the last one recalls the blocks of the tile that the first one makes: all of some rows, and then
  /// the next rows, or as many blocks as there is memory for, and makes the others again. False, and nothing is done, if it recalls none.
  template <int First, int Last>
  bool keep_blocks() {
    constexpr tile_roles roles = in_stage<Program, First>::roles;
    choose_blocks<First>();
    const std::ptrdiff_t rows = c_.extents[roles.rows], columns = c_.extents[roles.columns];
    const std::ptrdiff_t places = places_for_blocks(in_stage<Program, Last>::blocks() - 1);
    std::ptrdiff_t n = rows;
    c_.slots = c_.recalled = blocks_in(c_.block, rows, columns, map.is_symmetric(First));
    if (places < c_.recalled) {
      const std::ptrdiff_t of_row = blocks_in(c_.block, c_.block.rows, columns, false);
      const std::ptrdiff_t some = places / of_row * c_.block.rows;
      const bool by_rows = takes_parts_of_rows<Program, First, Last>() && some >= least_recalled_rows;
      if (by_rows) n = some;
      c_.slots = by_rows ? some / c_.block.rows * of_row : places;
      c_.recalled = by_rows ? c_.slots : places - 1;
    }
    const bool recalls = c_.recalled > 0;
    if (recalls)
      for (c_.first_row = 0; c_.first_row < rows; c_.first_row = c_.last_row) {
        c_.last_row = c_.first_row + n < rows ? c_.first_row + n : rows;
        run_range<First, Last>(std::make_integer_sequence<int, Last - First + 1>());
      }
    c_.slots = 1;
    c_.recalled = 0;
    c_.first_row = 0;
    c_.last_row = PTRDIFF_MAX;
    return recalls;
  }
  std::ptrdiff_t places_for_blocks(std::ptrdiff_t beside) const {
    return c_.block_size == 0 ? 0 : c_.numbers_for_blocks / c_.block_size - beside;
  }
  template <int First, int Last, int... S>
  void run_range(std::integer_sequence<int, S...>) {
    ((c_.use = S == 0              ? block_use::keep
               : First + S == Last ? block_use::recall
                                   : block_use::once,
      run<First + S>()),
     ...);
    c_.use = block_use::once;
    c_.slot = 0;
  }

  template <int S>
  void run() {
    using stage = in_stage<Program, S>;
    for (int i = 0; i < map.program.size(); ++i) {
      if (map.stage_of[i] != S) continue;
      if (is_running(map.program[i].code)) this->run_along(static_cast<value_id>(i));
      if constexpr (has_chains(map.program))
        if (is_chain(map.program[i].code)) this->run_chain(static_cast<value_id>(i));
    }
    if constexpr (!stage::made.outputs.empty()) {
      constexpr const plan& p = stage::schedule;
      erased_view inputs[p.program.inputs.size() + 1];
      erased_buffer outputs[p.program.outputs.size() + 1], arrays[p.arrays.empty() ? 1 : p.arrays.size()];
      choose_blocks<S>();
      bind<S>(inputs, outputs);
      if constexpr (!p.arrays.empty()) place_arrays(p, c_.extents, c_.arrays, arrays);
      constexpr int room = most_part_results(p);
      double results[room > 0 ? room : 1], scalars[p.program.size()];
      const operands bound{inputs, outputs};
      const call_state call{bound, c_.extents, arrays, c_.on, results, scalars};
      evaluate_scalars<stage, 0>(inputs, c_.extents, scalars);
      if constexpr (stage::tile != 0 && map.in_blocks) {
        run_in_blocks<S, 0, p.loops.size()>(call, outputs);
      } else {
        [&]<int... Sweep>(std::integer_sequence<int, Sweep...>) {
          (sweep<S, Sweep>(call, outputs), ...);
        }(std::make_integer_sequence<int, p.loops.size()>());
      }
      take_numbers<S>(scalars);
    }
  }

  template <int S>
  void choose_blocks() {
    constexpr tile_roles roles = in_stage<Program, S>::roles;
    if constexpr (roles.columns >= 0) {
      const std::ptrdiff_t columns = c_.extents[roles.columns], width = block_columns(columns, map.in_blocks);
      c_.block = {c_.block_rows, width, block_stride(width, columns)};
      if (map.is_symmetric(S)) c_.block = c_.block.square(columns);
      c_.block_size = c_.block.rows * c_.block.stride;
    }
  }
  /// The n-th block of a stage: the first one is the tile's.
  T* block(int n) const { return c_.blocks + (n == 0 ? c_.slot : c_.slots - 1 + n) * c_.block_size; }
  template <int S>
  erased_shape shape_of_block(const axis_order& axes) const {
    erased_shape b;
    b.type = type_of<T>();
    for (int i = 0; i < axes.size(); ++i) {
      const bool row = axes[i] == in_stage<Program, S>::roles.rows;
      b.extents[i] = c_.extents[axes[i]];
      b.strides[i] = row ? c_.block.stride : 1;
    }
    return b;
  }

  template <int S>
  void bind(erased_view* inputs, erased_buffer* outputs) const {
    using stage = in_stage<Program, S>;
    constexpr const graph& g = stage::schedule.program;
    int blocks = 0;
    for (int k = 0; k < stage::made.inputs.size(); ++k) {
      const stage_input& in = stage::made.inputs[k];
      if (in.elsewhere) {
        inputs[k] = call::placed(inputs[g.inputs[k].of], g.inputs[k], c_.extents);
      } else if (in.of_program >= 0) {
        inputs[k] = c_.bound.inputs[in.of_program];
      } else if (stage::is_block(in)) {
        static_cast<erased_shape&>(inputs[k]) = shape_of_block<S>(g.inputs[k].axes);
        inputs[k].data = block(blocks++);
      } else {
        const kept_value& from = kept(in.value);
        static_cast<erased_shape&>(inputs[k]) = from.array;
        inputs[k].data = from.array.data;
        inputs[k].number = from.number;
      }
    }
    unsigned char* next = c_.parts;
    for (int k = 0; k < stage::made.outputs.size(); ++k) {
      const stage_output& out = stage::made.outputs[k];
      if (out.of_program >= 0) {
        outputs[k] = c_.bound.outputs[out.of_program];
      } else if (stage::is_block(out)) {
        static_cast<erased_shape&>(outputs[k]) = shape_of_block<S>(g.outputs[k].axes);
        outputs[k].data = block(stage::block_of_output(k));
      } else if (stage::is_part(k)) {
        outputs[k].data = next;
        outputs[k].type = type_of<T>();
        byte_count bytes;
        bytes.add(lay_out_row_major(outputs[k], g.outputs[k].axes, c_.extents), sizeof(T));
        next += bytes.bytes;
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
      if (out.is_kept()) c_.kept[place_of(out.value)].number = v;
      else if (out.of_program == 0 && returns_value<Program>) c_.value = v;
      else if (out.of_program >= 0) store_scalar<T>(c_.bound.outputs[out.of_program], v, p.adds(k));
    }
  }

  /// A sweep of a stage that takes whole rows of a tile, if it meets it.
  template <int S, int Sweep>
  void sweep(const call_state& call, const erased_buffer* outputs) {
    using stage = in_stage<Program, S>;
    constexpr const plan& p = stage::schedule;
    if constexpr (stage::tile != 0 && meets_tile(p, stage::made, p.loops[Sweep], stage::tile))
      run_in_blocks<S, Sweep, Sweep + 1>(call, outputs);
    else run_one<stage, T, Sweep>(call);
  }

  /// Sweeps [First, Last) of a stage on one block after the other.
  template <int S, int First, int Last>
  void run_in_blocks(const call_state& call, const erased_buffer* outputs) {
    using stage = in_stage<Program, S>;
    constexpr const plan& p = stage::schedule;
    constexpr tile_roles roles = stage::roles;
    block_sweep sweeps[Last - First];
    [&]<int... I>(std::integer_sequence<int, I...>) {
      ((sweeps[I] = block_sweep_of<S, First + I>(call)), ...);
    }(std::make_integer_sequence<int, Last - First>());
    const std::ptrdiff_t rows = c_.extents[roles.rows], columns = c_.extents[roles.columns];
    running_total totals[p.program.size()];
    tile_block b;
    c_.slot = 0;
    for (b.column = 0; b.column < columns || b.column == 0; b.column = b.column_end) {
      b.column_end = b.column + c_.block.columns < columns ? b.column + c_.block.columns : columns;
      place_panels<S>();
      // Of a tile that is its own mirror image, the blocks above the diagonal serve those below it.
      const std::ptrdiff_t last_row = map.is_symmetric(S) ? b.column_end : rows < c_.last_row ? rows : c_.last_row;
      for (b.row = c_.first_row; b.row < last_row || b.row == 0; b.row = b.row_end) {
        b.row_end = b.row + c_.block.rows < last_row ? b.row + c_.block.rows : last_row;
        b.mirrored = map.is_symmetric(S) && b.row != b.column;
        int number = 0;
        for (int k = 0; k < stage::made.inputs.size(); ++k) {
          if (!stage::is_block(stage::made.inputs[k])) continue;
          T* const to = block(number++);
          bool read = false;
          for (int i = First; i < Last; ++i) read = read || reads_input(p, p.loops[i], k);
          if (read && (c_.use != block_use::recall || c_.slot >= c_.recalled))
            make_block<S>(stage::made.inputs[k].value, to, b);
        }
        [&]<int... I>(std::integer_sequence<int, I...>) {
          (sweep_block<S, First + I>(call, sweeps[I], b, totals), ...);
        }(std::make_integer_sequence<int, Last - First>());
        join_folds<S>(outputs, call.scalars, b);
        for (int k = 0; k < stage::made.outputs.size(); ++k) {
          if (!stage::is_block(stage::made.outputs[k])) continue;
          bool written = false;
          for (int i = First; i < Last; ++i) written = written || touches_output(p, p.loops[i], k);
          if (written) multiply_block<S>(stage::made.outputs[k].value, block(stage::block_of_output(k)), b);
        }
        if (c_.use != block_use::once && c_.slot < c_.recalled) ++c_.slot;
        if (b.row_end == last_row) break;
      }
      if (b.column_end == columns) break;
    }
    [&]<int... I>(std::integer_sequence<int, I...>) {
      (finish_sweep<S, First + I>(call, totals), ...);
    }(std::make_integer_sequence<int, Last - First>());
    if constexpr (map.in_blocks)
      for (const tile_fold& f : stage::made.folds)
        if (map.program[stage::made.outputs[f.slot].value].code == op::shift)
          finish_shift(stage::made.outputs[f.slot].value);
  }

  /// Memory for the panels of factors that all blocks of some columns have in common.
  template <int S>
  void place_panels() {
    using stage = in_stage<Program, S>;
    if (c_.panels == nullptr) return;
    T* next = c_.panels;
    for (int k = 0; k < map.products.size(); ++k) {
      const matrix_product& p = map.products[k];
      panels_[k] = {};
      const bool makes = p.id == stage::tile_value();
      if (!makes && (map.makes_tile[k] || map.stage_of[map.tile_of(k)] != S || p.over != stage::roles.columns))
        continue;
      panels_[k].data = next;
      next += makes
                  ? loops::panels_of<T>(c_.block.columns, c_.extents[p.over])
                  : loops::panels_of<T>(c_.extents[map.other_of(k) == p.right ? p.columns : p.rows], c_.block.columns);
    }
  }
  loops::packed_panels* panels_of(int k) { return panels_[k].data == nullptr ? nullptr : &panels_[k]; }

  struct tile_block {
    std::ptrdiff_t row = 0, row_end = 0, column = 0, column_end = 0;
    bool mirrored = false;  ///< it stands for its mirror image as well

    /// Whether no block before has left anything of these rows.
    constexpr bool is_first_of_rows(bool symmetric) const { return column == 0 && (row == 0 || !symmetric); }
  };
  struct block_sweep {
    sweep_layout data;
    part_function loops;
  };
  template <int S, int Sweep>
  block_sweep block_sweep_of(const call_state& call) const {
    using stage = in_stage<Program, S>;
    constexpr const plan& p = stage::schedule;
    constexpr shape_choice choice = of_numbers(shape_choice_of<stage, Sweep>, sizeof(T));
    block_sweep r{lay_out<!p.arrays.empty(), !p.lookups.empty(), reads_shifted(p.program)>(
                      p, p.loops[Sweep], call.extents, call.bound, call.arrays, choice,
                      fewest_rows(sizeof(T), choice.part_of_vector)),
                  dispatch<stage, T, Sweep>()};
    // Lanes across rows take whole rows, and windows whole lines of them.
    const bool across = r.data.shape == loop_shape::transposed_tile || r.data.shape == loop_shape::copied_tile ||
                        r.data.shape == loop_shape::in_place;
    if (across && (choice.windows != 0 || c_.block.columns < r.data.columns)) r.data.shape = loop_shape::along_row;
    return r;
  }

  /// The loops count the rows and columns of the whole tile: a block has the tile's first entry so far before it.
  template <int S, int Sweep>
  void sweep_block(const call_state& call, block_sweep& sweep, const tile_block& b, running_total* totals) const {
    using stage = in_stage<Program, S>;
    constexpr const plan& p = stage::schedule;
    constexpr const schedule::sweep& s = p.loops[Sweep];
    const std::ptrdiff_t back = b.row * c_.block.stride + b.column;
    int number = 0;
    for (int k = 0; k < stage::made.inputs.size(); ++k)
      if (stage::is_block(stage::made.inputs[k])) sweep.data.inputs[k].data = block(number++) - back;
    for (int k = 0; k < stage::made.outputs.size(); ++k)
      if (stage::is_block(stage::made.outputs[k])) sweep.data.outputs[k].data = block(stage::block_of_output(k)) - back;
    erased_buffer arrays[p.arrays.empty() ? 1 : p.arrays.size()];
    for (int k = 0; k < p.arrays.size(); ++k) {
      arrays[k] = call.arrays[k];
      if (!map.in_blocks) continue;
      arrays[k].data = static_cast<double*>(arrays[k].data) + b.column;
      arrays[k].extents[0] = b.column_end - b.column;
    }
    if constexpr (!p.arrays.empty())
      if (map.in_blocks || b.row == 0) prepare_arrays(p, s, arrays, true);
    const bool is_row = s.rows == 0;
    const partition parts({is_row ? 0 : b.row, is_row ? 1 : b.row_end, b.column, b.column_end}, !adds_to_arrays(p, s));
    constexpr int of_rows = row_results(p), step = of_rows + s.totals.size();
    run_parts(sweep.loops, sweep.data, parts, c_.on, step, call.scalars, call.results);
    for (int times = b.mirrored ? 2 : 1; times > 0; --times)
      for (int i = 0; i < parts.count(); ++i)
        [&]<int... Total>(std::integer_sequence<int, Total...>) {
          (totals[s.totals[Total]].template add<p.program[s.totals[Total]].code>(
               call.results[i * step + of_rows + Total]),
           ...);
        }(std::make_integer_sequence<int, s.totals.size()>());
    if constexpr (!p.arrays.empty())
      if (map.in_blocks || b.row_end == c_.extents[stage::roles.rows]) prepare_arrays(p, s, arrays, false);
  }
  template <int S, int Sweep>
  void finish_sweep(const call_state& call, const running_total* totals) const {
    using stage = in_stage<Program, S>;
    constexpr const plan& p = stage::schedule;
    constexpr const schedule::sweep& s = p.loops[Sweep];
    [&]<int... Total>(std::integer_sequence<int, Total...>) {
      ((call.scalars[s.totals[Total]] = totals[s.totals[Total]].template finished<p.program[s.totals[Total]].code>()),
       ...);
    }(std::make_integer_sequence<int, s.totals.size()>());
    evaluate_scalars<stage, Sweep + 1>(call.bound.inputs, call.extents, call.scalars);
  }

  /// Joins what a block leaves of rows and of columns to what the blocks before have left.
  template <int S>
  void join_folds(const erased_buffer* outputs, const double* scalars, const tile_block& b) const {
    using stage = in_stage<Program, S>;
    constexpr const graph& g = stage::schedule.program;
    for (const tile_fold& f : stage::made.folds) {
      const bool of_rows = g.outputs[f.slot].axes[0] == stage::roles.rows;
      if (!of_rows && map.is_symmetric(S) && !b.mirrored) continue;  // both are the same rows
      const std::ptrdiff_t from = of_rows ? b.row : b.column, count = (of_rows ? b.row_end : b.column_end) - from;
      const bool first = of_rows ? b.is_first_of_rows(map.is_symmetric(S)) : b.row == 0;
      const auto all = [&](int slot) {
        return static_cast<T*>(kept(stage::made.outputs[slot].value).array.data) + from;
      };
      const auto part = [&](int slot) { return static_cast<const T*>(outputs[slot].data) + from; };
      const op code = map.program[stage::made.outputs[f.slot].value].code;
      if (first)
        for (std::ptrdiff_t i = 0; i < count; ++i) all(f.slot)[i] = part(f.slot)[i];
      else if (f.shift < 0) loops::join_parts(code, all(f.slot), part(f.slot), count);
      else {
        loops::shifted_parts<T> by{all(f.shift), part(f.shift)};
        if (stage::is_part(f.coefficient)) by.coefficients = part(f.coefficient);
        else by.coefficient = scalars[g.outputs[f.coefficient].id];
        loops::join_shifted_parts<T>(code, all(f.slot), part(f.slot), by, count);
      }
    }
  }
  /// Blocks leave the largest entries as they are; a shift is finite.
  void finish_shift(value_id v) const {
    const erased_buffer& b = kept(v).array;
    T* const entries = static_cast<T*>(b.data);
    for (std::ptrdiff_t i = 0; i < b.extents[0]; ++i)
      if (!(entries[i] - entries[i] == 0)) entries[i] = 0;
  }

  /// One of two factors as a matrix, and whether its zeros add nothing.
  struct factor : loops::matrix_view {
    bool masked;
  };
  void multiply(const factor& x, const factor& y, const loops::matrix_buffer<T>& c, std::ptrdiff_t rows,
                std::ptrdiff_t columns, std::ptrdiff_t depth, bool add, loops::packed_panels* panels) const {
    if (y.masked)
      loops::multiply<T>(loops::transposed(y), loops::transposed(x), loops::transposed(c), columns, rows, depth,
                         {add, true, nullptr, {}, c_.on}, c_.scratch);
    else loops::multiply<T>(x, y, c, rows, columns, depth, {add, x.masked, panels, {}, c_.on}, c_.scratch);
  }

  /// What product k adds up, in which `left` is x.
  template <int K, bool LeftIsX>
  struct term_of_pairs {
    static constexpr const graph& program = map.program;
    static constexpr const matrix_product& product = map.products[K];
    static constexpr bool left_is_x = LeftIsX;
  };
  using combiner = decltype(&loops::combine<loops::plain_product, T>);
  /// Whether stage S makes a tile by product k, and `left` has its rows, or not.
  template <int S>
  static constexpr bool makes_by(int k, bool left_has_rows) {
    for (const stage_input& in : in_stage<Program, S>::made.inputs)
      if (in.value == map.products[k].id && in_stage<Program, S>::is_block(in))
        return left_has_rows == (map.products[k].rows == in_stage<Program, S>::roles.rows);
    return false;
  }
  template <int... S>
  static constexpr bool has_term(int k, bool left_is_x, std::integer_sequence<int, S...>) {
    if (!map.products[k].is_of_pairs()) return false;
    return map.makes_tile[k] ? (makes_by<S>(k, left_is_x) || ...)
                             : left_is_x == (map.tile_of(k) == map.products[k].left);
  }
  template <int K, bool LeftIsX>
  static constexpr combiner combiner_of() {
    if constexpr (has_term(K, LeftIsX, std::make_integer_sequence<int, map.tiles.size()>()))
      return &loops::combine<term_of_pairs<K, LeftIsX>, T>;
    else return nullptr;
  }
  /// Product k, from entry (row, column) of it on.
  void combine(int k, bool left_is_x, const factor& x, const factor& y, const loops::matrix_view& between,
               const loops::matrix_buffer<T>& c, std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t depth,
               bool add, loops::packed_panels* panels) const {
    if (!map.products[k].is_of_pairs()) return multiply(x, y, c, rows, columns, depth, add, panels);
    struct combiners {
      combiner right_is_x[map.products.size() + 1], left_is_x[map.products.size() + 1];
    };
    static constexpr combiners all = []<int... K>(std::integer_sequence<int, K...>) {
      return combiners{{combiner_of<K, false>()...}, {combiner_of<K, true>()...}};
    }(std::make_integer_sequence<int, map.products.size()>());
    (left_is_x ? all.left_is_x : all.right_is_x)[k](x, y, c, rows, columns, depth, {add, false, panels, between, c_.on},
                                                    c_.scratch);
  }
  /// What lies between the rows and the columns of product k, from a row and a column on.
  loops::matrix_view between_of(int k, int row_axis, std::ptrdiff_t row, int column_axis, std::ptrdiff_t column) const {
    const value_id v = map.products[k].between;
    if (v == no_value) return {nullptr, type_of<T>(), 0, 0};
    loops::matrix_view m = matrix_of(v, row_axis, column_axis, row_axis, row);
    m.data = static_cast<const unsigned char*>(m.data) + column * m.column_stride * size_of(m.type);
    return m;
  }

  template <int S>
  void make_block(value_id tile, T* to, const tile_block& b) {
    constexpr tile_roles roles = in_stage<Program, S>::roles;
    const int k = map.product_of(tile);
    const matrix_product& p = map.products[k];
    const bool of_left = p.rows == roles.rows;  // whose rows are those of the tile
    const value_id x = of_left ? p.left : p.right, y = of_left ? p.right : p.left;
    combine(k, of_left, {matrix_of(x, roles.rows, p.over, roles.rows, b.row), p.masked == x},
            {matrix_of(y, p.over, roles.columns, roles.columns, b.column), p.masked == y},
            between_of(k, roles.rows, b.row, roles.columns, b.column), {to, c_.block.stride, 1}, b.row_end - b.row,
            b.column_end - b.column, c_.extents[p.over], false, panels_of(k));
  }

  /// Every product that has the tile as a factor: one more term of rows of the result.
  template <int S>
  void multiply_block(value_id tile, const T* block, const tile_block& b) {
    constexpr tile_roles roles = in_stage<Program, S>::roles;
    for (int k = 0; k < map.products.size(); ++k) {
      if (map.tile_of(k) != tile) continue;
      const bool of_rows = map.products[k].over == roles.columns;
      const bool first = of_rows ? b.is_first_of_rows(map.is_symmetric(S)) : b.row == 0;
      multiply_block_by(k, block, b, of_rows, first);
      if (b.mirrored) multiply_block_by(k, block, b, !of_rows, b.row == 0);
    }
  }
  /// Product k of a block with the other factor, for rows of the block or for columns of it.
  void multiply_block_by(int k, const T* block, const tile_block& b, bool of_rows, bool first) {
    const matrix_product& p = map.products[k];
    const value_id tile = map.tile_of(k), other = map.other_of(k);
    const int slot = map.direct_output(p.id, stages_of<Program>::direct);
    const bool adds = slot >= 0 && (stages_of<Program>::added >> slot & 1) != 0;
    const int along = other == p.right ? p.columns : p.rows, own = other == p.right ? p.rows : p.columns;
    const erased_buffer& to = kept(p.id).array;
    const axis_order axes = order_of_result(p.id);
    const std::ptrdiff_t rows = b.row_end - b.row, columns = b.column_end - b.column, stride = c_.block.stride;
    const std::ptrdiff_t from = of_rows ? b.row : b.column;
    loops::matrix_buffer<T> c{static_cast<T*>(to.data), stride_along(to, axes, own), stride_along(to, axes, along)};
    c.data += from * c.row_stride;
    combine(k, other == p.right, {{block, type_of<T>(), of_rows ? stride : 1, of_rows ? 1 : stride}, p.masked == tile},
            {matrix_of(other, p.over, along, p.over, of_rows ? b.column : b.row), p.masked == other},
            between_of(k, own, from, along, 0), c, of_rows ? rows : columns, c_.extents[along],
            of_rows ? columns : rows, adds || !first, of_rows ? panels_of(k) : nullptr);
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
  state.parts = next;
  next += memory.parts;
  state.blocks = reinterpret_cast<T*>(next);
  state.block_rows = memory.block_rows(bound.workspace.extents[0]);
  state.numbers_for_blocks = (bound.workspace.extents[0] * 8 - memory.fixed()) / static_cast<std::ptrdiff_t>(sizeof(T));
  if (memory.has_panels(bound.workspace.extents[0])) {
    state.numbers_for_blocks -= memory.panels / static_cast<std::ptrdiff_t>(sizeof(T));
    state.panels = state.blocks + state.numbers_for_blocks;
  }
  stage_runner<Program, T>(state).run_from();
  return state.value;
}

}  // namespace loom::run
