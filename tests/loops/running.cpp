// SPDX-License-Identifier: BSL-1.0
// loops/running.hpp — running values of arrays against their definition in long double: every type, order, axis and layout.
#include "loom/loops/running.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/layers.hpp"

namespace {

using namespace loom;
using namespace loom::layers;
using loom::ir::running_order;
using loom::loops::run_along;
using loom::loops::running_array;
using loom::loops::running_extents;

constexpr op all_running[] = {op::cumsum, op::cumprod, op::cummax, op::logcumsumexp, op::recurrence};
constexpr running_order orders[] = {{false, false}, {true, false}, {false, true}, {true, true}};
constexpr double inf = std::numeric_limits<double>::infinity();

/// An array of rank 4, row-major or in another order of its axes, perhaps with holes or from the last entry to the first.
template <class T>
struct array {
  std::vector<T> entries;
  std::ptrdiff_t strides[4]{}, first = 0;

  array(const std::ptrdiff_t (&extents)[4], const int (&order)[4], std::ptrdiff_t apart, bool backwards)
      : array(extents, order, apart, backwards, 0b1111) {}
  /// Constant along the axes that are not in a set.
  array(const std::ptrdiff_t (&extents)[4], const int (&order)[4], std::ptrdiff_t apart, bool backwards,
        unsigned axes) {
    std::ptrdiff_t stride = apart;
    for (int k = 3; k >= 0; --k) {
      const int axis = order[k];
      if (((axes >> axis) & 1u) == 0) continue;
      strides[axis] = stride;
      stride *= extents[axis];
    }
    entries.resize(static_cast<std::size_t>(stride) + 1, numeric::stored<T>(-77.0f));
    for (int axis = 0; axis < 4 && backwards; ++axis) {
      first += (extents[axis] - 1) * strides[axis];
      strides[axis] = -strides[axis];
    }
  }
  T& at(const std::ptrdiff_t (&i)[4]) {
    std::ptrdiff_t p = first;
    for (int axis = 0; axis < 4; ++axis) p += i[axis] * strides[axis];
    return entries[static_cast<std::size_t>(p)];
  }
  template <class U>
  running_array<U> along(int axis) {
    running_array<U> r{entries.data() + first, strides[axis], {}};
    for (int k = 0, outer = 0; k < 4; ++k)
      if (k != axis) r.outer[outer++] = strides[k];
    return r;
  }
};

template <class F>
void for_each_entry(const std::ptrdiff_t (&n)[4], const F& f) {
  for (std::ptrdiff_t i = 0; i < n[0]; ++i)
    for (std::ptrdiff_t j = 0; j < n[1]; ++j)
      for (std::ptrdiff_t k = 0; k < n[2]; ++k)
        for (std::ptrdiff_t l = 0; l < n[3]; ++l) {
          const std::ptrdiff_t at[4] = {i, j, k, l};
          f(at);
        }
}

/// The largest sum of sizes on the way to an entry: what rounding may be a share of.
struct defined {
  long double value, size;
};
defined define(op code, const std::vector<long double>& b, const std::vector<long double>& a) {
  long double y = loom::ir::running_identity(code), size = 0;
  for (std::size_t t = 0; t < b.size(); ++t) {
    const long double v = b[t];
    switch (code) {
      case op::cumsum: y += v, size += std::fabs(v); break;
      case op::cumprod: y *= v, size = std::fabs(y); break;
      case op::recurrence: y = v + a[t] * y, size = std::fabs(v) + std::fabs(a[t]) * size; break;
      default: y = std::max(y, v);
    }
  }
  if (code != op::logcumsumexp || b.empty()) return {y, size};
  long double sum = 0;
  for (const long double v : b) sum += std::exp(v - y);
  return {y + std::log(sum), 1 + std::fabs(y)};
}

/// How a number of type T may miss: by its own rounding, and by that of sums in double.
template <class T>
long double tolerance(const defined& d, std::size_t steps) {
  const long double own = storage_of<T> == storage::bf16  ? 0x1p-8L
                          : storage_of<T> == storage::f16 ? 0x1p-11L
                          : sizeof(T) == 4                ? 0x1p-24L
                                                          : 0x1p-53L;
  const long double smallest = storage_of<T> == storage::f16 ? 0x1p-24L : sizeof(T) == 4 || sizeof(T) == 2 ? 1e-37L : 0;
  return 1.001L * own * std::fabs(d.value) + smallest + 0x1p-52L * static_cast<long double>(steps + 1) * d.size;
}

template <class B, class A, class R>
void check(std::mt19937& random, const std::ptrdiff_t (&n)[4], int axis, const int (&b_order)[4],
           const int (&a_order)[4], std::ptrdiff_t apart, bool backwards, unsigned a_axes = 0b1111) {
  array<B> b(n, b_order, apart, backwards);
  array<A> a(n, a_order, 1, false, a_axes);
  std::uniform_real_distribution<double> number(-1.25, 1.25);
  for_each_entry(n, [&](const auto& at) {
    b.at(at) = numeric::stored<B>(number(random));
    a.at(at) = numeric::stored<A>(number(random));
  });
  running_extents extents{n[axis], 3, {}};
  for (int k = 0, outer = 0; k < 4; ++k)
    if (k != axis) extents.outer[outer++] = n[k];
  for (const op code : all_running)
    for (const running_order order : orders) {
      array<R> y(n, b_order, 2, false);
      const bool factors = code == op::recurrence;
      run_along(code, order, extents, b.template along<const B>(axis),
                factors ? a.template along<const A>(axis) : running_array<const A>{}, y.template along<R>(axis));
      int wrong = 0;
      for_each_entry(n, [&](const auto& at) {
        std::vector<long double> so_far, kept;
        const std::ptrdiff_t here = at[axis], last = n[axis] - 1;
        const std::ptrdiff_t taken = (order.reverse ? last - here : here) + (order.exclusive ? 0 : 1);
        for (std::ptrdiff_t t = 0; t < taken; ++t) {
          std::ptrdiff_t i[4] = {at[0], at[1], at[2], at[3]};
          i[axis] = order.reverse ? last - t : t;
          so_far.push_back(static_cast<long double>(numeric::loaded(b.at(i))));
          kept.push_back(static_cast<long double>(numeric::loaded(a.at(i))));
        }
        const defined want = define(code, so_far, kept);
        const long double have = static_cast<long double>(numeric::loaded(y.at(at)));
        const bool right = std::isinf(want.value) ? have == want.value
                                                  : std::fabs(have - want.value) <= tolerance<R>(want, so_far.size());
        wrong += !right;
      });
      CAPTURE(static_cast<int>(code), order.reverse, order.exclusive, axis, n[0], n[1], n[2], n[3], apart, backwards);
      CHECK(wrong == 0);
      int touched = 0;  // what lies between the entries stays as it was
      for (std::size_t i = 1; i < y.entries.size(); i += 2)
        touched += numeric::loaded(y.entries[i]) != numeric::loaded(numeric::stored<R>(-77.0f));
      CHECK(touched == 0);
    }
}

TEST_CASE("running values of arrays of every type", "[loops][running]") {
  std::mt19937 random(3);
  const std::ptrdiff_t n[4] = {3, 5, 2, 7};
  constexpr int row_major[4] = {0, 1, 2, 3}, turned[4] = {3, 0, 2, 1};
  for (int axis = 0; axis < 4; ++axis) {
    check<float, float, float>(random, n, axis, row_major, turned, 1, false);
    check<float, float, double>(random, n, axis, row_major, row_major, 1, false);
    check<double, float, double>(random, n, axis, turned, row_major, 1, false);
    check<double, double, double>(random, n, axis, turned, turned, 3, true);
    check<bf16, float, bf16>(random, n, axis, row_major, turned, 1, true);
    check<f16, f16, float>(random, n, axis, row_major, turned, 2, false);
    check<float, bf16, f16>(random, n, axis, turned, row_major, 1, false);
    check<double, double, float>(random, n, axis, row_major, turned, 1, false, 0b0101);
    check<float, double, float>(random, n, axis, row_major, turned, 1, false, 0);
  }
}

TEST_CASE("few rows and many, short axes and long ones", "[loops][running]") {
  std::mt19937 random(4);
  constexpr int row_major[4] = {0, 1, 2, 3};
  for (const std::ptrdiff_t rows : {1, 2, 3, 8, 9, 64, 75})
    for (const std::ptrdiff_t entries : {1, 7, 8, 9, 65}) {
      const std::ptrdiff_t inner[4] = {1, rows, 1, entries}, outer[4] = {1, entries, 1, rows};
      check<float, float, float>(random, inner, 3, row_major, row_major, 1, false);
      check<double, double, double>(random, outer, 1, row_major, row_major, 1, false);
    }
  const std::ptrdiff_t one_row[4] = {1, 1, 1, 600};  // more than are at hand together
  check<double, double, double>(random, one_row, 3, row_major, row_major, 1, false);
  const std::ptrdiff_t nothing[4] = {2, 0, 3, 4};
  for (int axis = 0; axis < 4; ++axis)
    check<float, float, float>(random, nothing, axis, row_major, row_major, 1, false);
}

std::vector<double> running(op code, std::vector<double> b, std::vector<double> a = {}, running_order order = {}) {
  const running_extents n{static_cast<std::ptrdiff_t>(b.size()), 0, {}};
  // In place.
  run_along(code, order, n, running_array<const double>{b.data(), 1, {}},
            a.empty() ? running_array<const double>{} : running_array<const double>{a.data(), 1, {}},
            running_array<double>{b.data(), 1, {}});
  return b;
}
using numbers = std::vector<double>;

TEMPLATE_TEST_CASE("running values over their own entries, of rows side by side", "[loops][running]", float, double) {
  constexpr std::ptrdiff_t rows = 11, columns = 70;
  std::vector<TestType> b(rows * columns), a(b.size());
  for (std::size_t i = 0; i < b.size(); ++i) {
    b[i] = static_cast<TestType>(static_cast<int>(i * 7 % 23) - 11);
    a[i] = static_cast<TestType>(static_cast<int>(i * 5 % 13) - 6) / 8;
  }
  for (const op code : all_running)
    for (const running_order order : orders)
      for (const bool along_rows : {true, false}) {
        const running_extents n{along_rows ? columns : rows, 1, {along_rows ? rows : columns}};
        const std::ptrdiff_t along = along_rows ? 1 : columns, outer = along_rows ? columns : 1;
        std::vector<TestType> apart(b.size()), own = b;
        const auto factors = code == op::recurrence ? running_array<const TestType>{a.data(), along, {outer}}
                                                    : running_array<const TestType>{};
        run_along(code, order, n, running_array<const TestType>{b.data(), along, {outer}}, factors,
                  running_array<TestType>{apart.data(), along, {outer}});
        run_along(code, order, n, running_array<const TestType>{own.data(), along, {outer}}, factors,
                  running_array<TestType>{own.data(), along, {outer}});
        CAPTURE(static_cast<int>(code), order.reverse, order.exclusive, along_rows);
        CHECK(own == apart);
      }
}

TEST_CASE("infinities, NaN and factors of 0 in running values of arrays", "[loops][running]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(running(op::cummax, {-inf, -inf, 3, 2}) == numbers{-inf, -inf, 3, 3});
  CHECK(running(op::logcumsumexp, {-inf, -inf, 0, -inf}) == numbers{-inf, -inf, 0, 0});
  CHECK(running(op::logcumsumexp, {1, inf, 2, inf, -inf}) == numbers{1, inf, inf, inf, inf});
  CHECK(running(op::logcumsumexp, {-1e4, -1e4, 1e4})[2] == 1e4);
  CHECK(running(op::cumsum, {1, inf, -1}) == numbers{1, inf, inf});
  CHECK(running(op::cumsum, {1e100, 1, -1e100}) == numbers{1e100, 1e100, 1});  // nothing is lost
  CHECK(running(op::cumsum, {1, 2, 4}, {}, {true, true}) == numbers{6, 4, 0});
  for (const op code : all_running) {
    const numbers y = running(code, {1, nan, 1}, {1, 1, 1});
    CHECK(y[0] == 1);
    CHECK(std::isnan(y[1]));
    CHECK(std::isnan(y[2]));
  }
  CHECK(running(op::recurrence, {1, nan, 2, 3}, {9, 1, 0, 0.5})[3] == 4);
  CHECK(running(op::recurrence, {inf, 2, 3}, {9, 0, 1}) == numbers{inf, 2, 5});
}

}  // namespace
