// SPDX-License-Identifier: BSL-1.0
// rewrite/compiled/canonical.hpp — the table of rewrite/rules/canonical.hpp.
// Compiled from it by src/compile_tables.cpp; `./run tables` makes it again.
// Layer 2 (rewrite).
#pragma once

#include "loom/rewrite/guards.hpp"

namespace loom::inline LOOM_ABI::rewrite {

// clang-format off
static_assert(op_count == 135, "ops were added or removed: ./run tables");

namespace compiled_tables {

inline constexpr term_node canonical_terms[] = {
  {op::any, {-1, -1, -1}, 0u}, {op::constant, {-1, -1, -1}, 0u}, {op::ge, {0, 1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::constant, {-1, -1, -1}, 0x7ff8000000000000u}, {op::where, {2, 3, 4}, 0u},
  {op::constant, {-1, -1, -1}, 0x3ff0000000000000u}, {op::constant, {-1, -1, -1}, 0x3fe0000000000000u},
  {op::any, {-1, -1, -1}, 0u}, {op::erfc, {2, -1, -1}, 0u}, {op::mul, {1, 3, -1}, 0u}, {op::sub, {0, 4, -1}, 0u},
  {op::constant, {-1, -1, -1}, 0x3ff0000000000000u}, {op::any, {-1, -1, -1}, 0u}, {op::erfc, {1, -1, -1}, 0u},
  {op::constant, {-1, -1, -1}, 0x4000000000000000u}, {op::div, {2, 3, -1}, 0u}, {op::sub, {0, 4, -1}, 0u},
  {op::constant, {-1, -1, -1}, 0x3fe0000000000000u}, {op::any, {-1, -1, -1}, 0u}, {op::neg, {1, -1, -1}, 0u},
  {op::erfc, {2, -1, -1}, 0u}, {op::mul, {0, 3, -1}, 0u}, {op::any, {-1, -1, -1}, 0u}, {op::neg, {0, -1, -1}, 0u},
  {op::erfc, {1, -1, -1}, 0u}, {op::constant, {-1, -1, -1}, 0x4000000000000000u}, {op::div, {2, 3, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::sub, {0, 1, -1}, 0u}, {op::neg, {2, -1, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::neg, {1, -1, -1}, 0u}, {op::add, {0, 2, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::neg, {1, -1, -1}, 0u}, {op::sub, {0, 2, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::neg, {0, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::sub, {1, 2, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::add, {0, 1, -1}, 0u}, {op::neg, {2, -1, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::neg, {0, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::mul, {1, 2, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::mul, {0, 1, -1}, 0u}, {op::neg, {2, -1, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::neg, {0, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::div, {1, 2, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::div, {0, 1, -1}, 0u}, {op::neg, {2, -1, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::neg, {1, -1, -1}, 0u}, {op::div, {0, 2, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::neg, {0, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::mul0, {1, 2, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::mul0, {0, 1, -1}, 0u}, {op::neg, {2, -1, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::neg, {1, -1, -1}, 0u}, {op::mul0, {0, 2, -1}, 0u},
  {op::constant, {-1, -1, -1}, 0x3ff0000000000000u}, {op::any, {-1, -1, -1}, 0u}, {op::erf, {1, -1, -1}, 0u},
  {op::sub, {0, 2, -1}, 0u}, {op::constant, {-1, -1, -1}, 0x3ff0000000000000u}, {op::any, {-1, -1, -1}, 0u},
  {op::erf, {1, -1, -1}, 0u}, {op::add, {0, 2, -1}, 0u}, {op::constant, {-1, -1, -1}, 0x4000000000000000u},
  {op::any, {-1, -1, -1}, 0u}, {op::erfc, {1, -1, -1}, 0u}, {op::sub, {0, 2, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::any, {-1, -1, -1}, 1u}, {op::mul, {0, 1, -1}, 0u}, {op::sum, {2, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::sum, {0, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::mul, {1, 2, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::any, {-1, -1, -1}, 1u}, {op::div, {0, 1, -1}, 0u}, {op::sum, {2, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::sum, {0, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::div, {1, 2, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::neg, {0, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::gather, {1, 2, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::any, {-1, -1, -1}, 1u}, {op::gather, {0, 1, -1}, 0u}, {op::neg, {2, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::constant, {-1, -1, -1}, 0u}, {op::add, {0, 1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::constant, {-1, -1, -1}, 0u}, {op::sub, {0, 1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::constant, {-1, -1, -1}, 0x3ff0000000000000u}, {op::mul, {0, 1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::constant, {-1, -1, -1}, 0x3ff0000000000000u}, {op::div, {0, 1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::constant, {-1, -1, -1}, 0xbff0000000000000u}, {op::mul, {0, 1, -1}, 0u}, {op::constant, {-1, -1, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::sub, {0, 1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u}, {op::neg, {0, -1, -1}, 0u},
  {op::neg, {1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::any, {-1, -1, -1}, 0u}, {op::sub, {0, 1, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u}, {op::mul, {0, 1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::neg, {0, -1, -1}, 0u}, {op::abs, {1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u}, {op::log, {0, -1, -1}, 0u},
  {op::exp, {1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u}, {op::neg, {0, -1, -1}, 0u}, {op::square, {1, -1, -1}, 0u},
  {op::any, {-1, -1, -1}, 0u}, {op::neg, {0, -1, -1}, 0u}, {op::sum, {1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::sum, {0, -1, -1}, 0u}, {op::neg, {1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 1u}, {op::onehot, {0, -1, -1}, 0u},
  {op::sum, {1, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u}, {op::square, {0, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u},
  {op::abs, {0, -1, -1}, 0u}, {op::any, {-1, -1, -1}, 0u}, {op::erfc, {0, -1, -1}, 0u},
};
inline constexpr rule canonical_rows[] = {
  {{"plus zero", 9}, {canonical_terms + 116, 3}, {canonical_terms + 0, 1}, nullptr, 2, {op::any, op::constant}, 9, {}},
  {{"minus zero", 10}, {canonical_terms + 119, 3}, {canonical_terms + 0, 1}, nullptr, 1, {op::any, op::constant}, 6, {}},
  {{"times one", 9}, {canonical_terms + 122, 3}, {canonical_terms + 0, 1}, nullptr, 2, {op::any, op::constant}, 5, {}},
  {{"over one", 8}, {canonical_terms + 125, 3}, {canonical_terms + 0, 1}, nullptr, 1, {op::any, op::constant}, 13, {}},
  {{"times minus one", 15}, {canonical_terms + 128, 3}, {canonical_terms + 23, 2}, nullptr, 2, {op::any, op::constant}, 12, {}},
  {{"zero minus", 10}, {canonical_terms + 131, 3}, {canonical_terms + 23, 2}, nullptr, 1, {op::constant, op::any}, 10, {}},
  {{"double negation", 15}, {canonical_terms + 134, 3}, {canonical_terms + 0, 1}, nullptr, 1, {op::neg, op::any}, 8, {}},
  {{"negated difference", 18}, {canonical_terms + 28, 4}, {canonical_terms + 137, 3}, nullptr, 1, {op::sub, op::any}, 0, {}},
  {{"sum with a negation", 19}, {canonical_terms + 32, 4}, {canonical_terms + 28, 3}, nullptr, 2, {op::any, op::neg}, 0, {}},
  {{"difference with a negation", 26}, {canonical_terms + 36, 4}, {canonical_terms + 44, 3}, nullptr, 1, {op::any, op::neg}, 11, {}},
  {{"negation minus", 14}, {canonical_terms + 40, 4}, {canonical_terms + 44, 4}, nullptr, 1, {op::neg, op::any}, 0, {}},
  {{"product of a negation", 21}, {canonical_terms + 48, 4}, {canonical_terms + 52, 4}, nullptr, 2, {op::neg, op::any}, 17, {}},
  {{"quotient of a negation", 22}, {canonical_terms + 56, 4}, {canonical_terms + 60, 4}, nullptr, 1, {op::neg, op::any}, 14, {}},
  {{"quotient by a negation", 22}, {canonical_terms + 64, 4}, {canonical_terms + 60, 4}, nullptr, 1, {op::any, op::neg}, 0, {}},
  {{"zero-absorbing product of a negation", 36}, {canonical_terms + 68, 4}, {canonical_terms + 72, 4}, nullptr, 1, {op::neg, op::any}, 16, {}},
  {{"zero-absorbing product by a negation", 36}, {canonical_terms + 76, 4}, {canonical_terms + 72, 4}, nullptr, 1, {op::any, op::neg}, 0, {}},
  {{"square of a product with itself", 31}, {canonical_terms + 140, 3}, {canonical_terms + 161, 2}, nullptr, 2, {op::any, op::any}, 0, {}},
  {{"abs of a negation", 17}, {canonical_terms + 143, 3}, {canonical_terms + 163, 2}, nullptr, 1, {op::neg, op::any}, 19, {}},
  {{"abs of what is not negative", 27}, {canonical_terms + 163, 2}, {canonical_terms + 0, 1}, &guards::a_nonnegative, 1, {op::any, op::any}, 0, {}},
  {{"exponential of a logarithm", 26}, {canonical_terms + 146, 3}, {canonical_terms + 0, 1}, &guards::a_nonnegative, 1, {op::log, op::any}, 21, {}},
  {{"exponential of a logarithm", 26}, {canonical_terms + 146, 3}, {canonical_terms + 0, 6}, &guards::a_may_be_negative, 1, {op::log, op::any}, 0, {}},
  {{"square of a negation", 20}, {canonical_terms + 149, 3}, {canonical_terms + 161, 2}, nullptr, 1, {op::neg, op::any}, 0, {}},
  {{"complement of a normal tail", 27}, {canonical_terms + 80, 4}, {canonical_terms + 165, 2}, nullptr, 1, {op::constant, op::erf}, 0, {{0, 2}, {false, true}, 2}},
  {{"complement of a normal tail", 27}, {canonical_terms + 84, 4}, {canonical_terms + 23, 3}, nullptr, 2, {op::constant, op::erf}, 0, {{0, 2}, {false, false}, 2}},
  {{"complement of a normal tail", 27}, {canonical_terms + 88, 4}, {canonical_terms + 23, 3}, nullptr, 1, {op::constant, op::erfc}, 0, {{0, 2}, {false, true}, 2}},
  {{"complement of a normal tail", 27}, {canonical_terms + 6, 6}, {canonical_terms + 18, 5}, nullptr, 2, {op::constant, op::mul}, 0, {{0, 4}, {false, true}, 2}},
  {{"complement of a normal tail", 27}, {canonical_terms + 12, 6}, {canonical_terms + 23, 5}, nullptr, 1, {op::constant, op::div}, 0, {{0, 4}, {false, true}, 2}},
  {{"sum of negations", 16}, {canonical_terms + 152, 3}, {canonical_terms + 155, 3}, nullptr, 1, {op::neg, op::any}, 29, {}},
  {{"sum of a constant multiple", 26}, {canonical_terms + 92, 4}, {canonical_terms + 96, 4}, &guards::b_constant_along_k, 2, {op::mul, op::any}, 30, {}},
  {{"sum of a constant share", 23}, {canonical_terms + 100, 4}, {canonical_terms + 104, 4}, &guards::b_constant_along_k, 1, {op::div, op::any}, 31, {}},
  {{"sum of a one-hot", 16}, {canonical_terms + 158, 3}, {canonical_terms + 6, 1}, nullptr, 1, {op::onehot, op::any}, 0, {}},
  {{"gather of a negation", 20}, {canonical_terms + 108, 4}, {canonical_terms + 112, 4}, nullptr, 1, {op::neg, op::any}, 0, {}},
};
inline constexpr std::int16_t canonical_sums[] = {
  22, 23, 24, 25, 26,
};
inline constexpr std::int16_t canonical_first[] = {
  0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 18, 0, 0, 0, 22, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
inline constexpr std::uint64_t canonical_sums_with[] = {
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x3, 0x1c, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
  0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
};

}  // namespace compiled_tables

inline constexpr rule_table canonical_rules{{compiled_tables::canonical_rows, 32}, nullptr, false, false, compiled_tables::canonical_first, {compiled_tables::canonical_sums, 5}, compiled_tables::canonical_sums_with};
// clang-format on

}  // namespace loom::rewrite
