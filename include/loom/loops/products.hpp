// SPDX-License-Identifier: BSL-1.0
// loops/products.hpp — logarithms that are added up as the logarithm of a product.
// Layer 7 (loops).
#pragma once

#include <cstdint>

#include "loom/base/config.hpp"

namespace loom::inline LOOM_ABI::loops {

inline constexpr double ln2 = 0x1.62e42fefa39efp-1;

/// A product of no factors, or of ones, less 1. It is not 0: an infinite factor has to make it infinite, and 0 times infinity is NaN.
inline constexpr double no_factors = 0x1p-1000;

/// The sum of log(1 + f) over `count` numbers f >= -1, at most 1000, with one logarithm: mantissas are multiplied, exponents added up.
/// Its error is at most 4 ulp.
LOOM_CALLED_BY_LOOPS inline double logarithm_of_product(const double* less_one, int count) {
  double product = 0;  // less 1
  double apart = 0;  // of factors that are not finite
  std::int64_t exponents = 0;
  for (int i = 0; i < count; ++i) {
    double f = less_one[i];
    if (f == no_factors) continue;
    if (!(f < __builtin_inf())) {
      apart += f;
      continue;
    }
    if (f >= 1) {
      const auto bits = __builtin_bit_cast(std::uint64_t, 1 + f);
      exponents += static_cast<std::int64_t>(bits >> 52) - 1023;
      f = __builtin_bit_cast(double, (bits & (~std::uint64_t{0} >> 12)) | std::uint64_t{1023} << 52) - 1;
    }
    product += f + product * f;
  }
  return __builtin_log1p(product) + static_cast<double>(exponents) * ln2 + apart;
}

}  // namespace loom::loops
