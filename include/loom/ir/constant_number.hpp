// SPDX-License-Identifier: BSL-1.0
// ir/constant_number.hpp — double for constant expressions: the results of run time, where compilers refuse the operation.
// In a constant, an operation must not make a NaN (clang), pass from finite numbers to an infinity (g++), or divide by 0 (both).
// Such results are returned by name.
// Layer 1 (ir).
#pragma once

#include <limits>

#include "loom/ir/evaluate.hpp"

namespace loom::inline LOOM_ABI::ir::numbers {

struct constant_number {
  double value = 0;

  constexpr constant_number() = default;
  constexpr constant_number(double v) : value(v) {}  // implicit, as from any number
  constexpr explicit operator double() const { return value; }
  constexpr explicit operator float() const { return static_cast<float>(value); }
  constexpr explicit operator std::ptrdiff_t() const { return static_cast<std::ptrdiff_t>(value); }

  constexpr bool is_nan() const { return numeric::is_nan(value); }
  constexpr bool is_inf() const { return numeric::is_inf(value); }
  static constexpr constant_number infinite(bool negative) { return negative ? -numeric::infinity : numeric::infinity; }
  static constexpr bool signs_differ(constant_number a, constant_number b) {
    return (std::bit_cast<std::uint64_t>(a.value) ^ std::bit_cast<std::uint64_t>(b.value)) >> 63 != 0;
  }

  constexpr constant_number operator-() const { return -value; }
  friend constexpr constant_number operator+(constant_number a, constant_number b) {
    if (a.is_nan() || b.is_nan() || (a.is_inf() && b.is_inf() && a.value != b.value)) return numeric::not_a_number;
    if (a.is_inf() || b.is_inf()) return a.is_inf() ? a : b;
    return numeric::abs(a.value / 2 + b.value / 2) >= 0x1p1023 ? infinite(a.value < 0) : a.value + b.value;
  }
  friend constexpr constant_number operator-(constant_number a, constant_number b) { return a + -b; }
  friend constexpr constant_number operator*(constant_number a, constant_number b) {
    if (a.is_nan() || b.is_nan() || (a.is_inf() && b.value == 0) || (b.is_inf() && a.value == 0))
      return numeric::not_a_number;
    const double p = numeric::abs(a.value), q = numeric::abs(b.value);
    if (a.is_inf() || b.is_inf() || (p > 1 && q > std::numeric_limits<double>::max() / p))
      return infinite(signs_differ(a, b));
    return a.value * b.value;
  }
  friend constexpr constant_number operator/(constant_number a, constant_number b) {
    if (a.is_nan() || b.is_nan() || (a.is_inf() && b.is_inf()) || (a.value == 0 && b.value == 0))
      return numeric::not_a_number;
    const double p = numeric::abs(a.value), q = numeric::abs(b.value);
    if (q == 0 || a.is_inf() || (q < 1 && p > std::numeric_limits<double>::max() * q))
      return infinite(signs_differ(a, b));
    return a.value / b.value;
  }
  constexpr constant_number& operator+=(constant_number b) { return *this = *this + b; }

  friend constexpr bool operator==(constant_number a, constant_number b) { return a.value == b.value; }
  friend constexpr bool operator!=(constant_number a, constant_number b) { return a.value != b.value; }
  friend constexpr bool operator<(constant_number a, constant_number b) { return a.value < b.value; }
  friend constexpr bool operator<=(constant_number a, constant_number b) { return a.value <= b.value; }
  friend constexpr bool operator>(constant_number a, constant_number b) { return a.value > b.value; }
  friend constexpr bool operator>=(constant_number a, constant_number b) { return a.value >= b.value; }

  // The functions of the table, which only the definitions that call them see: here the same names mean those of double.
#define LOOM_UNARY(name, cost, text, notation, ulp, domain, range, weight, formula, ...) \
  friend constexpr constant_number name(constant_number of) {                            \
    const double x = of.value;                                                           \
    return of.is_nan() ? x : formula;                                                    \
  }
#include "loom/ir/ops.def"
  friend constexpr constant_number pow(constant_number a, constant_number b) { return numeric::pow(a.value, b.value); }
};

}  // namespace loom::ir::numbers
