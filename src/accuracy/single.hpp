// SPDX-License-Identifier: BSL-1.0
// src/accuracy/single.hpp — a number type for the interpreter that rounds after every operation to binary32: it says what a spelling
// costs.
#pragma once

#include <cstddef>

#include "loom/ir/evaluate.hpp"

namespace loom::accuracy {

/// binary32 with functions rounded once; a class, so that nothing is computed in double by promotion.
struct single {
  float v = 0;
  constexpr single() = default;
  constexpr single(double x) : v(static_cast<float>(x)) {}  // implicit: mixed expressions
  constexpr explicit operator double() const { return static_cast<double>(v); }
  constexpr explicit operator std::ptrdiff_t() const { return static_cast<std::ptrdiff_t>(v); }

  friend constexpr single operator-(single a) { return {-static_cast<double>(a.v)}; }
  friend constexpr single operator+(single a, single b) { return round(a.v + b.v); }
  friend constexpr single operator-(single a, single b) { return round(a.v - b.v); }
  friend constexpr single operator*(single a, single b) { return round(a.v * b.v); }
  friend constexpr single operator/(single a, single b) { return round(a.v / b.v); }
  friend constexpr single& operator+=(single& a, single b) { return a = a + b; }
  friend constexpr bool operator==(single a, single b) { return a.v == b.v; }
  friend constexpr auto operator<=>(single a, single b) { return a.v <=> b.v; }

 private:
  static constexpr single round(float x) {
    single r;
    r.v = x;
    return r;
  }
};

#define LOOM_SINGLE(name) \
  inline single name(single x) { return {loom::numeric::name(static_cast<double>(x))}; }
// clang-format off
LOOM_SINGLE(abs) LOOM_SINGLE(floor)
LOOM_SINGLE(sqrt)
LOOM_SINGLE(exp) LOOM_SINGLE(expm1) LOOM_SINGLE(log) LOOM_SINGLE(log1p)
LOOM_SINGLE(sin) LOOM_SINGLE(cos) LOOM_SINGLE(tan)
LOOM_SINGLE(asin) LOOM_SINGLE(acos) LOOM_SINGLE(atan)
LOOM_SINGLE(sinh) LOOM_SINGLE(cosh) LOOM_SINGLE(tanh)
LOOM_SINGLE(asinh) LOOM_SINGLE(acosh) LOOM_SINGLE(atanh)
LOOM_SINGLE(erf) LOOM_SINGLE(erfc) LOOM_SINGLE(erfcx) LOOM_SINGLE(ierfcx)
LOOM_SINGLE(i0e) LOOM_SINGLE(i1e) LOOM_SINGLE(log_i0)
LOOM_SINGLE(lgamma) LOOM_SINGLE(digamma) LOOM_SINGLE(trigamma)
LOOM_SINGLE(exprel_2) LOOM_SINGLE(log1prel_2)
LOOM_SINGLE(exprel_3) LOOM_SINGLE(log1prel_3)
#undef LOOM_SINGLE

inline single pow(single a, single b) {
  return {loom::numeric::pow(static_cast<double>(a), static_cast<double>(b))};
}
inline single atan2(single a, single b) {
  return {loom::numeric::atan2(static_cast<double>(a), static_cast<double>(b))};
}
// clang-format on

}  // namespace loom::accuracy
