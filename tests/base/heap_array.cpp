// SPDX-License-Identifier: BSL-1.0
// base/heap_array.cpp — arrays that a constant expression allocates, copies, moves and gives back.
#include "loom/base/heap_array.hpp"

#include <utility>

#include "support/catch.hpp"

using loom::base::heap_array;

namespace {

constexpr double sum(heap_array<double> a) {
  double s = 0;
  for (double e : a) s += e;
  return s;
}

constexpr double sum_of_rows(std::size_t rows) {
  heap_array<heap_array<double>> all(rows);
  for (std::size_t i = 0; i < rows; ++i) all[i] = heap_array<double>(i + 1, 2.0);
  const heap_array<heap_array<double>> copy = all;
  double s = 0;
  for (std::size_t i = 0; i < copy.size(); ++i) s += sum(copy[i]);
  return s;
}

constexpr bool a_copy_is_another_array() {
  heap_array<int> a(3, 7);
  heap_array<int> b = a;
  b[1] = 8;
  const heap_array<int> c = std::move(b);
  return a[1] == 7 && c[1] == 8 && c.size() == 3;
}

}  // namespace

TEST_CASE("arrays of arrays in a constant expression") {
  LOOM_CHECK(sum_of_rows(4) == 20);
  LOOM_CHECK(sum_of_rows(0) == 0);
  LOOM_CHECK(sum(heap_array<double>(3)) == 0);
  LOOM_CHECK(a_copy_is_another_array());
}
