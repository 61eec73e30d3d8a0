// SPDX-License-Identifier: BSL-1.0
// tests/support/plain_loss.hpp — a loss through a call beside a plain loop in long double: its value, and its
// gradient against differences of the loop.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "loom/loom.hpp"
#include "support/catch.hpp"

namespace plain {

using real = long double;  // exp(10000) is a number

/// A matrix, and what else losses are computed from. All numbers are exact in binary32.
struct sample {
  std::size_t rows, columns;
  std::vector<real> entries, more;  ///< more: another matrix, or grades, or times
  std::vector<int> label;  ///< of each row
  std::vector<char> event;

  real operator()(std::size_t i, std::size_t k) const { return entries[i * columns + k]; }
  real dot(std::size_t i, std::size_t j) const {
    real r = 0;
    for (std::size_t k = 0; k < columns; ++k) r += (*this)(i, k) * (*this)(j, k);
    return r;
  }
  template <class F>
  real mean_of_rows(const F& f) const {
    real r = 0;
    for (std::size_t i = 0; i < rows; ++i) r += f(i);
    return r / static_cast<real>(rows);
  }
  /// Few different numbers in the place of `more`: 0 to 3.
  void grade() {
    for (std::size_t i = 0; i < more.size(); ++i) more[i] = static_cast<real>(i * i % 7 % 4);
  }
  template <class Data>
  auto others_like(const Data&) const {
    return std::vector<typename Data::number>(more.begin(), more.end());
  }
};

inline sample made(std::size_t rows, std::size_t columns, double scale, std::size_t different) {
  sample b{rows, columns, {}, {}, {}, {}};
  for (std::size_t i = 0; i < rows * columns; ++i) {
    const std::size_t of = i % (different * columns);
    b.entries.push_back(static_cast<float>(scale * std::sin(1.7 * static_cast<double>(of) + 1)));
    b.more.push_back(static_cast<float>(scale * std::cos(2.3 * static_cast<double>(i) + 1)));
  }
  for (std::size_t i = 0; i < rows; ++i) {
    b.label.push_back(static_cast<int>(i * i % 3));
    b.event.push_back(i % 3 != 1);
  }
  return b;
}
inline sample ordinary(std::size_t rows, std::size_t columns) { return made(rows, columns, 1, rows); }
inline sample scaled(std::size_t rows, std::size_t columns, double by) { return made(rows, columns, by, rows); }
/// Each row is there twice.
inline sample repeated(std::size_t rows, std::size_t columns) { return made(rows, columns, 1, rows / 2); }
inline sample equal(std::size_t rows, std::size_t columns) {
  sample b = ordinary(rows, columns);
  std::fill(b.entries.begin(), b.entries.end(), real(0.5));
  return b;
}

inline real softplus(real v) { return v > 11000 ? v : std::log1p(std::exp(v)); }

/// A buffer of the type that is computed with; it binds as a matrix, or as a line.
template <class T>
struct buffer {
  using number = T;
  std::vector<T> entries;
  std::ptrdiff_t rows, columns;
  auto matrix() { return loom::view(entries.data(), rows, columns); }
  auto line() { return loom::view(entries.data(), rows * columns); }
};

/// call(data, gradient, workspace) is a loss; plain(sample, where) says what it should be, with what differentiation does not see
/// (ranks) as it is at `where`.
template <class T, class Plain, class Call>
void agrees_in(const std::string& name, const sample& b, const Plain& plain, const Call& call) {
  CAPTURE(name, b.rows, b.columns, b.entries[0], sizeof(T));
  const auto rows = static_cast<std::ptrdiff_t>(b.rows), columns = static_cast<std::ptrdiff_t>(b.columns);
  buffer<T> data{{b.entries.begin(), b.entries.end()}, rows, columns};
  buffer<T> gradient{std::vector<T>(b.entries.size(), std::numeric_limits<T>::quiet_NaN()), rows, columns};
  std::vector<double> room(1 << 14);
  const real tolerance = sizeof(T) == 4 ? 3e-5 : 1e-11;
  const real value = static_cast<real>(call(data, gradient, room)), want = plain(b, b);
  CHECK(std::abs(value - want) <= tolerance * (1 + std::abs(want)));
  real largest = 0, worst = 0, size = 0;
  for (const real v : b.entries) size = std::max(size, std::abs(v));
  for (std::size_t i = 0; i < b.entries.size(); ++i) {
    const real step = 1e-6L * std::min(size, std::max<real>(1, std::abs(b.entries[i]) / 100));
    sample raised = b, lowered = b;
    raised.entries[i] += step;
    lowered.entries[i] -= step;
    const real slope = (plain(raised, b) - plain(lowered, b)) / (2 * step);
    largest = std::max(largest, std::abs(slope));
    const real off = std::abs(slope - static_cast<real>(gradient.entries[i]));
    worst = off >= 0 ? std::max(worst, off) : std::numeric_limits<real>::infinity();
  }
  CHECK(worst <= (sizeof(T) == 4 ? 3e-4L : 1e-8L) * (1e-3L + largest));
}
/// In float, where ranges end early. Both types are twice the loops to compile.
template <class Plain, class Call>
void agrees(const std::string& name, const sample& b, const Plain& plain, const Call& call) {
  agrees_in<float>(name, b, plain, call);
}
template <class Plain, class Call>
void agrees_in_both(const std::string& name, const sample& b, const Plain& plain, const Call& call) {
  agrees_in<double>(name, b, plain, call);
  agrees_in<float>(name, b, plain, call);
}

/// Of lists in the order of their relevance (ListMLE).
inline real plackett_luce(const sample& b, const sample&) {
  return b.mean_of_rows([&](std::size_t q) {
    real r = 0, rest = 0;
    for (std::size_t i = b.columns; i-- > 0;) {
      rest += std::exp(b(q, i));
      r += std::log(rest) - b(q, i);
    }
    return r;
  });
}

}  // namespace plain
