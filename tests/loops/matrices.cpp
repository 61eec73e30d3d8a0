// SPDX-License-Identifier: BSL-1.0
// loops/matrices.cpp — products and distances of matrices of every target, type and layout against plain loops in long double.
#include "loom/loops/matrices.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "support/targets.hpp"

namespace {

using loom::call::element_type;
using loom::loops::inner_step;
using loom::loops::matrix_view;
using loom::loops::product_options;

using generator = std::minstd_rand;

std::ptrdiff_t one_of(generator& g, std::initializer_list<std::ptrdiff_t> choices) {
  return *(choices.begin() + g() % choices.size());
}

/// A matrix in memory of its own, of any type and layout.
struct stored_matrix {
  std::vector<double> memory;  // bytes that are aligned for any number
  matrix_view view{};

  stored_matrix(generator& g, element_type type, std::ptrdiff_t rows, std::ptrdiff_t columns) {
    std::ptrdiff_t row = 0, column = 0;
    switch (g() % 6) {
      case 0: row = columns, column = 1; break;
      case 1: row = 1, column = rows; break;
      case 2: row = columns + 5, column = 1; break;
      case 3: row = 2, column = 2 * rows + 3; break;
      case 4: row = -columns, column = 1; break;
      default: row = one_of(g, {0, 1, -3}), column = one_of(g, {0, 1, -1, 7}); break;
    }
    const std::ptrdiff_t last_row = row * std::max<std::ptrdiff_t>(rows - 1, 0),
                         last_column = column * std::max<std::ptrdiff_t>(columns - 1, 0);
    const std::ptrdiff_t first = -std::min<std::ptrdiff_t>(last_row, 0) - std::min<std::ptrdiff_t>(last_column, 0);
    const std::ptrdiff_t count = std::abs(last_row) + std::abs(last_column) + 1;
    memory.resize(static_cast<std::size_t>(count));
    for (std::ptrdiff_t i = 0; i < count; ++i)
      loom::call::store_number(bytes() + i * loom::call::size_of(type), type,
                               std::uniform_real_distribution<double>(-2, 2)(g));
    view = {bytes() + first * loom::call::size_of(type), type, row, column};
  }
  unsigned char* bytes() { return reinterpret_cast<unsigned char*>(memory.data()); }
  void set(std::ptrdiff_t i, std::ptrdiff_t j, double v) const {
    const std::ptrdiff_t at = (i * view.row_stride + j * view.column_stride) * loom::call::size_of(view.type);
    loom::call::store_number(const_cast<unsigned char*>(static_cast<const unsigned char*>(view.data)) + at, view.type,
                             v);
  }
};

/// An entry, as a product in T reads it.
template <class T>
long double entry(const matrix_view& m, std::ptrdiff_t i, std::ptrdiff_t j) {
  const double v = loom::call::load_number(m.data, i * m.row_stride + j * m.column_stride, m.type);
  return static_cast<long double>(static_cast<T>(v));
}

/// Where the numbers of a result lie, between others.
struct layout {
  std::ptrdiff_t row, column, first, count;
};
layout any_layout(generator& g, std::ptrdiff_t rows, std::ptrdiff_t columns) {
  const std::ptrdiff_t wide = std::max<std::ptrdiff_t>(columns, 1), tall = std::max<std::ptrdiff_t>(rows, 1);
  switch (g() % 5) {
    case 0: return {wide, 1, 0, wide * tall};
    case 1: return {1, tall, 0, wide * tall};
    case 2: return {wide + 3, 1, 2, (wide + 3) * tall + 2};
    case 3: return {-2 * wide, 2, 2 * wide * (tall - 1), 2 * wide * tall};
    default: return {1, -tall - 1, (tall + 1) * (wide - 1), (tall + 1) * wide};
  }
}

template <inner_step Step, class T>
std::vector<T> combined(const matrix_view& x, const matrix_view& y, const layout& l, const std::vector<T>& before,
                        std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t depth, product_options options) {
  std::vector<T> c = before;
  const auto size = static_cast<std::size_t>(loom::loops::product_scratch<T>(rows, columns, depth));
  const T mark = 12345;
  std::vector<T> scratch(size + 1, std::numeric_limits<T>::quiet_NaN());
  scratch[size] = mark;
  loom::loops::combine<Step, T>(x, y, {c.data() + l.first, l.row, l.column}, rows, columns, depth, options,
                                scratch.data());
  CHECK(scratch[size] == mark);
  return c;
}

template <class T>
struct trial_of {
  stored_matrix x, y;
  layout l;
  std::vector<T> before;
  std::ptrdiff_t rows, columns, depth;

  trial_of(generator& g, element_type type_of_x, element_type type_of_y, std::ptrdiff_t m, std::ptrdiff_t n,
           std::ptrdiff_t d)
      : x(g, type_of_x, m, d),
        y(g, type_of_y, d, n),
        l(any_layout(g, m, n)),
        before(static_cast<std::size_t>(l.count)),
        rows(m),
        columns(n),
        depth(d) {
    for (T& v : before) v = std::uniform_real_distribution<T>(-2, 2)(g);
  }
  template <inner_step Step = inner_step::product>
  [[nodiscard]] std::vector<T> run(product_options options) const {
    return combined<Step>(x.view, y.view, l, before, rows, columns, depth, options);
  }
  [[nodiscard]] std::size_t at(std::ptrdiff_t i, std::ptrdiff_t j) const {
    return static_cast<std::size_t>(l.first + i * l.row + j * l.column);
  }
  /// Every entry is within the bound that `combine` states, and nothing else was written.
  template <inner_step Step = inner_step::product>
  void check(product_options options) const {
    const std::vector<T> c = run<Step>(options);
    const auto u = static_cast<long double>(std::numeric_limits<T>::epsilon()) / 2;
    constexpr bool is_largest = Step == inner_step::largest_distance;
    const std::ptrdiff_t folded = std::min<std::ptrdiff_t>(depth, 256) + (depth + 255) / 256;
    const auto steps = static_cast<long double>(is_largest                             ? 1
                                                : Step == inner_step::squared_distance ? folded + 2
                                                                                       : folded);
    std::vector<bool> written(c.size());
    bool near = true, kept = true;
    for (std::ptrdiff_t i = 0; i < rows; ++i)
      for (std::ptrdiff_t j = 0; j < columns; ++j) {
        long double sum = options.add ? static_cast<long double>(before[at(i, j)]) : 0, size = std::abs(sum);
        for (std::ptrdiff_t k = 0; k < depth; ++k) {
          const long double a = entry<T>(x.view, i, k), b = entry<T>(y.view, k, j);
          if (options.skip_zeros_of_x && a == 0) continue;
          const long double d = std::abs(a - b);
          const long double one = Step == inner_step::product            ? a * b
                                  : Step == inner_step::squared_distance ? d * d
                                                                         : d;
          if (!is_largest) sum += one;
          else if (k == 0 && !options.add) sum = one;
          else sum = std::isnan(sum) || sum > one ? sum : one;
          size = is_largest ? std::abs(sum) : size + std::abs(one);
        }
        const auto got = static_cast<long double>(c[at(i, j)]);
        near = near && (std::isfinite(sum) ? std::abs(got - sum) <= 1.001L * steps * u * size
                        : std::isnan(sum)  ? std::isnan(got)
                                           : got == sum);
        written[at(i, j)] = true;
      }
    for (std::size_t i = 0; i < c.size(); ++i) kept = kept && (written[i] || c[i] == before[i]);
    CHECK(near);
    CHECK(kept);
    const std::vector<T> again = run<Step>(options);
    CHECK(std::memcmp(again.data(), c.data(), c.size() * sizeof(T)) == 0);
  }
};

constexpr element_type types[] = {element_type::f32, element_type::f64, element_type::bf16, element_type::f16};

}  // namespace

TEMPLATE_TEST_CASE("a product of matrices of any type and layout is the sum of products", "", float, double) {
  trial::on_every_target([] {
    generator g(1);
    for (int count = 0; count < 200; ++count) {
      const element_type a = types[g() % 4], b = types[g() % 4];
      const std::ptrdiff_t m = one_of(g, {0, 1, 2, 4, 5, 11, 12, 13, 23, 50}),
                           n = one_of(g, {0, 1, 3, 7, 8, 15, 16, 17, 31, 32, 33, 65}),
                           d = one_of(g, {0, 1, 2, 3, 5, 16, 63, 64, 67, 130, 255, 256, 257});
      const trial_of<TestType> t(g, a, b, m, n, d);
      INFO(m << " x " << n << " x " << d << ", types " << static_cast<int>(a) << " and " << static_cast<int>(b)
             << ", strides " << t.x.view.row_stride << ' ' << t.x.view.column_stride << ", " << t.y.view.row_stride
             << ' ' << t.y.view.column_stride << ", " << t.l.row << ' ' << t.l.column);
      t.check({count % 2 == 0, count % 3 == 0});
    }
  });
}

TEMPLATE_TEST_CASE("a product of matrices that need several blocks each way", "", float, double) {
  trial::on_every_target([] {
    generator g(2);
    const auto own = loom::call::type_of<TestType>();
    trial_of<TestType>(g, own, own, 401, 70, 513).check({});
    trial_of<TestType>(g, own, own, 30, 1051, 300).check({.add = true});
    trial_of<TestType>(g, own, own, 3, 2300, 64).check({});
    trial_of<TestType>(g, own, own, 9000, 1, 30).check({.add = true});
  });
}

TEMPLATE_TEST_CASE("a zero of x adds nothing where that is asked for, and NaN elsewhere", "", float, double) {
  trial::on_every_target([] {
    generator g(3);
    const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    for (int count = 0; count < 60; ++count) {
      const auto own = loom::call::type_of<TestType>();
      const std::ptrdiff_t m = one_of(g, {1, 5, 13, 30}), n = one_of(g, {1, 9, 33, 70}), d = one_of(g, {1, 10, 300});
      const trial_of<TestType> t(g, own, own, m, n, d);
      for (std::ptrdiff_t some = 0; some < 1 + m * d / 2; ++some)
        t.x.set(static_cast<std::ptrdiff_t>(g()) % m, static_cast<std::ptrdiff_t>(g()) % d, some % 2 == 0 ? 0.0 : -0.0);
      if (count % 4 != 0)
        for (const double special : {inf, -inf, nan})
          t.y.set(static_cast<std::ptrdiff_t>(g()) % d, static_cast<std::ptrdiff_t>(g()) % n, special);
      t.check({count % 2 == 0, true});
      t.check({count % 2 == 0, false});
    }
  });
}

namespace {

template <inner_step Step, class T>
void combines_as_stated(double infinity_or_number) {
  generator g(5);
  for (int count = 0; count < 60; ++count) {
    const std::ptrdiff_t m = one_of(g, {0, 1, 4, 5, 12, 13, 50}), n = one_of(g, {1, 3, 8, 16, 17, 33, 65}),
                         d = one_of(g, {0, 1, 3, 64, 67, 257, 600});
    trial_of<T> t(g, types[g() % 4], types[g() % 4], m, n, d);
    if (m > 0 && count % 5 == 0) t.before[t.at(0, 0)] = -std::numeric_limits<T>::quiet_NaN();
    if (m * d > 0)
      t.x.set(static_cast<std::ptrdiff_t>(g()) % m, static_cast<std::ptrdiff_t>(g()) % d, infinity_or_number);
    INFO(m << " x " << n << " x " << d << ", number " << infinity_or_number);
    t.template check<Step>({.add = count % 2 == 0});
  }
}

}  // namespace

TEMPLATE_TEST_CASE("distances of rows and columns, of every kind", "", float, double) {
  trial::on_every_target([] {
    for (const double number :
         {1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
      combines_as_stated<inner_step::distance, TestType>(number);
      combines_as_stated<inner_step::squared_distance, TestType>(number);
      combines_as_stated<inner_step::largest_distance, TestType>(number);
    }
  });
}

TEST_CASE("zeros of x that are skipped do not change the sums of finite numbers") {
  trial::on_every_target([] {
    generator g(4);
    trial_of<float> t(g, element_type::f32, element_type::f32, 40, 70, 300);
    for (std::ptrdiff_t i = 0; i < 40; ++i) t.x.set(i, i, 0);
    const std::vector<float> finite = t.run({.skip_zeros_of_x = true});
    CHECK(finite == t.run({}));
  });
}

TEST_CASE("scratch memory of products is bounded, and small for small ones") {
  using loom::loops::product_scratch;
  std::ptrdiff_t most = 0;
  for (const std::ptrdiff_t m : {1, 100, 192, 1000, 100000})
    for (const std::ptrdiff_t n : {1, 100, 192, 1000, 100000})
      for (const std::ptrdiff_t d : {1, 64, 100, 257, 100000}) {
        most = std::max({most, 4 * product_scratch<float>(m, n, d), 8 * product_scratch<double>(m, n, d)});
        CHECK(product_scratch<float>(m, n, d) == product_scratch<float>(n, m, d));
      }
  CHECK(most <= 712 << 10);
  CHECK(product_scratch<float>(16, 16, 16) <= 2048);
}
