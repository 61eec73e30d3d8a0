// SPDX-License-Identifier: BSL-1.0
// tests/support/waves.hpp — data of any type of numbers that is smooth, signed, and never the same twice.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "loom/numeric/half.hpp"

namespace loom::test {

template <class U>
std::vector<U> waves(std::size_t n, double size, double step) {
  std::vector<U> r(n);
  for (std::size_t i = 0; i < n; ++i) {
    using number = decltype(numeric::loaded(r[i]));
    r[i] = numeric::stored<U>(static_cast<number>(size * std::sin(step * static_cast<double>(i + 1))));
  }
  return r;
}

}  // namespace loom::test
