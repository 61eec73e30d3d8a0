// SPDX-License-Identifier: BSL-1.0
// rewrite/compiled/cheap.hpp — the table of rewrite/rules/cheap.hpp.
// Compiled from it by src/compile_tables.cpp; `./run tables` makes it again.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/compiled/canonical.hpp"

namespace loom::inline LOOM_ABI::rewrite {

// clang-format off
static_assert(op_count == 135, "ops were added or removed: ./run tables");

namespace compiled_tables {

inline constexpr term_node cheap_terms[] = {
  {op::any, {-1, -1, -1}, 4u}, {op::logical_not, {0, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::any, {-1, -1, -1}, 1u}, {op::where, {1, 2, 3}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::constant, {-1, -1, -1}, 0x3ff0000000000000u}, {op::any, {-1, -1, -1}, 1u}, {op::div, {1, 2, -1}, 0u},
  {op::mul, {0, 3, -1}, 0u}, {op::any, {-1, -1, -1}, 4u}, {op::any, {-1, -1, -1}, 1u}, {op::any, {-1, -1, -1}, 0u},
  {op::where, {0, 1, 2}, 0u}, {op::any, {-1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::div, {0, 1, -1}, 0u},
};
inline constexpr rule cheap_rows[] = {
  {{"branches of a negated mask", 26}, {cheap_terms + 0, 5}, {cheap_terms + 10, 4}, nullptr, 1, {op::logical_not, op::any}, 0, {}},
  {{"reciprocal of a shared divisor", 30}, {cheap_terms + 14, 3}, {cheap_terms + 5, 5}, &guards::b_is_shared_and_safe, 1, {op::any, op::any}, 0, {}},
};
inline constexpr std::int16_t cheap_first[] = {
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
inline constexpr std::uint64_t cheap_sums_with[] = {
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
};

}  // namespace compiled_tables

inline constexpr rule_table cheap_rules{{compiled_tables::cheap_rows, 2}, &canonical_rules, false, false, compiled_tables::cheap_first, {}, compiled_tables::cheap_sums_with};
// clang-format on

}  // namespace loom::rewrite
