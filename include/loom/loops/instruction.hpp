// SPDX-License-Identifier: BSL-1.0
// loops/instruction.hpp — what a step of a plan is for the loops. It is found once for a program, not in every function that
// performs the step: there is one for each target, shape and place in the loops.
// Layer 7 (loops).
#pragma once

#include <cstdint>

#include "loom/schedule/plan.hpp"

namespace loom::inline LOOM_ABI::loops {

/// loops/steps-inl.h says of each how it is performed.
enum class instruction : std::uint8_t {
  load_constant,
  load_scalar,
  load_scalar_mask,
  load_scalar_index,
  load_input,
  load_array,  ///< of the workspace
  gather,  ///< along the axis of a row
  look_up,  ///< along an axis that counts rows
  onehot,
  position,
  number,  ///< an index as one
  where,
  logical_and,
  logical_or,
  logical_not,
  compare,
  compare_labels,
  unary,
  bounded,  ///< of an operand in the domain of a shorter function
  exp_of_guess,
  binary,
  by_number,  ///< the second operand is the same for all
  log_part,  ///< may be left out for a product of factors (schedule/blocks.hpp)
  wide,  ///< in double, where the data is float
  reduce,
  add_to_total,
  add_to_array,
  recall,
  store_entry,
  store_row_value,
};

/// Whether an op of two numbers has a kernel for its second operand; a limit is one if it is no NaN.
constexpr bool is_by_number(const plan& p, const node& n) {
  if (n.code == op::pow) return p.levels[n.operand[1]] == level::scalar;
  if (n.code != op::min && n.code != op::max) return false;
  const node& limit = p.program[n.operand[1]];
  return limit.code == op::constant && limit.constant_value() == limit.constant_value();
}

/// Of a value that is computed from one or two numbers.
constexpr instruction operation_of(const plan& p, int id) {
  const node& n = p.program[id];
  if (arity(n.code) == 2) return is_by_number(p, n) ? instruction::by_number : instruction::binary;
  if (p.bounded[id]) return instruction::bounded;
  return n.code == op::exp && is_guessed(p, id) ? instruction::exp_of_guess : instruction::unary;
}

constexpr instruction compute_of(const plan& p, int id) {
  const node& n = p.program[id];
  if (n.code == op::constant) return instruction::load_constant;
  if (p.levels[id] == level::scalar)
    return n.type == kind::mask    ? instruction::load_scalar_mask
           : n.type == kind::index ? instruction::load_scalar_index
                                   : instruction::load_scalar;
  if (is_input(n.code)) return instruction::load_input;
  if (p.array_of[id] != 0) return instruction::load_array;
  switch (n.code) {
    case op::gather: return (n.over() & p.column_axes) != 0 ? instruction::gather : instruction::look_up;
    case op::onehot: return instruction::onehot;
    case op::position: return instruction::position;
    case op::number: return instruction::number;
    case op::where: return instruction::where;
    case op::logical_and: return instruction::logical_and;
    case op::logical_or: return instruction::logical_or;
    case op::logical_not: return instruction::logical_not;
    default: break;
  }
  if (is_comparison(n.code))
    return p.program[n.operand[0]].type == kind::index || p.program[n.operand[1]].type == kind::index
               ? instruction::compare_labels
               : instruction::compare;
  return p.log_parts[id] ? instruction::log_part : p.wide[id] ? instruction::wide : operation_of(p, id);
}

constexpr instruction instruction_of(const plan& p, const step& s) {
  switch (s.kind) {
    case action::compute: break;
    case action::reduce: return instruction::reduce;
    case action::total: return instruction::add_to_total;
    case action::accumulate: return instruction::add_to_array;
    case action::recall: return instruction::recall;
    case action::park:
    case action::store:
      return output_level(p, s.slot) == level::element ? instruction::store_entry : instruction::store_row_value;
  }
  return compute_of(p, s.id);
}

/// Of step `Index` of a program.
template <class Program, int Index>
inline constexpr instruction instruction_at = instruction_of(Program::schedule, Program::schedule.steps[Index]);

}  // namespace loom::loops
