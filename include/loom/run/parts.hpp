// SPDX-License-Identifier: BSL-1.0
// run/parts.hpp — a sweep in parts: cut by the size of the data alone, run in any order on any threads, merged in one
// order. So a result has the same bits for every number of threads, and for none.
// Layer 8 (run).
#pragma once

#include "loom/layout/scalars.hpp"
#include "loom/loops/memory.hpp"
#include "loom/run/executor.hpp"

namespace loom::inline LOOM_ABI::run {

/// Entries of one part, at least: some tens of microseconds of work, so that handing it to a thread costs little beside it.
inline constexpr std::ptrdiff_t part_size = 1 << 16;
/// Parts begin at multiples of this many rows, or entries: whole vectors on every target.
inline constexpr std::ptrdiff_t part_grain = 64;

/// The parts of a sweep, or of a block of one.
class partition {
 public:
  /// `InPieces`: rows in place may be cut within their lines.
  template <bool InPieces>
  static partition of(const sweep_layout& data) {
    partition p(data);
    if constexpr (InPieces)
      if (data.shape == loop_shape::in_place) p.cut_lines(data);
    return p;
  }
  explicit partition(const sweep_layout& data)
      : all_{0, data.rows, 0, data.columns}, by_columns_(data.shape == loop_shape::along_memory) {
    const std::ptrdiff_t items = by_columns_ ? data.columns : data.rows;
    const std::ptrdiff_t most = items_of_part(items, by_columns_ ? 1 : data.columns);
    // Rows in place are walked in whole runs of neighbours.
    const std::ptrdiff_t grain = data.shape == loop_shape::in_place ? data.line : part_grain;
    cut(items, (most + grain - 1) / grain * grain);
  }
  /// A block in runs of its rows, or as one part.
  partition(const part& block, bool in_rows) : all_(block), by_columns_(false) {
    const std::ptrdiff_t rows = block.row_end - block.row_begin, columns = block.column_end - block.column_begin;
    const int parts = in_rows ? parts_of_entries(rows, columns) : 1;
    cut(rows, (rows + parts * 16 - 1) / (parts * 16) * 16);
  }

  int count() const { return count_; }
  [[gnu::noinline]] part operator[](int i) const {
    part p = all_;
    std::ptrdiff_t &begin = by_columns_ ? p.column_begin : p.row_begin, &end = by_columns_ ? p.column_end : p.row_end;
    if (pieces_ > 1) {
      const std::ptrdiff_t line = i / pieces_ * line_, piece = i % pieces_;
      begin = line + piece * step_;
      end = piece + 1 < pieces_ ? begin + step_ : line + line_;
    } else {
      begin += step_ * i;
      if (begin + step_ < end) end = begin + step_;
    }
    return p;
  }

 private:
  part all_;
  std::ptrdiff_t step_ = 0, line_ = 0;
  int count_ = 0, pieces_ = 1;  ///< of all; of a line
  bool by_columns_;

  /// How many items, of so many entries each, a part has at least.
  static std::ptrdiff_t items_of_part(std::ptrdiff_t items, std::ptrdiff_t entries) {
    if (entries == 0) entries = 1;
    const std::ptrdiff_t wanted = (part_size + entries - 1) / entries, least = (items + max_parts - 1) / max_parts;
    return wanted > least ? wanted : least;
  }
  /// Into pieces of long lines: the last one of a line has the rest as well, for a vector of fewer rows would begin in the piece before.
  void cut_lines(const sweep_layout& data) {
    const std::ptrdiff_t most = items_of_part(data.rows, data.columns);
    const std::ptrdiff_t step = (most + part_grain - 1) / part_grain * part_grain;
    if (data.line < 2 * step) return;
    line_ = data.line;
    step_ = step;
    pieces_ = static_cast<int>(line_ / step_);
    count_ = static_cast<int>(data.rows / line_) * pieces_;
  }
  void cut(std::ptrdiff_t items, std::ptrdiff_t step) {
    step_ = step;
    count_ = items == 0 ? 1 : static_cast<int>((items + step - 1) / step);
  }
};

/// A total of what parts, or blocks, have added up, so far: in their order.
struct running_total {
  double all = 0, lost = 0;
  bool any = false;

  template <op Code>
  void add(double v) {
    if (!any) {
      all = v;
    } else if constexpr (reduction(Code).compensated) {  // Knuth's two-sum, as in the loops
      const double sum = all + v, added = sum - all;
      lost += (all - (sum - added)) + (v - added);
      all = sum;
    } else {
      all = ir::numbers::combine(Code, all, v);
    }
    any = true;
  }
  template <op Code>
  double finished() const {
    return ir::numbers::finish(Code, all - all == 0 ? all + lost : all);
  }
};

/// Merges a total of parts. `totals`: that of the first; the others follow, `step` numbers apart.
template <op Code>
double merged(int parts, const double* totals, int step) {
  running_total all;
  for (int i = 0; i < parts; ++i) all.add<Code>(totals[i * step]);
  return all.finished<Code>();
}

/// Numbers that the parts of a plan leave, at most.
constexpr int most_part_results(const plan& p) { return max_parts * most_results(p); }

/// A sweep over its parts, each of which leaves `step` results.
[[gnu::noinline]] inline void run_parts(part_function run, const sweep_layout& data, const partition& parts,
                                        const executor& on, int step, const double* scalars, double* results) {
  struct job {
    part_function run;
    const sweep_layout& data;
    const partition& parts;
    const double* scalars;
    double* results;
    int step;
  };
  job j{run, data, parts, scalars, results, step};
  const int count = parts.count();
  __builtin_memset(results, 0xFF, static_cast<std::size_t>(count * step) * sizeof(double));  // NaN
  on.run(
      count,
      [](void* argument, int i) {
        const job& all = *static_cast<const job*>(argument);
        all.run(all.data, all.parts[i], all.scalars, all.results + i * all.step);
      },
      &j);
}

/// The results that are values of the one row, which is in every part that has it.
inline void take_row_results(const plan& p, const sweep& s, const double* results, double* scalars) {
  for (int slot = 0; slot < p.program.outputs.size(); ++slot) {
    const value_id id = p.program.outputs[slot].id;
    if (output_level(p, slot) == level::scalar && p.levels[id] != level::scalar && touches_output(p, s, slot))
      scalars[id] = results[row_results_before(p, slot)];
  }
}

}  // namespace loom::run
