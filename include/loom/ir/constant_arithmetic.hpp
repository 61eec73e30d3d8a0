// SPDX-License-Identifier: BSL-1.0
// ir/constant_arithmetic.hpp — arithmetic for constant expressions: what run time gives, where compilers refuse the operation.
// In a constant, an operation must not make a NaN (clang), pass from finite numbers to an infinity (g++), or divide by 0 (both).
// Such results are returned by name.
// Layer 1 (ir).
#pragma once

#include "loom/ir/evaluate.hpp"

namespace loom::inline LOOM_ABI::ir::numbers {

namespace detail {

using numeric::abs, numeric::infinity, numeric::is_inf, numeric::is_nan, numeric::not_a_number;
inline constexpr double largest = std::numeric_limits<double>::max();

constexpr bool signs_differ(double a, double b) { return (std::bit_cast<std::uint64_t>(a) ^ std::bit_cast<std::uint64_t>(b)) >> 63 != 0; }
constexpr double infinite(bool negative) { return negative ? -infinity : infinity; }

}  // namespace detail

constexpr double constant_sum(double a, double b) {
  using namespace detail;
  if (is_nan(a) || is_nan(b) || (is_inf(a) && is_inf(b) && a != b)) return not_a_number;
  if (is_inf(a)) return a;
  if (is_inf(b)) return b;
  return abs(a / 2 + b / 2) >= 0x1p1023 ? infinite(a < 0) : a + b;
}

constexpr double constant_product(double a, double b) {
  using namespace detail;
  if (is_nan(a) || is_nan(b) || (is_inf(a) && b == 0) || (is_inf(b) && a == 0)) return not_a_number;
  if (is_inf(a) || is_inf(b) || (abs(a) > 1 && abs(b) > largest / abs(a))) return infinite(signs_differ(a, b));
  return a * b;
}

constexpr double constant_quotient(double a, double b) {
  using namespace detail;
  if (is_nan(a) || is_nan(b) || (is_inf(a) && is_inf(b)) || (a == 0 && b == 0)) return not_a_number;
  if (b == 0 || is_inf(a) || (abs(b) < 1 && abs(a) > largest * abs(b))) return infinite(signs_differ(a, b));
  return a / b;
}

/// A double in a constant: its operations are those above, so that what is written for any number type can be evaluated.
struct constant_number {
  double value;
  constexpr constant_number(double v) : value(v) {}  // implicit: literals stand beside it
  friend constexpr constant_number operator-(constant_number a) { return -a.value; }
  friend constexpr constant_number operator+(constant_number a, constant_number b) { return constant_sum(a.value, b.value); }
  friend constexpr constant_number operator-(constant_number a, constant_number b) { return constant_sum(a.value, -b.value); }
  friend constexpr constant_number operator*(constant_number a, constant_number b) { return constant_product(a.value, b.value); }
  friend constexpr constant_number operator/(constant_number a, constant_number b) { return constant_quotient(a.value, b.value); }
  friend constexpr bool operator==(constant_number a, constant_number b) { return a.value == b.value; }
  friend constexpr bool operator<(constant_number a, constant_number b) { return a.value < b.value; }
  friend constexpr bool operator>(constant_number a, constant_number b) { return a.value > b.value; }
};
constexpr constant_number exp(constant_number x) { return numeric::is_nan(x.value) ? x.value : numeric::exp(x.value); }
constexpr constant_number log(constant_number x) { return numeric::is_nan(x.value) ? x.value : numeric::log(x.value); }
constexpr constant_number sqrt(constant_number x) { return numeric::is_nan(x.value) ? x.value : numeric::sqrt(x.value); }

/// The op on numbers, in a constant.
constexpr double constant_value(op code, double a, double b, double c) {
  if (arity(code) == 1 && (info(code).kind == family::unary || info(code).kind == family::composite) && numeric::is_nan(a)) return a;
  switch (code) {
    case op::add: return constant_sum(a, b);
    case op::sub: return constant_sum(a, -b);
    case op::mul: return constant_product(a, b);
    case op::div: return constant_quotient(a, b);
    case op::square: return constant_product(a, a);
    case op::mul0: return a == 0 ? 0 : constant_product(a, b);
    case op::xlogy: return a == 0 ? 0 : constant_product(a, evaluate<double>(op::log, b, b, b));
    default: return evaluate<double>(code, a, b, c);
  }
}

}  // namespace loom::ir::numbers
