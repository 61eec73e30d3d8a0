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

/// The parts of a sweep.
class partition {
 public:
  explicit partition(const sweep_layout& data)
      : rows_(data.rows), columns_(data.columns), by_columns_(data.shape == loop_shape::along_memory) {
    const std::ptrdiff_t items = by_columns_ ? columns_ : rows_, entries = by_columns_ || columns_ == 0 ? 1 : columns_;
    const std::ptrdiff_t wanted = (part_size + entries - 1) / entries, least = (items + max_parts - 1) / max_parts;
    const std::ptrdiff_t most = wanted > least ? wanted : least;
    // Rows in place are walked in whole runs of neighbours.
    const std::ptrdiff_t grain = data.shape == loop_shape::in_place ? data.row_extents[data.row_rank - 1] : part_grain;
    step_ = (most + grain - 1) / grain * grain;
    count_ = items == 0 ? 1 : static_cast<int>((items + step_ - 1) / step_);
  }

  int count() const { return count_; }
  part operator[](int i) const {
    const std::ptrdiff_t items = by_columns_ ? columns_ : rows_;
    const std::ptrdiff_t begin = step_ * i, end = begin + step_ < items ? begin + step_ : items;
    return by_columns_ ? part{0, rows_, begin, end} : part{begin, end, 0, columns_};
  }

 private:
  std::ptrdiff_t rows_, columns_, step_ = 0;
  int count_ = 0;
  bool by_columns_;
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

/// A sweep over all its parts, on the executor's threads unless it adds up arrays: those have one writer. Each part leaves
/// `step` results. Returns the number of parts.
[[gnu::noinline]] inline int run_parts(part_function run, const sweep_layout& data, const executor& on, bool one_writer,
                                       int step, const double* scalars, double* results) {
  struct job {
    part_function run;
    const sweep_layout& data;
    partition parts;
    const double* scalars;
    double* results;
    int step;
  };
  job j{run, data, partition(data), scalars, results, step};
  const int count = j.parts.count();
  __builtin_memset(results, 0xFF, static_cast<std::size_t>(count * step) * sizeof(double));  // NaN
  const auto task = [](void* argument, int i) {
    const job& all = *static_cast<const job*>(argument);
    all.run(all.data, all.parts[i], all.scalars, all.results + i * all.step);
  };
  if (count == 1 || on.for_each == nullptr || one_writer) {
    for (int i = 0; i < count; ++i) task(&j, i);
  } else {
    on.for_each(on.pool, count, task, &j);
  }
  return count;
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
