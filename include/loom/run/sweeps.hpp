// SPDX-License-Identifier: BSL-1.0
// run/sweeps.hpp — the sweeps of a plan on checked data, one after the other.
// Layer 8 (run).
#pragma once

#include <utility>

#include "loom/layout/layout.hpp"
#include "loom/layout/scalars.hpp"
#include "loom/layout/workspace.hpp"
#include "loom/loops/targets.hpp"
#include "loom/run/parts.hpp"

namespace loom::inline LOOM_ABI::run {

/// Whether the first output is returned, not bound.
template <class Program>
inline constexpr bool returns_value =
    Program::schedule.program.outputs[0].is_value() && Program::schedule.program.outputs[0].axes.empty() &&
    Program::schedule.program.outputs[0].result == 0;

/// Writes a scalar result, or adds it to what is there.
template <class T>
void store_scalar(const erased_buffer& to, double v, bool adds) {
  if (adds) v = static_cast<T>(load_number(to.data, 0, to.type)) + static_cast<T>(v);
  store_number(to.data, to.type, v);
}

/// What every sweep of a call works on.
struct call_state {
  const operands& bound;
  const axis_extents& extents;
  const erased_buffer* arrays;
  const executor& on;
  double* results;  ///< of the parts of the sweep that runs
  double* scalars;  ///< by value id; written between sweeps
};

template <class Program, int Sweep, int... Total>
void merge_totals(int parts, const double* totals, int step, double* scalars, std::integer_sequence<int, Total...>) {
  constexpr const plan& p = Program::schedule;
  ((scalars[p.loops[Sweep].totals[Total]] =
        merged<p.program[p.loops[Sweep].totals[Total]].code>(parts, totals + Total, step)),
   ...);
}

template <class Program, class T, int Sweep>
void run_one(const call_state& c) {
  constexpr const plan& p = Program::schedule;
  constexpr const sweep& s = p.loops[Sweep];
  constexpr shape_choice choice = of_numbers(shape_choice_of<Program, Sweep>, sizeof(T));
  sweep_layout data = lay_out<!p.arrays.empty(), !p.lookups.empty(), reads_shifted(p.program)>(
      p, s, c.extents, c.bound, c.arrays, choice, fewest_rows(sizeof(T), choice.part_of_vector));
  if constexpr (choice.vectors_abreast > 1) layout::leave_tile(data, p, sizeof(T));
  if constexpr (!p.arrays.empty()) prepare_arrays(p, s, c.arrays, true);
  constexpr int of_rows = row_results(p), totals = s.totals.size();
  const partition parts = partition::of<(choice.vectors_abreast > 1)>(data);
  run_parts(dispatch<Program, T, Sweep>(), data, parts, adds_to_arrays(p, s) ? executor{} : c.on, of_rows + totals,
            c.scalars, c.results);
  if constexpr (totals > 0)
    merge_totals<Program, Sweep>(parts.count(), c.results + of_rows, of_rows + totals, c.scalars,
                                 std::make_integer_sequence<int, totals>());
  if constexpr (of_rows > 0) take_row_results(p, s, c.results, c.scalars);
  if constexpr (!p.arrays.empty()) prepare_arrays(p, s, c.arrays, false);
  evaluate_scalars<Program, Sweep + 1>(c.bound.inputs, c.extents, c.scalars);
}

template <class Program, class T, int... Sweeps>
void run_all(const call_state& c, std::integer_sequence<int, Sweeps...>) {
  evaluate_scalars<Program, 0>(c.bound.inputs, c.extents, c.scalars);
  (run_one<Program, T, Sweeps>(c), ...);
}

}  // namespace loom::run
