// SPDX-License-Identifier: BSL-1.0
// rewrite/compiled/canonical.hpp — the table of rewrite/rules/canonical.hpp.
// Compiled from it by src/compile_tables.cpp; `./run tables` makes it again.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/guards.hpp"

namespace loom::inline LOOM_ABI::rewrite {

// clang-format off
static_assert(op_count == 137, "ops were added or removed: ./run tables");

namespace compiled_tables {

inline constexpr unsigned char canonical_terms[] =
  "\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\127\1\2\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0"
  "\0\0\0\0\0\0\0\0\0\0\370\177\133\3\4\5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\360\77\0\0\0\0\0\0\0\0\0\0\340\77"
  "\10\0\0\0\0\0\0\0\0\0\0\0\42\3\0\0\0\0\0\0\0\0\0\0\77\2\4\0\0\0\0\0\0\0\0\0\76\1\5\0\0\0\0\0\0\0\0\0"
  "\0\0\0\0\0\0\0\0\0\0\360\77\10\0\0\0\0\0\0\0\0\0\0\0\42\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\100"
  "\100\3\4\0\0\0\0\0\0\0\0\0\76\1\5\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\340\77\10\0\0\0\0\0\0\0\0\0\0\0"
  "\11\2\0\0\0\0\0\0\0\0\0\0\42\3\0\0\0\0\0\0\0\0\0\0\77\1\4\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0"
  "\11\1\0\0\0\0\0\0\0\0\0\0\42\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\100\100\3\4\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\76\1\2\0\0\0\0\0\0\0\0\0\11\3\0\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\11\2\0\0\0\0\0\0\0\0\0\0\75\1\3\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\11\2\0\0\0\0\0\0\0\0\0\0\76\1\3\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\11\1\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\76\2\3\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\75\1\2\0\0\0\0\0\0\0\0\0\11\3\0\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\11\1\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\77\2\3\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\77\1\2\0\0\0\0\0\0\0\0\0\11\3\0\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\11\1\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\100\2\3\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\100\1\2\0\0\0\0\0\0\0\0\0\11\3\0\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\11\2\0\0\0\0\0\0\0\0\0\0\100\1\3\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\11\1\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\101\2\3\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\101\1\2\0\0\0\0\0\0\0\0\0\11\3\0\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\11\2\0\0\0\0\0\0\0\0\0\0\101\1\3\0\0\0\0\0\0\0\0\0"
  "\0\0\0\0\0\0\0\0\0\0\360\77\10\0\0\0\0\0\0\0\0\0\0\0\41\2\0\0\0\0\0\0\0\0\0\0\76\1\3\0\0\0\0\0\0\0\0\0"
  "\0\0\0\0\0\0\0\0\0\0\360\77\10\0\0\0\0\0\0\0\0\0\0\0\41\2\0\0\0\0\0\0\0\0\0\0\75\1\3\0\0\0\0\0\0\0\0\0"
  "\0\0\0\0\0\0\0\0\0\0\0\100\10\0\0\0\0\0\0\0\0\0\0\0\42\2\0\0\0\0\0\0\0\0\0\0\76\1\3\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\77\1\2\0\0\0\0\0\0\0\0\0\137\3\0\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\137\1\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\77\2\3\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\100\1\2\0\0\0\0\0\0\0\0\0\137\3\0\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\137\1\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\100\2\3\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\11\1\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\153\2\3\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\153\1\2\0\0\0\0\0\0\0\0\0\11\3\0\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\75\1\2\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0"
  "\0\0\0\0\0\0\0\0\0\0\0\0\76\1\2\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\360\77"
  "\77\1\2\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\360\77\100\1\2\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\360\277\77\1\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\76\1\2\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\11\1\0\0\0\0\0\0\0\0\0\0"
  "\11\2\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\76\1\2\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\77\1\2\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0"
  "\11\1\0\0\0\0\0\0\0\0\0\0\13\2\0\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\23\1\0\0\0\0\0\0\0\0\0\0"
  "\21\2\0\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\11\1\0\0\0\0\0\0\0\0\0\0\17\2\0\0\0\0\0\0\0\0\0\0"
  "\10\0\0\0\0\0\0\0\0\0\0\0\11\1\0\0\0\0\0\0\0\0\0\0\137\2\0\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0"
  "\137\1\0\0\0\0\0\0\0\0\0\0\11\2\0\0\0\0\0\0\0\0\0\0\10\0\0\0\1\0\0\0\0\0\0\0\154\1\0\0\0\0\0\0\0\0\0\0"
  "\137\2\0\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\17\1\0\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0"
  "\13\1\0\0\0\0\0\0\0\0\0\0\10\0\0\0\0\0\0\0\0\0\0\0\42\1\0\0\0\0\0\0\0\0\0\0";
inline constexpr rule canonical_rows[] = {
  {{"plus zero", 9}, {canonical_terms + 1392, 3}, {canonical_terms + 0, 1}, nullptr, 2, {op::any, op::constant}, 9, {}},
  {{"minus zero", 10}, {canonical_terms + 1428, 3}, {canonical_terms + 0, 1}, nullptr, 1, {op::any, op::constant}, 6, {}},
  {{"times one", 9}, {canonical_terms + 1464, 3}, {canonical_terms + 0, 1}, nullptr, 2, {op::any, op::constant}, 5, {}},
  {{"over one", 8}, {canonical_terms + 1500, 3}, {canonical_terms + 0, 1}, nullptr, 1, {op::any, op::constant}, 13, {}},
  {{"times minus one", 15}, {canonical_terms + 1536, 3}, {canonical_terms + 276, 2}, nullptr, 2, {op::any, op::constant}, 12, {}},
  {{"zero minus", 10}, {canonical_terms + 1572, 3}, {canonical_terms + 276, 2}, nullptr, 1, {op::constant, op::any}, 10, {}},
  {{"double negation", 15}, {canonical_terms + 1608, 3}, {canonical_terms + 0, 1}, nullptr, 1, {op::neg, op::any}, 8, {}},
  {{"negated difference", 18}, {canonical_terms + 336, 4}, {canonical_terms + 1644, 3}, nullptr, 1, {op::sub, op::any}, 0, {}},
  {{"sum with a negation", 19}, {canonical_terms + 384, 4}, {canonical_terms + 336, 3}, nullptr, 2, {op::any, op::neg}, 0, {}},
  {{"difference with a negation", 26}, {canonical_terms + 432, 4}, {canonical_terms + 528, 3}, nullptr, 1, {op::any, op::neg}, 11, {}},
  {{"negation minus", 14}, {canonical_terms + 480, 4}, {canonical_terms + 528, 4}, nullptr, 1, {op::neg, op::any}, 0, {}},
  {{"product of a negation", 21}, {canonical_terms + 576, 4}, {canonical_terms + 624, 4}, nullptr, 2, {op::neg, op::any}, 17, {}},
  {{"quotient of a negation", 22}, {canonical_terms + 672, 4}, {canonical_terms + 720, 4}, nullptr, 1, {op::neg, op::any}, 14, {}},
  {{"quotient by a negation", 22}, {canonical_terms + 768, 4}, {canonical_terms + 720, 4}, nullptr, 1, {op::any, op::neg}, 0, {}},
  {{"zero-absorbing product of a negation", 36}, {canonical_terms + 816, 4}, {canonical_terms + 864, 4}, nullptr, 1, {op::neg, op::any}, 16, {}},
  {{"zero-absorbing product by a negation", 36}, {canonical_terms + 912, 4}, {canonical_terms + 864, 4}, nullptr, 1, {op::any, op::neg}, 0, {}},
  {{"square of a product with itself", 31}, {canonical_terms + 1680, 3}, {canonical_terms + 1932, 2}, nullptr, 2, {op::any, op::any}, 0, {}},
  {{"abs of a negation", 17}, {canonical_terms + 1716, 3}, {canonical_terms + 1956, 2}, nullptr, 1, {op::neg, op::any}, 19, {}},
  {{"abs of what is not negative", 27}, {canonical_terms + 1956, 2}, {canonical_terms + 0, 1}, &guards::a_nonnegative, 1, {op::any, op::any}, 0, {}},
  {{"exponential of a logarithm", 26}, {canonical_terms + 1752, 3}, {canonical_terms + 0, 1}, &guards::a_nonnegative, 1, {op::log, op::any}, 21, {}},
  {{"exponential of a logarithm", 26}, {canonical_terms + 1752, 3}, {canonical_terms + 0, 6}, &guards::a_may_be_negative, 1, {op::log, op::any}, 0, {}},
  {{"square of a negation", 20}, {canonical_terms + 1788, 3}, {canonical_terms + 1932, 2}, nullptr, 1, {op::neg, op::any}, 0, {}},
  {{"complement of a normal tail", 27}, {canonical_terms + 960, 4}, {canonical_terms + 1980, 2}, nullptr, 1, {op::constant, op::erf}, 0, {{0, 2}, {false, true}, 2}},
  {{"complement of a normal tail", 27}, {canonical_terms + 1008, 4}, {canonical_terms + 276, 3}, nullptr, 2, {op::constant, op::erf}, 0, {{0, 2}, {false, false}, 2}},
  {{"complement of a normal tail", 27}, {canonical_terms + 1056, 4}, {canonical_terms + 276, 3}, nullptr, 1, {op::constant, op::erfc}, 0, {{0, 2}, {false, true}, 2}},
  {{"complement of a normal tail", 27}, {canonical_terms + 72, 6}, {canonical_terms + 216, 5}, nullptr, 2, {op::constant, op::mul}, 0, {{0, 4}, {false, true}, 2}},
  {{"complement of a normal tail", 27}, {canonical_terms + 144, 6}, {canonical_terms + 276, 5}, nullptr, 1, {op::constant, op::div}, 0, {{0, 4}, {false, true}, 2}},
  {{"sum of negations", 16}, {canonical_terms + 1824, 3}, {canonical_terms + 1860, 3}, nullptr, 1, {op::neg, op::any}, 29, {}},
  {{"sum of a constant multiple", 26}, {canonical_terms + 1104, 4}, {canonical_terms + 1152, 4}, &guards::b_constant_along_k, 2, {op::mul, op::any}, 30, {}},
  {{"sum of a constant share", 23}, {canonical_terms + 1200, 4}, {canonical_terms + 1248, 4}, &guards::b_constant_along_k, 1, {op::div, op::any}, 31, {}},
  {{"sum of a one-hot", 16}, {canonical_terms + 1896, 3}, {canonical_terms + 72, 1}, nullptr, 1, {op::onehot, op::any}, 0, {}},
  {{"gather of a negation", 20}, {canonical_terms + 1296, 4}, {canonical_terms + 1344, 4}, nullptr, 1, {op::neg, op::any}, 0, {}},
};
inline constexpr std::int16_t canonical_sums[] = {
  22, 23, 24, 25, 26,
};
inline constexpr std::int16_t canonical_first[] = {
  0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 18, 0, 0, 0, 22, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
inline constexpr std::uint64_t canonical_sums_with[] = {
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x3, 0x1c, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
};

}  // namespace compiled_tables

inline constexpr rule_table canonical_rules{{compiled_tables::canonical_rows, 32}, nullptr, false, false, compiled_tables::canonical_first, {compiled_tables::canonical_sums, 5}, compiled_tables::canonical_sums_with};
// clang-format on

}  // namespace loom::rewrite
