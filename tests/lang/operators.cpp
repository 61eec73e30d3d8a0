// SPDX-License-Identifier: BSL-1.0
// lang/operators.cpp — each operator, on two formulas and on a formula and a number, lowers to its op.
#include "loom/lang/operators.hpp"

#include <cstdint>
#include <limits>

#include "lang/support.hpp"
#include "loom/lang/functions.hpp"
#include "loom/lang/inputs.hpp"
#include "support/catch.hpp"
#include "support/layers.hpp"

using namespace loom::tests;
using loom::ir::op;
using loom::lang::issue;

namespace {
constexpr auto a = loom::tensor<"a[N]">;
constexpr auto b = loom::tensor<"b[N]">;
constexpr auto t = loom::index<"t[N]">;
constexpr auto m = loom::mask<"m[N]">;
template <class M>
constexpr auto chosen(const M& e) {
  return where(e, a, b);
}
}  // namespace

TEST_CASE("arithmetic lowers to its op") {
  LOOM_CHECK(code(a + b) == op::add);
  LOOM_CHECK(code(a - b) == op::sub);
  LOOM_CHECK(code(a * b) == op::mul);
  LOOM_CHECK(code(a / b) == op::div);
  LOOM_CHECK(code(-a) == op::neg);
}

TEST_CASE("a number may stand on either side") {
  CHECK(text(1 - a) == "1 - a");
  CHECK(text(a - 1) == "a - 1");
  CHECK(text(0.5 * a / 2.0F) == "0.5 * a / 2");
  CHECK(text(1 / (1 + exp(-a))) == "1 / (1 + exp(-a))");
}

TEST_CASE("operators bind as in C++") {
  CHECK(text(a + b * a) == text(a + (b * a)));
  CHECK(text((a + b) * a) != text(a + b * a));
  CHECK(text(-a * b) == text((-a) * b));
}

TEST_CASE("equal parts of a formula are one value") {
  constexpr loom::lang::lowered l = lower(exp(a) / sum(exp(a), -1));
  LOOM_CHECK(l.program.size() == 4);
}

TEST_CASE("comparisons lower to their op and give masks") {
  CHECK(text(chosen(a == b)) == "where(a == b, a, b)");
  CHECK(text(chosen(a != b)) == "where(a != b, a, b)");
  CHECK(text(chosen(a < b)) == "where(a < b, a, b)");
  CHECK(text(chosen(a <= b)) == "where(a <= b, a, b)");
  CHECK(text(chosen(a > b)) == "where(a > b, a, b)");
  CHECK(text(chosen(a >= 0)) == "where(a >= 0, a, b)");
  CHECK(text(chosen(1 < a)) == "where(1 < a, a, b)");
  LOOM_CHECK(problem(a < b) == issue::mask_used_as_a_number);
}

TEST_CASE("an index is compared with an index or a whole number") {
  CHECK(text(chosen(t == -100)) == "where(t == (-100), a, b)");
  LOOM_CHECK(problem(chosen(t == t)) == issue::none);
  LOOM_CHECK(problem(chosen(3.0 < t)) == issue::none);
  LOOM_CHECK(problem(chosen(t == 0.5)) == issue::index_compared_with_a_fraction);
  LOOM_CHECK(problem(chosen(t == std::numeric_limits<double>::quiet_NaN())) == issue::index_compared_with_a_fraction);
  LOOM_CHECK(problem(chosen(t == a)) == issue::index_used_as_a_number);
}

TEST_CASE("an index is compared with what 64 bits and a double can hold, exactly") {
  LOOM_CHECK(problem(chosen(t == 9007199254740992)) == issue::none);  // 2^53
  LOOM_CHECK(problem(chosen(t == 9007199254740993)) == issue::index_compared_with_a_rounded_number);
  LOOM_CHECK(problem(chosen(t == 9007199254740994)) == issue::none);
  LOOM_CHECK(problem(chosen(-9007199254740993 < t)) == issue::index_compared_with_a_rounded_number);
  LOOM_CHECK(problem(chosen(t == 0x1p62)) == issue::none);
  LOOM_CHECK(problem(chosen(t == 0x1p63)) == issue::index_compared_beyond_its_range);
  LOOM_CHECK(problem(chosen(t == -0x1p63)) == issue::index_compared_beyond_its_range);
  LOOM_CHECK(problem(chosen(t == std::numeric_limits<std::int64_t>::max())) ==
             issue::index_compared_beyond_its_range);  // as a double: 2^63
  LOOM_CHECK(problem(chosen(t == std::numeric_limits<std::int64_t>::min())) == issue::index_compared_beyond_its_range);
  LOOM_CHECK(problem(chosen(t == std::numeric_limits<std::uint64_t>::max())) == issue::index_compared_beyond_its_range);
  LOOM_CHECK(problem(chosen(t == 1e300)) == issue::index_compared_beyond_its_range);
  LOOM_CHECK(problem(chosen(t == -std::numeric_limits<double>::infinity())) == issue::index_compared_beyond_its_range);
}

TEST_CASE("as a number, an integer is the nearest double") {
  CHECK(text(a * 9007199254740993) == "a * 9007199254740992.0");
  CHECK(text(a * std::numeric_limits<std::uint64_t>::max()) == "a * 18446744073709551616.0");
  CHECK(text(a * std::numeric_limits<std::int64_t>::min()) == "a * (-9223372036854775808.0)");
  CHECK(text(a + 1) == "a + 1");
}

TEST_CASE("masks join with and, or, not") {
  CHECK(text(chosen(m && a > 0)) == "where(m && a > 0, a, b)");
  CHECK(text(chosen(m || !m)) == "where(m || !m, a, b)");
  LOOM_CHECK(problem(chosen(m && a)) == issue::number_used_as_a_mask);
  LOOM_CHECK(problem(chosen(!a)) == issue::number_used_as_a_mask);
  LOOM_CHECK(problem(a + m) == issue::mask_used_as_a_number);
  LOOM_CHECK(problem(a + t) == issue::index_used_as_a_number);
}
