// SPDX-License-Identifier: BSL-1.0
// rewrite/fact.hpp — what is known of a value, and what an op makes of it: an arithmetic of intervals.
// A fact is proved or not claimed, and it holds for the values that are computed, in float and in double, not only for the
// real ones: exp(x) may be 0. Bounds that both types hold exactly stay as they are, for rounding is monotone; others are
// moved outwards by more than an op can err. Nothing is claimed of a row that has no entries, or an entry of +inf, and -0 is
// taken for 0: what an interval is divided by that reaches 0 from above is not negative.
// Layer 2 (rewrite).
#pragma once

#include "loom/ir/evaluate.hpp"
#include "loom/ir/type.hpp"
#include "loom/numeric/half.hpp"

namespace loom::inline LOOM_ABI::rewrite {

/// No default member initializers: a graph has hundreds.
struct fact {
  double low, high;
  bool zero;  ///< may be 0
  bool nan;  ///< may be NaN although no input is
  bool whole;  ///< a whole number, or infinite
  axis_set peak;  ///< axes over which, taken together, the largest entry is `high` itself, if any entry is finite
  axis_set unit;  ///< axes over which, taken together, it sums to 1

  constexpr bool nonnegative() const { return low >= 0; }
  constexpr bool positive() const { return low >= 0 && !zero; }
  /// So far from 0 that its reciprocal overflows in neither type.
  constexpr bool far_from_zero() const { return low > 1e-30 || high < -1e-30; }
  constexpr bool finite() const { return low > -numeric::infinity && high < numeric::infinity; }
};

namespace facts {

inline constexpr double infinity = numeric::infinity;

constexpr double lesser(double a, double b) { return a < b ? a : b; }
constexpr double greater(double a, double b) { return a > b ? a : b; }

constexpr bool is_infinite(double b) { return b == infinity || b == -infinity; }

// ---- bounds ------------------------------------------------------------------------------------------------------------

/// Beyond this, and below its reciprocal, float overflows or vanishes.
inline constexpr double largest = 1e37;

/// A lower bound of what is computed, from one of the real result: an op errs by a few units in the last place of a float. Bounds
/// that are floats stay, for rounding is monotone; of a `function`, which is not rounded but to an ulp or more, only 0 and 1 do,
/// where each of them is exact.
constexpr double outward_below(double b, bool function = false) {
  if (b > largest) return largest;
  if (b < -largest) return -infinity;
  if (b < 1 / largest && b > -1 / largest) return b >= 0 ? 0 : -1 / largest;
  if (function ? b == 1 || b == -1 : static_cast<double>(static_cast<float>(b)) == b) return b;
  return b > 0 ? b * (1 - 1e-6) : b * (1 + 1e-6);
}
constexpr double outward_above(double b, bool function = false) { return -outward_below(-b, function); }

constexpr fact between(double low, double high, bool nan = false, bool function = false) {
  const double l = outward_below(low, function), h = outward_above(high, function);
  return {l, h, l <= 0 && h >= 0, nan, false, 0, 0};
}
constexpr fact anything(bool nan = false) { return {-infinity, infinity, true, nan, false, 0, 0}; }
constexpr bool is_whole(double v) {
  return v > -1e15 && v < 1e15 && static_cast<double>(static_cast<std::int64_t>(v)) == v;
}
constexpr fact exactly(double v) {
  if (v != v) return anything(true);
  if (is_infinite(v)) return {v, v, false, false, true, 0, 0};
  fact f = between(v, v);  // float rounds it
  f.zero = v >= -0x1p-150 && v <= 0x1p-150;  // what float rounds to 0
  f.whole = is_whole(v);
  return f;
}
/// A number of a declared domain. An end that is left out is not reached in any type; another is rounded as the data is, to 8
/// bits at the fewest.
constexpr fact in_domain(const number_domain& d) {
  const auto beside = [](double end, int step) {  // the double before or after one that is not 0
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(end) +
                                 static_cast<std::uint64_t>(end > 0 ? step : -step));
  };
  const auto rounded = [](double end, double outwards) {
    if (is_infinite(end) || static_cast<double>(numeric::loaded(numeric::stored<bf16>(end))) == end) return end;
    return end + (end > 0 ? outwards : -outwards) * end;
  };
  const double low = d.above_low && d.low != 0 ? beside(d.low, 1) : rounded(d.low, -0x1p-8),
               high = d.below_high && d.high != 0 ? beside(d.high, -1) : rounded(d.high, 0x1p-8);
  const bool zero = low <= 0 && high >= 0 && !(d.above_low && d.low == 0) && !(d.below_high && d.high == 0);
  return {low, high, zero, false, d.low == d.high && is_whole(d.low), 0, 0};
}
/// A mask, as a number.
constexpr fact truth() { return {0, 1, true, false, true, 0, 0}; }

/// Sums and products of bounds: inf - inf, and what overflows, ends a constant expression.
constexpr double plus(double a, double b, double if_undefined) {
  if (is_infinite(a) && is_infinite(b) && a != b) return if_undefined;
  return is_infinite(a) ? a : is_infinite(b) ? b : a + b;
}
constexpr double times(double a, double b) {
  if (a == 0 || b == 0) return 0;
  if (is_infinite(a) || is_infinite(b)) return (a > 0) == (b > 0) ? infinity : -infinity;
  return a * b;  // both within `largest`
}

// ---- functions of one number -------------------------------------------------------------------------------------------

/// f(x) for a unary op, by the columns of its row.
constexpr fact of_unary(op code, const fact& x) {
  const op_info& row = info(code);
  const interval domain = row.domain_a;
  const bool outside = x.low < domain.low || x.high > domain.high;
  if (row.maps == course::unknown || (row.maps == course::waves && outside)) return anything(true);
  if (row.maps == course::waves)  // sine, cosine and tangent refuse angles that they cannot reduce
    return between(row.range.low, row.range.high, x.nan || x.low < -1e7 || x.high > 1e7);
  // Outside its domain a function that is no wave is NaN.
  const double low = greater(x.low, domain.low), high = lesser(x.high, domain.high);
  if (!(low <= high)) return anything(true);
  const bool falls = row.maps == course::falling;
  const double r_low = row.range.low, r_high = row.range.high;
  // What f is at a bound: at an end of the domain an end of the range; where f is not evaluated, no more than `if_huge` is known.
  const auto at = [&](double v, double if_huge) {
    if (v == domain.low) return row.maps == course::rising ? r_low : r_high;
    if (v == domain.high) return falls ? r_low : r_high;
    return v > -largest && v < largest ? numbers::evaluate(code, v, v, v) : if_huge;
  };
  double from = falls ? at(high, r_low) : at(low, r_low), to = falls ? at(low, r_high) : at(high, r_high);
  if (row.maps == course::bowl) {
    const double near = low > 0 ? low : high < 0 ? -high : 0;
    from = near == 0 ? r_low : at(near, r_low);
    to = at(greater(-low, high), r_high);
  }
  const bool exact = row.ulp.f32 == 0 && !row.cpp.empty();
  fact f = exact ? fact{from, to, from <= 0 && to >= 0, x.nan || outside, false, 0, 0}
                 : between(from, to, x.nan || outside, row.ulp.f32 != 0.5);
  f.low = greater(f.low, outward_below(r_low));
  f.high = lesser(f.high, outward_above(r_high));
  if (code == op::neg || code == op::abs || code == op::sign || code == op::sqrt) f.zero = x.zero;
  if (code == op::sqrt && x.low < 0) f.zero = true;  // -0 and what is clipped
  if (code == op::neg || code == op::abs || code == op::sign || code == op::square) f.whole = x.whole;
  if (code == op::floor || code == op::round) f.whole = true;
  // What is computed at 0 is exact, if its bound did not have to move.
  if (row.maps == course::rising && x.high == 0 && f.high == to) f.peak = x.peak;
  // The logarithm of a number that is not 0 is finite.
  if (code == op::log && !x.zero && f.low == -infinity) f.low = -746;
  return f;
}

// ---- functions of two numbers ------------------------------------------------------------------------------------------

constexpr fact negated(const fact& x) { return {-x.high, -x.low, x.zero, x.nan, x.whole, 0, 0}; }

constexpr fact added(const fact& a, const fact& b) {
  const bool undefined = (a.high == infinity && b.low == -infinity) || (a.low == -infinity && b.high == infinity);
  fact f = between(plus(a.low, b.low, -infinity), plus(a.high, b.high, infinity), a.nan || b.nan || undefined);
  f.whole = a.whole && b.whole;
  if (a.low >= 0 && b.low >= 0) f.zero = a.zero && b.zero;
  return f;
}
constexpr fact subtracted(const fact& a, const fact& b) { return added(a, negated(b)); }

constexpr fact multiplied(const fact& a, const fact& b) {
  const double p[] = {times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)};
  const bool undefined = (a.zero && !b.finite()) || (b.zero && !a.finite());
  fact f = between(lesser(lesser(p[0], p[1]), lesser(p[2], p[3])), greater(greater(p[0], p[1]), greater(p[2], p[3])),
                   a.nan || b.nan || undefined);
  f.whole = a.whole && b.whole;
  if (f.whole) f.zero = a.zero || b.zero;  // no product of whole numbers vanishes
  // A row that is scaled by what is not negative keeps its largest entry of 0.
  if (a.peak != 0 && a.high == 0 && b.low >= 0) f.peak = a.peak;
  if (b.peak != 0 && b.high == 0 && a.low >= 0) f.peak = b.peak;
  return f;
}
/// The product in which a 0 on the left is all that counts.
constexpr fact absorbed(const fact& a, const fact& b) {
  fact f = multiplied(a, b);
  f.nan = a.nan || b.nan || (b.zero && !a.finite());
  f.zero = f.zero || a.zero;
  return f;
}
constexpr fact inverted(const fact& b) {
  if (b.low < 0 && (b.high > 0 || b.zero)) return anything(b.nan);  // a 0 below which the interval lies is not -0
  const auto over = [](double v) { return is_infinite(v) ? 0.0 : 1 / v; };
  const double low = b.high == 0 ? -infinity : over(b.high), high = b.low == 0 ? infinity : over(b.low);
  return between(low, high, b.nan);
}
constexpr fact divided(const fact& a, const fact& b) {
  fact f = b.zero && b.low == 0 && b.high == 0 ? anything() : multiplied(a, inverted(b));
  f.nan = a.nan || b.nan || (a.zero && b.zero) || (!a.finite() && !b.finite());
  f.whole = false;
  f.zero = f.low <= 0 && f.high >= 0;
  f.peak = a.peak != 0 && a.high == 0 && b.low >= 0 ? a.peak : axis_set{0};
  return f;
}
constexpr fact raised(const fact& a, const fact& b) {
  const bool even_or_odd = b.whole && b.low == b.high;  // a whole constant
  if (a.low >= 0) {
    const bool at_most_one = a.high <= 1 && b.low >= 0;
    return {0, at_most_one ? 1.0 : infinity, true, a.nan || b.nan, a.whole && b.whole && b.low >= 0, 0, 0};
  }
  fact f = anything(a.nan || b.nan || !even_or_odd);
  if (even_or_odd && b.low > -1e15 && b.low < 1e15 && static_cast<std::int64_t>(b.low) % 2 == 0) f.low = 0;
  return f;
}
constexpr fact lesser(const fact& a, const fact& b) {
  const double low = lesser(a.low, b.low), high = lesser(a.high, b.high);
  return {low, high, (a.zero || b.zero) && low <= 0 && high >= 0, a.nan || b.nan, a.whole && b.whole, 0, 0};
}
constexpr fact greater(const fact& a, const fact& b) {
  const double low = greater(a.low, b.low), high = greater(a.high, b.high);
  const bool zero = (a.zero || b.zero) && low <= 0 && high >= 0 && !a.positive() && !b.positive();
  return {low, high, zero, a.nan || b.nan, a.whole && b.whole, 0, 0};
}
constexpr fact log_added(const fact& a, const fact& b) {
  return between(greater(a.low, b.low), plus(greater(a.high, b.high), 0.6931472, infinity), a.nan || b.nan);
}
constexpr fact shared(const fact& a, const fact& b) { return {0, 1, true, a.nan || b.nan, false, 0, 0}; }
constexpr fact angle(const fact& a, const fact& b) {
  constexpr double pi = 3.14159265358979323846;
  const bool right = b.positive();  // a -0 turns the angle of a negative number round
  return between(a.positive() ? 0 : right ? -pi / 2 : -pi, right ? pi / 2 : pi, a.nan || b.nan, true);
}
constexpr fact any_number(const fact&, const fact&) { return anything(true); }
constexpr fact root_of_product(const fact& a, const fact& b) { return of_unary(op::sqrt, multiplied(a, b)); }
constexpr fact gap_of_two(const fact& a, const fact& b) { return between(-2, 2, a.nan || b.nan); }
constexpr fact divergence(const fact& a, const fact& b) {
  if (a.low < 0 || b.low < 0) return anything(true);
  return {0, infinity, true, true, false, 0, 0};
}
constexpr fact length(const fact& a, const fact& b) {
  return {0, infinity, a.zero && b.zero, a.nan || b.nan, false, 0, 0};
}
constexpr fact larger_root(const fact& a, const fact& b) {
  if (b.low < 0) return anything(true);
  return {0, infinity, true, a.nan || b.nan || !a.finite() || !b.finite(), false, 0, 0};
}
constexpr fact log_weighted(const fact& a, const fact& b) {
  fact f = absorbed(a, of_unary(op::log, b));
  f.zero = true;
  return f;
}

constexpr fact exp_weighted(const fact& a, const fact& b) { return absorbed(a, of_unary(op::exp, b)); }

// ---- functions of a row ------------------------------------------------------------------------------------------------
// `entry`: what is known of an entry, after the op that it goes through first; `over`: the axes of the row.

constexpr fact joined(const fact& a, const fact& b) {
  return {lesser(a.low, b.low), greater(a.high, b.high), a.zero || b.zero, a.nan || b.nan, a.whole && b.whole, 0, 0};
}
/// A whole number that 64 bits hold.
constexpr fact whole_within(const fact& a, double size) {
  return {greater(a.low, -size), lesser(a.high, size), a.zero, false, true, 0, 0};
}
/// The entry itself, or another of its row.
constexpr fact kept(const fact& entry, axis_set) {
  return {entry.low, entry.high, entry.zero, entry.nan, entry.whole, 0, 0};
}
/// Where the largest entry is infinite it is 0, and NaN need not reach it.
constexpr fact kept_or_zero(const fact& entry, axis_set) {
  return {lesser(entry.low, 0), greater(entry.high, 0), true, false, entry.whole, 0, 0};
}
inline constexpr double most_entries = 1e19;  ///< of a row
constexpr fact summed(const fact& entry, axis_set over) {
  if (entry.unit != 0 && entry.unit == over) return {0.5, 2, false, entry.nan, false, 0, 0};
  const bool both_signs = entry.low < 0 && entry.high > 0;
  // A sum of one sign is at least one entry, and no more than all the row may hold.
  const double low = entry.low >= 0 ? entry.low : times(entry.low, most_entries),
               high = entry.high <= 0 ? entry.high : times(entry.high, most_entries);
  fact f = between(low, high, entry.nan);
  f.nan = f.nan || (both_signs && !f.finite());  // parts of it may be infinite, with either sign
  f.zero = f.zero && (entry.zero || both_signs);
  f.whole = entry.whole;
  return f;
}
constexpr fact summed_less_one(const fact& entry, axis_set over) { return subtracted(summed(entry, over), exactly(1)); }
constexpr fact factored(const fact& entry, axis_set) {
  const bool unit = entry.low >= -1 && entry.high <= 1;
  return {entry.low >= 0 ? 0.0 : unit ? -1.0 : -infinity,
          unit ? 1.0 : infinity,
          true,
          entry.nan || !unit,
          entry.whole,
          0,
          0};
}
constexpr fact log_summed(const fact& entry, axis_set) {
  return between(entry.low, plus(entry.high, 44, infinity), entry.nan);  // log(most_entries)
}
constexpr fact normed(const fact& entry, axis_set) { return {entry.low, infinity, entry.zero, entry.nan, false, 0, 0}; }

}  // namespace facts
}  // namespace loom::rewrite
