// SPDX-License-Identifier: BSL-1.0
// tests/support/everywhere.hpp — calls of losses on every target with rows that are short and rows that are long, and rows
// that hold NaN and infinities.
#pragma once

#include <cmath>
#include <limits>

#include "support/flagship_trials.hpp"

namespace trial {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double inf = std::numeric_limits<double>::infinity();
using numbers = std::vector<double>;

/// Runs a body once for every target, with rows that are short and rows that are long.
template <class Body>
void everywhere(const Body& body) {
  for (loom::target each : trial::targets())
    for (const std::ptrdiff_t entries : {5, 161}) {
      const loom::limit_target limit(each);
      INFO("target " << loom::name(loom::current_target()) << ", " << entries << " entries");
      body(entries);
    }
}

inline numbers waves(std::ptrdiff_t n, double size = 2) {
  numbers v(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = size * std::sin(1.7 * static_cast<double>(i));
  return v;
}

/// Row `row` of `rows` becomes NaN and infinities.
inline void spoil(numbers& x, std::size_t row, std::size_t rows) {
  const std::size_t width = x.size() / rows;
  for (std::size_t k = 0; k < width; ++k) x[row * width + k] = k % 3 == 0 ? not_a_number : k % 3 == 1 ? inf : -inf;
}

/// Whether row `row` of a gradient is 0, and all others are finite and not 0 everywhere.
inline void check_silent(const numbers& g, std::size_t row, std::size_t rows) {
  const std::size_t width = g.size() / rows;
  double others = 0;
  for (std::size_t i = 0; i < g.size(); ++i) {
    if (i / width == row) CHECK(g[i] == 0);
    else others += std::fabs(g[i]);
  }
  CHECK(std::isfinite(others));
  CHECK(others > 0);
}

}  // namespace trial
