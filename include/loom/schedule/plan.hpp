// SPDX-License-Identifier: BSL-1.0
// schedule/plan.hpp — the contract with the back ends: which loops run, and what each of them does, in order.
// A sweep is a pass over memory; a row pass is a pass over one row while it is in cache. Values live at one of three
// levels: scalars are computed between sweeps, row values once a row, element values once an entry, in each row pass
// that needs them. No row value and no element value ever becomes an array; what does is a reduction that leaves some axes
// and takes others that are not a row's: it is added up in an array of the workspace, and read by a later sweep.
// Layer 4 (schedule).
#pragma once

#include <bit>
#include <cstdint>

#include "loom/ir/graph.hpp"
#include "loom/ir/value_set.hpp"

namespace loom::inline LOOM_ABI::schedule {

enum class level : std::uint8_t { scalar, row, element };

enum class action : std::uint8_t {
  compute,  ///< value `id` from its operands, or loaded if it is an input
  reduce,  ///< entry into row reduction `id`
  total,  ///< entry or row value into the total `id`
  accumulate,  ///< entry or row value into the array of `id`
  park,  ///< value `id` is parked in the buffer of output `slot`, which nothing reads yet
  recall,  ///< value `id` is read back from there
  store,  ///< value `id` is written to output `slot`, or added to what is there
};

struct step {
  action kind;
  std::int8_t slot;  ///< of an output, or -1
  value_id id;
};

/// Steps [begin, end) of a plan.
struct step_range {
  std::int16_t begin = 0;
  std::int16_t end = 0;
  constexpr int size() const { return end - begin; }
};

struct row_pass {
  step_range body;  ///< for every entry of the row
  step_range reductions;  ///< the part of the body that folds entries into row reductions
  step_range after;  ///< once, when the reductions of the pass are known
  std::int16_t cost = 0;  ///< of one entry, in vector instructions, roughly
  std::int8_t unroll = 1;  ///< independent accumulators per reduction, to hide its latency
  bool by_blocks = false;  ///< its totals, along rows of floats (schedule/blocks.hpp)
  value_id label = no_value;  ///< of a row: the vector of entries that has it is done apart (schedule/labels.hpp)
};

/// Rows no longer than this run with lanes across rows: their tiles fit on the stack, and in the first-level cache. Where entries are
/// stored, what a row costs beside its entries is more; where no value of a row is made of its entries, all that counts is the vector
/// that its end leaves half empty.
inline constexpr std::int64_t short_row = 112, short_stored_row = 160, short_row_of_entries = 27;

/// Vectors that one accumulator of a row reduction sees before it is folded into the next: bounds the rounding error of a long row.
inline constexpr int accumulation_block = 32;

/// A set of outputs of one graph; bit i is output i.
using output_set = std::uint32_t;

// What a plan has room for. A formula that needs more has no plan: `problem` names the limit.
inline constexpr int max_passes = 8;  ///< row passes of one sweep
inline constexpr int max_sweeps = 32;
inline constexpr int max_totals = 32;  ///< of one sweep
inline constexpr int max_arrays = 32;
inline constexpr int max_lookups = 16;
inline constexpr int max_steps = LOOM_MAX_NODES + LOOM_MAX_NODES / 4;  ///< a value may be computed in several passes

/// A pass for the shift of a row that is left out as long as another number does: see schedule/guess.hpp.
struct shift_guess {
  int pass = -1;  ///< of the shift; -1: none. The next one takes the sum
  value_id shift = no_value, stand_in = no_value;
  value_id sum = no_value;  ///< below `highest`, or the row is done again with the shift itself

  static constexpr int exponent(bool of_float) { return of_float ? 96 : 800; }
  static constexpr double highest(bool of_float) {
    return std::bit_cast<double>(static_cast<std::uint64_t>(1023 + exponent(of_float)) << 52);
  }
};

struct sweep {
  level over = level::element;  ///< row: only data without the row's axes is touched
  axis_set rows = 0;  ///< the axes that count its rows: all of the plan's, or some
  step_range hoisted;  ///< scalars the loops use
  step_range before;  ///< row values known before the first pass
  fixed_vector<value_id, max_totals> totals;  ///< what the sweep accumulates over all rows: those of row values first
  int row_totals = 0;  ///< of row values
  fixed_vector<row_pass, max_passes> passes;
  shift_guess guess;
};

/// A reduction that leaves an array, and the order of its axes in the workspace.
struct array_info {
  value_id id = no_value;
  axis_order axes;
};

/// Why a graph has no plan in this version.
enum class unplanned : std::uint8_t {
  none,
  // A limit was passed: `problem_count` were needed, `problem_limit` are allowed.
  too_many_sweeps,
  too_many_row_passes,
  too_many_totals,
  too_many_arrays,
  too_many_lookups,
  too_many_steps,
  too_many_row_axes,  ///< axes that count rows, or of one array
  too_large,  ///< the graph itself: see its overflow
  // No limit would help.
  part_of_a_row,  ///< a reduction over some axes of a row, not all
  computed_table,  ///< a gather from values that are in no memory, or along a row by labels of its entries
  scattered_row,  ///< a scatter along the row that it reads
  reduced_scalar,  ///< a reduction of one number
  running,  ///< a running value
};

/// What there are too many of.
constexpr text_view limited_by(unplanned problem) {
  switch (problem) {
    case unplanned::too_many_sweeps: return "sweeps";
    case unplanned::too_many_row_passes: return "passes over a row";
    case unplanned::too_many_totals: return "totals of one sweep";
    case unplanned::too_many_arrays: return "arrays";
    case unplanned::too_many_lookups: return "lookups";
    case unplanned::too_many_steps: return "steps";
    case unplanned::too_many_row_axes: return "axes of rows";
    case unplanned::too_large: return "values";
    case unplanned::none:
    case unplanned::part_of_a_row:
    case unplanned::computed_table:
    case unplanned::scattered_row:
    case unplanned::reduced_scalar:
    case unplanned::running: break;
  }
  return {};
}

/// The first problem that a pass of the planner met.
struct refusal {
  unplanned problem = unplanned::none;
  std::int16_t problem_count = 0;  ///< needed; 0: no limit was passed
  std::int16_t problem_limit = 0;  ///< allowed

  constexpr bool refused() const { return problem != unplanned::none; }
  constexpr void refuse(unplanned what, int needed = 0, int allowed = 0) {
    if (!refused()) *this = {what, static_cast<std::int16_t>(needed), static_cast<std::int16_t>(allowed)};
  }
};

/// Which axes make a row, and which count rows.
struct axis_roles {
  axis_set row_axes = 0;  ///< the axes rows are counted by
  axis_set column_axes = 0;  ///< the axes of a row
  axis_order row_order;  ///< the same, outermost first: as they lie in the widest operand that has them
  axis_order column_order;
  bool elementwise = false;  ///< no value depends on another entry: rows may be joined where memory is contiguous
};

/// Where values live.
struct value_levels {
  level levels[LOOM_MAX_NODES]{};
  bool is_total[LOOM_MAX_NODES]{};  ///< added up over the rows of a sweep, in a number or an array
  fixed_vector<array_info, max_arrays> arrays;
  std::int8_t array_of[LOOM_MAX_NODES]{};  ///< number of a value's array + 1; 0: it has none
  fixed_vector<value_id, max_lookups> lookups;  ///< gathers along an axis that counts rows
};

/// Facts, for static_assert; schedule/facts.hpp reads them off the finished plan.
struct plan_facts {
  int sweeps = 0;  ///< passes over memory
  int prologues =
      0;  ///< passes over what has fewer axes (labels, row weights, arrays of the workspace), beside the sweeps
  int row_passes = 0;  ///< passes over a row in cache, of all sweeps
  int exponentials = 0;  ///< evaluations of exp and its relatives per element
  int reads_per_element = 0;  ///< values read from memory per element, all sweeps
  int writes_per_element = 0;  ///< values written to memory per element
  int kept = 0;  ///< element values parked in an output buffer instead of being computed twice
  /// Ops of the loops without a vector version: none, for the loops are built of the kernels of ops.def.
  static constexpr int scalar_calls = 0;

  constexpr bool operator==(const plan_facts&) const = default;

  /// Bytes read and written per element, for an element type.
  template <class T> constexpr int bytes_read() const { return reads_per_element * static_cast<int>(sizeof(T)); }
  template <class T> constexpr int bytes_written() const { return writes_per_element * static_cast<int>(sizeof(T)); }
};

struct plan : axis_roles, value_levels, refusal, plan_facts {
  graph program;
  value_set wide;  ///< computed in double where the data is float
  value_set tied;  ///< compared with themselves: operations that are not joined with others (schedule/ties.hpp)
  value_set bounded;  ///< operations on entries in the domain of their bounded function (ir/bounded.def)
  value_set log_sums;  ///< logarithms that a total adds up as the logarithm of a product (schedule/blocks.hpp)
  value_set log_parts;  ///< they, and the sums that they are terms of
  value_set zero_unlabelled;  ///< in passes with a label: 0 for all entries but the label's
  std::int8_t available[LOOM_MAX_NODES]{};  ///< of a scalar: the sweep before which it is known
  fixed_vector<sweep, max_sweeps> loops;
  fixed_vector<step, max_steps> steps;
  output_set added = 0;  ///< outputs that are added to what their buffers hold
  output_set in_place = 0;  ///< outputs whose buffers are the data of their inputs

  constexpr bool adds(int slot) const { return ((added >> slot) & 1u) != 0; }
  constexpr bool is_in_place(int slot) const { return ((in_place >> slot) & 1u) != 0; }
  constexpr level at(int id) const { return levels[id]; }
  constexpr bool uses(text_view rule_name) const { return program.trace.contains(rule_name); }
};

/// Whether a total or an array takes in something once an entry, not once a row.
constexpr bool folds_entries(const graph& g, const value_levels& values, int id) {
  for (value_id o : g[id].operand)
    if (o != no_value && values.levels[o] == level::element) return true;
  return false;
}
constexpr bool folds_entries(const plan& p, int id) { return folds_entries(p.program, p, id); }

/// The number of a gather among the lookups of a plan.
constexpr int lookup_of(const plan& p, int id) {
  int k = 0;
  while (p.lookups[k] != id) ++k;
  return k;
}

/// Whether steps may be done twice: they overwrite nothing that they read, and add to no array. Where they add to an output, the loops
/// see to it that its entries are added once.
constexpr bool may_be_repeated(const plan& p, const step_range& steps) {
  for (int i = steps.begin; i < steps.end; ++i) {
    const step& it = p.steps[i];
    if (it.kind == action::recall || it.kind == action::accumulate) return false;
    if (it.kind == action::store && p.is_in_place(it.slot)) return false;
  }
  return true;
}

/// Whether `sum` guards a guess: one of its terms, the label's, is exactly 1, or the row is done again.
constexpr bool is_guarded(const plan& p, value_id sum) {
  for (const sweep& s : p.loops)
    if (s.guess.pass >= 0 && s.guess.sum == sum) return true;
  return false;
}

/// Whether value `id` is the exponential whose sum guards a guess.
constexpr bool is_guessed(const plan& p, int id) {
  for (const sweep& s : p.loops)
    if (s.guess.pass >= 0 && p.program[s.guess.sum].operand[0] == id) return true;
  return false;
}

/// The pass along a row that asks for the entries of the next row: the last, where others read the row before it. The first waits for
/// memory, the last for its arithmetic. A pass that a guess leaves out reads nothing. -1 if there is none.
constexpr int fetching_pass(const sweep& s) {
  const int first = s.guess.pass == 0 ? 1 : 0, last = s.passes.count - 1;
  return last > first ? last : -1;
}

/// Past the last step of a sweep.
constexpr int end_of(const sweep& s) { return s.passes.empty() ? s.before.end : s.passes.back().after.end; }

/// The axis along which the entries of a row are neighbours; -1 if a row has one entry.
constexpr int innermost_column(const plan& p) { return p.column_order.empty() ? -1 : p.column_order.back(); }

/// Whether sweep `s` reads an input, entry by entry or by labels along its rows.
constexpr bool reads_input(const plan& p, const sweep& s, int slot) {
  for (int i = s.hoisted.begin; i < end_of(s); ++i) {
    const node* n = &p.program[p.steps[i].id];
    if (p.steps[i].kind != action::compute) continue;
    if (n->code == op::gather) n = &p.program[n->operand[0]];
    if (is_input(n->code) && static_cast<int>(n->bits) == slot) return true;
  }
  return false;
}

/// Whether sweep `s` does something to an output: stores it, or parks a value in it.
constexpr bool touches_output(const plan& p, const sweep& s, int slot) {
  for (int i = s.hoisted.begin; i < end_of(s); ++i)
    if (p.steps[i].slot == slot) return true;
  return false;
}

/// The axes of output `slot`, in the order of its buffer.
constexpr const axis_order& output_axes(const plan& p, int slot) { return p.program.outputs[slot].axes; }

/// The level of output `slot`: where its buffer is written.
constexpr level output_level(const graph& g, const axis_roles& axes, int slot) {
  const axis_set own = as_set(g.outputs[slot].axes);
  return own == 0 ? level::scalar : (own & axes.column_axes) != 0 ? level::element : level::row;
}
constexpr level output_level(const plan& p, int slot) { return output_level(p.program, p, slot); }

/// Whether the loops write an output; else it is a scalar that is known when they are over.
constexpr bool written_by_loops(const graph& g, const axis_roles& axes, const value_levels& values, int slot) {
  return output_level(g, axes, slot) != level::scalar || values.levels[g.outputs[slot].id] != level::scalar;
}
constexpr bool written_by_loops(const plan& p, int slot) { return written_by_loops(p.program, p, p, slot); }

/// The length of a row, if the formula says it; else 0.
constexpr std::int64_t known_columns(const plan& p) {
  std::int64_t columns = p.column_order.empty() ? 0 : 1;
  for (int axis : p.column_order) columns *= p.program.axes[axis].extent;
  return columns;
}

/// Whether the axis of a row is the last of every declaration that has it.
constexpr bool columns_are_innermost(const plan& p) {
  for (const input_info& in : p.program.inputs)
    if ((as_set(in.axes) & p.column_axes) != 0 && !has(p.column_axes, in.axes.back())) return false;
  return true;
}

}  // namespace loom::schedule
