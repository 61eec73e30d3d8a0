// SPDX-License-Identifier: BSL-1.0
// rewrite/compiled/cheap.hpp — the table of rewrite/rules/cheap.hpp.
// Compiled from it by src/compile_tables.cpp; `./run tables` makes it again.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/compiled/canonical.hpp"

namespace loom::inline LOOM_ABI::rewrite {

// clang-format off
static_assert(op_count == 137, "ops were added or removed: ./run tables");

namespace compiled_tables {

inline constexpr unsigned char cheap_terms[] =
  "\10\0\0\0\4\0\0\0\0\0\0\0\132\1\0\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0"
  "\133\2\3\4\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\360\77\10\0\0\0\1\0\0\0\0\0\0\0"
  "\100\2\3\0\0\0\0\0\0\0\0\0\77\1\4\0\0\0\0\0\0\0\0\0\10\0\0\0\4\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\133\1\2\3\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0"
  "\100\1\2\0\0\0\0\0\0\0\0\0";
inline constexpr rule cheap_rows[] = {
  {{"branches of a negated mask", 26}, {cheap_terms + 0, 5}, {cheap_terms + 120, 4}, nullptr, 1, {op::logical_not, op::any}, 0, {}},
  {{"reciprocal of a shared divisor", 30}, {cheap_terms + 168, 3}, {cheap_terms + 60, 5}, &guards::b_is_shared_and_safe, 1, {op::any, op::any}, 0, {}},
};
inline constexpr std::int16_t cheap_first[] = {
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
inline constexpr std::uint64_t cheap_sums_with[] = {
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
};

}  // namespace compiled_tables

inline constexpr rule_table cheap_rules{{compiled_tables::cheap_rows, 2}, &canonical_rules, false, false, compiled_tables::cheap_first, {}, compiled_tables::cheap_sums_with};
// clang-format on

}  // namespace loom::rewrite
