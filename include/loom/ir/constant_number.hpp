// SPDX-License-Identifier: BSL-1.0
// ir/constant_number.hpp — double for constant expressions: the results of run time, where compilers refuse the operation.
// In a constant, an operation must not make a NaN (clang), pass from finite numbers to an infinity (g++), or divide by 0 (both).
// Such results are returned by name.
// Layer 1 (ir).
#pragma once

#include <cstddef>

#include "loom/ir/evaluate.hpp"

namespace loom::inline LOOM_ABI::ir::numbers {

struct constant_number {
  double value = 0;

  constexpr constant_number() = default;
  constexpr constant_number(double v) : value(v) {}  // implicit, as from any number
  constexpr explicit operator double() const { return value; }
  constexpr explicit operator float() const { return static_cast<float>(value); }
  constexpr explicit operator std::ptrdiff_t() const { return static_cast<std::ptrdiff_t>(value); }

  constexpr constant_number operator-() const { return -value; }
  // One statement for ordinary numbers: compilers count the steps of a constant, and a sum has as many as it has terms.
  friend constexpr constant_number operator+(constant_number a, constant_number b) {
    return a.value < 0x1p1022 && a.value > -0x1p1022 && b.value < 0x1p1022 && b.value > -0x1p1022
               ? a.value + b.value
               : sum(a.value, b.value);
  }
  friend constexpr constant_number operator-(constant_number a, constant_number b) {
    return a.value < 0x1p1022 && a.value > -0x1p1022 && b.value < 0x1p1022 && b.value > -0x1p1022
               ? a.value - b.value
               : sum(a.value, -b.value);
  }
  friend constexpr constant_number operator*(constant_number a, constant_number b) {
    return a.value < 0x1p511 && a.value > -0x1p511 && b.value < 0x1p511 && b.value > -0x1p511
               ? a.value * b.value
               : product(a.value, b.value);
  }
  friend constexpr constant_number operator/(constant_number a, constant_number b) {
    return a.value < 0x1p511 && a.value > -0x1p511 &&
                   ((b.value > 0x1p-511 && b.value < 0x1p1023) || (b.value < -0x1p-511 && b.value > -0x1p1023))
               ? a.value / b.value
               : quotient(a.value, b.value);
  }
  constexpr constant_number& operator+=(constant_number b) { return *this = *this + b; }

  friend constexpr bool operator==(constant_number a, constant_number b) { return a.value == b.value; }
  friend constexpr bool operator!=(constant_number a, constant_number b) { return a.value != b.value; }
  friend constexpr bool operator<(constant_number a, constant_number b) { return a.value < b.value; }
  friend constexpr bool operator<=(constant_number a, constant_number b) { return a.value <= b.value; }
  friend constexpr bool operator>(constant_number a, constant_number b) { return a.value > b.value; }
  friend constexpr bool operator>=(constant_number a, constant_number b) { return a.value >= b.value; }

  // The results that are not ordinary.
  static constexpr bool signs_differ(double a, double b) {
    return (std::bit_cast<std::uint64_t>(a) ^ std::bit_cast<std::uint64_t>(b)) >> 63 != 0;
  }
  static constexpr double infinite(bool negative) { return negative ? -numeric::infinity : numeric::infinity; }
  static constexpr double sum(double a, double b) {
    using namespace numeric;
    if (is_nan(a) || is_nan(b) || (is_inf(a) && is_inf(b) && a != b)) return not_a_number;
    if (is_inf(a) || is_inf(b)) return is_inf(a) ? a : b;
    return numeric::abs(a / 2 + b / 2) >= 0x1p1023 ? infinite(a < 0) : a + b;
  }
  static constexpr double product(double a, double b) {
    using namespace numeric;
    if (is_nan(a) || is_nan(b) || (is_inf(a) && b == 0) || (is_inf(b) && a == 0)) return not_a_number;
    const double p = numeric::abs(a), q = numeric::abs(b);
    if (is_inf(a) || is_inf(b) || (p > 1 && q > __DBL_MAX__ / p)) return infinite(signs_differ(a, b));
    return a * b;
  }
  static constexpr double quotient(double a, double b) {
    using namespace numeric;
    if (is_nan(a) || is_nan(b) || (is_inf(a) && is_inf(b)) || (a == 0 && b == 0)) return not_a_number;
    const double p = numeric::abs(a), q = numeric::abs(b);
    if (q == 0 || is_inf(a) || (q < 1 && p > __DBL_MAX__ * q)) return infinite(signs_differ(a, b));
    return a / b;
  }

  // The functions of the table, which only the definitions that call them see: here the same names mean those of double.
#define LOOM_UNARY(name, cost, text, notation, ulp, domain, range, course, weight, formula, ...) \
  friend constexpr constant_number name(constant_number of) {                                    \
    const double x = of.value;                                                                   \
    return x != x ? x : formula;                                                                 \
  }
#include "loom/ir/ops.def"
  friend constexpr constant_number pow(constant_number a, constant_number b) { return numeric::pow(a.value, b.value); }
  friend constexpr constant_number atan2(constant_number a, constant_number b) {
    return numeric::atan2(a.value, b.value);
  }
};

}  // namespace loom::ir::numbers
