// SPDX-License-Identifier: BSL-1.0
// loops/joined.hpp — what blocks of a tile leave of its folds, joined entry by entry to what the blocks before have left.
// Layer 7 (loops).
#pragma once

#include <cstddef>

#include "loom/ir/evaluate.hpp"

namespace loom::inline LOOM_ABI::loops {

/// The largest entries that two parts of a sum of exponentials exp(e + coefficient * largest) are shifted by; 0 where one is not finite.
template <class T>
struct shifted_parts {
  const T *all, *part;
  double coefficient = 0;
  const T* coefficients = nullptr;  ///< one for each sum, instead
};

/// all[i] = all[i] and part[i], folded as `code`: op::shift and op::reduce_max keep the largest.
template <class T>
void join_parts(op code, T* all, const T* part, std::ptrdiff_t n) {
  const op folded = code == op::shift ? op::reduce_max : code;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    // a NaN is the largest
    all[i] = static_cast<T>(ir::numbers::combine(folded, static_cast<double>(all[i]), static_cast<double>(part[i])));
  }
}

/// The same of sums of exponentials, or of sums less the one largest of them, each shifted by the largest entry of its part. A part of
/// which no entry is above -inf has nothing to add.
template <class T>
void join_shifted_parts(op code, T* all, const T* part, const shifted_parts<T>& by, std::ptrdiff_t n) {
  const auto finite_or_zero = [](double v) { return v - v == 0 ? v : 0; };
  const auto scaled = [](double v, double scale) { return scale == 0 ? (v - v == 0 ? 0 : v) : v * scale; };
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const double before = static_cast<double>(by.all[i]), here = static_cast<double>(by.part[i]);
    if (here == -__builtin_huge_val()) continue;
    if (before == -__builtin_huge_val()) {
      all[i] = part[i];
      continue;
    }
    const double s = finite_or_zero(before), t = finite_or_zero(here), largest = t > s ? t : s;
    const double c = by.coefficients != nullptr ? static_cast<double>(by.coefficients[i]) : by.coefficient;
    const double scale = __builtin_exp(c * (largest - s)), scale_here = __builtin_exp(c * (largest - t));
    double sum = scaled(static_cast<double>(all[i]), scale) + scaled(static_cast<double>(part[i]), scale_here);
    if (code == op::rest) sum += scale < scale_here ? scale : scale_here;
    all[i] = static_cast<T>(sum);
  }
}

}  // namespace loom::loops
